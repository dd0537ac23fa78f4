"""The lines of the table: what each client asks for, again and again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from app.criteria.answers import clean
from app.criteria.schema import Criterion
from app.rules.marks import written
from app.rules.merging import marks_of
from benchmarks.judging import LEVEL
from benchmarks.seeding import Load
from benchmarks.wire import Answer, Wire
from benchmarks.writing import SENTENCE, values_of

Ask = Callable[[Wire, int, int], Awaitable[Answer]]  # connection, number of the client, number of its request


@dataclass(frozen=True)
class Line:
    """One kind of request, and the status that says it worked."""

    name: str
    ask: Ask
    wanted: int = 200


@dataclass
class Visits:
    """What clients open. Client n works for organisation n, so that no two write the same row."""

    load: Load
    versions: dict[tuple[UUID, str], int] = field(
        default_factory=dict
    )  # last version seen, by parent and criterion

    def lines(self) -> list[Line]:
        return [
            Line("criterion page", self.criterion_page),
            Line("save an answer", self.save_answer, 303),
            Line("reviewer's queue of 250", self.queue),
            Line("score page", self.score_page),
            Line("save a score", self.save_score, 303),
            Line("agreement of 250 submissions", self.agreement),
            Line("register", self.register),
            Line("dashboard", self.dashboard),
            Line("Excel of one assessment", self.spreadsheet),
        ]

    async def criterion_page(self, wire: Wire, client: int, turn: int) -> Answer:
        body = self.load.body(client)
        path = (
            f"/self-assessments/{self.load.self_assessments[body.id]}/criteria/{self._criterion(turn).code}"
        )
        return await wire.get(path, self.load.world.tokens[body.lead_id])

    async def save_answer(self, wire: Wire, client: int, turn: int) -> Answer:
        body, criterion = self.load.body(client), self._criterion(turn)
        own_id = self.load.self_assessments[body.id]
        version = self.versions.get((own_id, criterion.code), 1)
        typed = _values_of_version(criterion, version + 1)
        form = {"form-seen": _marks(criterion, version), "form-finished": "yes", "form-then": "next"}
        path = f"/self-assessments/{own_id}/criteria/{criterion.code}"
        answer = await wire.post(path, self.load.world.tokens[body.lead_id], typed | form)
        self.versions[own_id, criterion.code] = version + 1
        return answer

    async def queue(self, wire: Wire, client: int, turn: int) -> Answer:
        return await wire.get("/reviews", self.load.world.token("reviewer 1"))

    async def score_page(self, wire: Wire, client: int, turn: int) -> Answer:
        path = f"/reviews/{self._review(client)}/criteria/{self._criterion(turn).code}"
        return await wire.get(path, self.load.world.token("reviewer 1"))

    async def save_score(self, wire: Wire, client: int, turn: int) -> Answer:
        review, code = self._review(client), self._criterion(turn).code
        version = self.versions.get((review, code), 1)
        reason = f"{SENTENCE}Version {version + 1}."
        form = {
            "score": str(turn % 4),
            "reason": reason,
            "private-note": "",
            "version": str(version),
            "then": "next",
        }
        path = f"/reviews/{review}/criteria/{code}"
        answer = await wire.post(path, self.load.world.token("reviewer 1"), form)
        self.versions[review, code] = version + 1
        return answer

    async def agreement(self, wire: Wire, client: int, turn: int) -> Answer:
        world = self.load.world
        return await wire.get(f"/windows/{world.windows['before']}/agreement", world.token("administrator"))

    async def register(self, wire: Wire, client: int, turn: int) -> Answer:
        return await wire.get("/register")

    async def dashboard(self, wire: Wire, client: int, turn: int) -> Answer:
        world = self.load.world
        return await wire.get(f"/dashboards/{world.region_id}", world.token("region viewer"))

    async def spreadsheet(self, wire: Wire, client: int, turn: int) -> Answer:
        body = self.load.body(client)
        path = f"/self-assessments/{self.load.self_assessments[body.id]}/export.xlsx"
        return await wire.get(path, self.load.world.tokens[body.lead_id])

    def _criterion(self, turn: int) -> Criterion:
        of_level = [one for one in self.load.world.framework.criteria if one.level == LEVEL]
        return of_level[turn % len(of_level)]

    def _review(self, client: int) -> UUID:
        return self.load.reviews[self.load.body(client).id]


async def bare_page(wire: Wire, client: int, turn: int) -> Answer:
    return await wire.get("/")


BARE = Line("a bare page of the same stack", bare_page)


def _values_of_version(criterion: Criterion, version: int) -> dict[str, str]:
    values = values_of(criterion)
    return values if version == 1 else values | {"narrative": f"{values['narrative']} Version {version}."}


def _marks(criterion: Criterion, version: int) -> str:
    """What the form carries that was opened when this version was saved."""
    return written(marks_of(criterion, clean(criterion, _values_of_version(criterion, version)).values, True))
