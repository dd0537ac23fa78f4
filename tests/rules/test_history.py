"""The chain shows a line that was changed, removed, added between or put elsewhere."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.models import Event
from app.rules.history import FIRST, canonical, faults, line_hash

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BY = uuid4()


def chain(number: int = 3) -> list[Event]:
    lines, previous = [], FIRST
    for place in range(1, number + 1):
        hash_ = line_hash("s", place, "verb", AT, BY, "why", {"n": place}, previous)
        lines.append(
            Event(
                stream="s", number=place, verb="verb", at=AT, by_id=BY, reason="why",
                facts={"n": place}, previous_hash=previous, hash=hash_,
            )
        )  # fmt: skip
        previous = hash_
    return lines


def test_an_untouched_chain_has_no_faults() -> None:
    assert (faults(chain()), faults([])) == ([], [])


CHANGES: dict[str, Callable[[Event], None]] = {
    "verb": lambda line: setattr(line, "verb", "other"),
    "moment": lambda line: setattr(line, "at", AT + timedelta(microseconds=1)),
    "person": lambda line: setattr(line, "by_id", uuid4()),
    "nobody": lambda line: setattr(line, "by_id", None),
    "reason": lambda line: setattr(line, "reason", "why not"),
    "facts": lambda line: setattr(line, "facts", {"n": 2, "more": 1}),
    "stream": lambda line: setattr(line, "stream", "t"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_o07_any_change_of_a_line_is_found(change: str) -> None:
    lines = chain()
    CHANGES[change](lines[1])
    assert faults(lines) == [f"{lines[1].stream} line 2: was changed after it was written"]


def test_a_removed_line_is_found_by_its_number_and_by_what_follows() -> None:
    lines = chain()
    del lines[1]
    assert faults(lines) == ["s line 3: line 2 is missing", "s line 3: does not follow the line before"]


def test_a_rewritten_line_breaks_the_next_even_with_a_hash_to_match() -> None:
    lines = chain()
    lines[1].reason = "rewritten"
    lines[1].hash = line_hash("s", 2, "verb", AT, BY, "rewritten", {"n": 2}, lines[0].hash)
    assert faults(lines) == ["s line 3: does not follow the line before"]


def test_one_text_for_one_value() -> None:
    assert canonical({"b": [1, None], "a": "ä\u2028"}) == '{"a":"ä\u2028","b":[1,null]}'
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})
