"""The hash chain that makes a changed, removed or reordered line of history show."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.models import Event

FIRST = "0" * 64  # what the first line of a stream follows


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, UTF-8 letters kept."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def line_hash(
    stream: str,
    number: int,
    verb: str,
    at: datetime,
    by_id: UUID | None,
    reason: str,
    facts: Mapping[str, Any],
    previous_hash: str,
) -> str:
    """SHA-256 over everything a line says and the hash of the line before."""
    by = str(by_id) if by_id else None
    return sha256(canonical([stream, number, verb, at.isoformat(), by, reason, dict(facts), previous_hash]))


def faults(events: Iterable[Event]) -> list[str]:
    """What is wrong with the events of one stream, given in order of number; empty when the chain holds."""
    found, expected, previous = [], 1, FIRST
    for event in events:
        place = f"{event.stream} line {event.number}"
        if event.number != expected:
            found.append(f"{place}: line {expected} is missing")
        if event.previous_hash != previous:
            found.append(f"{place}: does not follow the line before")
        if event.hash != _hash_of(event):
            found.append(f"{place}: was changed after it was written")
        expected, previous = event.number + 1, event.hash
    return found


def _hash_of(event: Event) -> str:
    return line_hash(
        event.stream,
        event.number,
        event.verb,
        event.at,
        event.by_id,
        event.reason,
        event.facts,
        event.previous_hash,
    )
