"""Light checks in the demo: answered and read, one that nobody has read, one overdue, and some asked now."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from sqlmodel import Session

from app.actions import light_checks
from app.criteria.schema import Framework
from app.demo.cast import Cast
from app.models import Certificate
from app.rules.certificate_life import light_check
from app.rules.days import UK

STILL_HOLDS = "Nothing of what was recognised has changed. The board looked at the figures again this spring."
NO_LONGER = (
    "The executive sponsor left in the summer and the post is vacant. The chair takes the quarterly report until it is "
    "filled. Everything else holds."
)
READ = (
    *tuple((trust, "bronze") for trust in (12, 13, 14, 16, 17, 18, 21, 22)),
    (12, "silver"),
    (20, "bronze"),
)
UNREAD = (19, "bronze")  # trust 15 has not answered and is overdue; the other certificates are asked now
AFTER, READ_AFTER = timedelta(days=6), timedelta(days=5)


def answer(
    session: Session, framework: Framework, cast: Cast, issued: Mapping[tuple[int, str], Certificate]
) -> None:
    """Each a few days after its light check began."""
    for trust, level in (*READ, UNREAD):
        certificate = issued[trust, level]
        opens_on = light_check(certificate.expires_on, framework.settings).opens_on
        at = datetime.combine(opens_on, time(10), UK).astimezone(UTC) + AFTER
        by, holds = cast.who(session, f"lead {trust}", at), (trust, level) != UNREAD
        said = STILL_HOLDS if holds else NO_LONGER
        light_checks.answer(session, certificate, framework.settings, holds, said, by=by, at=at)
        if holds:
            read_at = at + READ_AFTER
            reader = cast.who(session, "administrator 2", read_at)
            light_checks.mark_read(session, certificate, by=reader, at=read_at)
