"""What waits for somebody about submissions and windows."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.db import UtcDateTime
from app.models import (
    OPEN_STATUSES,
    Appeal,
    CallBack,
    ChangeRequest,
    Clarification,
    CoSignature,
    Decision,
    LateDoor,
    Organisation,
    Outcome,
    Role,
    SealedCopy,
    SelfAssessment,
    Status,
    Submission,
    Window,
)
from app.queries.decisions import is_newest
from app.queries.waiting_lines import Asking, Line
from app.rules import co_signatures
from app.rules.appeals import last_day
from app.rules.days import in_words, uk_day
from app.rules.due import SOON, days_until, due_words
from app.rules.permissions import Permission

_APPEALED_WITHIN = timedelta(days=400)  # longer than the 250 working days that a framework version may set


def to_sign(asking: Asking) -> list[Line]:
    """What an executive was asked to sign."""
    call = _is_called_back()
    rows = asking.session.execute(
        _submissions(call, col(Window.closes_at))
        .join(Window, col(Window.id) == col(Submission.window_id))
        .where(col(Submission.status) == Status.AWAITING_SIGN_OFF)
        .where(col(Submission.sponsor_id) == asking.who.person_id)
        .where(col(Submission.organisation_id).in_(asking.who.organisations(Role.SPONSOR)))
    ).all()
    return [
        Line(
            f"Read and sign {asking.level_name(version, level)} for {name}",
            "You asked to be called before you sign."
            if is_called
            else "You can sign, or decline and say why.",
            f"/submissions/{id_}/sign",
            name,
            uk_day(closes_at),
        )
        for id_, version, level, name, is_called, closes_at in rows
    ]


def calls_wanted(asking: Asking) -> list[Line]:
    """Executives who would rather talk before they sign: for those who can hand over."""
    rows = asking.session.execute(
        _submissions()
        .where(col(Submission.status) == Status.AWAITING_SIGN_OFF, _is_called_back())
        .where(col(Submission.organisation_id).in_(asking.organisations(Permission.HAND_OVER)))
    ).all()
    return [
        Line(
            f"Call the executive sponsor about {asking.level_name(version, level)}",
            "They asked to talk before they sign.",
            f"/submissions/{id_}",
            name,
        )
        for id_, version, level, name in rows
    ]


def views_wanted(asking: Asking) -> list[Line]:
    """The staff network's views that were asked for. What the Assembly does meanwhile changes nothing."""
    sealed_at = (
        sa.select(sa.func.max(col(SealedCopy.sealed_at), type_=UtcDateTime()))
        .where(col(SealedCopy.submission_id) == col(Submission.id))
        .correlate(Submission)
        .scalar_subquery()
    )
    asked = sa.or_(col(CoSignature.given_at).is_(None), col(CoSignature.asked_at) > col(CoSignature.given_at))
    rows = asking.session.execute(
        _submissions(col(Submission.status), sealed_at, col(Submission.round))
        .join(CoSignature, col(CoSignature.submission_id) == col(Submission.id))
        .where(col(CoSignature.person_id) == asking.who.person_id, asked)
        .where(col(Submission.status).in_(OPEN_STATUSES))
        .where(col(Submission.organisation_id).in_(asking.who.organisations(Role.NETWORK_CHAIR)))
    ).all()
    return [
        Line(
            f"Give the staff network’s view of {asking.level_name(version, level)} for {name}",
            "You were asked when it was handed to the executive sponsor. You decide who reads it.",
            f"/submissions/{id_}/co-signature",
            name,
        )
        for id_, version, level, name, status, sealed, round_ in rows
        if co_signatures.is_open(status, sealed, asking.at, is_appeal=round_ > 1)
    ]


def changes_requested(asking: Asking) -> list[Line]:
    """What the Assembly wants changed in a sealed copy."""
    rows = asking.session.execute(
        _submissions(col(ChangeRequest.due_on))
        .join(ChangeRequest, col(ChangeRequest.submission_id) == col(Submission.id))
        .where(col(Submission.status) == Status.CHANGES_REQUESTED, col(ChangeRequest.answered_at).is_(None))
        .where(col(Submission.organisation_id).in_(asking.organisations(Permission.HAND_OVER)))
    ).all()
    return [
        Line(
            f"Answer the request for changes to {asking.level_name(version, level)}",
            f"The Assembly asks for changes. {due_words(due_on, asking.today)}: {in_words(due_on)}.",
            f"/submissions/{id_}",
            name,
            due_on,
        )
        for id_, version, level, name, due_on in rows
    ]


def clarifications(asking: Asking) -> list[Line]:
    """The Assembly's questions that wait for an answer."""
    rows = asking.session.execute(
        _submissions(col(Clarification.criterion_code), col(Clarification.due_on))
        .join(Clarification, col(Clarification.submission_id) == col(Submission.id))
        .where(col(Submission.status) == Status.AWAITING_ANSWER)
        .where(col(Clarification.answered_at).is_(None), col(Clarification.closed_at).is_(None))
        .where(col(Submission.organisation_id).in_(asking.organisations(Permission.ANSWER_CLARIFICATION)))
    ).all()
    return [
        Line(
            f"Answer the Assembly’s question about {code} of {asking.level_name(version, level)}",
            f"{due_words(due_on, asking.today)}: {in_words(due_on)}.",
            f"/submissions/{id_}/clarification",
            name,
            due_on,
        )
        for id_, version, level, name, code, due_on in rows
    ]


def appeals_possible(asking: Asking) -> list[Line]:
    """Released outcomes that can still be appealed against, until which day."""
    appealed = sa.exists().where(col(Appeal.decision_id) == col(Decision.id)).correlate(Decision)
    rows = asking.session.execute(
        _submissions(col(Decision.released_at))
        .join(Decision, col(Decision.submission_id) == col(Submission.id))
        .where(col(Submission.status) == Status.RELEASED, is_newest(), ~appealed)
        .where(col(Decision.outcome) != Outcome.RECOGNISED)
        .where(col(Decision.released_at) > asking.at - _APPEALED_WITHIN)
        .where(col(Submission.organisation_id).in_(asking.organisations(Permission.APPEAL)))
    ).all()
    found = [
        (
            id_,
            version,
            level,
            name,
            last_day(released_at, asking.framework(version).settings.appeal_working_days),
        )
        for id_, version, level, name, released_at in rows
    ]
    return [
        Line(
            f"Read the outcome of {asking.level_name(version, level)}",
            f"An appeal can be made until {in_words(until)}.",
            f"/submissions/{id_}/outcome",
            name,
            until,
        )
        for id_, version, level, name, until in found
        if asking.today <= until
    ]


def windows_closing(asking: Asking) -> list[Line]:
    """Windows that close within two months and in which the organisation has nothing under way yet."""
    under_way = sa.exists().where(
        col(Submission.window_id) == col(Window.id),
        col(Submission.organisation_id) == col(SelfAssessment.organisation_id),
        col(Submission.status).in_((*OPEN_STATUSES, Status.RELEASED)),
    )
    door = (
        sa.select(sa.func.max(col(LateDoor.closes_at), type_=UtcDateTime()))
        .where(col(LateDoor.window_id) == col(Window.id))
        .where(col(LateDoor.organisation_id) == col(SelfAssessment.organisation_id))
        .correlate(Window, SelfAssessment)
        .scalar_subquery()
    )
    rows = asking.session.execute(
        sa.select(
            col(SelfAssessment.id), col(Organisation.name), col(Window.name), col(Window.closes_at), door
        )
        .join(Organisation, col(Organisation.id) == col(SelfAssessment.organisation_id))
        .join(Window, col(Window.framework_version_id) == col(SelfAssessment.framework_version_id))
        .where(col(SelfAssessment.organisation_id).in_(asking.organisations(Permission.WRITE_ANSWERS)))
        .where(col(SelfAssessment.moved_at).is_(None), col(Window.opens_at) <= asking.at, ~under_way)
        .where(sa.or_(col(Window.closes_at) > asking.at, door > asking.at))
    ).all()
    found = [
        (id_, name, window, max(closes, kept_open or closes)) for id_, name, window, closes, kept_open in rows
    ]
    return [
        Line(
            f"Finish what you want to submit in {window}",
            f"It closes {days_until(uk_day(closes), asking.today)}: {in_words(uk_day(closes))}.",
            f"/self-assessments/{id_}",
            name,
            uk_day(closes),
        )
        for id_, name, window, closes in found
        if closes - asking.at <= SOON
    ]


def _submissions(*more: Any) -> sa.Select:  # type: ignore[type-arg]
    """Id, framework version, level and organisation's name of submissions, and what else is asked for."""
    return (
        sa.select(
            col(Submission.id),
            col(Submission.framework_version_id),
            col(Submission.level),
            col(Organisation.name),
            *more,
        )
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .order_by(col(Submission.handed_over_at), col(Submission.id))
    )


def _is_called_back() -> sa.ColumnElement[bool]:
    return (
        sa.exists()
        .where(col(CallBack.submission_id) == col(Submission.id), col(CallBack.done_at).is_(None))
        .correlate(Submission)
    )
