"""A client that plays one organisation's story again and again over HTTP, and keeps what was acknowledged."""

import asyncio
import html
import re
from random import Random
from uuid import UUID

from app.models import ReviewStatus, Status
from benchmarks.judging import LEVEL
from benchmarks.wire import Answer, Gone, Wire
from benchmarks.world import Body
from benchmarks.writing import values_of
from tests.durability.ledger import Ledger
from tests.durability.prepared import Prepared
from tests.durability.standing import ReviewStanding, Standing, standing

RECEIPT = re.compile(r"Receipt (R-[0-9A-Z-]+)")
CERTIFICATE = re.compile(r"Number (ARF-\d+-\d+).*?/certificates/([0-9a-f-]{36})", re.DOTALL)
ID = re.compile(r"[0-9a-f-]{36}")
LETTER = re.compile(r"<textarea[^>]*>(.*?)</textarea>", re.DOTALL)


class Unexpected(Exception):
    """The portal answered otherwise than a portal that keeps its word."""


class Client:
    """Works for one organisation, and plays its sponsor, reviewers and the Assembly too."""

    def __init__(self, prepared: Prepared, body: Body, port: int, ledger: Ledger) -> None:
        self.prepared, self.body, self.ledger = prepared, body, ledger
        self.own_id = prepared.self_assessments[body.id]
        self.wire = Wire(port)
        self.dice = Random(body.ods_code)
        self.odd: list[str] = []  # answers that a portal which keeps its word does not give
        self.finished = 0  # stories from answer to certificate, or the rest of one

    async def work(self, is_up: asyncio.Event, stop: asyncio.Event) -> None:
        """Go on until told to stop; while the portal is down, wait."""
        while not stop.is_set():
            await is_up.wait()
            try:
                await self.go_on(standing(self.prepared.path, self.body.id, self.own_id))
            except Gone:
                await asyncio.sleep(0.01)
            except Unexpected as odd:
                self.odd.append(str(odd))
                await asyncio.sleep(0.1)
        self.wire.close()

    async def go_on(self, found: Standing) -> None:
        """One stage of the story."""
        match found.status:
            case None:
                await self.write_and_hand_over(found.answers)
            case Status.AWAITING_SIGN_OFF:
                await self.sign(_some(found.submission_id))
            case Status.SUBMITTED | Status.IN_REVIEW:
                await self.review(_some(found.submission_id), found.reviews)
            case Status.AWAITING_DECISION:
                await self.decide(_some(found.submission_id))
            case Status.DECIDED:
                await self.release(_some(found.submission_id))
            case other:
                raise Unexpected(f"{self.body.ods_code} is {other}")

    async def write_and_hand_over(self, versions: dict[str, int]) -> None:
        criterion = self.dice.choice([c for c in self.prepared.world.framework.criteria if c.level == LEVEL])
        version = versions[criterion.code]
        text = f"What was written as version {version + 1}: {self.dice.random()}"
        path = f"/self-assessments/{self.own_id}"
        shown = await self._shown(f"{path}/criteria/{criterion.code}", self.body.lead_id)
        form = {"form-seen": _hidden(shown, "form-seen"), "form-finished": "yes", "form-then": "later"}
        values = values_of(criterion) | {"narrative": text}
        await self._done(f"{path}/criteria/{criterion.code}", self.body.lead_id, values | form)
        self.ledger.note(
            "answer", self_assessment=self.own_id, criterion=criterion.code, version=version + 1, text=text
        )
        chosen = {"window": str(self.prepared.windows[self.body.id]), "sponsor": str(self.body.sponsor_id)}
        answer = await self._done(f"{path}/submit/{LEVEL}", self.body.lead_id, chosen)
        self.ledger.note("handed over", submission=_found(ID, answer.location)[0])

    async def sign(self, id_: UUID) -> None:
        shown = await self._shown(f"/submissions/{id_}/sign", self.body.sponsor_id)
        form = {name: _hidden(shown, name) for name in ("content", "marks")} | {"read": "yes"}
        await self._done(f"/submissions/{id_}/sign", self.body.sponsor_id, form)
        self.ledger.note("signed", submission=id_, content=form["content"])
        receipt = _found(RECEIPT, await self._shown(f"/submissions/{id_}/receipt", self.body.lead_id))[1]
        self.ledger.note("receipt", submission=id_, receipt=receipt)

    async def review(self, id_: UUID, reviews: list[ReviewStanding]) -> None:
        if len(reviews) < 2:
            people = self.prepared.world.people
            form = {f"reviewer-{people[part]}": "yes" for part in ("reviewer 1", "reviewer 2")}
            await self._done(f"/submissions/{id_}/reviewers", people["administrator"], form)
            self.ledger.note("assigned", submission=id_, reviews=2)
            return
        for one in reviews:
            if one.status is not ReviewStatus.SEALED:
                await self._score(one)

    async def _score(self, review: ReviewStanding) -> None:
        path = f"/reviews/{review.id}"
        if review.status is ReviewStatus.ASSIGNED:
            await self._done(f"{path}/start", review.reviewer_id, {})
            self.ledger.note("started", review=review.id)
        for code, version in review.unscored.items():
            score, reason = self.dice.choice((2, 3)), f"Reason {self.dice.random()}"
            form = {"score": str(score), "reason": reason, "private-note": "", "version": str(version)}
            await self._done(f"{path}/criteria/{code}", review.reviewer_id, form)
            self.ledger.note(
                "score", review=review.id, criterion=code, version=version + 1, score=score, reason=reason
            )
        seen = _hidden(await self._shown(f"{path}/seal", review.reviewer_id), "seen")
        await self._done(f"{path}/seal", review.reviewer_id, {"seen": seen})
        self.ledger.note("sealed", review=review.id, digest=seen)

    async def decide(self, id_: UUID) -> None:
        administrator = self.prepared.world.people["administrator"]
        form = {"outcome": "recognised", "reason": ""}
        await self._done(f"/submissions/{id_}/decision", administrator, form)
        self.ledger.note("decided", submission=id_, outcome="recognised")

    async def release(self, id_: UUID) -> None:
        administrator, window = (
            self.prepared.world.people["administrator"],
            self.prepared.windows[self.body.id],
        )
        await self._read_letter(id_, administrator)
        await self._done(f"/windows/{window}/release", administrator, {})
        self.ledger.note("released", submission=id_)
        found = _found(CERTIFICATE, await self._shown(f"/submissions/{id_}/outcome", self.body.lead_id))
        self.ledger.note("certificate", submission=id_, number=found[1], id=found[2])
        self.finished += 1

    async def _read_letter(self, id_: UUID, administrator: UUID) -> None:
        """Say that the letter may go, as it was drafted."""
        shown = await self._shown(f"/submissions/{id_}/letter", administrator)
        body = html.unescape(_found(LETTER, shown)[1])
        form = {
            "version": _hidden(shown, "version"),
            "subject": "Your outcome",
            "body": body,
            "may-go": "yes",
        }
        await self._done(f"/submissions/{id_}/letter", administrator, form)

    async def _shown(self, path: str, person: UUID) -> str:
        answer = await self.wire.get(path, self.prepared.world.tokens[person])
        if answer.status != 200:
            raise Unexpected(f"{path} answered {answer.status}")
        return answer.body.decode()

    async def _done(self, path: str, person: UUID, form: dict[str, str]) -> Answer:
        """What a form answers that was accepted."""
        answer = await self.wire.post(path, self.prepared.world.tokens[person], form)
        if answer.status != 303:
            raise Unexpected(f"{path} answered {answer.status}")
        return answer


def _some(id_: UUID | None) -> UUID:
    assert id_ is not None  # whatever has a status is a submission
    return id_


def _found(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.search(text)
    if match is None:
        raise Unexpected(f"the page does not show {pattern.pattern}")
    return match


def _hidden(page: str, name: str) -> str:
    return _found(re.compile(f'name="{name}" value="([^"]*)"'), page)[1]
