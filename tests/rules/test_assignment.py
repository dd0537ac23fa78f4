"""The checks of an assignment, when somebody counts as away, and the table it travels in."""

from dataclasses import replace
from datetime import date

import pytest

from app.adapters.assignment.tasks import Answer
from app.rules.assignment import (
    GONE,
    NOT_A_REVIEWER,
    RECIPROCAL,
    Bar,
    Kind,
    Problem,
    away,
    faults,
    loads_after,
    spread,
)
from app.rules.assignment_sheets import COLUMNS, Known, as_text, brought, from_text, read, rows_of
from app.rules.assignment_tasks import listed, proposal_of, task_of
from app.rules.errors import RuleError
from tests.assigning import body_id, lacking, reviewer, reviewer_id, submission_id

TODAY, PROMISED = date(2026, 11, 22), date(2026, 12, 1)  # ten days, both counted
PAIR = (submission_id(0), reviewer_id(0))


def said(problem: Problem, *pairs: tuple[int, int]) -> list[str]:
    return [one.sentence for one in faults(problem, [(submission_id(s), reviewer_id(r)) for s, r in pairs])]


def two_of(**more: object) -> Problem:
    """Two submissions that want one reviewer each, two reviewers without anything in the way."""
    made = {"submissions": (lacking(0, 1), lacking(1, 1)), "reviewers": (reviewer(0), reviewer(1)), **more}
    return Problem(**made)  # type: ignore[arg-type]


def test_nothing_is_wrong_with_an_assignment_that_keeps_the_rules() -> None:
    assert said(two_of(), (0, 0), (1, 1)) == []
    assert said(two_of(), (0, 0), (1, 0)) == []
    assert said(two_of(), (1, 1)) == []


def test_what_is_not_known_is_told() -> None:
    assert said(two_of(), (7, 0)) == [GONE]
    assert said(two_of(), (0, 7)) == [NOT_A_REVIEWER]


def test_each_bar_is_told_once() -> None:
    conflict, gone = Bar(Kind.CONFLICT, "Works there."), Bar(Kind.AWAY, "Away.")
    problem = two_of(
        reviewers=(reviewer(0, bars=(gone,)), reviewer(1)),
        bars={(submission_id(0), reviewer_id(0)): (conflict,)},
    )
    assert said(problem, (0, 0)) == ["Reviewer 0: Works there.", "Reviewer 0: Away."]
    assert said(problem, (1, 0)) == ["Reviewer 0: Away."]
    assert said(problem, (0, 1)) == []


def test_more_reviewers_than_a_submission_lacks_are_refused_and_so_is_a_line_twice() -> None:
    assert said(two_of(), (0, 0), (0, 1)) == ["Trust 0, Bronze lacks 1 reviewer, and more are named."]
    assert said(two_of(), (0, 0), (0, 0)) == ["This line is there twice."]


def test_nobody_gets_more_than_they_take() -> None:
    problem = two_of(reviewers=(reviewer(0, load=3, most=4), reviewer(1, most=0)))
    assert said(problem, (0, 0)) == []
    assert said(problem, (0, 0), (1, 0)) == ["Reviewer 0 would have 5 open reviews, and takes 4."]
    assert said(problem, (0, 1)) == ["Reviewer 1 would have 1 open review, and takes 0."]


def test_f07_no_two_people_review_for_each_other() -> None:
    """Reviewer 0 works for trust 1, reviewer 1 for trust 0."""
    people = (reviewer(0, bodies=frozenset({body_id(1)})), reviewer(1, bodies=frozenset({body_id(0)})))
    problem = two_of(reviewers=people)
    assert said(problem, (0, 0), (1, 1)) == [f"Reviewer 1: {RECIPROCAL}"]
    assert said(problem, (1, 1)) == []
    earlier = two_of(reviewers=people, earlier=frozenset({(body_id(0), body_id(1))}))
    assert said(earlier, (1, 1)) == [f"Reviewer 1: {RECIPROCAL}"]
    assert said(earlier, (0, 0)) == []


def test_the_solver_is_told_of_each_reciprocal_pair_once() -> None:
    people = (reviewer(0, bodies=frozenset({body_id(1)})), reviewer(1, bodies=frozenset({body_id(0)})))
    task = task_of(two_of(reviewers=people), 1)
    (pair,) = set(task.pairs)
    assert {(task.edges[at].submission, task.edges[at].reviewer) for at in pair} == {(0, 0), (1, 1)}


@pytest.mark.parametrize(
    ("absences", "sentence"),
    [
        ([], ""),
        ([(date(2026, 11, 22), date(2026, 11, 22))], "Away until 22 November 2026."),
        ([(date(2026, 11, 1), date(2026, 11, 30))], "Away until 30 November 2026."),
        ([(date(2026, 11, 1), date(2026, 11, 21))], ""),
        ([(date(2026, 11, 23), date(2026, 11, 27))], ""),  # five of ten days
        (
            [(date(2026, 11, 23), date(2026, 11, 28))],
            "Away on 6 of the 10 days until decisions are promised.",
        ),
        (
            [(date(2026, 11, 23), date(2026, 11, 26)), (date(2026, 11, 25), date(2026, 11, 28))],
            "Away on 6 of the 10 days until decisions are promised.",
        ),
        ([(date(2026, 11, 24), date(2027, 5, 1))], "Away on 8 of the 10 days until decisions are promised."),
    ],
)
def test_who_counts_as_away(absences: list[tuple[date, date]], sentence: str) -> None:
    assert away(absences, TODAY, PROMISED) == sentence


def test_a_promise_that_has_passed_asks_for_today_alone() -> None:
    assert away([(date(2026, 11, 23), date(2026, 12, 31))], TODAY, date(2026, 11, 1)) == ""


def test_loads_and_spread_count_what_people_have_already() -> None:
    problem = two_of(reviewers=(reviewer(0, load=2), reviewer(1), reviewer(2, load=9, most=9)))
    pairs = [PAIR, (submission_id(1), reviewer_id(1))]
    assert list(loads_after(problem, pairs).values()) == [3, 1, 9]
    assert spread(problem, pairs) == (1, 3)


def test_what_would_free_a_window_is_said_in_sentences() -> None:
    """Numbers of an answer become people, bodies and plain words."""
    gone = Bar(Kind.AWAY, "Away.")
    problem = Problem(
        (lacking(0, 2),),
        (reviewer(0, load=4, most=4), reviewer(1, bars=(gone,)), reviewer(2), reviewer(3)),
        {(submission_id(0), reviewer_id(3)): (Bar(Kind.CONFLICT, "Works there."),)},
    )
    frees = {
        "newcomers": ((1,),),
        "caps": ((0, 1),),
        "away": ((1,),),
        "conflict": ((0, 3),),
        "reciprocal": ((0, 2),),
    }
    found = proposal_of(problem, task_of(problem, 1), Answer((), ((0, 1),), frees))
    (one,) = found.unserved
    assert (one.submission.title, one.lacks) == ("Trust 0, Bronze", 1)
    assert one.sentence == (
        "Of 4 reviewers, 1 has a conflict of interest, 1 is away, 1 has as many reviews as they take and 1 is free, "
        "but not for all that need them."
    )
    assert found.frees == (
        "1 more reviewer without a conflict of interest with Trust 0 would be enough.",
        "It would be enough if Reviewer 0 took 5 in place of 4.",
        "It would be enough if Reviewer 1 was not away.",
        "It would be enough if this conflict of interest was waived, which takes two people and a reason: Reviewer 3 "
        "with Trust 0.",
        "It would be possible with 1 reciprocal pair, which the portal never makes.",
    )


def test_lists_read_as_people_write_them() -> None:
    assert [listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


KNOWN = Known(
    {"R-0": submission_id(0), "R-1": submission_id(1), "R-2": submission_id(2)},
    {f"reviewer.{one}@example.invalid": reviewer_id(one) for one in range(3)},
    {(submission_id(2), reviewer_id(2))},
)


def table(*lines: str) -> bytes:
    return "\r\n".join(("Submission,Organisation,E-mail", *lines, "")).encode("utf-8-sig")


def test_a_table_comes_back_as_it_went_out() -> None:
    problem = two_of()
    pairs = [PAIR]
    rows = rows_of(problem, pairs)
    assert [row.cells() for row in rows] == [
        ("R-0", "Trust 0", "Bronze", "Reviewer 0", "reviewer.0@example.invalid", "proposed"),
        ("R-1", "Trust 1", "Bronze", "", "", "lacking"),
    ]
    text = "\n".join([",".join(COLUMNS), *(",".join(row.cells()) for row in rows)])
    found = brought(problem, KNOWN, read(text.encode()))
    assert (list(found.pairs), found.already, found.wrong) == (pairs, 0, ())


def test_a_line_that_is_assigned_already_changes_nothing() -> None:
    found = brought(two_of(), KNOWN, read(table("R-2,Trust 2,reviewer.2@example.invalid")))
    assert (found.pairs, found.already, found.wrong) == ((), 1, ())


def test_every_error_is_told_with_its_line() -> None:
    full = replace(reviewer(1), most=0)
    lines = read(
        table(
            "R-9,Nowhere,reviewer.0@example.invalid",
            "R-0,Trust 0,nobody@example.invalid",
            "R-0,Trust 0,REVIEWER.0@example.invalid",
            "R-0,Trust 0,reviewer.0@example.invalid",
            "R-1,Trust 1,reviewer.1@example.invalid",
            "R-1,Trust 1,",
            "R-2,Trust 2,reviewer.0@example.invalid",
        )
    )
    found = brought(two_of(reviewers=(reviewer(0), full)), KNOWN, lines)
    assert [(one.number, one.sentence) for one in found.wrong] == [
        (2, "There is no submission R-9 to assign in this window."),
        (3, "Nobody with the address nobody@example.invalid is a reviewer."),
        (5, "This line is there twice."),
        (6, "Reviewer 1 would have 1 open review, and takes 0."),
        (8, GONE),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "must have the headings"),
        (b"A,B\n1,2\n", "must have the headings"),
        (b'Submission,E-mail\n"R-0,x@y.z\n', "can't be read as a table"),
        (b"\x00\xff\xfe", "must have the headings"),
        (b"Submission,E-mail\n" + b"R-0,x@y.z\n" * 5001, "more than 5000 lines"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence) as refused:
        read(content)
    assert refused.value.field == "file"


def test_semicolons_windows_letters_and_guarded_cells_are_read() -> None:
    content = "E-Mail;Note;SUBMISSION\r\n'Reviewer.0@example.invalid;caf\u00e9; R-0 \r\n;;R-1\r\nx".encode(
        "cp1252"
    )
    (line,) = [one for one in read(content) if one.reference]
    assert (line.number, line.reference, line.email) == (2, "R-0", "reviewer.0@example.invalid")


def test_pairs_travel_in_a_form_and_nothing_else_does() -> None:
    pairs = [PAIR, (submission_id(1), reviewer_id(1))]
    assert from_text(as_text(pairs)) == pairs
    assert from_text("") == []
    for text in ("x", "1:2", f"{submission_id(0)}", f"{submission_id(0)}:{reviewer_id(0)}:{reviewer_id(0)}"):
        with pytest.raises(RuleError, match="can't be read"):
            from_text(text)
