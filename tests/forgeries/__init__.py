"""Certificates that nobody issued, made from genuine ones: the published ways to change a signed PDF, and plainer ones.

Everything is made anew from a seed. Families, after the papers that describe them: universal signature forgery,
incremental saving and signature wrapping (Mladenov and others, 2019), shadow attacks (Mainka and others, 2021), evil
annotation and sneaky signature (Rohlmann and others, 2021).
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Forgery:
    family: str
    name: str
    pdf: bytes

    def __str__(self) -> str:
        return f"{self.family}: {self.name}"


Forgeries = Iterator[Forgery]
