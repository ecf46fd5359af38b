"""Run-length masks of COCO, as rectangles. Pure arithmetic: exact, and small for what people draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

#: A mask of more pixels, runs or rectangles is not drawn pixel by pixel.
MAX_PIXELS = 200_000_000
MAX_RUNS = 400_000
MAX_RECTANGLES = 20_000
#: Five bits a character: no run of a mask that is in reach takes more.
MAX_CHARACTERS_OF_A_RUN = 8


@dataclass(frozen=True, slots=True)
class Rectangle:
    x: int
    y: int
    width: int
    height: int


def run_lengths(counts: Any) -> list[int]:
    """How many pixels are out, in, out, in, …; of a list, or of COCO's compressed text. Raises `ValueError`."""
    if len(counts) > MAX_RUNS * MAX_CHARACTERS_OF_A_RUN:
        raise ValueError("too many runs")
    runs = _decompressed(counts) if isinstance(counts, str) else list(counts)
    if len(runs) > MAX_RUNS:
        raise ValueError("too many runs")
    if not all(isinstance(run, int) and not isinstance(run, bool) and run >= 0 for run in runs):
        raise ValueError("a run that is not a whole number")
    return runs


def _decompressed(text: str) -> list[int]:
    """Each number is in groups of five bits, the lowest first; from the fourth on it is a difference."""
    runs: list[int] = []
    at = 0
    while at < len(text):
        value, at = _one_number(text, at)
        runs.append(value + runs[-2] if len(runs) > 2 else value)
    return runs


def _one_number(text: str, at: int) -> tuple[int, int]:
    value = 0
    for group in range(MAX_CHARACTERS_OF_A_RUN):
        if at >= len(text):
            raise ValueError("a number that is cut off")
        bits = ord(text[at]) - 48
        if not 0 <= bits < 64:
            raise ValueError("a character that is none of the code")
        value |= (bits & 0x1F) << (5 * group)
        at += 1
        if not bits & 0x20:
            if bits & 0x10:  # a negative difference
                value -= 1 << (5 * (group + 1))
            return value, at
    raise ValueError("a number that is too large")


def rectangles(counts: Any, size: Sequence[int]) -> list[Rectangle]:
    """The pixels that are in, as rectangles that do not overlap; one more than `MAX_RECTANGLES` at the most.

    `size` is [height, width]. Raises `ValueError`.
    """
    height, width = size
    if not (isinstance(height, int) and isinstance(width, int) and height > 0 and width > 0):
        raise ValueError("a size that is not [height, width]")
    if height * width > MAX_PIXELS:
        raise ValueError("too many pixels")
    runs = run_lengths(counts)
    if sum(runs) > height * width:
        raise ValueError("runs beyond the picture")
    return list(islice(_merged(_bars(runs, height)), MAX_RECTANGLES + 1))


def _bars(runs: list[int], height: int) -> Iterator[Rectangle]:
    """The runs cut at the columns: COCO counts downwards, then to the right."""
    at = 0
    for number, run in enumerate(runs):
        end = at + run
        while number % 2 and at < end:
            x, y = divmod(at, height)
            columns = (end - at) // height if y == 0 else 0
            bar = Rectangle(x, y, columns, height) if columns else Rectangle(x, y, 1, min(end - at, height - y))
            yield bar
            at += bar.width * bar.height
        at = end


def _merged(bars: Iterator[Rectangle]) -> Iterator[Rectangle]:
    """Bars of the same rows in neighbouring columns are one."""
    growing: dict[tuple[int, int], Rectangle] = {}
    for bar in bars:
        key = (bar.y, bar.height)
        before = growing.get(key)
        if before is not None and before.x + before.width == bar.x:
            growing[key] = Rectangle(before.x, bar.y, before.width + bar.width, bar.height)
            continue
        if before is not None:
            yield before
        growing[key] = bar
    yield from growing.values()
