"""Names that people type: kept tidy, and never a link in one of our mails."""

import pytest

from app.rules.errors import RuleError
from app.rules.names import LONGEST_NAME, in_mail, person_name, reads_as_address

LINKS = [
    "https://evil.example",
    "Visit evil.example now",
    "evil.example/login",
    "www evil",
    "name@evil.example",
    "t.co",
    "evil．example",  # full-width dot
    "evil。example",  # ideographic full stop, a dot in host names
    "mailto:someone",
    "evil\u200b.example",
]


@pytest.mark.parametrize("name", LINKS)
def test_w04_a_name_that_could_become_a_link_is_refused(name: str) -> None:
    with pytest.raises(RuleError) as refused:
        person_name(name)
    assert refused.value.field == "name"


@pytest.mark.parametrize("name", LINKS)
def test_w04_a_name_from_elsewhere_is_left_out_of_mails(name: str) -> None:
    assert (reads_as_address(name), in_mail(name, "A colleague")) == (True, "A colleague")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Contributor,  trust A ", "Contributor, trust A"),
        ("E. D. I. Lead", "E. D. I. Lead"),
        ("Zoe\u0308 O’Lead-Smith", "Zoë O’Lead-Smith"),
        ("张伟", "张伟"),
        ("Network chair (acting)", "Network chair (acting)"),
    ],
)
def test_names_as_people_have_them_are_kept(typed: str, kept: str) -> None:
    assert (person_name(typed), in_mail(kept, "A colleague")) == (kept, kept)


@pytest.mark.parametrize(
    "name", ["", "  ", "a" * (LONGEST_NAME + 1), "a\x00b", "a\u202eb", "one\ntwo\x1bthree"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(RuleError):
        person_name(name)


def test_a_line_break_is_a_space() -> None:
    assert person_name("EDI\nlead") == "EDI lead"
