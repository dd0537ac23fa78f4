"""Counts of people that tell on nobody, and groups of organisations that are large enough to speak of.

Source: NHS Digital's disclosure control for counts of people: 0 stays, 1 to 7 become *, all others are rounded to the
nearest 5, totals too; a share is given of a base of 8 or more only. Counts of organisations are exempt.
"""

SMALLEST = 8
ROUNDED_TO = 5
HIDDEN = "*"


def people(count: int) -> str:
    """A count of people as any page, file or picture may show it."""
    if count < 0:
        raise ValueError("nobody counts less than no people")
    if count == 0:
        return "0"
    return HIDDEN if count < SMALLEST else str(rounded(count))


def rounded(count: int) -> int:
    """To the nearest 5; a half can't happen with whole numbers."""
    return ROUNDED_TO * ((count + ROUNDED_TO // 2) // ROUNDED_TO)


def percent(part: int, base: int) -> int | None:
    """Whole percent, rounded down; None where the base is too small to give a share of."""
    return 100 * part // base if base >= SMALLEST else None
