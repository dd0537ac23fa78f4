"""What the Assembly decided, and what follows until it is settled."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, choice, identity, json_value, long_text, moment, parent


class Outcome(StrEnum):
    RECOGNISED = "recognised"
    NOT_YET = "not yet"
    DEFERRED = "deferred"


class Decision(Row, table=True):
    """An outcome put forward by one and confirmed by as many as the quorum asks for.

    A submission has several when a question is answered or an appeal is judged; the newest that is not void counts.
    """

    __table_args__ = (sa.UniqueConstraint("submission_id", "number"),)
    id: UUID = identity()
    submission_id: UUID = parent("submission.id", index=False)
    number: int = 1
    round: int = 1
    outcome: Outcome = choice(Outcome)
    rule_outcome: Outcome = choice(Outcome)  # what the rule says of the agreed scores
    is_override: bool = False
    reason: str = long_text(default="")
    basis: dict[str, Any] = json_value(default_factory=dict)  # the exact scores, rule, version and copy hash
    decided_at: Moment = moment()
    decided_by_id: UUID = parent("person.id", index=False)
    clarify_code: str = Field(default="", max_length=10)  # deferred: the criterion to clarify
    clarify_due_on: date | None = None
    void_at: Moment | None = moment(optional=True)  # it never counted, or no longer does
    void_by_id: UUID | None = parent("person.id", optional=True, index=False)
    void_reason: str = long_text(default="")
    released_at: Moment | None = moment(optional=True)
    released_by_id: UUID | None = parent("person.id", optional=True, index=False)


class DecisionVote(Row, table=True):
    """One person of the quorum stands behind a decision."""

    __table_args__ = (sa.UniqueConstraint("decision_id", "person_id"),)
    id: UUID = identity()
    decision_id: UUID = parent("decision.id", index=False)
    person_id: UUID = parent("person.id", index=False)
    voted_at: Moment = moment()


class Condition(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("decision_id", "criterion_code"),)
    id: UUID = identity()
    decision_id: UUID = parent("decision.id", index=False)
    criterion_code: str = Field(max_length=10)
    text: str = long_text()


class ConditionAnswer(Row, table=True):
    """What the organisation did about a condition, written in the self-assessment it puts forward next."""

    __table_args__ = (sa.UniqueConstraint("condition_id", "self_assessment_id"),)
    id: UUID = identity()
    condition_id: UUID = parent("condition.id", index=False)
    self_assessment_id: UUID = parent("self_assessment.id")
    text: str = long_text(default="")
    version: int = 1  # counts the saves
    saved_at: Moment = moment()
    saved_by_id: UUID = parent("person.id", index=False)


class LetterTemplate(Row, table=True):
    """The text that letters of one outcome begin from. No row: the text that is shipped."""

    outcome: Outcome = choice(Outcome, primary_key=True)
    subject: str = Field(max_length=200)
    body: str = long_text()
    version: int = 1  # counts the saves
    changed_at: Moment = moment()
    changed_by_id: UUID = parent("person.id", index=False)


class Letter(Row, table=True):
    """The letter of one decision. It goes out when its window is released, and not before somebody has read it."""

    id: UUID = identity()
    decision_id: UUID = Field(foreign_key="decision.id", unique=True)
    subject: str = Field(max_length=200)
    body: str = long_text()
    version: int = 1  # counts the saves
    drafted_at: Moment = moment()
    edited_at: Moment | None = moment(optional=True)
    edited_by_id: UUID | None = parent("person.id", optional=True, index=False)
    read_at: Moment | None = moment(optional=True)  # somebody says it may go
    read_by_id: UUID | None = parent("person.id", optional=True, index=False)
    sent_at: Moment | None = moment(optional=True)


class Clarification(Row, table=True):
    """One question to the organisation about one criterion, with a date."""

    __table_args__ = (
        sa.Index(
            "uq_clarification_open",
            "submission_id",
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL AND closed_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL AND closed_at IS NULL"),
        ),
    )
    id: UUID = identity()
    submission_id: UUID = parent("submission.id")
    decision_id: UUID | None = parent("decision.id", optional=True, index=False)  # that deferred
    criterion_code: str = Field(max_length=10)
    round: int = 1  # of the submission when it was asked
    question: str = long_text()
    due_on: date
    asked_at: Moment = moment()
    asked_by_id: UUID = parent("person.id", index=False)
    answer: str = long_text(default="")
    answered_at: Moment | None = moment(optional=True)
    answered_by_id: UUID | None = parent("person.id", optional=True, index=False)
    times_agreed: int = (
        0  # how often the round had agreed the score when the answer came: it is agreed once more
    )
    closed_at: Moment | None = moment(optional=True)  # without an answer
    closed_by_id: UUID | None = parent("person.id", optional=True, index=False)
    close_reason: str = long_text(default="")


class Appeal(Row, table=True):
    """An organisation disagrees with a decision. People none of whom judged before judge the criteria it names."""

    id: UUID = identity()
    submission_id: UUID = parent("submission.id")
    decision_id: UUID = Field(foreign_key="decision.id", unique=True)
    round: int  # in which it is judged
    grounds: dict[str, str] = json_value(default_factory=dict)  # criterion code -> why
    filed_at: Moment = moment()
    filed_by_id: UUID = parent("person.id", index=False)


class BlindCheck(Row, table=True):
    """An award drawn at random to be reviewed once more by somebody who knows no score."""

    id: UUID = identity()
    decision_id: UUID = Field(foreign_key="decision.id", unique=True)
    window_id: UUID = parent("window.id")
    review_id: UUID | None = parent("review.id", optional=True, index=False)
    drawn_at: Moment = moment()
