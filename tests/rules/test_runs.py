from datetime import timedelta
from uuid import UUID

from app.rules.runs import Happened, runs
from tests.story import NOW

LEAD, OTHER = UUID(int=1), UUID(int=2)


def event(number: int, verb: str = "save answer", criterion: str = "B01", by: UUID = LEAD) -> Happened:
    return Happened(number, verb, NOW + timedelta(minutes=number), by, criterion, "")


def test_saves_that_follow_one_another_are_one_line() -> None:
    events = [
        event(1, "start self-assessment", ""),
        *(event(number) for number in (2, 3, 4)),
        event(5, criterion="B02"),
        event(6, by=OTHER),
        event(7),
        event(8, "link evidence"),
        event(9, "link evidence"),
        event(10),
    ]
    told = [(run.first.number, run.last.number, run.times) for run in runs(events)]
    assert told == [(1, 1, 1), (2, 4, 3), (5, 5, 1), (6, 6, 1), (7, 7, 1), (8, 8, 1), (9, 9, 1), (10, 10, 1)]


def test_nothing_is_no_line() -> None:
    assert list(runs([])) == []
