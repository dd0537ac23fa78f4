"""What a framework answers when asked, and what its values refuse."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.criteria.loader import load_folder
from app.criteria.schema import (
    NOT_CONFIRMED,
    Criterion,
    Framework,
    OrganisationKind,
    Question,
    QuestionKind,
    Settings,
)

TRUST, ICB, REGION = OrganisationKind.TRUST, OrganisationKind.ICB, OrganisationKind.REGION


@pytest.fixture
def framework(tiny: Path) -> Framework:
    """Two levels, X1 and X10 in the first and X2 in the second, none for the region."""
    return load_folder(tiny)


def test_a_criterion_is_found_by_its_code(framework: Framework) -> None:
    assert framework.criterion("X10").code == "X10"
    with pytest.raises(KeyError, match="X9"):
        framework.criterion("X9")


def test_a_level_offers_the_criteria_that_apply(framework: Framework) -> None:
    assert [one.code for one in framework.of_level("first", TRUST)] == ["X1", "X10"]
    assert [one.code for one in framework.of_level("second", ICB)] == ["X2"]
    assert framework.of_level("first", REGION) == ()
    with pytest.raises(KeyError, match="third"):
        framework.of_level("third", TRUST)


def test_levels_build_on_those_below(framework: Framework) -> None:
    assert [one.id for one in framework.levels_up_to("second")] == ["first", "second"]
    assert [one.id for one in framework.levels_up_to("first")] == ["first"]
    with pytest.raises(KeyError, match="third"):
        framework.levels_up_to("third")


def test_levels_come_by_rank_whatever_their_order_in_the_file(framework: Framework) -> None:
    turned = framework.model_copy(update={"levels": framework.levels[::-1]})
    assert [one.id for one in turned.levels_up_to("second")] == ["first", "second"]


def test_a_criterion_knows_whom_it_is_for(criterion: Criterion) -> None:
    assert [criterion.applies_to(kind) for kind in (TRUST, ICB, REGION)] == [True, True, False]


def test_a_setting_is_a_default_until_confirmed(framework: Framework) -> None:
    assert framework.settings.note("reviewers") == ""
    assert framework.settings.note("met_at") == NOT_CONFIRMED == "default, not the Assembly's rule"
    for name in ("colour", "confirmed"):
        with pytest.raises(KeyError, match=name):
            framework.settings.note(name)


def test_settings_left_out_have_the_labelled_defaults() -> None:
    assert Settings().model_dump() == {
        "score_names": ("Not evidenced", "Emerging", "Established", "Embedded"),
        "met_at": 2,
        "reviewers": 2,
        "moderation_gap": 2,
        "validity_months": 36,
        "light_check_months": 12,
        "expiry_reminder_months": (6, 2),
        "decision_weeks": 12,
        "resubmission_months": 6,
        "appeal_working_days": 10,
        "confirmed": (),
    }


def test_values_are_frozen_and_types_are_not_converted(criterion: Criterion) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        criterion.title = "Another"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="valid integer"):
        Question(id="a", kind=QuestionKind.NARRATIVE, label="A", hint="B", words="3")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Settings(colour="red")  # type: ignore[call-arg]
