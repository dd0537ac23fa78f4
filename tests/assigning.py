"""Windows made up for the assignment of reviewers: of any size, with conflicts by ICB as England has them."""

from random import Random
from uuid import UUID

from app.rules.assignment import Bar, Kind, Lacking, Pair, Problem, Reviewer

PRINCIPLES = tuple(f"principle-{number}" for number in range(12))
CONFLICT = Bar(Kind.CONFLICT, "Works for Fictional trust in the same ICB.")


def submission_id(number: int) -> UUID:
    return UUID(int=number)


def reviewer_id(number: int) -> UUID:
    return UUID(int=10_000 + number)


def body_id(number: int) -> UUID:
    return UUID(int=20_000 + number)


def lacking(number: int, wanted: int = 2, principles: frozenset[str] = frozenset()) -> Lacking:
    return Lacking(
        submission_id(number),
        body_id(number),
        f"Trust {number}",
        "Bronze",
        f"R-{number}",
        wanted,
        principles,
    )


def reviewer(number: int, **more: object) -> Reviewer:
    made = {"name": f"Reviewer {number}", "email": f"reviewer.{number}@example.invalid", "most": 12, **more}
    return Reviewer(reviewer_id(number), **made)  # type: ignore[arg-type]


def window(submissions: int, reviewers: int, icbs: int, seed: int) -> Problem:
    """Every reviewer works for one of the trusts that apply, which bars all of its ICB; some have reviews open."""
    draw = Random(seed)
    homes = [draw.randrange(submissions) for _ in range(reviewers)]
    people = tuple(
        reviewer(
            number,
            bodies=frozenset({body_id(home)}),
            principles=frozenset(draw.sample(PRINCIPLES, draw.choice((0, 2, 3, 4)))),
            load=draw.choice((0, 0, 0, 1, 2)),
        )
        for number, home in enumerate(homes)
    )
    asked = tuple(lacking(number, 2, frozenset(PRINCIPLES)) for number in range(submissions))
    bars: dict[Pair, tuple[Bar, ...]] = {
        (asked[at].id, people[who].id): (CONFLICT,)
        for at in range(submissions)
        for who in range(reviewers)
        if at % icbs == homes[who] % icbs
    }
    return Problem(asked, people, bars, newcomer=12)
