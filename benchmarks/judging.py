"""What was submitted, scored, decided and recognised."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from secrets import token_hex
from typing import Any
from uuid import UUID

from app.criteria.loader import checksum
from app.models import (
    Certificate,
    CertificateCounter,
    Decision,
    Outcome,
    Review,
    ReviewStatus,
    Score,
    SealedCopy,
    Status,
    Submission,
)
from app.rules import certificates
from app.rules.declarations import DECLARATION
from app.rules.scoring import digest
from app.rules.sealing import SealedAnswer, SealedContent, SealedDocument, as_text, seal
from app.rules.workflow import Verb
from benchmarks.rows import Rows
from benchmarks.world import Body, World
from benchmarks.writing import SENTENCE, Written, values_of

LEVEL = "bronze"
SCORED = 6  # of the 16 criteria, in a review that is under way


def submitted(world: World, rows: Rows, body: Body, own_id: UUID, window: str, status: Status) -> UUID:
    """A Bronze submission of the organisation, without what was signed."""
    at = world.now - timedelta(days=390 if window == "before" else 20)
    return rows.add(
        Submission,
        organisation_id=body.id,
        icb_id=body.icb_id,
        region_id=body.region_id,
        self_assessment_id=own_id,
        framework_version_id=world.version_id,
        window_id=world.windows[window],
        level=LEVEL,
        status=status,
        handed_over_at=at,
        handed_over_by_id=body.lead_id,
        sponsor_id=body.sponsor_id,
        decline_reason="",
        changed_at=at,
    )


def under_review(world: World, rows: Rows, body: Body, own: Written) -> tuple[UUID, UUID]:
    """A submission that reviewer 1 is scoring and reviewer 2 has not begun. Returns its id and reviewer 1's review."""
    id_ = submitted(world, rows, body, own.id, "now", Status.IN_REVIEW)
    at = world.now - timedelta(days=20)
    sha256 = _signed(world, rows, body, own, id_, "now", at)
    both = [
        _review(world, rows, id_, sha256, n, at, (ReviewStatus.STARTED, ReviewStatus.ASSIGNED)[n])
        for n in (0, 1)
    ]
    _tell_review(world, rows, id_, both[0], 0, Verb.START_REVIEW, at, Status.IN_REVIEW)
    for code, place in _places(world).items():
        for number, review in enumerate(both):
            given = 2 if number == 0 and place < SCORED else None
            _score(rows, review, code, given, at)
    return id_, both[0]


def recognised(world: World, rows: Rows, body: Body, own: Written, serial: int) -> None:
    """A submission of last year that was scored, decided and released, with its certificate."""
    at = world.now - timedelta(days=390)
    id_ = submitted(world, rows, body, own.id, "before", Status.RELEASED)
    sha256 = _signed(world, rows, body, own, id_, "before", at)
    marks = {code: _marks(f"{serial} {code}") for code in _places(world)}
    for number in (0, 1):
        review = _review(world, rows, id_, sha256, number, at, ReviewStatus.SEALED)
        if number == 0:
            _tell_review(world, rows, id_, review, number, Verb.START_REVIEW, at, Status.IN_REVIEW)
        given = [_score(rows, review, code, marks[code][number], at) for code in _places(world)]
        after = Status.AWAITING_DECISION if number else Status.IN_REVIEW
        _tell_review(world, rows, id_, review, number, Verb.SEAL_REVIEW, at, after, digest=digest(given))
    by_letter = {letter: {code: both[n] for code, both in marks.items()} for n, letter in enumerate("AB")}
    reviews = {"scores": by_letter, "agreed": {}}
    scores = {code: min(both) for code, both in marks.items()}
    decided(world, rows, body, id_, serial, copy_sha256=sha256, scores=scores, reviews=reviews)


def _marks(seed: str) -> tuple[int, int]:
    """What two reviewers give one criterion: alike mostly, and never so apart that it needs a third."""
    drawn = Random(seed)
    return drawn.choice((2, 2, 3)), drawn.choice((2, 2, 3))


def decided(world: World, rows: Rows, body: Body, submission_id: UUID, serial: int, **basis: Any) -> None:
    """The decision of a released submission, and its certificate."""
    at, by = world.now - timedelta(days=300), world.people["administrator"]
    decision_id = rows.add(
        Decision,
        submission_id=submission_id,
        outcome=Outcome.RECOGNISED,
        rule_outcome=Outcome.RECOGNISED,
        is_override=False,
        reason="",
        basis={"met_at": 2, **basis},
        decided_at=at,
        decided_by_id=by,
        released_at=at,
        released_by_id=by,
    )
    said = {"outcome": Outcome.RECOGNISED.value, "override": False, "decision": str(decision_id)}
    for verb, status in ((Verb.DECIDE, Status.DECIDED), (Verb.RELEASE, Status.RELEASED)):
        rows.tell(f"submission:{submission_id}", verb.value, at, by, **said, status=status.value)
    _certificate(world, rows, body, decision_id, serial, at, by)


def _certificate(
    world: World, rows: Rows, body: Body, decision_id: UUID, serial: int, at: datetime, by: UUID
) -> None:
    framework, level, on = world.framework, world.framework.level(LEVEL), at.date()
    number = certificates.number(on.year, serial)
    names = {"organisation_id": body.id, "icb_id": body.icb_id, "region_id": body.region_id}
    never = dict.fromkeys(("revoked_on", "revoked_at", "revoked_by_id"))
    id_ = rows.add(
        Certificate,
        decision_id=decision_id,
        number=number,
        year=on.year,
        serial=serial,
        token=token_hex(16),
        organisation_name=body.name,
        ods_code=body.ods_code,
        level=level.id,
        level_name=level.name,
        level_rank=level.rank,
        framework_version_id=world.version_id,
        framework_title=framework.title,
        framework_version=framework.version,
        illustrative_mark=framework.mark,
        issuer_name="Fictional assembly",
        signatories=["Director"],
        is_fictional=True,
        issued_on=on,
        expires_on=certificates.expiry(on, framework.settings.validity_months),
        issued_at=at,
        issued_by_id=by,
        revoke_reason="",
        **names,
        **never,
    )
    rows.tell(f"certificate:{id_}", "issue", at, by, number=number, level=level.id, decision=str(decision_id))


def counted(world: World, rows: Rows, issued: int) -> None:
    """The counter of numbers after ``issued`` certificates."""
    year = (world.now - timedelta(days=300)).date().year
    rows.add_without_id(CertificateCounter, year=year, last=issued)


def _places(world: World) -> dict[str, int]:
    codes = [one.code for one in world.framework.criteria if one.level == LEVEL]
    return {code: place for place, code in enumerate(codes)}


def _signed(world: World, rows: Rows, body: Body, own: Written, id_: UUID, window: str, at: datetime) -> str:
    document = SealedDocument(
        content=_content(world, body, own, window),
        declaration=DECLARATION,
        signed_by="Sponsor",
        handed_over_by="Lead",
        sealed_at=at,
    )
    sha256, receipt = seal(document), f"R-{token_hex(6).upper()}"
    rows.add_without_id(
        SealedCopy,
        submission_id=id_,
        receipt=receipt,
        document=as_text(document),
        sha256=sha256,
        declaration=DECLARATION,
        sealed_at=at,
        sealed_by_id=body.sponsor_id,
    )
    stream, waiting, sent = f"submission:{id_}", Status.AWAITING_SIGN_OFF.value, Status.SUBMITTED.value
    rows.tell(stream, Verb.HAND_OVER.value, at, body.lead_id, level=LEVEL, status=waiting)
    rows.tell(stream, Verb.SIGN.value, at, body.sponsor_id, receipt=receipt, sha256=sha256, status=sent)
    return sha256


def _content(world: World, body: Body, own: Written, window: str) -> SealedContent:
    framework = world.framework
    return SealedContent(
        framework=framework.id,
        framework_version=framework.version,
        framework_checksum=checksum_of(world),
        organisation_id=body.id,
        organisation_name=body.name,
        ods_code=body.ods_code,
        organisation_kind="trust",
        level=LEVEL,
        window_id=world.windows[window],
        answers=tuple(
            SealedAnswer(
                code=one.code, level=one.level, values=values_of(one), evidence=own.evidence[one.code]
            )
            for one in framework.criteria
            if one.level == LEVEL
        ),
        not_applicable=(),
        lower_levels_held=(),
    )


_CHECKSUMS: dict[UUID, str] = {}


def checksum_of(world: World) -> str:
    return _CHECKSUMS.setdefault(world.version_id, checksum(world.framework))


def _review(
    world: World,
    rows: Rows,
    submission_id: UUID,
    sha256: str,
    number: int,
    at: datetime,
    status: ReviewStatus,
) -> UUID:
    id_ = rows.add(
        Review,
        submission_id=submission_id,
        reviewer_id=world.people[f"reviewer {number + 1}"],
        letter="AB"[number],
        status=status,
        copy_sha256=sha256,
        assigned_at=at,
        assigned_by_id=world.people["administrator"],
        started_at=None if status is ReviewStatus.ASSIGNED else at,
        sealed_at=at if status is ReviewStatus.SEALED else None,
    )
    by, stream = world.people["administrator"], f"submission:{submission_id}"
    facts = {"review": str(id_), "letter": "AB"[number], "status": _assigned_in(status, number)}
    rows.tell(stream, Verb.ASSIGN_REVIEWER.value, at, by, **facts)
    return id_


def _assigned_in(status: ReviewStatus, number: int) -> str:
    """The second reviewer of a sealed one is assigned while the first is at work, as it often happens."""
    begun = status is ReviewStatus.SEALED and number == 1
    return (Status.IN_REVIEW if begun else Status.SUBMITTED).value


def _tell_review(
    world: World,
    rows: Rows,
    submission_id: UUID,
    review: UUID,
    number: int,
    verb: Verb,
    at: datetime,
    status: Status,
    **more: str,
) -> None:
    facts: Mapping[str, str] = {"review": str(review), "letter": "AB"[number], "status": status.value}
    by = world.people[f"reviewer {number + 1}"]
    rows.tell(f"submission:{submission_id}", verb.value, at, by, **facts, **more)


def _score(rows: Rows, review: UUID, code: str, given: int | None, at: datetime) -> Score:
    reason = "" if given is None else SENTENCE.strip()
    made = Score(review_id=review, criterion_code=code, score=given, reason=reason, saved_at=at)
    rows.add(Score, **made.model_dump())
    return made
