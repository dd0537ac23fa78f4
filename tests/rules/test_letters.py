"""Letters: a closed list of placeholders, each replaced once, and nothing carried out (W-02)."""

import pytest

from app.models import Outcome
from app.rules.errors import RuleError
from app.rules.letters import PLACEHOLDERS, SHIPPED, check, fill, letter, placeholder, template

VALUES = {name: f"<{name}>" for name in PLACEHOLDERS}


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_each_placeholder_is_replaced_with_or_without_spaces(name: str) -> None:
    assert fill("{{" + name + "}} and {{ " + name + " }}", VALUES) == f"<{name}> and <{name}>"


def test_w02_a_value_that_holds_a_placeholder_stays_as_it_is() -> None:
    values = VALUES | {"organisation": "{{level}} {{7*7}} %(x)s {a.__class__}", "level": "{{organisation}}"}
    assert fill("{{organisation}}|{{level}}", values) == (
        "{{level}} {{7*7}} %(x)s {a.__class__}|{{organisation}}"
    )


HOSTILE = [
    "7*7", "organisation.name", "organisation|upper", "config", "", "Organisation", "self.__init__",
    "{organisation", "''.__class__", "x" * 500,
]  # fmt: skip


@pytest.mark.parametrize("between", HOSTILE)
def test_w02_anything_else_between_the_brackets_is_refused_by_name(between: str) -> None:
    with pytest.raises(RuleError) as refused:
        fill("Dear {{" + between + "}}", VALUES)
    told = refused.value.sentence
    assert (refused.value.field, between.strip()[:20] in told or "brackets" in told) == ("body", True)


@pytest.mark.parametrize("text", ["{{level", "level}}", "{{level}} }}", "{{level}} {{"])
def test_half_a_placeholder_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        check(text)


@pytest.mark.parametrize(
    "text", ["{% for x in y %}", "{# note #}", "{a.__class__}", "%(x)s", "${x}", "{level}"]
)
def test_what_other_languages_would_carry_out_is_plain_text(text: str) -> None:
    assert fill(text, VALUES) == text


@pytest.mark.parametrize("outcome", Outcome)
def test_the_shipped_texts_are_whole_and_filled(outcome: Outcome) -> None:
    text = SHIPPED[outcome]
    kept = template(text.subject, text.body)
    assert (kept.subject, kept.body + "\n") == (text.subject, text.body)
    assert "{" not in fill(text.subject, VALUES) + fill(text.body, VALUES)
    told = [part in text.body for part in ("What is strong", "What is missing", "What is next")]
    assert told == [True, True, True]  # the same report, whatever the outcome


@pytest.mark.parametrize(
    ("subject", "body", "field"),
    [
        ("", "Text", "subject"),
        ("x" * 201, "Text", "subject"),
        ("Two\nlines", "Text", "subject"),
        ("Subject", " ", "body"),
        ("Subject", "bell \x07", "body"),
        ("Subject", "x" * 10_001, "body"),
    ],
)
def test_what_can_t_be_kept_is_refused_at_its_field(subject: str, body: str, field: str) -> None:
    with pytest.raises(RuleError) as refused:
        letter(subject, body)
    assert refused.value.field == field


def test_an_unknown_placeholder_in_the_subject_is_refused_there() -> None:
    with pytest.raises(RuleError) as refused:
        template("{{leven}}", "Text")
    assert (refused.value.field, placeholder("leven") in refused.value.sentence) == ("subject", True)
    assert letter("{{leven}}", "Text").subject == "{{leven}}"  # a letter is final: nothing in it is replaced
