"""Where things stand in the single pictures: plausible places, and not much of anything hidden."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from datasets_app.demo.clipping import Bounds, bounds
from datasets_app.demo.mood import Mood, mood_for
from datasets_app.demo.painter import Scene, look
from datasets_app.demo.people import SHIRTS, cyclist, looks, person
from datasets_app.demo.sightings import is_worth_a_label
from datasets_app.demo.solids import Camera, Thing
from datasets_app.demo.street import CROSSING_WIDTH, KERB, PAVEMENT, build_street, traffic_light
from datasets_app.demo.vehicles import BUS_COLOURS, CAR_COLOURS, CARGO_COLOURS, VAN_COLOURS, Pose, vehicle

#: Weather and time of day of the pictures, in turn.
MOODS = (
    ("clear", "day"), ("cloudy", "day"), ("clear", "morning"), ("rain", "day"),
    ("clear", "day"), ("clear", "evening"), ("fog", "morning"), ("clear", "night"),
    ("clear", "day"), ("rain", "evening"), ("cloudy", "day"), ("clear", "day"),
    ("rain", "night"), ("clear", "morning"), ("fog", "day"), ("clear", "day"),
    ("cloudy", "evening"), ("clear", "day"), ("rain", "day"), ("clear", "evening"),
    ("clear", "day"), ("clear", "night"), ("cloudy", "morning"), ("fog", "night"),
)  # fmt: skip

_STYLES = ("hatchback", "hatchback", "hatchback", "sedan", "sedan", "sedan", "suv", "suv", "van", "van",
           "truck", "truck", "truck", "bus", "bus")  # fmt: skip
_AWAY, _TOWARDS = 0.0, math.pi


def plan_scene(seed: int, index: int, *, empty: bool) -> Scene:
    """The scene of one picture; `empty`: nobody is about."""
    rng = random.Random(f"frames {seed} {index}")
    mood = mood_for(*MOODS[index % len(MOODS)])
    camera = Camera(
        x=1.6 + rng.uniform(-0.3, 0.2),
        height=rng.uniform(1.85, 2.25),
        focal=rng.uniform(630.0, 700.0),
        horizon=rng.uniform(236.0, 262.0),
    )
    crossing = rng.uniform(19.0, 27.0) if not empty and rng.random() < 0.55 else None
    street = build_street(rng, mood, crossing=crossing)
    cast = _Cast(camera)
    if not empty:
        if crossing is not None:
            state = rng.choice(("red", "green", "green", "yellow"))
            for side in (1, -1):
                post, head = traffic_light(side * (KERB + 0.5), crossing - 5.2, state, reach=side * -2.5)
                street.scenery.append(post)
                cast.add(head)
        for thing in _candidates(rng, mood, crossing):
            cast.add(thing)
    scene = Scene(street, cast.things, camera, mood, f"{seed} {index}")
    # What is too small or too hidden to be labelled is taken out: in these pictures nothing is left unlabelled.
    shown = {id(seen.thing) for seen in look(scene) if is_worth_a_label(seen)}
    cast.things[:] = [thing for thing in cast.things if id(thing) in shown]
    return scene


class _Cast:
    """The things of a picture; refuses what would hide another, or be hidden."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.things: list[Thing] = []
        self.boxes: list[Bounds] = []

    def add(self, thing: Thing) -> None:
        """Takes the thing in, if there is room for it."""
        box = bounds(thing.flats(self.camera))
        if all(_overlap(box, other) < 0.3 for other in self.boxes):
            self.things.append(thing)
            self.boxes.append(box)


def _overlap(one: Bounds, two: Bounds) -> float:
    """The shared area, as a share of the smaller of both."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, two))
    return width * height / max(smaller, 1.0)


def _candidates(rng: random.Random, mood: Mood, crossing: float | None) -> Iterator[Thing]:
    """What could stand in the picture, the more important first: who comes later must find a free place."""
    lights = mood.lamps_on
    limit = 60.0 if crossing is None else crossing - 9.0
    if rng.random() < 0.75:
        yield _vehicle(rng, 1.75, rng.uniform(9.5, min(20.0, limit)), _AWAY, lights=lights)
    yield _vehicle(rng, -1.75, rng.uniform(9.0, 22.0), _TOWARDS, lights=lights)
    if rng.random() < 0.6:
        yield _rider(rng, 2.9, rng.uniform(7.0, 15.0), _AWAY)
    elif rng.random() < 0.8:
        yield _rider(rng, -2.9, rng.uniform(8.0, 16.0), _TOWARDS)
    if crossing is not None:
        yield from _at_the_crossing(rng, mood, crossing)
    yield from _beside_the_road(rng, mood, crossing)
    yield _vehicle(rng, -1.75, rng.uniform(30.0, 48.0), _TOWARDS, lights=lights)
    yield _vehicle(rng, 1.75, rng.uniform(32.0, 50.0), _AWAY, lights=lights)


def _at_the_crossing(rng: random.Random, mood: Mood, crossing: float) -> Iterator[Thing]:
    rain = mood.weather == "rain"
    for _ in range(rng.randint(1, 3)):
        heading = rng.choice((math.pi / 2, -math.pi / 2))
        yield _walker(rng, rng.uniform(-4.6, 4.8), crossing - rng.uniform(1.9, 3.6), heading, y=0.0, rain=rain)
    if rng.random() < 0.55:
        lane, heading = rng.choice(((2.4, math.pi / 2), (6.4, -math.pi / 2)))
        yield _vehicle(rng, rng.uniform(-7.0, 6.0), crossing + lane, heading, lights=mood.lamps_on)


def _beside_the_road(rng: random.Random, mood: Mood, crossing: float | None) -> Iterator[Thing]:
    rain = mood.weather == "rain"
    for _ in range(rng.randint(3, 6)):
        x, heading = rng.choice((-1, 1)) * rng.uniform(6.9, 8.9), rng.choice((_AWAY, _TOWARDS))
        yield _walker(rng, x, rng.triangular(8.5, 24.0, 10.0), heading, y=PAVEMENT, rain=rain)
    for _ in range(5):
        side, z = rng.choice((-1, 1)), rng.uniform(8.0, 34.0)
        if crossing is None or not crossing - 8.5 < z < crossing + CROSSING_WIDTH + 4.0:
            yield _vehicle(rng, side * 4.5, z, _AWAY if side > 0 else _TOWARDS, lights=False)


def _vehicle(rng: random.Random, x: float, z: float, heading: float, *, lights: bool) -> Thing:
    style = rng.choice(_STYLES)
    if (z < 12.0 and x > 0) or abs(x) > 4.0:  # a truck right before us would hide the street
        style = {"truck": "hatchback", "bus": "suv"}.get(style, style)
    colours = {"van": VAN_COLOURS, "truck": CARGO_COLOURS, "bus": BUS_COLOURS}.get(style, CAR_COLOURS)
    pose = Pose(x + rng.uniform(-0.15, 0.15), z, heading + rng.uniform(-0.02, 0.02))
    return vehicle(style, rng.choice(colours), pose, lights=lights, second=rng.choice(VAN_COLOURS + CAR_COLOURS))


def _walker(rng: random.Random, x: float, z: float, heading: float, *, y: float, rain: bool) -> Thing:
    return person(looks(rng, rain=rain), Pose(x, z, heading + rng.uniform(-0.3, 0.3), y), rng.uniform(0.4, 2.6))


def _rider(rng: random.Random, x: float, z: float, heading: float) -> Thing:
    return cyclist(looks(rng), rng.choice(SHIRTS), Pose(x, z, heading + rng.uniform(-0.12, 0.12)), rng.uniform(0, 6.2))
