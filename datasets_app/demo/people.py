"""People on foot and on bicycles."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from datasets_app.demo.solids import Ball, Colour, Limb, Panel, Point, Solid, Thing, tint
from datasets_app.demo.vehicles import Pose

SKINS: tuple[Colour, ...] = ((246, 208, 176), (224, 172, 130), (168, 114, 78), (112, 74, 54))
HAIRS: tuple[Colour, ...] = ((50, 36, 30), (96, 62, 36), (200, 160, 96), (150, 150, 154), (150, 74, 40))
SHIRTS: tuple[Colour, ...] = (
    (216, 84, 70), (64, 124, 182), (240, 196, 78), (92, 160, 118), (236, 232, 224), (146, 96, 160), (70, 80, 100),
)  # fmt: skip
TROUSERS: tuple[Colour, ...] = ((50, 60, 84), (84, 78, 74), (38, 40, 48), (150, 132, 108), (74, 98, 124))
Place = Callable[[float, float, float], Point]  # forward, right, up -> a point in the street

SHOE: Colour = (42, 38, 40)


@dataclass(frozen=True, slots=True)
class Looks:
    """What one person looks like, so that a track keeps its person."""

    skin: Colour
    hair: Colour
    shirt: Colour
    trousers: Colour
    scale: float = 1.0
    bag: bool = False
    umbrella: Colour | None = None


def looks(rng: random.Random, *, rain: bool = False) -> Looks:
    """Someone."""
    return Looks(
        skin=rng.choice(SKINS),
        hair=rng.choice(HAIRS),
        shirt=rng.choice(SHIRTS),
        trousers=rng.choice(TROUSERS),
        scale=rng.choice((1.0, 1.04, 0.96, 1.0, 0.74)),
        bag=rng.random() < 0.35,
        umbrella=rng.choice(SHIRTS) if rain and rng.random() < 0.6 else None,
    )


def person(who: Looks, pose: Pose, phase: float) -> Thing:
    """Someone walking; `phase` is how far the step has come, in radians."""
    scale = who.scale

    def at(forward: float, right: float, up: float) -> Point:
        return pose.at(forward * scale, right * scale, up * scale)

    solids: list[Solid] = []
    for side in (-1, 1):
        swing = math.sin(phase) * 0.34 * side
        lift = max(0.0, -math.cos(phase) * side) * 0.08
        knee = at(swing * 0.6 + 0.05, side * 0.1, 0.48 + lift)
        foot = at(swing - lift, side * 0.1, 0.08 + lift)
        toe = at(swing - lift + 0.14, side * 0.11, 0.06 + lift)
        solids.append(Limb(at(0, side * 0.09, 0.9), knee, 0.1 * scale, 0.075 * scale, who.trousers))
        solids.append(Limb(knee, foot, 0.075 * scale, 0.06 * scale, who.trousers))
        solids.append(Limb(foot, toe, 0.06 * scale, 0.045 * scale, SHOE))
        solids += _arm(who, at, side, -swing)
    solids.append(Limb(at(0, 0, 0.95), at(0.02, 0, 1.34), 0.155 * scale, 0.19 * scale, who.shirt))
    solids.append(Limb(at(0.02, 0, 1.42), at(0.03, 0, 1.5), 0.06 * scale, 0.06 * scale, tint(who.skin, 0.9)))
    solids.append(Ball(at(-0.035, 0, 1.675), 0.135 * scale, who.hair))
    solids.append(Ball(at(0.045, 0, 1.635), 0.118 * scale, who.skin))
    if who.bag:
        solids.append(Limb(at(-0.2, 0, 1.05), at(-0.18, 0, 1.3), 0.13 * scale, 0.12 * scale, tint(who.shirt, 0.55)))
    if who.umbrella is not None:
        solids += _umbrella(who.umbrella, at, scale)
    return Thing(solids, pose.z, "person", shadow=_oval(pose, 0.36 * scale, 0.3 * scale))


def cyclist(who: Looks, frame: Colour, pose: Pose, phase: float) -> Thing:
    """Someone on a bicycle; `phase` is how far the pedals have turned, in radians."""
    rear, front, crank, saddle, bars = (-0.52, 0.34), (0.54, 0.34), (0.0, 0.32), (-0.16, 0.88), (0.42, 0.98)
    solids: list[Solid] = []
    for hub in (rear, front):
        solids += _wheel(pose, hub)
    for (fa, ua), (fb, ub) in ((rear, crank), (rear, saddle), (crank, saddle), (crank, bars), (front, bars),
                               (saddle, (0.38, 0.86))):  # fmt: skip
        solids.append(Limb(pose.at(fa, 0, ua), pose.at(fb, 0, ub), 0.028, 0.028, frame))
    solids.append(Limb(pose.at(*_bar(bars, -1)), pose.at(*_bar(bars, 1)), 0.025, 0.025, (50, 50, 54)))
    for side in (-1, 1):
        turn = phase + (math.pi if side == 1 else 0.0)
        foot = (0.17 * math.cos(turn), side * 0.12, 0.34 + 0.17 * math.sin(turn))
        knee = (foot[0] * 0.55 + 0.2, side * 0.13, 0.5 * (foot[2] + 0.95) + 0.08)
        solids.append(Limb(pose.at(-0.14, side * 0.1, 0.96), pose.at(*knee), 0.1, 0.075, who.trousers))
        solids.append(Limb(pose.at(*knee), pose.at(*foot), 0.072, 0.055, who.trousers))
        solids.append(Limb(pose.at(*foot), pose.at(foot[0] + 0.13, foot[1], foot[2] - 0.02), 0.055, 0.045, SHOE))
        elbow = (0.2, side * 0.25, 1.16)
        solids.append(Limb(pose.at(0.14, side * 0.19, 1.42), pose.at(*elbow), 0.065, 0.055, tint(who.shirt, 0.9)))
        solids.append(Limb(pose.at(*elbow), pose.at(*_bar(bars, side)), 0.052, 0.045, who.skin))
    solids.append(Limb(pose.at(-0.14, 0, 1.0), pose.at(0.12, 0, 1.4), 0.16, 0.19, who.shirt))
    solids.append(Ball(pose.at(0.26, 0, 1.66), 0.115, who.skin))
    solids.append(Ball(pose.at(0.2, 0, 1.715), 0.13, frame))
    return Thing(solids, pose.z, "cyclist", shadow=_oval(pose, 0.8, 0.26))


def _arm(who: Looks, at: Place, side: int, swing: float) -> list[Solid]:
    scale = who.scale
    if who.umbrella is not None and side == 1:
        elbow, hand = at(0.16, 0.24, 1.14), at(0.2, 0.14, 1.34)
    else:
        elbow, hand = at(swing * 0.35 - 0.02, side * 0.25, 1.12), at(swing * 0.85 + 0.06, side * 0.25, 0.88)
    return [
        Limb(at(0, side * 0.2, 1.38), elbow, 0.07 * scale, 0.058 * scale, tint(who.shirt, 0.9)),
        Limb(elbow, hand, 0.055 * scale, 0.045 * scale, tint(who.shirt, 0.86)),
        Ball(hand, 0.055 * scale, who.skin),
    ]


def _umbrella(colour: Colour, at: Place, scale: float) -> list[Solid]:
    x, y, z = at(0.12, 0.08, 1.72)
    solids: list[Solid] = [Limb(at(0.2, 0.14, 1.3), (x, y + 0.3 * scale, z), 0.018, 0.018, (60, 60, 64))]
    shades = (0.82, 1.0, 1.1, 0.92)
    edges = [math.pi * step / 8 for step in range(9)]
    for part, shade in enumerate(shades):
        rim = [(x - math.cos(t) * 0.58, y + math.sin(t) * 0.36, z - 0.01) for t in edges[part * 2 : part * 2 + 3]]
        solids.append(Panel((*rim, (x, y, z - 0.01)), tint(colour, shade)))
    return solids


def _wheel(pose: Pose, hub: tuple[float, float]) -> list[Solid]:
    turns = [math.tau * step / 14 for step in range(15)]
    rim = [pose.at(hub[0] + 0.32 * math.cos(t), 0, hub[1] + 0.32 * math.sin(t)) for t in turns]
    return [Limb(a, b, 0.026, 0.026, (40, 40, 46)) for a, b in pairwise(rim)]


def _bar(bars: tuple[float, float], side: int) -> Point:
    return bars[0], side * 0.24, bars[1] + 0.02


def _oval(pose: Pose, forward: float, right: float) -> tuple[Point, ...]:
    turns = [math.tau * step / 14 for step in range(14)]
    return tuple(pose.at(forward * math.cos(t), right * math.sin(t), 0.0) for t in turns)
