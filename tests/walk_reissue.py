"""Issuing a certificate again over HTTP."""

from tests.walk import Walk


def issue_again(walk: Walk, certificate: str) -> str:
    """The path of the certificate that supersedes ``certificate``."""
    return walk.post("administrator", f"{certificate}/reissue", {"reason": "The name was misspelt."})
