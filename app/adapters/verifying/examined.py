"""What a process apart found in a file, as it tells the portal. No library is loaded to read it."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

MOST_NUMBERS = 5  # of ours that one file may ask about: a file must not be a way to try numbers


class Fault(StrEnum):
    """Why a file is not one that a key of ours certified as it is. Each alone is enough."""

    UNREADABLE = "the file can't be read"
    UNSIGNED = "it has no signature"
    SEVERAL = "it has more than one signature"
    FOREIGN = "no key of ours signed it"
    BROKEN = "the signature does not hold"
    APPROVES = "the signature does not certify, or allows changes"
    PARTIAL = "the signature does not cover every byte"
    LATER = "something was added after the signature"


@dataclass(frozen=True)
class Examined:
    """What a file shows of itself."""

    faults: tuple[Fault, ...]
    kid: str = ""  # of our key that signed it, whether or not the rest holds
    numbers: tuple[str, ...] = ()  # that look like ours, in the order in which they were met

    @property
    def is_certified(self) -> bool:
        return not self.faults and bool(self.kid)


def written(found: Examined) -> bytes:
    return json.dumps(asdict(found)).encode()


def read(said: bytes) -> Examined:
    """What ``written`` wrote. ValueError, KeyError or TypeError for anything else."""
    told = json.loads(said)
    faults = tuple(Fault(one) for one in told["faults"])
    return Examined(faults, str(told["kid"]), tuple(str(one) for one in told["numbers"])[:MOST_NUMBERS])
