"""The sequence: ten seconds of a drive along one street, up to a crosswalk at which we stop."""

from __future__ import annotations

import math
import random

from datasets_app.demo.mood import mood_for
from datasets_app.demo.painter import Scene
from datasets_app.demo.people import Looks, cyclist, looks, person
from datasets_app.demo.sightings import Sighting, sightings
from datasets_app.demo.solids import Camera, Thing
from datasets_app.demo.street import KERB, PAVEMENT, Street, build_street, traffic_light
from datasets_app.demo.vehicles import CAR_COLOURS, CARGO_COLOURS, VAN_COLOURS, Pose, vehicle

WEATHER, TIME = "clear", "morning"
INTERVAL = 0.25  # seconds between two pictures
SPEED, BRAKE_AT, STOP_AT = 7.0, 35.0, 51.0  # m/s; metres
CROSSING = 66.0  # where the side street begins
CROSSWALK = CROSSING - 2.8
YELLOW_AT, RED_AT = 4.5, 5.5  # seconds

#: The cast in the order of `_cast`: which of them are one track, and its category.
LEAD, ONCOMING, LATE = 0, 1, 2
#: The late car has no track of its own: the track of the oncoming one jumps to it.
JUMP, DRIFT = "track jumps to another car", "box drifts off the car"
DRIFT_FROM, DRIFT_STEP = 9, 0.045  # the picture in which it begins; share of the width in each


class Drive:
    """The street and the people of one seed; each picture is one moment of it."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(f"sequence {seed}")
        self.seed = seed
        self.mood = mood_for(WEATHER, TIME)
        self.street = build_street(rng, self.mood, crossing=CROSSING, length=210.0)
        self.people: list[Looks] = [looks(rng) for _ in range(4)]
        self.colours = rng.sample(CAR_COLOURS, 4)

    def scene(self, index: int) -> Scene:
        """The picture with that number."""
        time = index * INTERVAL
        state = "green" if time < YELLOW_AT else "yellow" if time < RED_AT else "red"
        post, head = traffic_light(KERB + 0.5, CROSSING - 5.2, state, reach=-2.3)
        street = Street([*self.street.scenery, post], CROSSING, self.street.length, self.street.crosswalks)
        camera = Camera(z=travelled(time))
        return Scene(street, [*self._cast(time), head], camera, self.mood, f"drive {self.seed}")

    def _cast(self, time: float) -> list[Thing]:
        lead, oncoming, late, parked = self.colours
        away, towards = 0.0, math.pi
        step = time * 5.6
        first, second, crossing, rider = self.people
        return [
            vehicle("sedan", lead, Pose(1.75, 13.0 + 8.6 * time, away)),
            vehicle("suv", oncoming, Pose(-1.75, 66.0 - 6.5 * time, towards)),
            vehicle("hatchback", late, Pose(-1.75, 148.0 - 7.2 * time, towards)),
            vehicle("hatchback", parked, Pose(-4.5, 19.0, towards)),
            vehicle("van", VAN_COLOURS[1], Pose(4.6, 44.0, away)),
            vehicle("truck", CARGO_COLOURS[1], Pose(-4.4, 45.0, towards), second=VAN_COLOURS[0]),
            cyclist(rider, (64, 124, 182), Pose(2.95, 12.0 + 4.2 * time, away), time * 6.5),
            person(first, Pose(7.3, 14.0 + 1.3 * time, away, PAVEMENT), step),
            person(second, Pose(-7.4, 36.0 - 1.3 * time, towards, PAVEMENT), step + 1.0),
            self._walker_at_crosswalk(crossing, time, step),
        ]

    def _walker_at_crosswalk(self, who: Looks, time: float, step: float) -> Thing:
        """Waits at the kerb until our light is red, then crosses."""
        walked = max(0.0, time - RED_AT - 0.3) * 1.45
        pose = Pose(6.3 - walked, CROSSWALK, -math.pi / 2, PAVEMENT if walked < 0.7 else 0.0)
        return person(who, pose, step if walked else 0.0)


def travelled(time: float) -> float:
    """How far we have come: at an even speed, then braking evenly until we stand."""
    braking = time - BRAKE_AT / SPEED
    if braking <= 0:
        return SPEED * time
    slowing = SPEED**2 / (2 * (STOP_AT - BRAKE_AT))
    braking = min(braking, SPEED / slowing)
    return BRAKE_AT + SPEED * braking - slowing * braking**2 / 2


def label_drive(scenes: dict[str, Scene]) -> list[tuple[int, Sighting]]:
    """The labels of all pictures, each with the number of its track. Two tracks are wrong on purpose."""
    labels: list[tuple[int, Sighting]] = []
    for index, (file_id, scene) in enumerate(scenes.items()):
        found = dict(sightings(scene, file_id))
        late = found.pop(LATE, None)
        if ONCOMING in found:
            found[ONCOMING].wrong = JUMP
        elif late is not None:
            found[ONCOMING] = late
            late.wrong = JUMP
        if LEAD in found:
            _drift(found[LEAD], max(0, index - DRIFT_FROM), scene.camera)
        labels += sorted(found.items())
    return labels


def _drift(label: Sighting, steps: int, camera: Camera) -> None:
    x, y, width, height = label.box
    x = min(x + round(width * DRIFT_STEP * steps), camera.width - width)
    label.box, label.wrong = (x, y, width, height), DRIFT
