"""Many editors on one criterion, saving at random from forms of any age."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest
from sqlmodel import Session

from app.actions import self_assessments as actions
from app.db import Database
from app.models import FrameworkVersion, SelfAssessment
from app.queries import self_assessments as look_up
from app.rules import merging
from app.rules.merging import Fate
from app.rules.people import Who
from tests.story import NOW, Story

CODE = "B02"
QUESTIONS = ("narrative", "role", "rating")
SAVES = int(os.environ.get("ARF_TEST_SAVES", "900"))  # in all; 10,000 take minutes and found no other case


@dataclass
class Editor:
    """One open page: what it shows, and what it was last told is saved."""

    who: Who
    told: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)


@dataclass
class Room:
    """The page of one criterion, its editors, and what went wrong so far."""

    session: Session
    story: Story
    made: SelfAssessment
    editors: list[Editor]
    dice: Random
    number: int = 0
    overwritten: int = 0
    lost: int = 0
    conflicts: int = 0
    merged: int = 0

    def saved(self) -> dict[str, str]:
        answer = look_up.answer(self.session, self.made.id, CODE)
        return dict(answer.values) if answer else {}

    def reload(self, editor: Editor) -> None:
        editor.told = {name: self.saved().get(name, "") for name in QUESTIONS}
        editor.typed = dict(editor.told)
        editor.seen = self._marks()

    def _marks(self) -> dict[str, str]:
        return merging.marks_of(self.story.framework.criterion(CODE), self.saved(), False)

    def turn(self) -> None:
        """One editor types in one to three questions and saves; now and then they open the page anew first."""
        editor = self.dice.choice(self.editors)
        if not editor.seen or self.dice.random() < 0.1:
            self.reload(editor)
        for name in self.dice.sample(QUESTIONS, self.dice.randint(1, 3)):
            self.number += 1
            editor.typed[name] = str(self.number % 4) if name == "rating" else f"text {self.number}"
        before = self.saved()
        saved = actions.merge_answer(
            self.session,
            self.made,
            self.story.framework,
            CODE,
            editor.typed,
            seen=editor.seen,
            is_finished=False,
            by=editor.who,
            at=NOW,
        )
        self._judge(editor, before, self.saved(), saved.merged.fates)
        self._hear(editor, saved.merged.fates)

    def _judge(
        self, editor: Editor, before: dict[str, str], after: dict[str, str], fates: dict[str, Fate]
    ) -> None:
        """By the texts alone: a text that was replaced had to be known, one that was typed is saved or handed back."""
        for name in QUESTIONS:
            was, now = before.get(name, ""), after.get(name, "")
            typed, told = editor.typed[name], editor.told[name]
            self.overwritten += now not in (was, told) and was != told
            self.lost += typed not in (told, now) and fates[name] is not Fate.CONFLICT
            self.conflicts += fates[name] is Fate.CONFLICT
            self.merged += typed == told and now != told

    def _hear(self, editor: Editor, fates: dict[str, Fate]) -> None:
        """What the page does with the answer; who is asked to choose takes either text."""
        now, marks = self.saved(), self._marks()
        for name in QUESTIONS:
            is_mine = fates[name] is Fate.CONFLICT and self.dice.random() < 0.5
            editor.told[name], editor.seen[name] = now.get(name, ""), marks[name]
            if not is_mine:
                editor.typed[name] = editor.told[name]


def played(session: Session, story: Story, editors: int, saves: int) -> Room:
    version = session.get_one(FrameworkVersion, story.version_id)
    people = [story.who(session, part) for part in ("lead_a", "contributor_a")]
    made = actions.start(session, story.organisations["ZZA"], version, by=people[0], at=NOW)
    pages = [Editor(people[number % 2]) for number in range(editors)]
    room = Room(session, story, made, pages, Random(editors))
    for _ in range(saves):
        room.turn()
    return room


@pytest.mark.parametrize("editors", [2, 5, 20])
def test_K01_K02_no_text_is_overwritten_unseen(database: Database, story: Story, editors: int) -> None:
    """Two people with up to ten windows each: a window of one's own is another editor like any."""
    with database.write() as session:
        room = played(session, story, editors, SAVES // 3)
    assert (room.overwritten, room.lost) == (0, 0)
    assert room.conflicts > 50
    assert room.merged > 10


@pytest.mark.parametrize(
    ("without", "is_red"),
    [
        (Fate.TAKEN, lambda room: room.overwritten > 20),  # whoever saves last wins
        (Fate.KEPT, lambda room: room.lost > 20),  # whoever saved first wins
    ],
)
def test_K01_the_count_sees_what_it_looks_for(
    database: Database,
    story: Story,
    monkeypatch: pytest.MonkeyPatch,
    without: Fate,
    is_red: Callable[[Room], bool],
) -> None:
    """The same play without the look at the marks."""
    monkeypatch.setattr(merging, "_fate", lambda here, there, *_: Fate.SAME if here == there else without)
    with database.write() as session:
        room = played(session, story, 5, 100)
    assert is_red(room)
