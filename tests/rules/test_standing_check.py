"""Each note with its kind, its sentence and the place where it can be mended; nothing is noted without cause."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.criteria.loader import load_folder
from app.criteria.schema import Framework, OrganisationKind
from app.models import Answer, ScanState
from app.rules.standing_check import Living, Matter, Note, Supporting, check
from tests.rules.test_repetition import text_of
from tests.story import SHIPPED

TODAY = date(2026, 11, 22)
ONE, OTHER = UUID(int=1), UUID(int=2)
FULL = {"rating": "2", "narrative": "Done.", "role": "Chief nurse", "date": "2026-01-05"}


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_folder(SHIPPED)


def living(framework: Framework, answers: dict[str, Answer] | None = None, *items: Supporting) -> Living:
    return Living("/self-assessments/1", framework, OrganisationKind.TRUST, answers or {}, items, {})


def item(code: str = "B02", **facts: object) -> Supporting:
    return replace(Supporting(code, ONE, "WRES report", date(2026, 3, 27), None), **facts)  # type: ignore[arg-type]


def answer(values: dict[str, str] = FULL, **facts: object) -> Answer:
    return Answer(criterion_code="B02", values=values, **{"is_finished": True, **facts})


def told(found: list[Note]) -> list[tuple[str, tuple[str, ...], str, str, str]]:
    return [(one.kind.value, one.codes, one.question_id, one.sentence, one.path) for one in found]


def test_a_sound_self_assessment_gives_no_notes(framework: Framework) -> None:
    assert check(living(framework), today=TODAY) == []
    assert check(living(framework, {"B02": answer()}, item()), today=TODAY) == []


def test_finished_without_evidence_is_noted(framework: Framework) -> None:
    expected = (
        "Ready, but no evidence", ("B02",), "",
        "You ticked that it is finished. Link at least one item of evidence.",
        "/self-assessments/1/criteria/B02#linked-evidence",
    )  # fmt: skip
    assert told(check(living(framework, {"B02": answer()}), today=TODAY)) == [expected]
    assert check(living(framework, {"B02": answer(is_finished=False)}), today=TODAY) == []


@pytest.mark.parametrize(("last_day", "kinds"), [(22, []), (21, [Matter.NO_EVIDENCE, Matter.EXPIRED])])
def test_expired_evidence_is_noted_from_the_day_after(
    framework: Framework, last_day: int, kinds: list[Matter]
) -> None:
    expired = item(expires_on=date(2026, 11, last_day))
    found = check(living(framework, {"B02": answer()}, expired), today=TODAY)
    assert [one.kind for one in found] == kinds
    if kinds:
        assert found[0].sentence == (
            "You ticked that it is finished. This evidence expired on 21 November 2026. Link evidence that is in date."
        )
        assert (found[1].sentence, found[1].path) == (
            "“WRES report” expired on 21 November 2026, so it no longer makes a criterion ready.",
            f"/evidence/{ONE}",
        )


def test_expired_evidence_beside_other_evidence_is_noted_once(framework: Framework) -> None:
    expired, good = (
        item(expires_on=date(2026, 1, 1), evidence_date=date(2025, 12, 1)),
        item(evidence_id=OTHER),
    )
    found = check(living(framework, {"B02": answer()}, expired, good), today=TODAY)
    assert [(one.kind, one.path) for one in found] == [(Matter.EXPIRED, f"/evidence/{ONE}")]


@pytest.mark.parametrize(
    ("today", "dated", "is_noted"),
    [
        (date(2026, 11, 22), date(2025, 11, 22), False),
        (date(2026, 11, 22), date(2025, 11, 21), True),
        (date(2025, 2, 28), date(2024, 2, 28), False),
        (date(2025, 2, 28), date(2024, 2, 27), True),
        (date(2024, 2, 29), date(2023, 2, 28), False),
    ],
)
def test_evidence_is_old_after_twelve_months(
    framework: Framework, today: date, dated: date, is_noted: bool
) -> None:
    found = check(living(framework, {}, item(evidence_date=dated)), today=today)
    assert [one.kind for one in found] == [Matter.OLD] * is_noted


def test_one_item_is_noted_once_with_all_its_criteria(framework: Framework) -> None:
    old = [item(code, evidence_date=date(2024, 1, 1)) for code in ("B02", "B03", "S01")]
    assert told(check(living(framework, {}, *old), today=TODAY)) == [
        (
            "Evidence older than 12 months", ("B02", "B03", "S01"), "",
            "“WRES report” is dated 1 January 2024. Add a newer version if there is one.",
            f"/evidence/{ONE}",
        )
    ]  # fmt: skip


def test_viruses_and_warnings_come_first(framework: Framework) -> None:
    items = (
        item(evidence_date=date(2024, 1, 1)),
        item("B03", evidence_id=OTHER, title="Plan", scan=ScanState.INFECTED, is_warned=True),
    )
    found = check(living(framework, {}, *items), today=TODAY)
    assert [(one.kind, one.sentence) for one in found] == [
        (Matter.INFECTED, "Nobody can open “Plan”. Add a clean file, or unlink it."),
        (Matter.WARNING, "Answer the warning about “Plan”."),
        (Matter.OLD, "“WRES report” is dated 1 January 2024. Add a newer version if there is one."),
    ]


@pytest.mark.parametrize("scan", [ScanState.WAITING, ScanState.CLEAN, ScanState.NOT_SCANNED])
def test_a_file_without_a_virus_is_not_noted(framework: Framework, scan: ScanState) -> None:
    assert check(living(framework, {}, item(scan=scan)), today=TODAY) == []


def test_a_link_question_is_judged_by_todays_rules(framework: Framework) -> None:
    asked = next(one for one in framework.criteria if any(q.id == "link" for q in one.questions))
    found = check(
        living(framework, {asked.code: answer({"link": "http://www.nhs.uk/plan"}, is_finished=False)}),
        today=TODAY,
    )
    assert [(one.kind, one.codes, one.question_id, one.path) for one in found] == [
        (Matter.LINK, (asked.code,), "link", f"/self-assessments/1/criteria/{asked.code}#link")
    ]
    assert found[0].sentence.startswith("http://www.nhs.uk/plan begins with http://")


def test_the_address_of_an_item_is_judged_too(framework: Framework) -> None:
    found = check(living(framework, {}, item(url="https://example.com/plan")), today=TODAY)
    assert told(found) == [
        (
            "Link no longer well-formed", ("B02",), "",
            "The address of “WRES report”, https://example.com/plan, is a placeholder. Enter the real address.",
            f"/evidence/{ONE}",
        )
    ]  # fmt: skip
    fictional = replace(living(framework, {}, item(url="https://example.com/plan")), is_fictional=True)
    assert check(fictional, today=TODAY) == []


def test_a_repeated_narrative_names_both_places(framework: Framework) -> None:
    text = text_of(60, 1)
    answers = {code: answer({"narrative": text}, is_finished=False) for code in ("B02", "S01")}
    assert told(check(living(framework, answers), today=TODAY)) == [
        (
            "Narrative repeats another criterion", ("B02", "S01"), "narrative",
            "100 % of what B02 says stands in S01 too. Say what is particular to each.",
            "/self-assessments/1/criteria/B02#narrative",
        )
    ]  # fmt: skip


def test_owners_who_left_and_answers_to_confirm(framework: Framework) -> None:
    carried = living(framework, {"B02": answer(is_finished=False, needs_confirming=True)})
    found = check(replace(carried, owners_left={"B03": "Contributor, trust A"}), today=TODAY)
    assert [(one.kind, one.codes, one.path) for one in found] == [
        (Matter.TO_CONFIRM, ("B02",), "/self-assessments/1/criteria/B02"),
        (Matter.OWNER_LEFT, ("B03",), "/self-assessments/1/owners"),
    ]
    assert found[1].sentence == "Contributor, trust A looked after it and has left. Give it to a colleague."


def test_what_does_not_apply_is_not_looked_at(framework: Framework) -> None:
    asked = next(one for one in framework.criteria if OrganisationKind.REGION in one.not_for)
    made = replace(
        living(framework, {asked.code: answer(needs_confirming=True)}), kind=OrganisationKind.REGION
    )
    assert check(made, today=TODAY) == []
