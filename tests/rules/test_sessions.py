"""How long a sign-in holds, and what is kept of its secret."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.models import SignInSession
from app.rules.sessions import hash_token, holds, is_worth_noting, normal_address

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
IDLE, ABSOLUTE, TICK = timedelta(minutes=60), timedelta(hours=12), timedelta(microseconds=1)


def session(seen: timedelta = timedelta(0), ended: bool = False) -> SignInSession:
    return SignInSession(
        token_hash="x", person_id=uuid4(), started_at=START, seen_at=START + seen,
        ended_at=START if ended else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "after", "expected"),
    [
        (timedelta(0), IDLE - TICK, True),
        (timedelta(0), IDLE, False),
        (timedelta(hours=11, minutes=30), ABSOLUTE - TICK, True),
        (timedelta(hours=11, minutes=30), ABSOLUTE, False),
    ],
)
def test_idle_and_absolute_limits(seen: timedelta, after: timedelta, expected: bool) -> None:
    assert holds(session(seen), START + after, IDLE, ABSOLUTE) is expected


def test_an_ended_session_never_holds() -> None:
    assert holds(session(ended=True), START, IDLE, ABSOLUTE) is False


@pytest.mark.parametrize(("after", "expected"), [(59, False), (60, True)])
def test_last_used_is_noted_once_a_minute(after: int, expected: bool) -> None:
    assert is_worth_noting(session(), START + timedelta(seconds=after)) is expected


def test_only_a_hash_is_kept() -> None:
    assert hash_token("secret") == "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"


@pytest.mark.parametrize("typed", ["A@Example.NHS.uk", " a@example.nhs.uk\t", "ａ@example.nhs.uk"])
def test_one_address_has_one_spelling(typed: str) -> None:
    assert normal_address(typed) == "a@example.nhs.uk"
