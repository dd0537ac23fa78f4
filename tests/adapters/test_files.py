"""Evidence bytes: nothing half written, nothing outside the place, nothing lost. The same on a disk and on S3."""

import hashlib
import io
import os
import resource
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import obstore
import pytest
from obstore.store import MemoryStore

from app.adapters.files import CHUNK, PIECE, Files, StoreAway, Stored
from app.adapters.stores import files_for
from app.config import Environment, Settings
from tests.adapters import seaweed
from tests.adapters.seaweed import Seaweed

SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + CHUNK // 2]
BYTES = b"evidence" * (2 * PIECE // 8)
ODD_NAMES = [
    "",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "a" * 31,
    "a" * 33,
    "A" * 32,
    "g" * 32,
    "a" * 31 + "/",
    "a" * 32 + "\n",
]


class CutShort(io.BytesIO):
    """An upload that ends when half of it has come."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > len(BYTES) // 2:
            raise ConnectionResetError("cut")
        return super().read(CHUNK if size is None else size)


class Sipping(io.BytesIO):
    """A source that never gives as much as it is asked for."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 100_000))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    with seaweed.running(tmp_path_factory.mktemp("seaweed")) as found:
        yield found


@pytest.fixture(params=["local", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "local":
        return Files(tmp_path / "evidence")
    found: Seaweed = request.getfixturevalue("server")
    return files_for(found.settings(f"tests/{uuid4().hex}"))


@pytest.fixture
def local(tmp_path: Path) -> Files:
    return Files(tmp_path / "evidence")


def on_disk(files: Files) -> list[Path]:
    assert files.folder
    return [path for path in files.folder.root.rglob("*") if path.is_file()]


def path_of(files: Files, name: str) -> Path:
    assert files.folder
    return files.folder.path(name)


def kept(files: Files) -> list[str]:
    """Everything that can be seen in the store."""
    return sorted(one["path"] for page in obstore.list(files.store) for one in page)


def key(name: str) -> str:
    return f"{name[:2]}/{name[2:4]}/{name}"


def aged(files: Files, name: str, age: timedelta) -> None:
    moment = (datetime.now(UTC) - age).timestamp()
    os.utime(path_of(files, name), (moment, moment))


class TestEveryStore:
    """What holds wherever the bytes lie."""

    @pytest.mark.parametrize("size", SIZES)
    def test_R09_what_is_put_comes_back_with_its_size_and_hash(self, files: Files, size: int) -> None:
        content = os.urandom(size)
        stored = files.put(Sipping(content))
        assert stored == Stored(stored.name, size, hashlib.sha256(content).hexdigest())
        with files.open(stored.name) as source:
            assert source.read() == content
            assert source.seek(0) == 0
            assert source.read(3) == content[:3]
        streamed = files.stream(stored.name)
        assert (streamed.size, b"".join(streamed.chunks)) == (size, content)

    def test_each_put_has_a_name_of_its_own_two_folders_down(self, files: Files) -> None:
        first, second = files.put(io.BytesIO(BYTES)).name, files.put(io.BytesIO(BYTES)).name
        assert first != second
        assert kept(files) == sorted([key(first), key(second)])

    def test_R09_an_upload_cut_at_half_leaves_nothing(self, files: Files) -> None:
        with pytest.raises(ConnectionResetError, match=r"^cut$"):
            files.put(CutShort(BYTES))
        assert kept(files) == []

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_U04_a_name_that_put_never_gave_is_refused(self, files: Files, name: str) -> None:
        for attempt in (files.open, files.stream, files.delete):
            with pytest.raises(ValueError, match=r"^not the name of a stored file$"):
                attempt(name)

    def test_deleting_twice_is_deleting_once(self, files: Files) -> None:
        name = files.put(io.BytesIO(b"evidence")).name
        files.delete(name)
        files.delete(name)
        for attempt in (files.open, files.stream):
            with pytest.raises(FileNotFoundError):
                attempt(name)

    def test_R09_a_sweep_takes_old_strangers_and_nothing_else(self, files: Files) -> None:
        known, stranger = (files.put(io.BytesIO(b"x")).name for _ in range(2))
        neighbours = ["README", f"{stranger[:2]}/README", f"aa/bb/{stranger}", f"{key(stranger)}.txt"]
        for neighbour in neighbours:
            obstore.put(files.store, neighbour, b"not ours")
        in_an_hour, an_hour_ago = (datetime.now(UTC) + timedelta(hours=hours) for hours in (1, -1))
        assert files.sweep({known}, an_hour_ago) == 0
        assert files.sweep({known}, in_an_hour) == 1
        assert kept(files) == sorted([*neighbours, key(known)])

    def test_a_sweep_of_an_empty_place_takes_nothing(self, files: Files) -> None:
        assert files.sweep([], datetime.now(UTC)) == 0

    def test_a_sweep_needs_a_time_zone(self, files: Files) -> None:
        with pytest.raises(ValueError, match=r"^older_than needs a time zone$"):
            files.sweep([], datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_large_file_is_never_in_memory_whole(local: Files) -> None:
    asked: list[int] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(-1 if size is None else size)
            return super().read(size)

    name = local.put(Watched(BYTES)).name
    assert set(asked) == {CHUNK}
    assert max(len(chunk) for chunk in local.stream(name).chunks) <= 2 * CHUNK


def test_what_0_1_0_wrote_is_read(local: Files) -> None:
    name = "0123456789abcdef" * 2
    path = path_of(local, name)
    assert path == path_of(local, name).parents[2] / "01" / "23" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"of the first release")
    assert b"".join(local.stream(name).chunks) == b"of the first release"


def test_only_the_portal_may_read_the_bytes(local: Files) -> None:
    path = path_of(local, local.put(io.BytesIO(BYTES)).name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parents[:3]} == {0o700}


@pytest.mark.parametrize("content", [b"small", BYTES], ids=["one request", "parts"])
def test_bytes_are_synced_before_their_name_is_given_out(
    local: Files, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    folder = path_of(local, local.put(io.BytesIO(b"makes the folders")).name).parent
    name = f"{folder.parent.name}{folder.name}{'f' * 28}"
    monkeypatch.setattr("secrets.token_hex", lambda _: name)
    synced: list[tuple[str, int]] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append((os.readlink(f"/proc/self/fd/{descriptor}"), os.fstat(descriptor).st_size))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    local.put(io.BytesIO(content))
    assert synced[0] == (str(folder / name), len(content))
    assert [path for path, _ in synced] == [str(folder / name), str(folder)]


def test_new_folders_are_synced_into_the_folders_that_hold_them(
    local: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    )
    path = path_of(local, local.put(io.BytesIO(b"x")).name)
    assert synced == [str(path.parents[2]), str(path.parents[1]), str(path), str(path.parent)]


def test_a_sweep_takes_what_a_crash_left_half_written(local: Files) -> None:
    name = local.put(io.BytesIO(b"x")).name
    path = path_of(local, name)
    for ending in (".part", "#1", "#12", ".txt"):
        half = path.with_name(f"{name}{ending}")
        half.write_bytes(b"half")
        os.utime(half, (0, 0))
    young = path.with_name(f"{name}#3")
    young.write_bytes(b"under way")
    assert local.sweep([name], datetime.now(UTC) - timedelta(days=1)) == 3
    assert sorted(on_disk(local)) == sorted([path, path.with_name(f"{name}.txt"), young])


def test_a_sweep_goes_by_age_and_follows_no_link(local: Files, tmp_path: Path) -> None:
    old, young = (local.put(io.BytesIO(b"x")).name for _ in range(2))
    aged(local, old, timedelta(days=2))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"not ours")
    os.utime(elsewhere, (0, 0))
    link = path_of(local, old).with_name(f"{old[:4]}{'e' * 28}")
    link.symlink_to(elsewhere)
    assert local.sweep([], datetime.now(UTC) - timedelta(days=1)) == 1
    assert (link.is_symlink(), elsewhere.exists()) == (True, True)
    assert kept(local) == sorted([key(young), key(link.name)])


def test_R08_a_full_disk_is_told_and_leaves_nothing(local: Files) -> None:
    old = local.put(io.BytesIO(b"older")).name
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (CHUNK, hard))
    try:
        for content in (BYTES[: 2 * CHUNK], BYTES):
            with pytest.raises(StoreAway, match=r"^the evidence store did not answer as it should"):
                local.put(io.BytesIO(content))
        assert b"".join(local.stream(old).chunks) == b"older"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert kept(local) == [key(old)]
    assert on_disk(local) == [path_of(local, old)]
    assert local.put(io.BytesIO(BYTES)).size == len(BYTES)


def test_R09_a_store_that_kept_another_number_of_bytes_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = Files(MemoryStore())
    send = obstore.put
    monkeypatch.setattr(
        obstore, "put", lambda store, key, content, **more: send(store, key, content[:-1], **more)
    )
    with pytest.raises(StoreAway, match=r"^the store holds another number of bytes than it was sent$"):
        files.put(io.BytesIO(b"evidence"))


class TestS3:
    """What only a store over the network can do wrong."""

    @pytest.mark.parametrize("wrong", [{"key": "another secret"}, {"account": "somebody"}])
    def test_a_wrong_key_is_refused(self, server: Seaweed, wrong: dict[str, str]) -> None:
        prefix = f"keys/{uuid4().hex}"
        name = files_for(server.settings(prefix)).put(io.BytesIO(b"evidence")).name
        stranger = files_for(server.settings(prefix, **wrong))
        for attempt in (
            lambda: stranger.put(io.BytesIO(b"x")),
            lambda: stranger.stream(name),
            lambda: stranger.open(name),
            lambda: stranger.delete(name),
            lambda: stranger.sweep([], datetime.now(UTC)),
        ):
            with pytest.raises(StoreAway):
                attempt()
        assert kept(files_for(server.settings(prefix))) == [key(name)]

    def test_R09_a_store_that_is_away_says_so_at_once(self, server: Seaweed) -> None:
        settings = server.settings("away").model_copy(
            update={"evidence_store_endpoint": "http://127.0.0.1:1"}
        )
        files = files_for(settings)
        for attempt in (lambda: files.put(io.BytesIO(b"x")), lambda: files.stream("a" * 32)):
            with pytest.raises(StoreAway):
                attempt()

    def test_two_prefixes_of_one_bucket_do_not_see_each_other(self, server: Seaweed) -> None:
        one, other = (files_for(server.settings(f"apart/{uuid4().hex}")) for _ in range(2))
        name = one.put(io.BytesIO(b"x")).name
        with pytest.raises(FileNotFoundError):
            other.stream(name)
        assert other.sweep([], datetime.now(UTC) + timedelta(hours=1)) == 0
        assert kept(one) == [key(name)]


def test_the_default_is_the_data_folder(tmp_path: Path) -> None:
    files = files_for(Settings(environment=Environment.DEVELOPMENT, data_dir=tmp_path))
    assert files.folder
    assert files.folder.root == tmp_path / "evidence"
