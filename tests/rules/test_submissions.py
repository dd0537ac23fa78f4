"""Two people, changed answers, and a history that could have happened."""

from uuid import uuid4

import pytest

from app.models import Status
from app.rules.errors import RuleError
from app.rules.sealing import SealedAnswer, SealedContent
from app.rules.submissions import (
    Party,
    changed_codes,
    followed,
    marks,
    reason_given,
    require_two_people,
    sameness,
)

LEAD = Party(uuid4(), "edi.lead@trust.example")


def content(**narratives: str) -> SealedContent:
    return SealedContent(
        framework="arf",
        framework_version="1",
        framework_checksum="0",
        organisation_id=uuid4(),
        organisation_name="Fictional trust",
        ods_code="ZZA",
        organisation_kind="trust",
        level="bronze",
        window_id=uuid4(),
        answers=tuple(
            SealedAnswer(code=code, level="bronze", values={"narrative": text}, evidence=())
            for code, text in narratives.items()
        ),
        not_applicable=(),
        lower_levels_held=(),
    )


@pytest.mark.parametrize(
    "email",
    [
        "edi.lead@trust.example",
        "EDI.Lead@TRUST.example",
        "edi.lead+sponsor@trust.example",
        " edi.lead+a+b@trust.example ",
    ],
)
def test_an_address_of_the_same_mailbox_is_the_same_person(email: str) -> None:
    assert "same mailbox" in sameness(LEAD, Party(uuid4(), email))


def test_two_people_with_two_mailboxes_may_stand_for_one_submission() -> None:
    assert sameness(LEAD, Party(uuid4(), "edi.leader@trust.example")) == ""
    assert sameness(LEAD, Party(uuid4(), "edi.lead@other.example")) == ""


def test_the_same_person_is_refused_whatever_the_address() -> None:
    with pytest.raises(RuleError) as refused:
        require_two_people(LEAD, Party(LEAD.person_id, "another@trust.example"))
    assert refused.value.field == "sponsor"
    assert refused.value.sentence == "Choose somebody else. The person who hands over can't sign as well."


@pytest.mark.parametrize("text", ["", "  \r\n ", "a\x00b", "long " * 5000])
def test_a_reason_that_cannot_be_kept_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(RuleError) as refused:
        reason_given(text)
    assert refused.value.field == "reason"


def test_changed_codes_names_changed_and_new_answers_only() -> None:
    seen = marks(content(B01="one", B02="two", B03="three"))
    assert changed_codes(seen, content(B01="one", B02="2", B04="four")) == ("B02", "B04")
    assert changed_codes(seen, content(B01="one", B02="two")) == ()


def test_changed_codes_of_nonsense_names_everything() -> None:
    assert changed_codes("nonsense = == B01", content(B01="one", B02="two")) == ("B01", "B02")


def test_followed_leads_to_the_last_status() -> None:
    lines = [
        ("hand over", {"status": "awaiting sign-off"}),
        ("read", {}),
        ("sign", {"status": "submitted"}),
        ("assign reviewer", {}),
    ]
    assert followed(lines) == (Status.SUBMITTED, [])


def test_followed_finds_what_could_not_have_happened() -> None:
    lines: list[tuple[str, dict[str, str]]] = [
        ("hand over", {}),
        ("withdraw", {}),
        ("sign", {"status": "submitted"}),
    ]
    assert followed(lines) == (Status.SUBMITTED, ["'sign' can't follow the status 'withdrawn'"])


def test_followed_believes_no_status_the_verb_does_not_lead_to() -> None:
    assert followed([("hand over", {"status": "released"})]) == (None, [])


def test_followed_of_a_verb_with_several_ends_takes_the_one_it_says() -> None:
    lines = [
        ("hand over", {}),
        ("sign", {"status": "submitted"}),
        ("start review", {"status": "in review"}),
        ("seal review", {"status": "third review"}),
        ("seal review", {"status": "in moderation"}),
    ]
    assert followed(lines) == (Status.IN_MODERATION, [])
