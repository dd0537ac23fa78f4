"""What goes to the process that assigns reviewers, and what comes back: numbers only, no names and no ids.

Submissions, reviewers and principles are counted from 0. Free of scipy, so that the portal may import it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Numbers = tuple[int, ...]
Rows = tuple[Numbers, ...]


@dataclass(frozen=True)
class Edge:
    """A reviewer who may be given a submission, or could if the one thing that ``bar`` names were not in the way."""

    submission: int
    reviewer: int
    bar: str = ""
    brings: Numbers = ()  # principles of the submission that this reviewer knows and none of its present ones does


@dataclass(frozen=True)
class Task:
    """The whole question. ``pairs`` are edges, by their place, that would make a reciprocal pair together."""

    wanted: Numbers  # reviewers that each submission lacks
    loads: Numbers  # open reviews of each reviewer
    rooms: Numbers  # how many more each takes
    edges: tuple[Edge, ...]
    pairs: tuple[tuple[int, int], ...] = ()
    newcomer: int = 1  # how many reviews somebody would take who is no reviewer yet
    seed: int = 0

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), separators=(",", ":")).encode()

    @classmethod
    def read(cls, text: bytes) -> "Task":
        values = json.loads(text)
        edges = tuple(Edge(**{**one, "brings": tuple(one["brings"])}) for one in values.pop("edges"))
        pairs = tuple((first, second) for first, second in values.pop("pairs"))
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        return cls(**kept, edges=edges, pairs=pairs)


@dataclass(frozen=True)
class Answer:
    """What the solver found. When not everything can be served, ``chosen`` serves as much as can be.

    ``unmet`` holds each submission that is left short with how many reviewers it lacks. ``frees`` tells for each kind
    of thing that could give way the least of it that would let everything be served; a kind that would not is not in
    it. Its rows: ``caps`` reviewer and how many more, ``away`` and ``uncalibrated`` reviewer, ``conflict`` and
    ``reciprocal`` submission and reviewer, ``newcomers`` how many.
    """

    chosen: Numbers  # edges by their place
    unmet: tuple[tuple[int, int], ...] = ()
    frees: Mapping[str, Rows] = field(default_factory=dict)

    def as_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, text: bytes) -> "Answer":
        values = json.loads(text)
        return cls(
            tuple(values["chosen"]),
            tuple((submission, number) for submission, number in values["unmet"]),
            {kind: tuple(tuple(row) for row in rows) for kind, rows in values["frees"].items()},
        )
