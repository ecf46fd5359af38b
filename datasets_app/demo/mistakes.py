"""Labels that are wrong on purpose, so that a reviewer has something to find."""

from __future__ import annotations

import random
from collections.abc import Callable

from datasets_app.demo.sightings import Box, Sighting

SHARE = 0.1  # of the labels
MOST_STATES = 2  # traffic lights with the wrong state
LARGE_ENOUGH = 34  # pixels: in smaller boxes nobody would see the mistake

_CONFUSED = {"van": "car", "bus": "truck", "truck": "bus", "cyclist": "person"}
_STATES = {"red": "green", "green": "red", "yellow": "green"}


def make_mistakes(labels: list[Sighting], rng: random.Random, size: tuple[int, int]) -> None:
    """Spoils about a tenth of the labels: each kind of mistake in turn, at most two in one picture."""
    order = [label for label in labels if label.is_whole and min(label.box[2:]) >= 12]
    rng.shuffle(order)
    wanted = max(1, round(SHARE * len(labels)))
    made: dict[str, int] = {}
    turn = states = 0
    for label in order:
        if sum(made.values()) == wanted:
            return
        if label.category == "traffic_light":
            states += 1
            if states > MOST_STATES:
                continue
        if made.get(label.file_id, 0) < 2 and _spoil(label, rng, size, turn):
            made[label.file_id] = made.get(label.file_id, 0) + 1
            turn += 1


def _spoil(label: Sighting, rng: random.Random, size: tuple[int, int], turn: int) -> bool:
    """Makes one mistake, if there is one that would be noticed."""
    if label.category in _CONFUSED and turn % 2 == 0:
        right, label.category = label.category, _CONFUSED[label.category]
        label.wrong = f"wrong category: a {right}, not a {label.category}"
        return True
    if label.category == "traffic_light":
        right, label.attributes["state"] = label.attributes["state"], _STATES[label.attributes["state"]]
        label.wrong = f"wrong state: the light is {right}, not {label.attributes['state']}"
        return True
    if label.box[3] < LARGE_ENOUGH:
        return False
    change, label.wrong = _BOX_MISTAKES[turn % len(_BOX_MISTAKES)]
    label.box = _inside(change(label.box, rng), size)
    return True


def _too_large(box: Box, rng: random.Random) -> Box:
    x, y, width, height = box
    wider, higher = round(width * rng.uniform(0.28, 0.4)), round(height * rng.uniform(0.22, 0.35))
    return x - wider, y - higher, width + 2 * wider, height + 2 * higher


def _shifted(box: Box, rng: random.Random) -> Box:
    x, y, width, height = box
    side, down = rng.choice((-1, 1)), rng.choice((-1, 1))
    return x + side * round(width * rng.uniform(0.35, 0.5)), y + down * round(height * 0.15), width, height


def _missing_part(box: Box, rng: random.Random) -> Box:
    x, y, width, height = box
    if height > width:  # the legs are left out
        return x, y, width, round(height * rng.uniform(0.5, 0.62))
    return x, y, round(width * rng.uniform(0.5, 0.62)), height


_BOX_MISTAKES: tuple[tuple[Callable[[Box, random.Random], Box], str], ...] = (
    (_too_large, "box too large"),
    (_shifted, "box is shifted"),
    (_missing_part, "missing part"),
)


def _inside(box: Box, size: tuple[int, int]) -> Box:
    """The box without what reaches beyond the picture."""
    x, y, width, height = box
    left, top = max(0, x), max(0, y)
    return left, top, min(size[0], x + width) - left, min(size[1], y + height) - top
