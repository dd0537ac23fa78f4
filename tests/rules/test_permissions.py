"""Each grant allows where all its conditions hold, and refuses when any one of them is broken."""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest

from app.config import ROOT
from app.models import ASSEMBLY_ROLES, Role
from app.rules import permissions as rules
from app.rules.people import Holding, Tie, Who
from app.rules.permissions import GRANTS, Permission, Predicate, Scope, allows
from app.rules.tables import CONDITIONS, permissions_page

ORGANISATION, ICB, REGION, ELSEWHERE = (uuid4() for _ in range(4))
PERSON, ANOTHER = uuid4(), uuid4()


@dataclass(frozen=True)
class Case:
    """One person with one role, and one thing: everything that any condition asks for can be set."""

    role: Role
    holding: UUID | None
    scope: Scope
    ties: tuple[Tie, ...] = ()

    @property
    def who(self) -> Who:
        return Who(PERSON, "Somebody", "s@example.invalid", (Holding(self.role, self.holding),), self.ties)

    def allowed(self, permission: Permission) -> bool:
        return allows(permission, self.who, self.scope)


def good(role: Role, predicates: tuple[Predicate, ...]) -> Case:
    """A case in which each of these conditions holds."""
    held = {Role.ICB_VIEWER: ICB, Role.REGION_VIEWER: REGION}.get(role, ORGANISATION)
    reviewers = frozenset({PERSON}) if rules.assigned in predicates else frozenset({ANOTHER})
    scope = Scope(ORGANISATION, ICB, REGION, PERSON, reviewers, frozenset({PERSON}))
    return Case(role, None if role in ASSEMBLY_ROLES else held, scope)


def broken(case: Case, predicate: Predicate) -> list[Case]:
    """The same case with this one condition broken, in every way there is."""
    scope, tie = case.scope, Tie(ORGANISATION, ICB, "The trust")
    same_icb, former = Tie(ELSEWHERE, ICB, "Its neighbour"), Tie(ICB, ICB, "The ICB")
    ways: dict[str, list[Case]] = {
        "own_organisation": [
            replace(case, holding=ELSEWHERE),
            replace(case, holding=None),
            replace(case, scope=replace(scope, organisation_id=None), holding=None),
        ],
        "asked_to_sign": [
            replace(case, scope=replace(scope, sponsor_id=ANOTHER)),
            replace(case, scope=replace(scope, sponsor_id=None)),
        ],
        "asked_to_co_sign": [replace(case, scope=replace(scope, chair_ids=frozenset({ANOTHER})))],
        "assigned": [replace(case, scope=replace(scope, reviewer_ids=frozenset({ANOTHER})))],
        "not_a_reviewer": [replace(case, scope=replace(scope, reviewer_ids=frozenset({ANOTHER, PERSON})))],
        "no_conflict": [replace(case, ties=(one,)) for one in (tie, same_icb, former)],
        "took_no_part": [replace(case, scope=replace(scope, judged_before=frozenset({PERSON})))],
        "same_icb": [
            replace(case, holding=ELSEWHERE),
            replace(case, scope=replace(scope, icb_id=None), holding=None),
        ],
        "in_region": [
            replace(case, holding=ELSEWHERE),
            replace(case, scope=replace(scope, region_id=None), holding=None),
        ],
        "anyone": [],
    }
    return ways[predicate.__name__]


GRANTED = [(permission, role) for permission, roles in GRANTS.items() for role in roles]
REFUSED = [(permission, role) for permission in Permission for role in Role if role not in GRANTS[permission]]


@pytest.mark.parametrize(("permission", "role"), GRANTED)
def test_a_grant_allows_where_all_its_conditions_hold(permission: Permission, role: Role) -> None:
    assert good(role, GRANTS[permission][role]).allowed(permission) is True


@pytest.mark.parametrize(("permission", "role"), GRANTED)
def test_a_grant_refuses_when_any_one_condition_is_broken(permission: Permission, role: Role) -> None:
    predicates = GRANTS[permission][role]
    cases = [(one.__name__, case) for one in predicates for case in broken(good(role, predicates), one)]
    assert [name for name, case in cases if case.allowed(permission)] == []
    assert len(cases) > 0 or predicates == (rules.anyone,)


@pytest.mark.parametrize(("permission", "role"), REFUSED)
def test_a_role_without_the_grant_is_refused_whatever_else_holds(permission: Permission, role: Role) -> None:
    reviewers = [frozenset({PERSON}), frozenset({ANOTHER}), frozenset()]
    holdings = [None, ORGANISATION, ICB, REGION]
    cases = [
        replace(good(role, ()), holding=holding, scope=replace(good(role, ()).scope, reviewer_ids=ids))
        for holding in holdings
        for ids in reviewers
    ]
    assert [case for case in cases if case.allowed(permission)] == []


def test_every_permission_and_condition_is_in_the_tables() -> None:
    used = {one.__name__ for roles in GRANTS.values() for predicates in roles.values() for one in predicates}
    assert (set(GRANTS), used) == (set(Permission), set(CONDITIONS))


def test_two_roles_do_not_lend_each_other_their_organisations() -> None:
    """A lead here who contributes there does not hand over there."""
    scope = Scope(ORGANISATION, ICB, REGION)
    holdings = (Holding(Role.LEAD, ELSEWHERE), Holding(Role.CONTRIBUTOR, ORGANISATION))
    who = Who(PERSON, "Both", "b@example.invalid", holdings)
    assert [allows(one, who, scope) for one in (Permission.WRITE_ANSWERS, Permission.HAND_OVER)] == [
        True,
        False,
    ]


def test_nobody_without_a_role_may_do_anything() -> None:
    nobody = Who(PERSON, "Nobody", "n@example.invalid")
    scope = Scope(ORGANISATION, ICB, REGION, PERSON, frozenset({PERSON}))
    assert [one for one in Permission if allows(one, nobody, scope)] == []


def test_the_documentation_shows_the_table_that_is_in_force() -> None:
    """Wrong? Run ``portal docs``."""
    assert (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8") == permissions_page()
