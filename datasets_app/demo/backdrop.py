"""What is behind everything: the sky, the far town, the ground with its markings, and the haze over it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFilter

from datasets_app.demo.mood import Mood
from datasets_app.demo.solids import NEAR, Camera, Colour, Panel, Point, Spot, mix, tint
from datasets_app.demo.street import CROSSING_WIDTH, FRONT, KERB, PAVEMENT, Street

ROAD: Colour = (98, 102, 110)
SIDEWALK: Colour = (192, 187, 178)
PAINT: Colour = (238, 238, 230)
FAR = 500.0


def draw_backdrop(camera: Camera, mood: Mood, street: Street, *, scale: int, seed: str) -> Image.Image:
    """A picture of the empty world: sky, far town, ground. The same seed gives the same clouds."""
    rng = random.Random(f"backdrop {seed}")
    image = _sky(camera, mood, scale, rng)
    draw = ImageDraw.Draw(image)
    _skyline(draw, camera, mood, scale, rng)
    horizon = round(camera.horizon * scale)
    draw.rectangle((0, horizon, camera.width * scale, camera.rows * scale), fill=_ground_colour(SIDEWALK, mood))
    for points, colour in _ground(camera, street):
        spots = _spots(points, camera, scale)
        if spots:
            draw.polygon(spots, fill=_ground_colour(colour, mood))
    _haze(image, camera, mood, scale)
    return image


def _ground_colour(colour: Colour, mood: Mood) -> Colour:
    if mood.weather == "rain":
        colour = mix(tint(colour, 0.82), (88, 98, 116), 0.28)
    return mood.shade(colour, 4.0 if mood.headlights == 0 else 40.0)


def _sky(camera: Camera, mood: Mood, scale: int, rng: random.Random) -> Image.Image:
    width, rows, horizon = camera.width * scale, camera.rows * scale, round(camera.horizon * scale)
    image = Image.new("RGB", (width, rows), mood.sky_low)
    draw = ImageDraw.Draw(image)
    for row in range(0, horizon, 2):
        draw.rectangle((0, row, width, row + 1), fill=mix(mood.sky_top, mood.sky_low, (row / horizon) ** 1.2))
    if mood.weather == "fog":
        return image
    if mood.weather != "clear":
        _clouds(draw, camera, scale, rng, count=7, colour=mix((255, 255, 255), mood.sky_low, 0.8))
        return image
    centre = rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.36) * horizon
    if mood.time == "night":
        for _ in range(70):
            x, y, size = rng.uniform(0, width), rng.uniform(0, horizon * 0.8), rng.uniform(0.6, 1.3) * scale
            draw.ellipse((x - size, y - size, x + size, y + size), fill=(190, 196, 220))
        _sun(image, centre, 20 * scale, (236, 236, 220), 0.35)
    else:
        low = {"day": 0.0, "morning": 70.0, "evening": 110.0}[mood.time] * scale
        colour = (255, 214, 150) if mood.time == "evening" else (255, 248, 220)
        _sun(image, (centre[0], centre[1] + low), 26 * scale, colour, 0.55)
        _clouds(draw, camera, scale, rng, count=4, colour=mix((255, 255, 255), mood.sky_low, 0.3))
    return image


def _sun(image: Image.Image, centre: Spot, radius: float, colour: Colour, halo: float) -> None:
    reach = round(radius * 4 / 8)
    mask = Image.new("L", (reach * 2, reach * 2))
    wide = radius * 1.9 / 8
    ImageDraw.Draw(mask).ellipse((reach - wide, reach - wide, reach + wide, reach + wide), fill=int(255 * halo))
    mask = mask.filter(ImageFilter.GaussianBlur(wide * 0.5)).resize((reach * 16, reach * 16))
    x, y = centre
    image.paste(colour, (round(x) - reach * 8, round(y) - reach * 8), mask)
    ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _clouds(
    draw: ImageDraw.ImageDraw, camera: Camera, scale: int, rng: random.Random, *, count: int, colour: Colour
) -> None:
    for _ in range(count):
        x, base = rng.uniform(-0.05, 1.05) * camera.width * scale, rng.uniform(0.15, 0.62) * camera.horizon * scale
        size = rng.uniform(16, 30) * scale
        puffs = rng.randint(3, 5)
        for puff in range(puffs):
            middle = x + (puff - puffs / 2) * size * 0.95
            high = size * (1.15 - 0.5 * abs(puff - (puffs - 1) / 2) / puffs * 2) * rng.uniform(0.85, 1.1)
            draw.pieslice((middle - high, base - high, middle + high, base + high), 180, 360, fill=colour)
        left, right = x - (puffs / 2 + 0.5) * size * 0.95, x + (puffs / 2) * size * 0.95
        draw.rounded_rectangle((left, base - size * 0.5, right, base), size * 0.25, fill=colour)


def _skyline(draw: ImageDraw.ImageDraw, camera: Camera, mood: Mood, scale: int, rng: random.Random) -> None:
    horizon = camera.horizon * scale
    for layer, (height, share) in enumerate(((56, 0.72), (36, 0.52))):
        colour = mix(mood.shade((104, 124, 148), 30.0), mood.haze, min(1.0, share + mood.fade(60.0)))
        x = -20.0 * layer
        while x < camera.width:
            width, high = rng.uniform(16, 44), rng.uniform(0.35, 1.0) * height
            draw.rectangle((x * scale, horizon - high * scale, (x + width) * scale, horizon), fill=colour)
            x += width


def _ground(camera: Camera, street: Street) -> Iterator[tuple[tuple[Point, ...], Colour]]:
    near, far = camera.z + NEAR, camera.z + FAR
    yield _flat(-KERB, KERB, near, far), ROAD
    for side in (-1, 1):
        yield _flat(side * KERB, side * (FRONT + 0.6), near, far, PAVEMENT), SIDEWALK
        edge = ((side * KERB, 0.0, near), (side * KERB, PAVEMENT, near), (side * KERB, PAVEMENT, far),
                (side * KERB, 0.0, far))  # fmt: skip
        yield edge, tint(SIDEWALK, 0.72)
        yield _flat(side * KERB, side * (KERB + 0.22), near, far, PAVEMENT), tint(SIDEWALK, 1.1)
        first = math.ceil(near / 1.6)
        for step in range(first, first + 22):
            z = step * 1.6
            yield _flat(side * (KERB + 0.22), side * (FRONT + 0.6), z, z + 0.05, PAVEMENT), tint(SIDEWALK, 0.9)
        yield _flat(side * (KERB + 2.1), side * (KERB + 2.15), near, camera.z + 34, PAVEMENT), tint(SIDEWALK, 0.9)
    if street.crossing is not None:
        yield _flat(-70.0, 70.0, street.crossing, street.crossing + CROSSING_WIDTH), ROAD
    yield from _markings(camera, street)


def _markings(camera: Camera, street: Street) -> Iterator[tuple[tuple[Point, ...], Colour]]:
    near = camera.z + NEAR
    crossing = street.crossing
    start, end = (1e6, 1e6) if crossing is None else (crossing - 5.4, crossing + CROSSING_WIDTH + 1.0)
    for step in range(math.floor(near / 6.0), math.floor(near / 6.0) + 18):
        z = step * 6.0
        if not start - 3.0 < z < end:
            yield _flat(-0.07, 0.07, z, z + 3.0), PAINT
    for x in (-3.35, 3.35):
        for low, high in ((near, start), (end, near + 160.0)):
            if low < high:
                yield _flat(x - 0.05, x + 0.05, max(low, near), min(high, near + 160.0)), mix(PAINT, ROAD, 0.35)
    for z in street.crosswalks:
        for stripe in range(10):
            x = -5.1 + stripe * 1.08
            yield _flat(x, x + 0.55, z, z + 3.0), PAINT
    if crossing is not None:
        yield _flat(0.12, 3.3, start - 0.4, start), PAINT
    hole = math.ceil(near / 17.0) * 17.0 + 5.0
    turns = [math.tau * step / 16 for step in range(16)]
    yield tuple((0.9 + 0.34 * math.cos(t), 0.0, hole + 0.34 * math.sin(t)) for t in turns), tint(ROAD, 0.82)


def _flat(left: float, right: float, near: float, far: float, up: float = 0.0) -> tuple[Point, ...]:
    return (left, up, near), (right, up, near), (right, up, far), (left, up, far)


def _spots(points: tuple[Point, ...], camera: Camera, scale: int) -> list[Spot]:
    return [(x * scale, y * scale) for flat in Panel(points, ROAD).flats(camera) for x, y in flat.points]


def _haze(image: Image.Image, camera: Camera, mood: Mood, scale: int) -> None:
    """Lays haze over the ground, row by row: as much as its distance asks for."""
    first = math.ceil(camera.horizon)
    rows = range(first, camera.rows)
    shares = [round(255 * mood.fade(camera.height * camera.focal / max(row - camera.horizon, 0.5))) for row in rows]
    shares = [share for share in shares if share > 2]
    column = Image.new("L", (1, len(shares)))
    column.putdata(shares)
    mask = column.resize((camera.width * scale, len(shares) * scale), Image.Resampling.NEAREST)
    image.paste(mood.haze, (0, first * scale), mask)
