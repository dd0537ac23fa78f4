"""Who may do what: one table, printed in the documentation and on the administrator's screen."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.models import ASSEMBLY_ROLES, Role
from app.rules.conflicts import conflict
from app.rules.people import Holding, Who


class Permission(StrEnum):
    OWN_ACCOUNT = "use the portal"
    READ_SELF_ASSESSMENT = "read the self-assessment"
    WRITE_ANSWERS = "write answers"
    READ_EVIDENCE = "read the evidence library"
    WRITE_EVIDENCE = "add and change evidence"
    COMMENT = "comment inside the organisation"
    ASSIGN_CRITERIA = "give criteria to colleagues"
    MANAGE_PEOPLE = "invite people and end their roles"
    MOVE_SELF_ASSESSMENT = "move the self-assessment to a newer framework version"
    STATE_INTENTION = "state the intention to submit"
    HAND_OVER = "hand a level to the executive sponsor"
    SIGN = "sign or decline"
    CO_SIGN = "give the staff network's view"
    WITHDRAW = "withdraw a submission"
    READ_SUBMISSION = "read a submission and its history"
    READ_SEALED_COPY = "read the sealed copy and its evidence"
    REQUEST_CHANGES = "request changes"
    OPEN_LATE_DOOR = "keep a window open for one organisation"
    ASSIGN_REVIEWERS = "assign reviewers"
    REVIEW = "score a sealed copy"
    MODERATE = "agree scores"
    DECIDE = "decide"
    RELEASE = "release outcomes"
    DECLARE_INTEREST = "declare an interest"
    KEEP_CONFLICTS = "keep groups of organisations and declared interests"
    WAIVE_CONFLICT = "waive a conflict of interest"
    KEEP_PROFILE = "say when and what to review"
    PLAN_REVIEWS = "assign the reviewers of a window"
    CALIBRATE = "score the agreed samples"
    READ_CALIBRATION = "read how reviewers scored the agreed samples"
    READ_AGREEMENT = "read how far reviewers agree"
    HOLD_MEETING = "plan and hold a moderation meeting"
    READ_RECORD = "read the moderation record"
    EDIT_LETTERS = "read and edit a letter before it goes"
    KEEP_LETTER_TEMPLATES = "keep the texts that letters begin from"
    ASK_CLARIFICATION = "ask the organisation for clarification"
    ANSWER_CLARIFICATION = "answer a request for clarification"
    APPEAL = "appeal against a decision"
    READ_BLIND_CHECKS = "compare awards with their blind reviews"
    READ_OUTCOME = "read the outcome and feedback"
    SHARE_EXAMPLES = "let recognised answers be shown as examples"
    CURATE_EXAMPLES = "choose examples of good practice"
    READ_CERTIFICATE = "download the certificate"
    REVOKE = "revoke a certificate"
    REISSUE = "issue a certificate again"
    ANSWER_LIGHT_CHECK = "answer the light check of a certificate"
    READ_LIGHT_CHECKS = "read light checks"
    KEEP_ORGANISATIONS = "record what became of organisations"
    READ_ALL_SUBMISSIONS = "list every submission"
    READ_DASHBOARD = "read a dashboard"
    KEEP_TOKENS = "make tokens for programs"
    DRAFT_FRAMEWORK = "draft and publish framework versions"


@dataclass(frozen=True)
class Scope:
    """What the predicates need to know of the thing asked for."""

    organisation_id: UUID | None = None
    icb_id: UUID | None = None
    region_id: UUID | None = None
    sponsor_id: UUID | None = None  # the executive asked to sign
    reviewer_ids: frozenset[UUID] = frozenset()  # reviewers of the submission, removed ones left out
    chair_ids: frozenset[UUID] = frozenset()  # the network chairs asked to co-sign
    submission_id: UUID | None = None  # of which a conflict may have been waived
    judged_before: frozenset[UUID] = frozenset()  # under appeal: who reviewed, moderated or decided it before


Predicate = Callable[[Who, Holding, Scope], bool]


def anyone(who: Who, holding: Holding, scope: Scope) -> bool:
    return True


def own_organisation(who: Who, holding: Holding, scope: Scope) -> bool:
    return scope.organisation_id is not None and holding.organisation_id == scope.organisation_id


def asked_to_sign(who: Who, holding: Holding, scope: Scope) -> bool:
    return scope.sponsor_id == who.person_id


def asked_to_co_sign(who: Who, holding: Holding, scope: Scope) -> bool:
    return who.person_id in scope.chair_ids


def assigned(who: Who, holding: Holding, scope: Scope) -> bool:
    return who.person_id in scope.reviewer_ids


def not_a_reviewer(who: Who, holding: Holding, scope: Scope) -> bool:
    return who.person_id not in scope.reviewer_ids


def took_no_part(who: Who, holding: Holding, scope: Scope) -> bool:
    """An appeal is judged by none of those who judged before (fairness rule 7)."""
    return who.person_id not in scope.judged_before


def no_conflict(who: Who, holding: Holding, scope: Scope) -> bool:
    return (
        scope.organisation_id is None
        or scope.submission_id in who.waived
        or not conflict(who.ties, scope.organisation_id, scope.icb_id)
    )


def same_icb(who: Who, holding: Holding, scope: Scope) -> bool:
    return scope.icb_id is not None and holding.organisation_id == scope.icb_id


def in_region(who: Who, holding: Holding, scope: Scope) -> bool:
    return scope.region_id is not None and holding.organisation_id == scope.region_id


_OWN: tuple[Predicate, ...] = (own_organisation,)
_ORGANISATION: dict[Role, tuple[Predicate, ...]] = {
    Role.CONTRIBUTOR: _OWN,
    Role.LEAD: _OWN,
    Role.SPONSOR: _OWN,
    Role.NETWORK_CHAIR: _OWN,
}
_WRITERS: dict[Role, tuple[Predicate, ...]] = {Role.CONTRIBUTOR: _OWN, Role.LEAD: _OWN}
_JUDGES: dict[Role, tuple[Predicate, ...]] = {
    Role.REVIEWER: (assigned, no_conflict),
    Role.MODERATOR: (no_conflict,),
    Role.ADMINISTRATOR: (no_conflict,),
}
_JUDGE_ALONE: tuple[Predicate, ...] = (no_conflict, not_a_reviewer, took_no_part)
# What stands there of single submissions is filtered line by line: nobody sees one with a conflict.
_OVERSEERS: dict[Role, tuple[Predicate, ...]] = {Role.MODERATOR: (anyone,), Role.ADMINISTRATOR: (anyone,)}

GRANTS: dict[Permission, dict[Role, tuple[Predicate, ...]]] = {
    Permission.OWN_ACCOUNT: dict.fromkeys(Role, (anyone,)),
    Permission.READ_SELF_ASSESSMENT: _ORGANISATION,
    Permission.WRITE_ANSWERS: _WRITERS,
    Permission.READ_EVIDENCE: _ORGANISATION,
    Permission.WRITE_EVIDENCE: _WRITERS,
    Permission.COMMENT: _ORGANISATION,
    Permission.ASSIGN_CRITERIA: {Role.LEAD: _OWN},
    Permission.MANAGE_PEOPLE: {Role.LEAD: _OWN},
    Permission.MOVE_SELF_ASSESSMENT: {Role.LEAD: _OWN},
    Permission.STATE_INTENTION: {Role.LEAD: _OWN},
    Permission.HAND_OVER: {Role.LEAD: _OWN},
    Permission.SIGN: {Role.SPONSOR: (own_organisation, asked_to_sign)},
    Permission.CO_SIGN: {Role.NETWORK_CHAIR: (own_organisation, asked_to_co_sign)},
    Permission.WITHDRAW: {Role.LEAD: _OWN, Role.SPONSOR: _OWN},
    Permission.READ_SUBMISSION: {**_ORGANISATION, **_JUDGES},
    Permission.READ_SEALED_COPY: {**_ORGANISATION, **_JUDGES},
    Permission.REQUEST_CHANGES: {Role.ADMINISTRATOR: (no_conflict, not_a_reviewer)},
    Permission.OPEN_LATE_DOOR: {Role.ADMINISTRATOR: (no_conflict,)},
    Permission.ASSIGN_REVIEWERS: {Role.ADMINISTRATOR: (no_conflict, not_a_reviewer)},
    Permission.REVIEW: {Role.REVIEWER: (assigned, no_conflict)},
    Permission.MODERATE: {Role.MODERATOR: _JUDGE_ALONE},
    Permission.DECIDE: {Role.ADMINISTRATOR: _JUDGE_ALONE},
    Permission.RELEASE: {Role.ADMINISTRATOR: (anyone,)},
    Permission.DECLARE_INTEREST: dict.fromkeys(sorted(ASSEMBLY_ROLES), (anyone,)),
    Permission.KEEP_CONFLICTS: {Role.ADMINISTRATOR: (anyone,)},
    Permission.WAIVE_CONFLICT: {Role.ADMINISTRATOR: (no_conflict, not_a_reviewer)},
    Permission.KEEP_PROFILE: {Role.REVIEWER: (anyone,)},
    Permission.PLAN_REVIEWS: {Role.ADMINISTRATOR: (anyone,)},
    Permission.CALIBRATE: {Role.REVIEWER: (anyone,)},
    Permission.READ_CALIBRATION: _OVERSEERS,
    Permission.READ_AGREEMENT: _OVERSEERS,
    Permission.HOLD_MEETING: _OVERSEERS,
    Permission.READ_RECORD: {
        Role.MODERATOR: (no_conflict, not_a_reviewer),
        Role.ADMINISTRATOR: (no_conflict, not_a_reviewer),
    },
    Permission.EDIT_LETTERS: {Role.ADMINISTRATOR: (no_conflict, not_a_reviewer)},
    Permission.KEEP_LETTER_TEMPLATES: {Role.ADMINISTRATOR: (anyone,)},
    Permission.ASK_CLARIFICATION: {Role.MODERATOR: _JUDGE_ALONE, Role.ADMINISTRATOR: _JUDGE_ALONE},
    Permission.ANSWER_CLARIFICATION: {Role.LEAD: _OWN},
    Permission.APPEAL: {Role.LEAD: _OWN, Role.SPONSOR: _OWN},
    Permission.READ_BLIND_CHECKS: _OVERSEERS,
    Permission.READ_OUTCOME: _ORGANISATION,
    Permission.SHARE_EXAMPLES: {Role.LEAD: _OWN, Role.SPONSOR: _OWN},
    Permission.CURATE_EXAMPLES: {Role.ADMINISTRATOR: (no_conflict,)},
    Permission.READ_CERTIFICATE: {**_ORGANISATION, Role.ADMINISTRATOR: (no_conflict,)},
    Permission.REVOKE: {Role.ADMINISTRATOR: (no_conflict,)},
    Permission.REISSUE: {Role.ADMINISTRATOR: (no_conflict,)},
    Permission.ANSWER_LIGHT_CHECK: {Role.LEAD: _OWN, Role.SPONSOR: _OWN},
    Permission.READ_LIGHT_CHECKS: {Role.ADMINISTRATOR: (no_conflict,)},
    Permission.KEEP_ORGANISATIONS: {Role.ADMINISTRATOR: (anyone,)},
    Permission.READ_ALL_SUBMISSIONS: {Role.ADMINISTRATOR: (anyone,), Role.MODERATOR: (anyone,)},
    Permission.READ_DASHBOARD: {
        Role.ICB_VIEWER: (same_icb,),
        Role.REGION_VIEWER: (in_region,),
        Role.ADMINISTRATOR: (anyone,),
    },
    Permission.KEEP_TOKENS: {
        Role.ICB_VIEWER: (anyone,),
        Role.REGION_VIEWER: (anyone,),
        Role.ADMINISTRATOR: (anyone,),
    },
    Permission.DRAFT_FRAMEWORK: {Role.ADMINISTRATOR: (anyone,)},
}


def allows(permission: Permission, who: Who, scope: Scope) -> bool:
    """Whether one of the person's roles grants ``permission`` on a thing of ``scope``."""
    return any(
        all(predicate(who, holding, scope) for predicate in GRANTS[permission][holding.role])
        for holding in who.holdings
        if holding.role in GRANTS[permission]
    )
