"""Values that a framework refuses, each with its file, key and reason."""

from pathlib import Path

import pytest

from tests.criteria.spoil import HEAD, MISSING, UNKNOWN, X1, X2, Break, Found, assert_refused, remove, swap

STORY_WORDS = "words = 5"
CONTROL = "This holds a control character. Remove it."

BROKEN: dict[str, tuple[Break, Found]] = {
    "unknown key": (
        swap(X1, "guidance =", "guidence ="),
        [(X1, "guidance", MISSING), (X1, "guidence", UNKNOWN)],
    ),
    "unknown key in a question": (
        swap(X1, 'hint = "Choose', 'help = "Choose'),
        [(X1, "questions.1.help", UNKNOWN), (X1, "questions.1.hint", MISSING)],
    ),
    "unknown setting": (
        swap(HEAD, "validity_months", "validity_years"),
        [(HEAD, "settings.validity_years", UNKNOWN)],
    ),
    "number for a code": (
        swap(X1, 'code = "X1"', "code = 1.10"),
        [(X1, "code", "This must be text, in quotes.")],
    ),
    "text for a number": (
        swap(X1, STORY_WORDS, 'words = "5"'),
        [(X1, "questions.2.words", "This must be a whole number.")],
    ),
    "text for yes or no": (
        swap(X1, "required = false", 'required = "no"'),
        [(X1, "questions.5.required", "This must be true or false, without quotes.")],
    ),
    "text for a list": (
        swap(X1, '["A paper"]', '"A paper"'),
        [(X1, "usual_evidence", "This must be a list, in square brackets.")],
    ),
    "text for a table": (
        swap(HEAD, '[settings]\nvalidity_months = 36\nconfirmed = ["reviewers"]', "[[settings]]"),
        [(HEAD, "settings", "This must be a table of keys and values.")],
    ),
    "date as a phrase": (
        swap(HEAD, "2025-03-31", '"March 2025"'),
        [(HEAD, "targets.1.by", "This must be a date such as 2025-03-31.")],
    ),
    "date with a time": (
        swap(HEAD, "2025-03-31", "2025-03-31T10:00:00"),
        [(HEAD, "targets.1.by", "This must be a date such as 2025-03-31.")],
    ),
    "blank text": (swap(X1, '"Do it well."', '"  "'), [(X1, "guidance", "This is empty. Write some text.")]),
    "title on two lines": (
        swap(X1, '"Do a thing"', '"Do\\na thing"'),
        [(X1, "title", "This must be on one line.")],
    ),
    "endless title": (
        swap(X1, "Do a thing", "x" * 301),
        [(X1, "title", "This is too long. Use 300 characters or fewer.")],
    ),
    "control character": (swap(X1, "Do it well.", "Do it \\u0007 well."), [(X1, "guidance", CONTROL)]),
    "turned reading direction": (swap(X1, "Do a thing", "Do \\u202e a thing"), [(X1, "title", CONTROL)]),
    "bad code": (
        swap(X1, 'code = "X1"', 'code = "X/1"'),
        [
            (X1, "code", "The code is X/1. Name the file X/1.toml or X/1-some-words.toml."),
            (X1, "code", "Use letters and numbers, with full stops between them, such as B01 or 1.10."),
        ],
    ),
    "bad level id": (
        swap(HEAD, 'id = "tiny"', 'id = "Tiny one"'),
        [(HEAD, "id", "Use lower-case letters, numbers, full stops and hyphens only.")],
    ),
    "question id with a hyphen": (
        swap(X1, 'id = "agreed"', 'id = "agreed-day"'),
        [
            (
                X1,
                "questions.4.id",
                "Begin with a lower-case letter, then use lower-case letters, numbers and _ only.",
            )
        ],
    ),
    "unknown level": (
        swap(X1, 'level = "first"', 'level = "third"'),
        [(X1, "level", "third is not one of the levels. Use one of: first, second.")],
    ),
    "unknown principle": (
        swap(X1, '"try"', '"hope"'),
        [(X1, "principle", "hope is not one of the principles. Use one of: try.")],
    ),
    "unknown source": (
        swap(X1, '["report"]', '["report", "survey"]'),
        [(X1, "serves.2", "survey is not one of the sources. Use one of: report.")],
    ),
    "source twice": (
        swap(X1, '["report"]', '["report", "report"]'),
        [(X1, "serves", "report is listed twice. Keep one.")],
    ),
    "target of unknown level": (
        swap(HEAD, 'level = "first"', 'level = "last"'),
        [(HEAD, "targets.1.level", "last is not one of the levels. Use one of: first, second.")],
    ),
    "target over a hundred": (
        swap(HEAD, "share_percent = 75", "share_percent = 101"),
        [(HEAD, "targets.1.share_percent", "This must be 100 or less.")],
    ),
    "target of nobody": (
        swap(HEAD, 'kinds = ["trust"]', "kinds = []"),
        [(HEAD, "targets.1.kinds", "This list is too short. Give 1 or more.")],
    ),
    "level id twice": (
        swap(HEAD, 'id = "second"', 'id = "first"'),
        [
            (HEAD, "levels.2.id", "first is used twice. Give each its own id."),
            (X2, "level", "second is not one of the levels. Use one of: first."),
        ],
    ),
    "rank twice": (
        swap(HEAD, "rank = 2", "rank = 1"),
        [(HEAD, "levels.2.rank", "1 is used twice. Give each its own rank.")],
    ),
    "level without criteria": (
        remove(X2),
        [(HEAD, "levels.2", "No criterion belongs to second. Add one or remove the level.")],
    ),
    "question id twice": (
        swap(X1, 'id = "owner"', 'id = "story"'),
        [(X1, "questions", "Two questions have the id story. Give each its own id.")],
    ),
    "no rating": (
        swap(X1, 'kind = "rating"', 'kind = "role"'),
        [(X1, "questions", "Ask for one rating. There are 0.")],
    ),
    "two ratings": (
        swap(X1, 'kind = "role"', 'kind = "rating"'),
        [(X1, "questions", "Ask for one rating. There are 2.")],
    ),
    "unknown kind of question": (
        swap(X1, '"role"', '"essay"'),
        [(X1, "questions.3.kind", "This must be one of 'rating', 'narrative', 'role', 'date' or 'link'.")],
    ),
    "narrative without words": (
        swap(X1, STORY_WORDS, ""),
        [(X1, "questions.2.words", "A narrative needs a word limit. Add words.")],
    ),
    "words elsewhere": (
        swap(X1, 'hint = "No names."', 'hint = "No names."\nwords = 9'),
        [(X1, "questions.3.words", "Only a narrative has a word limit. Remove words.")],
    ),
    "no words allowed": (
        swap(X1, STORY_WORDS, "words = 0"),
        [(X1, "questions.2.words", "This must be 1 or more.")],
    ),
    "three descriptors": (
        swap(X1, ', "All"', ""),
        [(X1, "descriptors", "Write 4 texts, one for each score from 0 to 3. There are 3.")],
    ),
    "empty descriptor": (
        swap(X1, '"Most"', '""'),
        [(X1, "descriptors.3", "This is empty. Write some text.")],
    ),
    "identical descriptors": (
        swap(X1, '"Most"', '"some"'),
        [(X1, "descriptors", "Two scores have the same text. Describe each score differently.")],
    ),
    "for nobody": (
        swap(X1, '["region"]', '["region", "icb", "trust"]'),
        [(X1, "not_for", "This criterion would apply to nobody. Leave out one kind of organisation.")],
    ),
    "unknown kind of organisation": (
        swap(X1, '["region"]', '["council"]'),
        [(X1, "not_for.1", "This must be one of 'trust', 'icb' or 'region'.")],
    ),
    "unknown tag": (swap(X1, '"I"', '"Z"'), [(X1, "tag", "This must be one of 'F', 'A', 'T' or 'I'.")]),
    "met at 4": (
        swap(HEAD, "[settings]", "[settings]\nmet_at = 4"),
        [(HEAD, "settings.met_at", "This must be 3 or less.")],
    ),
    "met at 0": (
        swap(HEAD, "[settings]", "[settings]\nmet_at = 0"),
        [(HEAD, "settings.met_at", "This must be 1 or more.")],
    ),
    "three score names": (
        swap(HEAD, "[settings]", '[settings]\nscore_names = ["a", "b", "c"]'),
        [(HEAD, "settings.score_names", "Write 4 texts, one for each score from 0 to 3. There are 3.")],
    ),
    "light check after expiry": (
        swap(HEAD, "= 36", "= 12"),
        [(HEAD, "settings.light_check_months", "The light check must come before the certificate expires.")],
    ),
    "reminders in disorder": (
        swap(HEAD, "[settings]", "[settings]\nexpiry_reminder_months = [2, 6]"),
        [
            (
                HEAD,
                "settings.expiry_reminder_months",
                "Put the earliest reminder first, such as 6 then 2, and each once.",
            )
        ],
    ),
    "reminder before issue": (
        swap(HEAD, "[settings]", "[settings]\nexpiry_reminder_months = [40]"),
        [(HEAD, "settings.expiry_reminder_months", "A reminder must come after the certificate is issued.")],
    ),
    "confirmed what is no setting": (
        swap(HEAD, '["reviewers"]', '["colour"]'),
        [(HEAD, "settings.confirmed", "colour is not a setting. Remove it or check the spelling.")],
    ),
    "illustrative without a mark": (
        swap(HEAD, '"Illustrative"', '""'),
        [(HEAD, "mark", "An illustrative version needs a mark to show beside each criterion.")],
    ),
    "unknown status": (
        swap(HEAD, '"illustrative"', '"final"'),
        [(HEAD, "status", "This must be one of 'illustrative' or 'official'.")],
    ),
}


def same_code_in_another_case(folder: Path) -> None:
    """Two files that would be one on some computers."""
    (folder / "x1-b.toml").write_text((folder / X1).read_text().replace('"X1"', '"x1"', 1))


BROKEN["code twice"] = (
    same_code_in_another_case,
    [("x1-b.toml", "code", "x1 is used twice. Give each its own code.")],
)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_refused_with_file_key_and_reason(name: str, tiny: Path) -> None:
    spoil, found = BROKEN[name]
    spoil(tiny)
    assert_refused(tiny, found)
