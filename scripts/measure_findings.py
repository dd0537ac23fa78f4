"""How much of what should be found is found, and how much of what is found should be.

``python -m scripts.measure_findings``; with ``--faults`` it names each thing missed and each found in error.
"""

import io
import sys
from collections.abc import Iterable, Mapping

from app.adapters.findings.kinds import Kind
from app.adapters.findings.searching import findings
from tests.adapters.corpus import held_out, known
from tests.adapters.corpus.making import Made
from tests.adapters.corpus.measuring import Tally, measured

HALVES: Mapping[str, Iterable[Made]] = {"known": known.files(), "held out": held_out.files()}


def main(arguments: list[str]) -> None:
    """Print the table of each half and of both; with ``--faults``, each thing missed and each found in error."""
    whole: list[tuple[Made, Tally]] = []
    for name, files in HALVES.items():
        told = [(made, measured(made, findings(io.BytesIO(made.make()), made.extension))) for made in files]
        whole += told
        show(f"{name}, {len(told)} files", told)
        if "--faults" in arguments:
            for made, tally in told:
                for sign, things in (("missed", tally.missed), ("in error", tally.in_error)):
                    for kind, place in sorted(things):
                        print(f"  {made.name}: {sign} {kind} at {place}")
    show(f"both, {len(whole)} files", whole)


def show(title: str, told: list[tuple[Made, Tally]]) -> None:
    print(f"{title}\n{'kind':50}{'found':>8}{'missed':>8}{'in error':>10}{'recall':>9}{'precision':>11}")
    for kind in (*Kind, None):
        tally = Tally.of(tally for _, tally in told).only(kind)
        if tally.found or tally.missed or tally.in_error:
            print(
                f"{kind or 'all':50}{len(tally.found):8}{len(tally.missed):8}{len(tally.in_error):10}"
                f"{tally.recall:9.1%}{tally.precision:11.1%}"
            )
    print()


if __name__ == "__main__":
    main(sys.argv[1:])
