"""One try of what a form asks for: it happens whole, or not at all."""

from types import TracebackType
from typing import Self

from sqlmodel import Session

from app.rules.errors import Conflict, RuleError


class Attempt:
    """``with Attempt(session) as attempt``: what is wrong with the form undoes the block and stands in ``refused``.

    A Conflict passes on, for no other words in the form would mend it.
    """

    def __init__(self, session: Session) -> None:
        self.refused: RuleError | None = None
        self._savepoint = session.begin_nested()

    def __enter__(self) -> Self:
        self._savepoint.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._savepoint.__exit__(kind, error, trace)
        if isinstance(error, RuleError) and not isinstance(error, Conflict):
            self.refused = error
        return self.refused is not None
