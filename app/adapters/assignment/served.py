"""The rows that every model of an assignment has: each submission gets its reviewers, and no pair is reciprocal."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from app.adapters.assignment.model import HALF, Model
from app.adapters.assignment.tasks import Edge, Task

NOTHING: frozenset[str] = frozenset()


@dataclass
class Served:
    """Where the model keeps each edge: variables by the edge's place, by reviewer, and by submission."""

    variables: dict[int, int] = field(default_factory=dict)
    of_reviewer: dict[int, list[int]] = field(default_factory=dict)
    of_submission: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # variable, edge

    def chosen(self, values: Sequence[float]) -> list[int]:
        return [edge for edge, variable in self.variables.items() if values[variable] > HALF]


def serve(
    model: Model,
    task: Task,
    *,
    cost: Callable[[Edge], float] = lambda _: 0.0,
    lifted: Collection[str] = NOTHING,
    may_lack: Callable[[int], int] | None = None,
    with_pairs: bool = True,
) -> Served:
    """Add the edges and what binds them. ``lifted``: bars that count as gone. ``may_lack`` gives a submission the
    variable of how many reviewers it may lack."""
    served = Served()
    for place, edge in enumerate(task.edges):
        if (edge.bar and edge.bar not in lifted) or not task.wanted[edge.submission]:
            continue
        variable = model.variable(cost(edge))
        served.variables[place] = variable
        served.of_reviewer.setdefault(edge.reviewer, []).append(variable)
        served.of_submission.setdefault(edge.submission, []).append((variable, place))
    for submission, wanted in enumerate(task.wanted):
        terms = [(variable, 1.0) for variable, _ in served.of_submission.get(submission, ())]
        lacking = [(may_lack(submission), 1.0)] if may_lack and wanted else []
        model.row([*terms, *lacking], wanted, wanted)
    if with_pairs:
        _no_pairs(model, task, served)
    return served


def _no_pairs(model: Model, task: Task, served: Served) -> None:
    both = served.variables
    for one, other in task.pairs:
        if one in both and other in both:
            model.row([(both[one], 1.0), (both[other], 1.0)], high=1)


def keep_rooms(model: Model, task: Task, served: Served, more: dict[int, int] | None = None) -> None:
    """Nobody gets more than they take; ``more`` holds a variable of how many more each would have to."""
    for reviewer, edges in served.of_reviewer.items():
        extra = [(more[reviewer], -1.0)] if more else []
        model.row([*((one, 1.0) for one in edges), *extra], high=task.rooms[reviewer])
