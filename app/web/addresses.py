"""Addresses that came from outside: where to go after signing in."""

import re

# What the portal's own paths and queries consist of. A backslash, a control character or a second slash at the front
# would be read as another host by some browser, so everything unusual is refused rather than cleaned.
_LOCAL = re.compile(r"/(?:[A-Za-z0-9._~%@:+,=&?-]|/(?!/))*", re.ASCII)
LONGEST = 500


def local_path(text: str) -> str:
    """``text`` when it is a path of this portal, else nothing."""
    is_local = len(text) <= LONGEST and not text.startswith("//") and _LOCAL.fullmatch(text)
    return text if is_local else ""
