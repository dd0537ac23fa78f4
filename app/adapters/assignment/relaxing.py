"""When not everything can be served: which submissions are left short, and the least that would have to give way."""

from collections.abc import Callable

from app.adapters.assignment.model import HALF, Model, Unfinished
from app.adapters.assignment.served import keep_rooms, serve
from app.adapters.assignment.tasks import Rows, Task

MOST_STEPS = 20  # nobody is told to take more than so many beyond what they said
_ALWAYS = frozenset({"newcomers", "caps", "reciprocal"})  # these need no bar to be tried


def shortfall(task: Task) -> dict[int, int]:
    """How many reviewers each submission lacks when as many as possible are given."""
    model = Model()
    lacking: dict[int, int] = {}

    def may_lack(submission: int) -> int:
        lacking[submission] = model.variable(1.0, limit=task.wanted[submission])
        return lacking[submission]

    served = serve(model, task, may_lack=may_lack)
    keep_rooms(model, task, served)
    values = model.solve() or []
    found = {submission: round(values[variable]) for submission, variable in lacking.items()}
    return {submission: number for submission, number in found.items() if number}


def frees(task: Task) -> dict[str, Rows]:
    """For each kind of thing that could give way alone, the least of it that lets everything be served."""
    barred = {one.bar for one in task.edges}
    tried = [kind for kind in _RELAXED if kind in barred or kind in _ALWAYS]
    found = {kind: _in_time(_RELAXED[kind], task) for kind in tried}
    return {kind: rows for kind, rows in found.items() if rows}


def _in_time(relax: Callable[[Task], Rows], task: Task) -> Rows:
    try:
        return relax(task)
    except Unfinished:
        return ()  # what is not told in time is not told; the rest is


def _caps(task: Task) -> Rows:
    """The fewest reviews beyond what people take, and those shared out among as many as can be."""
    model = Model()
    served = serve(model, task)
    more: dict[int, int] = {}
    for reviewer in served.of_reviewer:
        steps = [
            model.variable(2.0 * step + 1, whole=False) for step in range(min(MOST_STEPS, sum(task.wanted)))
        ]
        more[reviewer] = model.variable(limit=len(steps))
        model.row([(more[reviewer], 1.0), *((one, -1.0) for one in steps)], 0, 0)
    keep_rooms(model, task, served, more)
    values = model.solve()
    found = [(reviewer, round(values[one])) for reviewer, one in more.items()] if values else []
    return tuple(row for row in found if row[1])


def _people(kind: str) -> Callable[[Task], Rows]:
    def relaxed(task: Task) -> Rows:
        """The fewest people for whom the bar would have to fall."""
        model = Model()
        served = serve(model, task, lifted={kind})
        keep_rooms(model, task, served)
        freed: dict[int, int] = {}
        for place, variable in served.variables.items():
            edge = task.edges[place]
            if edge.bar:
                if edge.reviewer not in freed:
                    freed[edge.reviewer] = model.variable(1.0)
                model.row([(variable, 1.0), (freed[edge.reviewer], -1.0)], high=0)
        values = model.solve()
        return tuple((who,) for who, one in sorted(freed.items()) if values and values[one] > HALF)

    return relaxed


def _conflicts(task: Task) -> Rows:
    """The fewest single conflicts that would have to be set aside."""
    model = Model()
    served = serve(model, task, cost=lambda edge: float(bool(edge.bar)), lifted={"conflict"})
    keep_rooms(model, task, served)
    values = model.solve()
    edges = [task.edges[place] for place in served.chosen(values)] if values else []
    return tuple((one.submission, one.reviewer) for one in edges if one.bar)


def _reciprocal(task: Task) -> Rows:
    """The fewest reciprocal pairs that would have to be put up with, those with earlier assignments included."""
    model = Model()
    served = serve(
        model, task, cost=lambda edge: float(bool(edge.bar)), lifted={"reciprocal"}, with_pairs=False
    )
    keep_rooms(model, task, served)
    both, slack = served.variables, {}
    for one, other in task.pairs:
        if one in both and other in both:
            slack[one, other] = model.variable(1.0, whole=False)
            model.row([(both[one], 1.0), (both[other], 1.0), (slack[one, other], -1.0)], high=1)
    values = model.solve()
    if not values:
        return ()
    barred = [place for place in served.chosen(values) if task.edges[place].bar]
    met = [one for (one, _), variable in slack.items() if values[variable] > HALF]
    return tuple((task.edges[place].submission, task.edges[place].reviewer) for place in (*barred, *met))


def _newcomers(task: Task) -> Rows:
    """How many more reviewers without any conflict it would take. Each reviews a submission once."""
    model = Model()
    people = model.variable(1.0, limit=sum(task.wanted))
    lacking: list[int] = []

    def may_lack(submission: int) -> int:
        lacking.append(model.variable(limit=task.wanted[submission]))
        model.row([(lacking[-1], 1.0), (people, -1.0)], high=0)
        return lacking[-1]

    served = serve(model, task, may_lack=may_lack)
    keep_rooms(model, task, served)
    model.row([*((one, 1.0) for one in lacking), (people, -float(task.newcomer))], high=0)
    values = model.solve()
    return ((round(values[people]),),) if values else ()


_RELAXED: dict[str, Callable[[Task], Rows]] = {
    "newcomers": _newcomers,
    "caps": _caps,
    "away": _people("away"),
    "uncalibrated": _people("uncalibrated"),
    "conflict": _conflicts,
    "reciprocal": _reciprocal,
}
