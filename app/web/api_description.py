"""The description of the JSON interface (OpenAPI), made from its very routes."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from app.web import api, api_areas

router = APIRouter(prefix=api.PREFIX)


@router.get("/openapi.json")
async def show(request: Request) -> Response:
    return JSONResponse(described(request.app.state.portal.settings.portal_name))


def described(title: str) -> dict[str, Any]:
    """What the routes take and send. Those of areas ask for a token."""
    found = get_openapi(title=title, version="1", routes=[*api.router.routes, *api_areas.router.routes])
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, operations in found["paths"].items():
        for operation in operations.values():
            operation["responses"].pop("422", None)  # a wrong request is answered by the portal's own failure
            if path.startswith(f"{api.PREFIX}/areas"):
                operation["security"] = [{"token": []}]
    for name in ("HTTPValidationError", "ValidationError"):
        found["components"]["schemas"].pop(name, None)
    return found
