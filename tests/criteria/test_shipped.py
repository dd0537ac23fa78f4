"""The version that ships: complete, marked, useful, and silent about people."""

import re
from collections import Counter
from pathlib import Path

import pytest

from app.criteria.loader import check, checksum, from_document, load_folder, to_document
from app.criteria.schema import NOT_CONFIRMED, Criterion, OrganisationKind, QuestionKind, Settings

FOLDER = Path(__file__).parents[2] / "app/criteria/arf/2023-illustrative"
ARF = load_folder(FOLDER)
EACH = pytest.mark.parametrize("criterion", ARF.criteria, ids=lambda one: one.code)

# Section 5 of what is known of the framework: what is already produced, and what it helps with.
CROSS_MAP = {
    "board-equality-objectives": ["B02", "B09"],
    "anti-racism-statements": ["B01"],
    "wres": ["B05", "B16", "G01", "G02"],
    "ethnicity-pay-gap": ["B14"],
    "eds-domains-2-and-3": ["B07", "B08", "B11", "S02"],
    "eds-domain-1-and-pcref": ["B15", "S03", "S08", "G05"],
    "talent-and-recruitment-plan": ["B13", "S01", "S06"],
    "international-onboarding": ["S09"],
    "staff-survey-action": ["B12", "G02"],
}


def test_the_folder_has_no_fault_and_every_criterion() -> None:
    assert check(FOLDER) == []
    expected = [f"B{n:02}" for n in range(1, 17)] + [f"S{n:02}" for n in range(1, 10)]
    assert [one.code for one in ARF.criteria] == expected + [f"G{n:02}" for n in range(1, 7)]
    assert Counter(one.level for one in ARF.criteria) == {"bronze": 16, "silver": 9, "gold": 6}
    assert {one.principle for one in ARF.criteria} == {one.id for one in ARF.principles}


def test_it_says_that_it_is_illustrative() -> None:
    assert (ARF.id, ARF.version, ARF.status) == ("arf", "2023.illustrative", "illustrative")
    assert ARF.mark == "Illustrative, awaiting the Assembly's text"
    assert [ARF.settings.note(name) for name in Settings.model_fields if name != "confirmed"] == [
        NOT_CONFIRMED
    ] * 10


def test_the_two_targets_that_disagree_are_both_there() -> None:
    assert [(one.level, one.share_percent, one.by.isoformat()) for one in ARF.targets] == [
        ("bronze", 100, "2025-03-31"),
        ("bronze", 75, "2025-03-31"),
    ]
    assert all("trusts" in one.denominator and set(one.kinds) == set(OrganisationKind) for one in ARF.targets)


def test_the_cross_map_is_the_published_one() -> None:
    served = {one.id: [each.code for each in ARF.criteria if one.id in each.serves] for one in ARF.sources}
    assert served == CROSS_MAP


def test_each_kind_of_organisation_is_asked_what_fits_it() -> None:
    skipped = {
        kind: [one.code for one in ARF.criteria if not one.applies_to(kind)] for kind in OrganisationKind
    }
    assert skipped == {
        OrganisationKind.TRUST: [],
        OrganisationKind.ICB: ["S09"],
        OrganisationKind.REGION: ["B13", "B14", "B15", "B16", "S08", "S09", "G05"],
    }
    assert all(ARF.of_level(level.id, kind) for level in ARF.levels for kind in OrganisationKind)


@EACH
def test_a_criterion_gives_guidance_of_a_length_that_is_read(criterion: Criterion) -> None:
    assert 60 <= len(criterion.guidance.split()) <= 120
    assert 3 <= len(criterion.usual_evidence) <= 5


@EACH
def test_a_criterion_asks_a_rating_first_and_one_narrative(criterion: Criterion) -> None:
    kinds = [one.kind for one in criterion.questions]
    assert kinds[:2] == [QuestionKind.RATING, QuestionKind.NARRATIVE]
    assert len(kinds) == len(set(kinds))
    assert 200 <= (criterion.questions[1].words or 0) <= 400


@EACH
def test_a_descriptor_states_what_can_be_counted_or_dated(criterion: Criterion) -> None:
    assert re.search(r"\d|every|latest|at least|published", criterion.descriptors[2])
    assert (
        criterion.descriptors[3].startswith("As for 2, ")
        or "each of the last two years" in criterion.descriptors[3]
    )


def test_each_narrative_has_its_own_label() -> None:
    assert len({one.questions[1].label for one in ARF.criteria}) == 31


def test_a_role_is_asked_and_never_a_name() -> None:
    for one in ARF.criteria:
        for question in one.questions:
            if question.kind is QuestionKind.ROLE:
                assert "Role" in question.label
                assert "name of" not in question.label


def test_the_document_of_it_keeps_its_checksum() -> None:
    assert checksum(from_document(to_document(ARF), "arf")) == checksum(ARF)
