"""What stops a request, and the page or JSON that says so."""

from app.rules.errors import RuleError


class NotFound(Exception):
    """There is no such thing, or the person may not know that there is: the same bytes either way."""


class NotSignedIn(Exception):
    """The page needs a sign-in that is missing, ended or out of time."""


class NoToken(Exception):
    """A program asked without a token that holds."""


class BadRequest(RuleError):
    """The request itself is wrong: duplicate fields, a file where text belongs, too much of something."""

    def __init__(self, sentence: str, *, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status
