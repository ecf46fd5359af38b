"""Positions as people write them, `1-4,5,6-11`: read and written. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_CHARACTERS = 100_000
RANGES = re.compile(r" *[0-9]{1,9} *(- *[0-9]{1,9} *)?(, *[0-9]{1,9} *(- *[0-9]{1,9} *)?)*")


class BrokenRange(ValueError):
    """The text is no list of positions, or one of them is not there. Says what to write instead."""


def read_ranges(text: object, most: int, what: str) -> list[tuple[int, int]]:
    """The first and last position of each part, as written; all of them from 1 to `most`. `what` is counted: "files".

    Nothing is expanded: a short text can name a million positions many times over.
    """
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS or not RANGES.fullmatch(text):
        raise BrokenRange("Write positions and ranges like 1-4,5,6-11.")
    found = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= most:
            raise BrokenRange(f"{part.strip()} is not within 1-{most}, the {what} there are.")
        found.append((low, high))
    return found


def positions(ranges: Iterable[tuple[int, int]]) -> list[int]:
    """Each position once, in order."""
    found: list[int] = []
    for low, high in sorted(ranges):
        found.extend(range(max(low, found[-1] + 1) if found else low, high + 1))
    return found


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Positions that follow each other, together: 1, 2, 3, 7 are (1, 3) and (7, 7)."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def written(numbers: Iterable[int]) -> str:
    """ "1-3,7": what `read_ranges` reads."""
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs(numbers))
