"""The paper for a board, from the living self-assessment: where it stands, what is missing, what may go wrong.

It says nothing of reviews or scores that the organisation may not know yet, and names a colleague only where every
reader of the self-assessment sees that name.
"""

from collections.abc import Iterable
from datetime import date, datetime

from app.adapters.papers import Bar, Bars, Block, Bullets, Grid, Heading, Paper, Text
from app.rules.board_facts import BoardFacts
from app.rules.days import in_words, months_after, uk_day
from app.rules.due import due_words
from app.rules.progress import CriterionState, Gap
from app.rules.progress import in_words as counted

SOON_MONTHS = 6  # a board that meets every two or three months has time to act on what ends within six
NOTHING_YET = "Not answered yet."


def paper_of(facts: BoardFacts, *, portal: str, at: datetime) -> Paper:
    """The paper, made on the UK day of ``at``."""
    today = uk_day(at)
    framework = facts.framework
    return Paper(
        title=f"Board pack: {framework.title}, {facts.aim.name}",
        portal=portal,
        subtitle=f"{facts.organisation} ({facts.ods_code}). Version {framework.version} of the framework.",
        mark=framework.mark,
        made_on=in_words(today),
        made_at=at,
        blocks=(
            *_summary(facts, today),
            *_position(facts),
            *_gaps(facts),
            *_risks(facts, today),
            *_conditions(facts),
            *_signature(facts),
            *_dates(facts),
            *_signed(facts),
            *_counted(facts),
        ),
    )


def _summary(facts: BoardFacts, today: date) -> Iterable[Block]:
    yield Heading("What the board is asked to know")
    standing = next(one for one in facts.standings if one.level.id == facts.aim.id)
    held = [f"{one.level_name} is held until {in_words(one.expires_on)}." for one in facts.held]
    yield Bullets(
        (
            *(held or ["No level is held now."]),
            f"{facts.aim.name}: {standing.ready} of {standing.asked} criteria are ready to be signed today.",
            f"Criteria with something still to be done before {facts.aim.name} can be signed: {len(facts.gaps)}.",
            f"Risks listed below: {len(_found_risks(facts, today))}.",
        )
    )


def _position(facts: BoardFacts) -> Iterable[Block]:
    yield Heading("Position")
    rows = []
    for one in facts.standings:
        states = [each.state for each in facts.progress if each.criterion.level == one.level.id]
        held = next((each for each in facts.held if each.level_name == one.level.name), None)
        holds = f"Held, {held.number}, until {in_words(held.expires_on)}" if held else "Not held"
        rows.append((one.level.name, counted(states), f"{one.met} of {one.asked}", holds))
    yield Bars("ready", tuple(Bar(one.level.name, one.ready, one.asked) for one in facts.standings))
    yield Grid(
        "Position by level",
        "For each level: how many criteria are ready, how many we rate ourselves as meeting, and whether it is held.",
        ("Level", "Criteria", "Rated by ourselves as met", "Recognition"),
        tuple(rows),
    )
    levels = [one.level for one in facts.standings]
    yield Grid(
        "Criteria ready, by principle",
        "For each principle and level: criteria ready of those that apply to us.",
        ("Principle", *(level.name for level in levels)),
        tuple(
            (principle.name, *(_ready(facts, principle.id, level.id) for level in levels))
            for principle in facts.framework.principles
        ),
    )


def _ready(facts: BoardFacts, principle: str, level: str) -> str:
    own = [
        one
        for one in facts.progress
        if (one.criterion.principle, one.criterion.level) == (principle, level)
        and one.state is not CriterionState.NOT_APPLICABLE
    ]
    ready = sum(one.state is CriterionState.READY for one in own)
    return f"{ready} of {len(own)}" if own else "None asked"


def _gaps(facts: BoardFacts) -> Iterable[Block]:
    yield Heading(f"Gaps: what {facts.aim.name} still needs")
    if not facts.gaps:
        yield Text(f"Nothing is missing. {facts.aim.name} can be handed to the executive sponsor.")
        return
    yield Grid(
        f"What is missing for {facts.aim.name}",
        "Each criterion that is not ready, what is to be done, and who looks after it.",
        ("Criterion", "What is to be done", "Looked after by"),
        tuple((f"{one.code} {one.title}", _wanted(facts, one), _care(facts, one.code)) for one in facts.gaps),
    )


def _wanted(facts: BoardFacts, gap: Gap) -> str:
    """What a board needs to hear of it: of a criterion that nobody has begun, just that."""
    state = next(one.state for one in facts.progress if one.criterion.code == gap.code)
    return state.value if state is CriterionState.NOT_STARTED else "\n".join(gap.reasons)


def _care(facts: BoardFacts, code: str) -> str:
    care = facts.cares.get(code)
    if care is None:
        return "Nobody yet"
    until = f", due on {in_words(care.due_on)}" if care.due_on else ""
    return f"{care.name}{' (has left)' if care.has_left else ''}{until}"


def _risks(facts: BoardFacts, today: date) -> Iterable[Block]:
    yield Heading("Risks")
    found = _found_risks(facts, today)
    if not found:
        yield Text(f"None found. No evidence or recognition ends within {SOON_MONTHS} months.")
        return
    yield Grid(
        "Risks, by kind",
        "What may keep a level from being signed, recognised or kept, and until when.",
        ("Risk", "What it is about", "When"),
        tuple(found),
    )


def _found_risks(facts: BoardFacts, today: date) -> list[tuple[str, str, str]]:
    soon = months_after(today, SOON_MONTHS)
    ends = [one for one in facts.backing if one.expires_on <= soon]
    recognitions = [one for one in facts.held if one.expires_on <= soon]
    return [
        *(
            ("Recognition ends", f"{one.level_name}, {one.number}", in_words(one.expires_on))
            for one in recognitions
        ),
        *(
            (
                "Evidence has expired" if one.expires_on < today else "Evidence expires",
                f"{one.title}: {', '.join(one.codes)}",
                in_words(one.expires_on),
            )
            for one in sorted(ends, key=lambda each: (each.expires_on, each.title))
        ),
        *(
            ("Condition not answered", f"{', '.join(one.codes)}: {one.text}", "")
            for one in facts.conditions
            if not one.answer
        ),
        *_overdue(facts, today),
        *(("To be put right", note, "") for note in facts.notes),
    ]


def _overdue(facts: BoardFacts, today: date) -> list[tuple[str, str, str]]:
    """Criteria in somebody's care whose day has passed, or whose owner has left; what is ready is neither."""
    open_codes = {one.criterion.code for one in facts.progress if one.state not in _DONE}
    cares = [one for one in facts.cares.values() if one.code in open_codes]
    late = [(one, one.due_on) for one in cares if one.due_on is not None and one.due_on < today]
    return [
        *(("Overdue", f"{one.code}: {one.name}", due_words(due_on, today)) for one, due_on in late),
        *(("Owner has left", f"{one.code}: {one.name}", "") for one in cares if one.has_left),
    ]


_DONE = (CriterionState.READY, CriterionState.NOT_APPLICABLE)


def _conditions(facts: BoardFacts) -> Iterable[Block]:
    yield Heading("Conditions of earlier decisions, and what was done")
    if not facts.conditions:
        yield Text("No condition is open.")
        return
    yield Grid(
        "Conditions and what was done",
        "What the Assembly asked for with an earlier outcome, and our answer.",
        ("Criterion", "Asked for", "Asked on", "What we did"),
        tuple(
            (", ".join(one.codes), one.text, in_words(one.asked_on), one.answer or NOTHING_YET)
            for one in facts.conditions
        ),
    )


def _signature(facts: BoardFacts) -> Iterable[Block]:
    yield Heading("What the executive sponsor's signature means")
    yield Text("The executive sponsor signs for the organisation. By signing they declare:")
    yield Text(facts.declaration, is_quoted=True)
    yield Text(facts.declaration_mark, is_strong=True)
    yield Bullets(
        (
            "What is signed is sealed: nobody can change the copy afterwards.",
            "Reviewers of the Assembly, from other organisations, read and score exactly that copy.",
            "The sponsor can note where the board's minutes speak of it. The reference is kept with the sign-off.",
            "The declaration says that the board knows of the submission, so the board should see it first.",
        )
    )


def _dates(facts: BoardFacts) -> Iterable[Block]:
    yield Heading("Dates")
    if not facts.dates:
        yield Text("No window is announced, and nothing is on its way.")
        return
    yield Grid(
        "Dates ahead",
        "When windows open and close, when a decision is promised, when a recognition ends.",
        ("Day", "What"),
        tuple(
            (in_words(one.on), one.what) for one in sorted(facts.dates, key=lambda each: (each.on, each.what))
        ),
    )


def _signed(facts: BoardFacts) -> Iterable[Block]:
    yield Heading("Sign-offs on record")
    if not facts.signed:
        yield Text("Nothing has been signed yet.")
        return
    yield Grid(
        "What was signed",
        "What was signed, when, by whom, where the minutes speak of it, and where it is now.",
        ("Level", "Signed", "By", "Minute reference", "Receipt", "Now"),
        tuple(
            (
                one.level_name,
                in_words(uk_day(one.sealed_at)),
                one.signed_by,
                one.minute_reference or "None given",
                one.receipt,
                one.stage,
            )
            for one in facts.signed
        ),
    )


def _counted(facts: BoardFacts) -> Iterable[Block]:
    yield Heading("How this was counted")
    yield Bullets(
        (
            "Ready: the writers call the criterion finished, nothing is missing, and evidence in date is linked.",
            "Rated by ourselves as met: our own rating, not the reviewers'. "
            f"A criterion is met at a score of {facts.framework.settings.met_at}.",
            "Criteria that do not apply to our kind of organisation are left out.",
            "This paper is the position on the day it was made. The self-assessment goes on changing.",
        )
    )
