"""A page of the same stack with nothing in it: FastAPI, Jinja, the same server. The floor under every figure."""

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import DictLoader, Environment

PAGE = """<!doctype html><html lang="en"><title>{{ title }}</title><h1>{{ title }}</h1><p>{{ path }}</p></html>"""


def create_app() -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    templates = Environment(loader=DictLoader({"page.html": PAGE}), autoescape=True)

    @app.get("/")
    async def show(request: Request) -> HTMLResponse:
        made = templates.get_template("page.html").render(title="A bare page", path=request.url.path)
        return HTMLResponse(made)

    return app
