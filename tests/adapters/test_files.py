"""Evidence bytes on disk: nothing half written, nothing outside the folder, nothing lost."""

import hashlib
import io
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.files import CHUNK, Files, Stored

BYTES = b"evidence" * 300_000


class CutShort(io.BytesIO):
    """An upload that ends when half of it has come."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > len(BYTES) // 2:
            raise ConnectionResetError
        return super().read(CHUNK if size is None else size)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "evidence")


def on_disk(files: Files) -> list[Path]:
    return [path for path in files.root.rglob("*") if path.is_file()]


def aged(files: Files, name: str, age: timedelta) -> None:
    moment = (datetime.now(UTC) - age).timestamp()
    os.utime(files.path(name), (moment, moment))


def test_what_is_put_comes_back_with_its_size_and_hash(files: Files) -> None:
    stored = files.put(io.BytesIO(BYTES))
    with files.open(stored.name) as source:
        assert source.read() == BYTES
    assert stored == Stored(stored.name, len(BYTES), hashlib.sha256(BYTES).hexdigest())


def test_each_put_has_a_name_of_its_own_two_folders_down(files: Files) -> None:
    first, second = files.put(io.BytesIO(BYTES)).name, files.put(io.BytesIO(BYTES)).name
    assert first != second
    assert files.path(first) == files.root / first[:2] / first[2:4] / first
    assert sorted(on_disk(files)) == sorted([files.path(first), files.path(second)])


def test_only_the_portal_may_read_the_bytes(files: Files) -> None:
    path = files.path(files.put(io.BytesIO(BYTES)).name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(each.stat().st_mode) for each in (path.parent, path.parent.parent)} == {0o700}


def test_an_upload_cut_at_half_leaves_nothing(files: Files) -> None:
    with pytest.raises(ConnectionResetError):
        files.put(CutShort(BYTES))
    assert on_disk(files) == []


def test_bytes_are_synced_before_they_are_named_and_the_name_after(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.put(io.BytesIO(b"makes the folders"))
    steps: list[str] = []
    sync, rename = os.fsync, os.rename

    def synced(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def renamed(old: Path, new: Path) -> None:
        steps.append("rename")
        rename(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    monkeypatch.setattr("secrets.token_hex", lambda _: on_disk(files)[0].name[:4] + "f" * 28)
    files.put(io.BytesIO(BYTES))
    assert steps == ["file", "rename", "folder"]


def test_new_folders_are_synced_into_the_folders_that_hold_them(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    folder = files.path(files.put(io.BytesIO(b"x")).name).parent
    holders = [files.root.parent, files.root, folder.parent]
    assert synced[:3] == [holder.stat().st_ino for holder in holders]


@pytest.mark.parametrize(
    "name",
    [
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
    ],
)
def test_U04_a_name_that_put_never_gave_is_refused(files: Files, name: str) -> None:
    for attempt in (files.open, files.path, files.delete):
        with pytest.raises(ValueError, match=r"^not the name of a stored file$"):
            attempt(name)


def test_deleting_twice_is_deleting_once(files: Files) -> None:
    name = files.put(io.BytesIO(BYTES)).name
    files.delete(name)
    files.delete(name)
    with pytest.raises(FileNotFoundError):
        files.open(name)


def test_a_sweep_takes_old_strangers_and_nothing_else(files: Files) -> None:
    known, young, old = (files.put(io.BytesIO(b"x")).name for _ in range(3))
    aged(files, known, timedelta(days=2))
    aged(files, old, timedelta(days=2))
    neighbour = files.path(old).with_name("README")
    neighbour.write_bytes(b"not ours")
    os.utime(neighbour, (0, 0))
    assert files.sweep({known}, datetime.now(UTC) - timedelta(days=1)) == 1
    assert sorted(on_disk(files)) == sorted([files.path(known), files.path(young), neighbour])


def test_a_sweep_takes_what_a_crash_left_half_written(files: Files) -> None:
    name = files.put(io.BytesIO(b"x")).name
    half = files.path(name).with_suffix(".part")
    files.path(name).rename(half)
    os.utime(half, (0, 0))
    assert files.sweep([], datetime.now(UTC) - timedelta(days=1)) == 1
    assert on_disk(files) == []


def test_a_sweep_of_a_folder_that_is_not_there_yet_takes_nothing(files: Files) -> None:
    assert files.sweep([], datetime.now(UTC)) == 0


def test_a_sweep_needs_a_time_zone(files: Files) -> None:
    with pytest.raises(ValueError, match=r"^older_than needs a time zone$"):
        files.sweep([], datetime(2026, 1, 1))  # noqa: DTZ001
