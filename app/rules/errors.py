"""What an action raises when it may not complete. The web shows the sentence; nothing was changed."""


class RuleError(Exception):
    """A sentence that says what is wrong and what to do. ``field`` names the question it belongs to, if any."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class Conflict(RuleError):
    """Somebody else was first, or the thing is no longer in the state the request was made from."""


class Stale(Conflict):
    """The text was saved by somebody else since it was opened."""


class NotAllowed(RuleError):
    """The person may know of the thing but may not do this to it."""
