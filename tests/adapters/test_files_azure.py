"""Azure Blob Storage, as far as it can be seen here: the requests we send and their signatures.

No Azure and no emulator of it was asked. A server of ours keeps blobs in memory, and takes only requests that are
signed with the account's key by the rules of Shared Key.
"""

import base64
import hashlib
import hmac
import io
import os
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from pydantic import SecretStr

from app.adapters.files import PIECE, Files, StoreAway, Stored
from app.adapters.stores import files_for
from app.config import Environment, Settings

ACCOUNT, KEY = "portalevidence", base64.b64encode(b"a key of the tests, 32 bytes long").decode()
_SIGNED = ("content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
           "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range")  # fmt: skip


class Blobs(BaseHTTPRequestHandler):
    """Just enough of the service: put, put block, put block list, get, head, delete, list."""

    protocol_version = "HTTP/1.1"
    kept: ClassVar[dict[str, bytes]] = {}
    blocks: ClassVar[dict[str, bytes]] = {}
    seen: ClassVar[list[tuple[str, str]]] = []

    def log_message(self, *_: object) -> None:
        pass

    def answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        where = urlsplit(self.path)
        query = dict(parse_qsl(where.query, keep_blank_values=True))
        self.seen.append((self.command, query.get("comp", "")))
        if self.headers.get("authorization") != f"SharedKey {ACCOUNT}:{self.signature(where.path, query)}":
            return self.say(403, b"<Error><Code>AuthenticationFailed</Code></Error>")
        return self.act(unquote(where.path), query, body)

    def act(self, path: str, query: dict[str, str], body: bytes) -> None:
        match self.command, query.get("comp", ""):
            case "PUT", "block":
                self.blocks[query["blockid"]] = body
                self.say(201)
            case "PUT", "blocklist":
                ids = re.findall(r"<(?:Uncommitted|Latest)>(.*?)</", body.decode())
                self.kept[path] = b"".join(self.blocks.pop(one) for one in ids)
                self.say(201)
            case "PUT", "":
                assert self.headers["x-ms-blob-type"] == "BlockBlob"
                self.kept[path] = body
                self.say(201)
            case "GET", "list":
                prefix = f"/{query['prefix']}"
                root = path
                names = [name.removeprefix(root) for name in self.kept if name.startswith(root + prefix)]
                self.say(200, _listed(names, self.kept, root))
            case "POST", "batch":
                self.delete_each(body)
            case _:
                found = self.kept.get(path)
                self.say(404 if found is None else 200, found or b"")

    def delete_each(self, body: bytes) -> None:
        """A batch: requests to delete as parts of one body. The signatures inside are not looked at here."""
        said = b""
        for number, path in enumerate(
            re.findall(r"^DELETE (\S+) HTTP/1.1", body.decode(), flags=re.MULTILINE)
        ):
            is_there = self.kept.pop(unquote(urlsplit(path).path), None) is not None
            line = b"202 Accepted" if is_there else b"404 The specified blob does not exist."
            code = b"" if is_there else b"x-ms-error-code: BlobNotFound\r\n"
            head = b"--b\r\nContent-Type: application/http\r\nContent-ID: %d\r\n\r\n" % number
            said += head + b"HTTP/1.1 " + line + b"\r\n" + code + b"x-ms-request-id: 1\r\n\r\n"
        self.say(202, said + b"--b--\r\n", "multipart/mixed; boundary=b")

    def say(self, status: int, body: bytes = b"", kind: str = "application/xml") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("etag", '"0x1"')
        self.send_header("last-modified", "Sun, 22 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def signature(self, path: str, query: dict[str, str]) -> str:
        """What Shared Key asks for: the verb, eleven headers, the x-ms- headers in order, the resource."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("content-length") == "0":
            headers["content-length"] = ""
        ours = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-ms-"))
        resource = f"/{ACCOUNT}{path}" + "".join(f"\n{name}:{query[name]}" for name in sorted(query))
        text = "\n".join([self.command, *(headers.get(name, "") for name in _SIGNED)]) + f"\n{ours}{resource}"
        return base64.b64encode(hmac.digest(base64.b64decode(KEY), text.encode(), "sha256")).decode()


for _verb in ("GET", "PUT", "HEAD", "DELETE", "POST"):
    setattr(Blobs, f"do_{_verb}", Blobs.answer)


def _listed(names: list[str], kept: dict[str, bytes], root: str) -> bytes:
    blobs = "".join(
        f"<Blob><Name>{name.removeprefix('/')}</Name><Properties><Last-Modified>Sun, 22 Nov 2026 12:00:00 GMT"
        f"</Last-Modified><Content-Length>{len(kept[root + name])}</Content-Length>"
        "<Content-Type>x/y</Content-Type><Etag>0x1</Etag>"
        "</Properties></Blob>"
        for name in names
    )
    return f"<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>".encode()


@pytest.fixture
def address() -> Iterator[str]:
    for kept in (Blobs.kept, Blobs.blocks, Blobs.seen):
        kept.clear()  # type: ignore[attr-defined]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Blobs)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def at(address: str, key: str = KEY) -> Files:
    return files_for(
        Settings(
            environment=Environment.DEVELOPMENT,
            evidence_store="az://evidence/of/the-portal",
            evidence_store_endpoint=address,
            evidence_store_account=ACCOUNT,
            evidence_store_key=SecretStr(key),
        )
    )


@pytest.mark.parametrize("size", [0, 10, 2 * PIECE + 1])
def test_what_is_put_comes_back(address: str, size: int) -> None:
    files, content = at(address), os.urandom(size)
    stored = files.put(io.BytesIO(content))
    assert stored == Stored(stored.name, size, hashlib.sha256(content).hexdigest())
    assert list(Blobs.kept) == [f"/evidence/of/the-portal/{stored.name[:2]}/{stored.name[2:4]}/{stored.name}"]
    with files.open(stored.name) as source:
        assert source.read() == content
    assert (("PUT", "blocklist") in Blobs.seen) is (size > PIECE)


def test_what_is_gone_is_gone(address: str) -> None:
    files = at(address)
    name = files.put(io.BytesIO(b"x")).name
    files.delete(name)
    files.delete(name)
    assert Blobs.kept == {}
    with pytest.raises(FileNotFoundError):
        files.stream(name)


def test_a_sweep_takes_strangers(address: str) -> None:
    files = at(address)
    known, stranger = (files.put(io.BytesIO(b"x")).name for _ in range(2))
    assert files.sweep({known}, datetime(2026, 11, 22, 12, 0, tzinfo=UTC) + timedelta(hours=1)) == 1
    assert [path.rpartition("/")[2] for path in Blobs.kept] == [known]
    assert stranger != known


def test_a_wrong_key_is_refused(address: str) -> None:
    stranger = at(address, base64.b64encode(b"another key, of just as many by.").decode())
    with pytest.raises(StoreAway):
        stranger.put(io.BytesIO(b"x"))
    assert Blobs.kept == {}
