"""Warnings that nobody answered keep a level from being handed over."""

from app.rules.progress import Gap
from app.rules.warnings import with_warnings
from tests.story import Story


def test_D01_a_warning_is_a_gap_of_its_criterion_after_what_else_is_missing(story: Story) -> None:
    first, second, third = story.framework.criteria[:3]
    gaps = [Gap(second.code, second.title, ("Write the narrative.",))]
    warned = {first.code: ["Log"], second.code: ["Log", "Plan"], "X99": ["Elsewhere"]}
    assert with_warnings(gaps, [first, second, third], warned) == [
        Gap(first.code, first.title, ("Answer the warning about “Log”.",)),
        Gap(
            second.code,
            second.title,
            (
                "Write the narrative.",
                "Answer the warning about “Log”.",
                "Answer the warning about “Plan”.",
            ),
        ),
    ]
    assert with_warnings(gaps, [third], {}) == []
