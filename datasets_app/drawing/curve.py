"""The curve of a track as lines of an SVG: its area and where its centre is, each in its own range."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .motion import Motion, Spot
from .shapes import text_of

WIDTH, HEIGHT = 1000, 48
#: Room above and below the lines.
MARGIN = 4
#: Points of each line at the most; the jumps are always among them.
MOST_POINTS = 300


@dataclass(frozen=True, slots=True)
class Curve:
    """Lines from the left (the first frame) to the right (the last); `jumps` and `here` stand upright.

    `frames`: the frames of the points, in order.
    """

    area: str
    x: str
    y: str
    jumps: str
    here: str
    frames: list[int]
    width: int = WIDTH
    height: int = HEIGHT


def curve_of(motion: Motion, here: int) -> Curve | None:
    """Of a track that is in three frames at least; `here` is the frame that is open."""
    spots = motion.spots
    if len(spots) < 3:
        return None
    scale = WIDTH / (spots[-1].frame - spots[0].frame)

    def at(frame: int) -> str:
        return text_of(round((frame - spots[0].frame) * scale, 1))

    def line(chosen: Sequence[Spot], values: Iterable[float]) -> str:
        return "M" + "L".join(f"{at(spot.frame)} {y}" for spot, y in zip(chosen, _heights(list(values)), strict=True))

    shown = thinned(spots, {jump.frame for jump in motion.jumps})
    return Curve(
        area=line(shown, (spot.area for spot in shown)),
        x=line(shown, (spot.x for spot in shown)),
        y=line(shown, (spot.y for spot in shown)),
        jumps="".join(f"M{at(jump.frame)} 0V{HEIGHT}" for jump in motion.jumps),
        here=f"M{at(here)} 0V{HEIGHT}",
        frames=[spot.frame for spot in shown],
    )


def thinned(spots: Sequence[Spot], jumps: set[int]) -> list[Spot]:
    """Spots spread evenly, the first and the last, and those before and after each jump."""
    most = MOST_POINTS - 2 * len(jumps)
    if len(spots) <= MOST_POINTS:
        return list(spots)
    kept = {number * (len(spots) - 1) // (most - 1) for number in range(most)}
    for number, spot in enumerate(spots):
        if spot.frame in jumps:
            kept |= {number - 1, number}
    return [spots[number] for number in sorted(kept)]


def _heights(values: list[float]) -> list[str]:
    """The values between the margins, the greatest on top; one that never changes is in the middle."""
    low, high = min(values), max(values)
    room = HEIGHT - 2 * MARGIN
    return [
        text_of(round(HEIGHT - MARGIN - room * ((one - low) / (high - low) if high > low else 0.5), 1))
        for one in values
    ]
