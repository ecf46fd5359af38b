"""The street itself: houses, trees, lamp posts and traffic lights. Nothing in here moves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from datasets_app.demo.mood import Mood
from datasets_app.demo.solids import Ball, Colour, Detail, Limb, Panel, Point, Solid, Thing, mix, panel, tint

KERB = 5.6  # metres from the middle of the road
FRONT = 9.6  # where the houses begin
PAVEMENT = 0.14  # how high the sidewalk lies
CROSSING_WIDTH = 9.0  # of the side street

FACADES: tuple[Colour, ...] = (
    (232, 204, 168), (220, 164, 134), (192, 118, 96), (240, 226, 198), (176, 194, 204), (158, 178, 160),
    (226, 210, 216), (206, 184, 144), (166, 104, 92), (198, 204, 206),
)  # fmt: skip
AWNINGS: tuple[Colour, ...] = ((196, 74, 66), (60, 120, 110), (226, 168, 64), (70, 96, 150))
LEAVES: tuple[Colour, ...] = ((96, 150, 84), (78, 132, 82), (122, 162, 78), (150, 158, 72))
LIT_WINDOW: Colour = (255, 214, 138)
GLASS: Colour = (104, 134, 158)
STEEL: Colour = (74, 80, 88)
LAMP: Colour = (255, 232, 176)
SIGNALS: dict[str, Colour] = {"red": (255, 60, 48), "yellow": (255, 196, 50), "green": (60, 226, 120)}


@dataclass(slots=True)
class Street:
    """One street: the scenery along it, and where the side street crosses (its near edge), if one does."""

    scenery: list[Thing]
    crossing: float | None
    length: float = 130.0
    crosswalks: list[float] = field(default_factory=list)


def build_street(rng: random.Random, mood: Mood, *, crossing: float | None, start: float = -6.0,
                 length: float = 130.0) -> Street:  # fmt: skip
    """A street from `start` to `length` metres, with a side street at `crossing`."""
    scenery: list[Thing] = []
    for side in (-1, 1):
        scenery += _houses(rng, mood, side, crossing, start, length)
        scenery += _verge(rng, mood, side, crossing, start, min(length, 95.0))
    return Street(scenery, crossing, length, [crossing - 4.2] if crossing is not None else [])


def traffic_light(x: float, z: float, state: str, *, reach: float) -> tuple[Thing, Thing]:
    """A post with its arm, and the lamp case, which is what is labelled."""
    tip = x + reach
    post: list[Solid] = [
        Limb((x, PAVEMENT, z), (x, 4.6, z), 0.09, 0.07, STEEL),
        Limb((x, 4.55, z), (tip, 4.7, z), 0.06, 0.05, STEEL),
    ]
    case = Panel(((tip - 0.26, 3.5, z), (tip + 0.26, 3.5, z), (tip + 0.26, 4.95, z), (tip - 0.26, 4.95, z)),
                 (36, 40, 44))  # fmt: skip
    lamps: list[Solid] = []
    for row, name in enumerate(("green", "yellow", "red")):
        on = name == state
        colour = SIGNALS[name] if on else tint(SIGNALS[name], 0.25)
        lamps.append(Ball((tip, 3.76 + row * 0.46, z - 0.02), 0.185, colour, lit=on, glow=0.75 if on else 0.0))
    head = Thing([case, *lamps], z - 0.05, "traffic_light", {"state": state}, ordered=True)
    return Thing(post, z, ordered=True), head


def _houses(rng: random.Random, mood: Mood, side: int, crossing: float | None, start: float,
            length: float) -> Iterator[Thing]:  # fmt: skip
    z = start
    while z < length:
        depth = rng.uniform(9.0, 15.0)
        end = z + depth
        if crossing is not None and z < crossing + CROSSING_WIDTH + 2 and end > crossing - 1.5:
            if z < crossing - 7:
                end = crossing - 1.5
            else:
                z = crossing + CROSSING_WIDTH + 2
                continue
        if rng.random() < 0.12 and z > 12:
            yield from _garden(rng, side, z, end)
        else:
            yield _house(rng, mood, side, z, end)
        z = end + rng.choice((0.0, 0.0, 0.0, 1.2))


def _house(rng: random.Random, mood: Mood, side: int, z: float, end: float) -> Thing:
    floors = rng.randint(2, 5)
    storey = rng.uniform(3.0, 3.4)
    top = 3.8 + floors * storey
    near, far = side * (FRONT + rng.choice((0.0, 0.0, 0.4))), side * (FRONT + 12.0)
    colour = rng.choice(FACADES)
    inside = ((near + far) / 2, top / 2, (z + end) / 2)
    wall = _Wall((near, 0.0, z), (near, 0.0, end))
    gable = _Wall((near, 0.0, z), (far, 0.0, z))
    looks = _HouseLooks(rng.randrange(1 << 30), colour, floors, storey, top, mood.lamps_on, mood.time == "night")
    solids: list[Solid] = [
        panel(gable.patch(0, 1, 0, top), colour, inside, _facade(gable, looks, columns=4, shop=False)),
        panel(wall.patch(0, 1, 0, top), colour, inside,
              _facade(wall, looks, columns=max(2, int((end - z) / 2.7)), shop=rng.random() < 0.6)),
    ]  # fmt: skip
    roof = tint(colour, 0.62)
    out = near - side * 0.35
    cornice = _Wall((out, 0.0, z - 0.1), (out, 0.0, end + 0.1))
    ends = _Wall((out, 0.0, z - 0.1), (far, 0.0, z - 0.1))
    solids += [panel(edge.patch(0, 1, top - 0.1, top + 0.45), roof, inside) for edge in (ends, cornice)]
    return Thing(solids, z, backdrop=True, ordered=True)


@dataclass(frozen=True, slots=True)
class _HouseLooks:
    seed: int
    colour: Colour
    floors: int
    storey: float
    top: float
    lamps_on: bool
    night: bool


@dataclass(frozen=True, slots=True)
class _Wall:
    """An upright wall between two points of the ground: `along` 0 to 1, heights in metres."""

    start: Point
    end: Point

    def at(self, along: float, up: float, out: float = 0.0) -> Point:
        (ax, _, az), (bx, _, bz) = self.start, self.end
        return ax + (bx - ax) * along + out, up, az + (bz - az) * along

    def patch(self, left: float, right: float, low: float, high: float) -> tuple[Point, ...]:
        return self.at(left, low), self.at(right, low), self.at(right, high), self.at(left, high)


def _facade(wall: _Wall, looks: _HouseLooks, *, columns: int, shop: bool) -> Iterator[Detail]:
    rng = random.Random(looks.seed + columns)
    trim = mix(looks.colour, (255, 255, 255), 0.5)
    yield Detail(wall.patch(0, 1, 0, 0.7), tint(looks.colour, 0.72))
    yield Detail(wall.patch(0, 1, 3.5, 3.68), trim)
    step = 1.0 / columns
    for floor in range(looks.floors):
        low = 4.4 + floor * looks.storey
        for column in range(columns):
            left, right = (column + 0.28) * step, (column + 0.72) * step
            yield Detail(wall.patch(left - 0.06 * step, right + 0.06 * step, low - 0.12, low + 1.72), trim, fine=True)
            yield _window(wall.patch(left, right, low, low + 1.6), looks, rng)
    if shop:
        yield from _shop(wall, looks, rng)
        return
    door = rng.randrange(columns)
    for column in range(columns):
        left, right = (column + 0.28) * step, (column + 0.72) * step
        if column == door:
            yield Detail(wall.patch(left, right, 0.1, 2.5), trim)
            yield Detail(wall.patch(left + 0.05 * step, right - 0.05 * step, 0.1, 2.4), tint(looks.colour, 0.45))
        else:
            yield _window(wall.patch(left, right, 1.3, 2.7), looks, rng)


def _window(points: tuple[Point, ...], looks: _HouseLooks, rng: random.Random) -> Detail:
    chance = 0.42 if looks.night else 0.22
    if looks.lamps_on and rng.random() < chance:
        return Detail(points, mix(LIT_WINDOW, (255, 180, 90), rng.random() * 0.6), lit=True)
    return Detail(points, mix(GLASS, (200, 222, 236), rng.random() * 0.35))


def _shop(wall: _Wall, looks: _HouseLooks, rng: random.Random) -> Iterator[Detail]:
    awning = rng.choice(AWNINGS)
    glass = mix(LIT_WINDOW, looks.colour, 0.3) if looks.lamps_on else mix(GLASS, (196, 220, 232), 0.3)
    yield Detail(wall.patch(0.05, 0.95, 0.5, 3.0), tint(looks.colour, 0.5))
    for left in (0.08, 0.38, 0.68):
        yield Detail(wall.patch(left, left + 0.25, 0.7, 2.5), glass, lit=looks.lamps_on)
    outwards = -0.9 if wall.start[0] > 0 else 0.9
    stripes = 9
    for stripe in range(stripes):
        left, right = 0.05 + 0.9 * stripe / stripes, 0.05 + 0.9 * (stripe + 1) / stripes
        colour = awning if stripe % 2 == 0 else (244, 240, 230)
        yield Detail((wall.at(left, 3.1), wall.at(right, 3.1), wall.at(right, 2.45, outwards),
                      wall.at(left, 2.45, outwards)), colour)  # fmt: skip


def _garden(rng: random.Random, side: int, z: float, end: float) -> Iterator[Thing]:
    hedge = _Wall((side * (FRONT + 0.3), 0.0, z), (side * (FRONT + 0.3), 0.0, end))
    yield Thing([Panel(hedge.patch(0, 1, 0, 1.3), (84, 126, 78))], z, backdrop=True)
    for step in range(2):
        yield _tree(rng, side * (FRONT + rng.uniform(2.5, 5.0)), z + (end - z) * (0.3 + 0.4 * step), 1.5, backdrop=True)


def _verge(rng: random.Random, mood: Mood, side: int, crossing: float | None, start: float,
           end: float) -> Iterator[Thing]:  # fmt: skip
    z = start + rng.uniform(4.0, 14.0)
    lamp = rng.random() < 0.5
    while z < end:
        free = crossing is None or not crossing - 6.5 < z < crossing + CROSSING_WIDTH + 2.5
        if free:
            x = side * (KERB + 0.75)
            yield _lamp_post(x, z, side, on=mood.lamps_on) if lamp else _tree(rng, x, z, 1.0)
            lamp = not lamp
        z += rng.uniform(9.0, 12.0) if free else 3.0


def _tree(rng: random.Random, x: float, z: float, scale: float, *, backdrop: bool = False) -> Thing:
    leaf = rng.choice(LEAVES)
    top = 3.9 * scale
    solids: list[Solid] = [Limb((x, 0.1, z), (x, top, z), 0.16 * scale, 0.1 * scale, (112, 86, 66))]
    places = ((0.0, 0.0, 1.25), (-0.85, -0.25, 0.9), (0.85, -0.2, 0.92), (-0.3, 0.75, 0.95), (0.5, 0.7, 0.85))
    for shade, (dx, dy, radius) in zip((0.86, 0.92, 0.96, 1.04, 1.1), places, strict=True):
        nudge = rng.uniform(-0.12, 0.12)
        solids.append(Ball((x + (dx + nudge) * scale, top + 0.5 + dy * scale, z), radius * scale, tint(leaf, shade)))
    return Thing(solids, z, backdrop=backdrop, ordered=True)


def _lamp_post(x: float, z: float, side: int, *, on: bool) -> Thing:
    tip = x - side * 1.5
    solids: list[Solid] = [
        Limb((x, 0.1, z), (x, 5.6, z), 0.09, 0.06, STEEL),
        Limb((x, 5.6, z), (tip, 5.9, z), 0.055, 0.05, STEEL),
        Limb((tip - 0.3, 5.85, z), (tip + 0.2, 5.9, z), 0.1, 0.1, STEEL),
    ]
    if on:
        solids.append(Ball((tip - 0.05, 5.78, z), 0.15, LAMP, lit=True, glow=1.7))
    return Thing(solids, z, pool=(tip, z) if on else None, ordered=True)
