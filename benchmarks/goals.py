"""What we measure ourselves against: ten times the best of three peers on each line.

The peers (pretalx, Hypha and CISO Assistant, current releases of 2026) were run on the same kind of machine as this
benchmark: two cores, two web processes, 16 clients, 250 to 300 submissions; the first two on PostgreSQL. A peer's
figure is the better of those that have such a page at all.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """Of one line: requests a second at 16 clients, and milliseconds of server CPU a request."""

    per_second: float
    cpu_ms: float
    best_peer: str


GOALS = {
    "criterion page": Goal(256, 7, "pretalx, the writer's form page: 25.6/s, 71 ms"),
    "save an answer": Goal(436, 4, "Hypha, save an answer: 43.6/s, 43 ms"),
    "reviewer's queue of 250": Goal(100, 15, "Hypha, the reviewer's list of 250: 3.2/s, 590 ms"),
    "score page": Goal(238, 7, "Hypha, the review page: 23.8/s, 82 ms"),
    "save a score": Goal(418, 4, "Hypha, save a review: 41.8/s, 44 ms"),
    "dashboard": Goal(100, 15, "CISO Assistant, overview of 200 assessments: 0.4/s, 2,810 ms"),
    "Excel of one assessment": Goal(29, 35, "CISO Assistant, Excel of one assessment: 2.9/s, 351 ms"),
}
WORKER_MB = 120  # peers: 165 to 1,376
CERTIFICATES_A_SECOND = 40  # with two processes; WeasyPrint used without keeping anything: 5
DASHBOARD_P95_MS = 100  # with 60,000 organisations
