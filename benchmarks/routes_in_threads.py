"""The portal as it would be with ``def`` routes: each request's dependencies and route run in the thread pool.

FastAPI sends a ``def`` dependency and a ``def`` route to the pool one by one. Here the whole of a request makes one
trip, which is the kindest form of it: fewer trips, and no thread that holds the writer's lock waits for another
thread. FastAPI's own dependency code asks for an event loop, so each thread has one that is never shared (0.1 ms a
request); the portal's coroutines don't wait between the first statement and the commit, so nothing else runs on it.
"""

import os
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

import uvloop
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, routing
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POOL = "ARF_BENCH_POOL"  # number of threads, in the environment
_OWN = threading.local()


def create_app() -> FastAPI:
    """The portal, its routes made after FastAPI was changed; so it must not have been imported before."""
    limiter = CapacityLimiter(int(os.environ[POOL]))
    original: Callable[[Any], ASGIApp] = routing.request_response

    def in_a_thread(handler: Any) -> ASGIApp:
        return threaded(original(handler), limiter)

    routing.request_response = in_a_thread  # type: ignore[assignment]
    made: FastAPI = import_module("app.main").create_app()
    return made


def threaded(route: ASGIApp, limiter: CapacityLimiter) -> ASGIApp:
    """The route in a thread, between the body that was read and the answer that is still to be sent."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        for message in await to_thread.run_sync(answered, route, scope, body, limiter=limiter):
            await send(message)

    return run


def answered(route: ASGIApp, scope: Scope, body: bytes) -> list[Message]:
    """What the route answers, driven to its end on this thread's own loop."""
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    if not hasattr(_OWN, "loop"):
        _OWN.loop = uvloop.new_event_loop()
    _OWN.loop.run_until_complete(route(scope, receive, send))
    return said
