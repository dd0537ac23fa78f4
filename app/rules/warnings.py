"""Warnings about evidence that nobody answered, as gaps: what they keep from being handed over and signed."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from app.criteria.schema import Criterion
from app.rules.progress import Gap


def with_warnings(
    gaps: Iterable[Gap],
    criteria: Iterable[Criterion],
    warned: Mapping[str, Sequence[str]],
    say: Callable[[str], str] | None = None,
) -> list[Gap]:
    """The gaps of ``criteria`` in their order, each with what it says of evidence by title last.

    ``say`` makes a title a sentence that says what to do; by default, to answer the warning.
    """
    found = {gap.code: gap for gap in gaps}
    joined = []
    for criterion in criteria:
        gap = found.get(criterion.code)
        reasons = (
            *(gap.reasons if gap else ()),
            *map(say or answer_the_warning, warned.get(criterion.code, ())),
        )
        if reasons:
            joined.append(Gap(criterion.code, criterion.title, reasons))
    return joined


def answer_the_warning(title: str) -> str:
    """What to do about an item with a warning."""
    return f"Answer the warning about “{title}”."
