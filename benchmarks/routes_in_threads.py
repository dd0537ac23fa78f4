"""The portal as it would be with ``def`` routes: each request's dependencies and route run in the thread pool.

FastAPI sends a ``def`` dependency and a ``def`` route to the pool one by one. Here the whole of a request makes one
trip, which is the kindest form of it: fewer trips, and no thread that holds the writer's lock waits for another
thread. The portal's coroutines never wait between the first statement and the commit, so a thread can drive one to
its end by itself; the body is read before, in the event loop, as FastAPI does it.
"""

import os
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
POOL = "ARF_BENCH_POOL"  # number of threads, in the environment


def create_app() -> FastAPI:
    """The portal, its routes made after ``APIRoute`` was changed; so it must not have been imported before."""
    limiter = CapacityLimiter(int(os.environ[POOL]))
    original = APIRoute.get_route_handler

    def in_a_thread(route: APIRoute) -> Handler:
        return threaded(original(route), limiter)

    APIRoute.get_route_handler = in_a_thread  # type: ignore[method-assign]
    made: FastAPI = import_module("app.main").create_app()
    return made


def threaded(handler: Handler, limiter: CapacityLimiter) -> Handler:
    async def run(request: Request) -> Response:
        await request.body()
        return await to_thread.run_sync(driven, handler(request), limiter=limiter)

    return run


def driven(coroutine: Coroutine[Any, Any, Response]) -> Response:
    """The result of a coroutine that never waits. RuntimeError when it does."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return ended.value  # type: ignore[no-any-return]
    coroutine.close()
    raise RuntimeError("the route waited for something; it can't be measured this way")
