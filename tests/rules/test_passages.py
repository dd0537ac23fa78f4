import pytest

from app.rules.errors import RuleError
from app.rules.passages import LONGEST, passage, required_passage


def test_a_passage_is_kept_tidied() -> None:
    assert passage(" one\r\ntwo\rthree \u00a0", "reason") == "one\ntwo\nthree"
    assert passage("e\u0301", "reason") == "é"


def test_what_cannot_be_kept_is_refused_with_its_field() -> None:
    with pytest.raises(RuleError) as unseen:
        passage("a\x00b", "private-note")
    with pytest.raises(RuleError) as lone:
        passage("a\ud800b", "reason")
    with pytest.raises(RuleError) as long:
        passage("a" * (LONGEST + 1), "reason")
    assert unseen.value.field == "private-note"
    assert unseen.value.sentence == lone.value.sentence
    assert long.value.sentence == "Shorten this to 10,000 characters or fewer. It has 10,001."
    assert passage("a\r\n" * 5000, "reason") == ("a\n" * 5000).strip()  # 15,000 sent, 10,000 kept


def test_a_required_passage_is_more_than_space() -> None:
    with pytest.raises(RuleError) as blank:
        required_passage(" \n\t", "reason", "Enter the reason.")
    assert (blank.value.sentence, blank.value.field) == ("Enter the reason.", "reason")
