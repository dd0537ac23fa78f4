"""A client that costs next to nothing, because it shares two cores with the server it measures.

One keep-alive connection, one request at a time, HTTP/1.1 with a content length: what the portal answers with.
"""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode


class Gone(Exception):
    """The server went away before it had answered: whether it did what was asked, nobody knows."""


class Answer(NamedTuple):
    status: int
    location: str
    body: bytes


class Wire:
    """One connection to a portal on this machine; it connects anew after the server went away.

    ``patient``: a kept connection that the server closed unused is opened anew and the request sent again, as browsers
    do it. The server closes one after five seconds without a request, also while it is too busy to read the next one.
    """

    def __init__(self, port: int, *, patient: bool = False) -> None:
        self.port, self.patient = port, patient
        self.reconnected = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, token: str = "") -> Answer:
        return await self.send(_head("GET", path, self.port, token) + b"\r\n")

    async def post(self, path: str, token: str, fields: Mapping[str, str]) -> Answer:
        """Send a form as a browser does from a page of the portal itself."""
        body = urlencode(fields).encode()
        head = _head("POST", path, self.port, token) + b"sec-fetch-site: same-origin\r\n"
        head += b"content-type: application/x-www-form-urlencoded\r\n"
        return await self.send(head + b"content-length: %d\r\n\r\n" % len(body) + body)

    async def send(self, request: bytes) -> Answer:
        """Raises Gone when no whole answer came."""
        was_kept = self._streams is not None
        try:
            return await self._sent(request)
        except Gone:
            if not (self.patient and was_kept):
                raise
            self.reconnected += 1
            return await self._sent(request)

    async def _sent(self, request: bytes) -> Answer:
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self._streams
            writer.write(request)
            return await _answer(reader)
        except (OSError, asyncio.IncompleteReadError) as failure:
            self.close()
            raise Gone from failure

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


def _head(method: str, path: str, port: int, token: str) -> bytes:
    cookie = f"cookie: portal={token}\r\n" if token else ""
    return f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{cookie}".encode()


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(b": ") for line in lines[1:])}
    body = await reader.readexactly(int(headers.get(b"content-length", b"0")))
    return Answer(int(lines[0].split()[1]), headers.get(b"location", b"").decode(), body)
