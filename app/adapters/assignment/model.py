"""A linear model with whole numbers, built line by line and solved by HiGHS. Only a child process imports this."""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

SECONDS = 60.0  # of each solve, by the clock on the wall; the process has fewer of its own
LIMIT, INFEASIBLE = 1, 2
HALF = 0.5  # a whole number comes back with an error far smaller than this

Terms = Iterable[tuple[int, float]]


class Unfinished(Exception):
    """Time ran out. What had been found by then is not taken: it would be another on a busier machine."""


class Model:
    """Variables from 0 to a limit, each with its cost, and rows that bind them."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.limits: list[float] = []
        self.whole: list[int] = []
        self.lows: list[float] = []
        self.highs: list[float] = []
        self._row: list[int] = []
        self._column: list[int] = []
        self._value: list[float] = []

    def variable(self, cost: float = 0.0, *, limit: float = 1.0, whole: bool = True) -> int:
        self.costs.append(cost)
        self.limits.append(limit)
        self.whole.append(int(whole))
        return len(self.costs) - 1

    def row(self, terms: Terms, low: float = -np.inf, high: float = np.inf) -> None:
        """The sum of ``terms`` (variable, factor) lies between ``low`` and ``high``."""
        for column, value in terms:
            self._row.append(len(self.lows))
            self._column.append(column)
            self._value.append(value)
        self.lows.append(low)
        self.highs.append(high)

    def solve(self, gap: float = 1e-6) -> Sequence[float] | None:
        """The values at the least cost, at most the share ``gap`` above it; None when nothing fits."""
        if not self.costs:
            return (
                [] if all(low <= 0 <= high for low, high in zip(self.lows, self.highs, strict=True)) else None
            )
        shape = (len(self.lows), len(self.costs))
        table = csr_array((self._value, (self._row, self._column)), shape=shape)
        found = milp(
            self.costs,
            integrality=self.whole,
            bounds=Bounds(0, self.limits),
            constraints=LinearConstraint(table, self.lows, self.highs),
            options={"time_limit": SECONDS, "mip_rel_gap": gap},
        )
        if found.status == INFEASIBLE:
            return None
        if found.status == LIMIT or found.x is None:
            raise Unfinished
        return [float(value) for value in found.x]
