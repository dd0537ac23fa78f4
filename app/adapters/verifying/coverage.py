"""Whether a signature covers every byte of a file but its own.

Asked of the bytes themselves. A reader of PDFs is not enough here: pyHanko adds up lengths, and a signature written
in fewer characters than the gap has would leave room for objects that nobody signed.
"""

import re
from collections.abc import Sequence
from typing import Any

_WRITTEN = re.compile(rb"<(?:[0-9A-Fa-f]{2})+>")


def covers_everything(data: bytes, byte_range: Sequence[Any], signature: bytes) -> bool:
    """From the first byte to the last, with one gap that holds ``signature`` in hexadecimal and nothing else."""
    if len(byte_range) != 4 or any(isinstance(one, bool) or not isinstance(one, int) for one in byte_range):
        return False
    start, before, after, rest = byte_range
    if start != 0 or not 0 < before < after or rest <= 0 or after + rest != len(data):
        return False
    gap = data[before:after]
    return bool(_WRITTEN.fullmatch(gap)) and bytes.fromhex(gap[1:-1].decode()) == signature


def is_padded_with_nothing(signature: bytes, structure: bytes) -> bool:
    """What follows the signature in its gap is zeros: other bytes there are signed by nobody."""
    return signature.startswith(structure) and not signature[len(structure) :].strip(b"\0")
