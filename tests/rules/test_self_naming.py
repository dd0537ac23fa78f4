"""A text that names its writer is noticed: at least 95 in 100, on a seeded set of made-up names; precision is told."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from app.rules.self_naming import Known, named_in

SYLLABLES = [
    "zor",
    "vak",
    "quil",
    "lim",
    "dro",
    "sten",
    "mur",
    "pel",
    "tav",
    "nim",
    "bra",
    "kel",
    "xan",
    "yor",
]
PLAIN = [
    "The board approved the statement in May and published it.",
    "The evidence does not show who leads this. Name the executive and the date.",
    "In regards to the policy, the board paper says little.",
    "The Chief Nurse and the EDI lead report to the board each quarter.",
    "I found the action plan clear. It has dates and owners.",
    "Black, Asian and Minority Ethnic staff were asked, and what they said was used.",
    "Will the network be paid for its time? The plan does not say.",
    "The data for A. and B. are not comparable (see page 3, table B.2).",
    "Reviewed against the descriptor for 2: met.",
    "Other trusts in the North West publish this yearly.",
    "e.g. the WRES report; i.e. not the summary.",
    "The staff survey shows a gap of 4.5 points. The trust knows this and says so.",
    "Good practice: mentoring, reverse mentoring and a paid network chair.",
    "The link to the minutes did not open, so I could not see it.",
    "Thank you for the honest account of what has not worked yet.",
    "The policy is dated 5 January 2026. NHS England's template was used.",
    "I would have liked to see how complaints changed after the training.",
    "Strong on leadership, weaker on outcomes for patients.",
    "Best regarded as a first step.",
    "Signed off by the board in March; the minutes are attached.",
]


def _name(draw: random.Random, parts: int = 2) -> str:
    return " ".join("".join(draw.sample(SYLLABLES, 2)).capitalize() for _ in range(parts))


def _odd(draw: random.Random, name: str) -> str:
    """The same name with an accent, an apostrophe or a hyphen in it."""
    first, _, last = name.partition(" ")
    made = [
        f"{first.replace('o', 'ö').replace('u', 'ú')} {last}",
        f"{first} O'{last}",
        f"{first} {last}-{''.join(draw.sample(SYLLABLES, 2)).capitalize()}",
        f"Dr {first} {last}",
    ]
    return draw.choice(made)


def _bare(name: str) -> tuple[str, str]:
    first, *_, last = name.removeprefix("Dr ").split(" ")
    return first, last


WAYS: dict[str, Callable[[Known], str]] = {
    "full": lambda one: f"As {one.name} has seen, the plan works.",
    "capitals": lambda one: f"Reviewed by {one.name.upper()}.",
    "lower case": lambda one: f"reviewed by {one.name.lower()} in may",
    "turned": lambda one: "{1}, {0}: this is met.".format(*_bare(one.name)),
    "initial and name": lambda one: f"{_bare(one.name)[0][0]}. {_bare(one.name)[1]} would score this 2.",
    "name and initial": lambda one: f"Ask {_bare(one.name)[0]} {_bare(one.name)[1][0]}. about this.",
    "initials": lambda one: f"Met. {_bare(one.name)[0][0]}.{_bare(one.name)[1][0]}.",
    "spaced initials": lambda one: f"Met in full ({_bare(one.name)[0][0]}. {_bare(one.name)[1][0]}.)",
    "initials at the end": lambda one: f"Met in full. - {_bare(one.name)[0][0]}{_bare(one.name)[1][0]}",
    "first name": lambda one: f"I, {_bare(one.name)[0]}, think this is met.",
    "surname": lambda one: f"It was Professor {_bare(one.name)[1]} who asked for it.",
    "whose": lambda one: f"This is {_bare(one.name)[0]}'s own view.",
    "curly": lambda one: f"So says {one.name.replace(chr(39), chr(0x2019))} of it.",
    "no accents": lambda one: f"So says {one.name.replace('ö', 'o').replace('ú', 'u')} of it.",
    "no apostrophe": lambda one: f"So says {one.name.replace(chr(39), '')} of it.",
    "decomposed": lambda one: f"So says {one.name.replace('ö', 'o' + chr(0x308))} of it.",
    "hidden": lambda one: f"So says {one.name[:3]}\u200b{one.name[3:]} of it.",
    "address": lambda one: f"Write to {one.email.upper()} if this is not clear.",
    "before the @": lambda one: f"Ask {one.email.partition('@')[0]} if this is not clear.",
    "signature": lambda one: f"This is met.\n\nKind regards,\n{_bare(one.name)[0]}",
    "another signature": lambda one: f"This is met.\nYours sincerely\n{one.name}",
}
OWN_WAYS: dict[str, Callable[[Known], str]] = {
    "employer": lambda one: f"We do the same at {one.employer}.",
    "employer, short": lambda one: f"At {one.employer.removesuffix(' NHS Foundation Trust')} we do the same.",
    "code": lambda one: f"See what {one.employer_code} did.",
    "said at": lambda one: "As I said at the regional meeting, this matters.",
    "role": lambda one: "In my role as chief people officer I would want more.",
    "own trust": lambda one: "At my trust this took two years.",
    "worked": lambda one: "I worked for a trust that tried this.",
    "other reviewer": lambda one: "My fellow reviewer may see it otherwise.",
}


def _people(draw: random.Random) -> Iterator[Known]:
    for number in range(40):
        name = _name(draw)
        name = _odd(draw, name) if number % 2 else name
        first, last = _bare(name)
        code = f"Z{draw.choice('QXY')}{draw.randrange(10)}"
        yield Known(name, f"{first}.{last}@example.invalid", f"{_name(draw)} NHS Foundation Trust", code)


def test_b18_at_least_95_in_100_that_name_somebody_are_noticed_and_few_others(
    record_property: Callable[[str, object], None],
) -> None:
    draw = random.Random(18)
    people = list(_people(draw))
    missed: dict[str, list[str]] = defaultdict(list)
    asked = wrong = 0
    for place, person in enumerate(people):
        others = people[:place] + people[place + 1 :]
        for way, say in WAYS.items():
            asked += 2
            text = f"{draw.choice(PLAIN)} {say(person)}" if "\n" not in say(person) else say(person)
            missed[way] += [text] * (not named_in(text, person, others[:10]))
            missed[f"{way} of a colleague"] += [text] * (
                not named_in(text, others[0], [*others[:10], person])
            )
        for way, say in OWN_WAYS.items():
            asked += 1
            missed[way] += [say(person)] * (not named_in(say(person), person, others[:10]))
        wrong += sum(bool(named_in(text, person, others)) for text in PLAIN)
    number = sum(map(len, missed.values()))
    recall, precision = 1 - number / asked, (asked - number) / (asked - number + wrong)
    record_property("recall", round(recall, 4))
    record_property("precision", round(precision, 4))
    worst = {way: len(texts) for way, texts in missed.items() if texts}
    assert (recall >= 0.95, precision >= 0.95, worst) == (True, True, worst)
    assert asked > 1_500


OWN = Known("Zorvak Quillim", "zorvak.quillim@example.invalid", "Murpel NHS Foundation Trust", "ZQ7")
FOUND = [
    ("Zorvak Quillim says so.", ["Zorvak Quillim", "Zorvak", "Quillim"]),
    ("Met. Z.Q.", ["Z.Q."]),
    ("Met. Q.Z.", []),
    ("Met.\n\nKind regards,\nZorvak", ["Kind regards, Zorvak", "Zorvak"]),
    ("As at Murpel, it works.", ["Murpel"]),
    ("See ZQ7 for more.", ["ZQ7"]),
    ("See zq7 for more.", []),
    ("Nothing of the kind.", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "told"), FOUND)
def test_what_was_found_is_told_as_it_stands_there(text: str, told: list[str]) -> None:
    assert named_in(text, OWN) == told


@pytest.mark.parametrize(
    "name", ["Reviewer 1", "Moderator", "EDI lead, demo trust 4", "Reviewer who works for trust A"]
)
def test_a_name_that_says_what_somebody_does_is_nobodys(name: str) -> None:
    text = "The reviewer, the moderator and the EDI lead of demo trust 4 agree. Reviewer 1 too."
    assert named_in(text, Known(name, "reviewer@example.invalid")) == []


def test_a_name_that_is_a_word_counts_alone_only_inside_a_sentence() -> None:
    one = Known("Grace Quillim", "g.quillim@example.invalid")
    assert named_in("Will this help? Grace is needed.", one) == []
    assert named_in("This is what Grace wants.", one) == ["Grace"]
