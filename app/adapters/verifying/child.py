"""The inside of the process that looks at a file: ``apart`` starts it, with the file on standard input."""

import logging
from dataclasses import replace
from typing import BinaryIO

from pyhanko.keys import load_certs_from_pemder_data

from app.adapters.structure.child import produce
from app.adapters.verifying.examined import Examined, written
from app.adapters.verifying.numbers import numbers
from app.adapters.verifying.signatures import examined, public_key_of

CPU_SECONDS = 8  # most goes into loading pyHanko; a certificate takes a tenth of one
MEMORY = 250 * 1024 * 1024


def work(source: BinaryIO, keys: list[str]) -> bytes:
    """What is found in the file. ``keys`` holds a kid and its certificate as PEM, in turns."""
    return written(looked_at(source.read(), keys))


def looked_at(data: bytes, keys: list[str]) -> Examined:
    pinned = {
        public_key_of(next(iter(load_certs_from_pemder_data(pem.encode())))): kid
        for kid, pem in zip(keys[::2], keys[1::2], strict=True)
    }
    return replace(examined(data, pinned), numbers=numbers(data))


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # what it would say of a file quotes the file
    produce(work, cpu_seconds=CPU_SECONDS, memory=MEMORY)
