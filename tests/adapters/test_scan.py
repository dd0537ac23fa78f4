"""The scanner's client: what is not said to be clean never is, whatever the scanner does or fails to do."""

import io
import os
import socket
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.adapters import scan
from app.adapters.scan import EICAR, Answer, Scanner, Verdict
from app.config import MEGABYTE
from tests import clamd, samples
from tests.clamd import FOUND, Clamd

CLEAN = Answer(Verdict.CLEAN)
INFECTED = Answer(Verdict.INFECTED, FOUND)
LENGTH = struct.Struct("!I")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    with clamd.running(tmp_path_factory.mktemp("clamd")) as found:
        yield found


def zipped(content: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside", content)
        content = target.getvalue()
    return content


def locked(content: bytes) -> bytes:
    archive = bytearray(zipped(content))
    archive[6] |= 1
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    return bytes(archive)


def in_word(content: bytes) -> bytes:
    return samples.repacked(samples.docx(), {"word/media/image9.png": content})


@pytest.mark.scanner
class TestRealClamd:
    def test_the_shipped_configuration_is_fit(self, real: Clamd) -> None:
        assert Scanner(real.address).unfit() == ""

    @pytest.mark.parametrize(
        "make",
        [
            samples.pdf,
            samples.docx,
            samples.xlsx,
            samples.pptx,
            samples.png,
            samples.jpg,
            samples.csv,
            samples.txt,
        ],
    )
    def test_good_files_are_clean(self, real: Clamd, make: Callable[[], bytes]) -> None:
        assert Scanner(real.address).scan([make()]) == CLEAN

    def test_nothing_at_all_is_clean(self, real: Clamd) -> None:
        assert Scanner(real.address).scan([]) == CLEAN

    @pytest.mark.parametrize(
        "content",
        [
            EICAR,
            b"x" * 70_000 + EICAR,
            os.urandom(1024) * 1024 * 40 + EICAR,
            in_word(EICAR),
            in_word(samples.repacked(samples.xlsx(), {"xl/media/a.bin": EICAR})),
            zipped(EICAR, 10),
            zipped(bytes(150 * MEGABYTE) + EICAR),
        ],
        ids=[
            "plain",
            "over a piece",
            "after 40 MB",
            "in Word",
            "in Excel in Word",
            "ten deep",
            "after a bomb",
        ],
    )
    def test_U10_the_test_file_is_found_wherever_it_hides(self, real: Clamd, content: bytes) -> None:
        assert Scanner(real.address).scan([content]) == INFECTED

    def test_a_signature_across_two_chunks_is_found(self, real: Clamd) -> None:
        assert Scanner(real.address).scan([EICAR[:30], b"", EICAR[30:]]) == INFECTED

    @pytest.mark.parametrize(
        ("content", "signature"),
        [
            (zipped(EICAR, 30), "Heuristics.Limits.Exceeded.MaxRecursion"),
            (zipped(b"harmless", 30), "Heuristics.Limits.Exceeded.MaxRecursion"),
            (locked(b"harmless"), "Heuristics.Encrypted.Zip"),
            (in_word(locked(b"harmless")), "Heuristics.Encrypted.Zip"),
        ],
        ids=["too deep", "too deep and harmless", "locked", "locked in Word"],
    )
    def test_U10_what_can_not_be_read_whole_is_not_clean(
        self, real: Clamd, content: bytes, signature: str
    ) -> None:
        assert Scanner(real.address).scan([content]) == Answer(Verdict.INFECTED, signature)

    def test_U10_what_is_over_the_length_of_a_stream_is_not_clean(self, real: Clamd) -> None:
        answer = Scanner(real.address).scan(bytes(MEGABYTE) for _ in range(100))
        assert answer == Answer(Verdict.UNAVAILABLE, "the scanner said: INSTREAM size limit exceeded. ERROR")

    @pytest.mark.parametrize(
        ("changes", "advice"),
        [
            ({"AlertExceedsMax": "no"}, "Set AlertExceedsMax yes"),
            ({"AlertEncrypted": "no"}, "Set AlertEncrypted yes"),
            ({"MaxFileSize": "100M"}, "Set MaxFileSize 200M and MaxScanSize 1000M"),
            ({"MaxScanSize": "100M"}, "Set MaxFileSize 200M and MaxScanSize 1000M"),
        ],
    )
    def test_U10_a_clamd_that_passes_what_it_did_not_read_is_unfit(
        self, tmp_path: Path, changes: dict[str, str], advice: str
    ) -> None:
        with clamd.running(tmp_path, **changes) as loose:
            assert advice in Scanner(loose.address).unfit()

    def test_a_clamd_that_finds_nothing_is_unfit(self, tmp_path: Path) -> None:
        empty = clamd.prepared(tmp_path)
        (tmp_path / "db" / "local.ndb").write_text(f"Something.Else:0:*:{'ab' * 20}\n")
        empty.start()
        try:
            assert Scanner(empty.address).unfit().startswith("The scanner does not know the EICAR test file")
        finally:
            empty.kill()

    def test_a_clamd_that_finds_something_in_everything_is_unfit(self, tmp_path: Path) -> None:
        nervous = clamd.prepared(tmp_path)
        nervous.learn("Nervous", b"harmless text")
        nervous.start()
        try:
            assert (
                Scanner(nervous.address).unfit().startswith("The scanner finds something in a harmless text")
            )
        finally:
            nervous.kill()

    def test_U11_a_clamd_killed_in_the_middle_gives_no_answer(self, tmp_path: Path) -> None:
        with clamd.running(tmp_path) as victim:

            def chunks() -> Iterator[bytes]:
                yield bytes(MEGABYTE)
                victim.kill()
                for _ in range(20):
                    yield bytes(MEGABYTE)

            assert Scanner(victim.address).scan(chunks()).verdict is Verdict.UNAVAILABLE

    def test_U12_a_scanner_that_is_away_and_comes_back(self, tmp_path: Path) -> None:
        later = clamd.prepared(tmp_path)
        scanner = Scanner(later.address)
        away = "the scanner could not be reached: Connection refused"
        assert (scanner.unfit(), scanner.scan([b"x"])) == (away, Answer(Verdict.UNAVAILABLE, away))
        later.start()
        assert (scanner.unfit(), scanner.scan([b"x"])) == ("", CLEAN)
        later.kill()
        later.changes["AlertEncrypted"] = "no"
        assert scanner.unfit() == away
        later.start()
        try:
            assert "Set AlertEncrypted yes" in scanner.unfit(), "what comes back is tested anew"
        finally:
            later.kill()

    def test_it_answers_on_a_unix_socket_too(self, tmp_path: Path) -> None:
        path = tmp_path / "ctl"
        with clamd.running(tmp_path, LocalSocket=str(path)):
            assert Scanner(f"unix://{path}").scan([EICAR]) == INFECTED
        assert Scanner(f"unix://{path}x").scan([EICAR]).verdict is Verdict.UNAVAILABLE


@contextmanager
def answering(said: bytes, *, read: bool = True, then: threading.Event | None = None) -> Iterator[str]:
    """A scanner that says ``said`` once it has read a stream, or without reading, and hangs up, at once or later."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                if read:
                    while not connection.recv(65536).endswith(LENGTH.pack(0)):
                        pass
                connection.sendall(said)
                if then:
                    then.wait(10)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        if then:
            then.set()
        thread.join()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"stream: OK",
        b"stream: OK\n",
        b"stream: OK FOUND?\0",
        b"OK\0",
        b" stream: OK\0",
        b"stream: OK \0",
        b"stream: ok\0",
        b"streams: OK\0",
        b"stream: ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream:  FOUND\0",
        b"\0",
        b"\xff\xfe\0",
        b"stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND\0",
        b"x" * 100_000,
    ],
)
def test_U10_whatever_is_not_exactly_ok_is_no_answer(said: bytes) -> None:
    with answering(said) as address:
        assert Scanner(address).scan([b"harmless"]).verdict is Verdict.UNAVAILABLE


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"stream: OK\0", CLEAN),
        (b"stream: Win.Test A FOUND\0", Answer(Verdict.INFECTED, "Win.Test A")),
        (b"stream: " + b"a" * 500 + b" FOUND\0", Answer(Verdict.INFECTED, "a" * 200)),
        (b"stream: \xe9 FOUND\0", Answer(Verdict.INFECTED, "\ufffd")),
    ],
)
def test_answers_are_understood(said: bytes, answer: Answer) -> None:
    with answering(said) as address:
        assert Scanner(address).scan([b"harmless"]) == answer


def test_U12_a_scanner_that_falls_silent_is_given_up() -> None:
    with answering(b"", then=threading.Event()) as address:
        answer = Scanner(address, silence_seconds=0.05).scan([b"harmless"])
    assert answer == Answer(Verdict.UNAVAILABLE, "the scanner took too long")


def test_U12_a_scanner_that_trickles_is_given_up() -> None:
    with answering(b"stream: O", then=threading.Event()) as address:
        answer = Scanner(address, silence_seconds=0.05, whole_seconds=0.0).scan([b""])
    assert answer == Answer(Verdict.UNAVAILABLE, "the scanner took too long")


def test_a_slow_source_is_cut_off_by_the_limit_on_the_whole() -> None:
    with answering(b"stream: OK\0", read=False, then=threading.Event()) as address:
        answer = Scanner(address, whole_seconds=0.0).scan([b"harmless"])
    assert answer == Answer(Verdict.UNAVAILABLE, "the scanner took too long")


def test_a_word_said_before_hanging_up_is_told() -> None:
    with answering(b"INSTREAM size limit exceeded. ERROR\0", read=False) as address:
        answer = Scanner(address).scan(bytes(MEGABYTE) for _ in range(50))
    assert answer.verdict is Verdict.UNAVAILABLE


def test_what_the_source_raises_passes_through() -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise LookupError("the store")

    with (
        answering(b"", read=False, then=threading.Event()) as address,  # stays on the line till the end
        pytest.raises(LookupError, match=r"^the store$"),
    ):
        Scanner(address).scan(broken())


def test_something_else_on_the_port_is_told() -> None:
    with answering(b"220 mail.example ESMTP\0", read=False) as address:
        assert Scanner(address).unfit() == "not a clamd: it answered '220 mail.example ESMTP' to PING"


def test_the_known_files_are_what_they_say() -> None:
    contents = [known.content for known in scan.known_files()]
    assert contents[1] == EICAR
    with zipfile.ZipFile(io.BytesIO(contents[4])) as outer, outer.open("inner.zip") as inside:
        assert zipfile.ZipFile(inside).getinfo("last.txt").header_offset > 158 * MEGABYTE
