"""F-01, F-02: nobody judges the organisation they work for, or one of its ICB."""

from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from app.models import Role
from app.rules.conflicts import not_assignable
from app.rules.people import Holding, Tie, Who

SPACE = UUID(int=0)
ICBS = [uuid5(SPACE, f"icb {number}") for number in range(3)]
BODIES = [(uuid5(SPACE, f"trust {number}"), ICBS[number % 3]) for number in range(7)]
REGIONAL = (uuid5(SPACE, "region"), None)  # stands under no ICB
EVERY_BODY = [*BODIES, *((icb, icb) for icb in ICBS), REGIONAL]

tie = st.sampled_from(EVERY_BODY).map(lambda body: Tie(body[0], body[1], "Somewhere"))
reviewer = st.builds(
    Who,
    person_id=st.uuids(),
    name=st.just("Somebody"),
    email=st.just("somebody@example.invalid"),
    holdings=st.just((Holding(Role.REVIEWER),)),
    ties=st.lists(tie, max_size=4).map(tuple),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(reviewer, max_size=12))
def test_f01_f02_no_round_gives_anyone_a_submission_of_their_own_or_their_icb(people: list[Who]) -> None:
    """Every reviewer against every trust: 84 pairs in a full round."""
    for organisation, icb in BODIES:
        free = [who for who in people if not not_assignable(who, organisation, icb, ())]
        tied = {body for who in free for body in who.ties}
        assert {one.organisation_id for one in tied} & {organisation} == set()
        assert {one.icb_id for one in tied} & {icb} == set()
        assert all(_has_tie_to(who, organisation, icb) for who in people if who not in free)


def _has_tie_to(who: Who, organisation: UUID, icb: UUID) -> bool:
    return {organisation, icb} & {
        id_ for one in who.ties for id_ in (one.organisation_id, one.icb_id)
    } != set()


def _who(*ties: Tie, role: Role = Role.REVIEWER) -> Who:
    return Who(UUID(int=1), "Somebody", "somebody@example.invalid", (Holding(role),), ties)


def test_the_reason_names_the_body_and_the_organisation_comes_before_the_icb() -> None:
    (own, icb), (neighbour, _) = BODIES[0], BODIES[3]
    assert not_assignable(_who(Tie(neighbour, icb, "Trust 3"), Tie(own, icb, "Trust 0")), own, icb, ()) == (
        "Works, or worked in the last 3 years, for Trust 0."
    )
    assert not_assignable(_who(Tie(neighbour, icb, "Trust 3")), own, icb, ()) == (
        "Works, or worked in the last 3 years, in the same ICB (Trust 3)."
    )


def test_a_region_is_no_conflict_where_neither_side_has_an_icb() -> None:
    assert not_assignable(_who(Tie(REGIONAL[0], None, "Region")), BODIES[0][0], None, ()) == ""


def test_only_reviewers_and_each_once() -> None:
    own, icb = BODIES[0]
    assert (
        not_assignable(_who(role=Role.ADMINISTRATOR), own, icb, ()) == "Does not hold the role of reviewer."
    )
    assert not_assignable(_who(), own, icb, {UUID(int=1)}) == "Already assigned."
    assert not_assignable(_who(), own, icb, {UUID(int=2)}) == ""
