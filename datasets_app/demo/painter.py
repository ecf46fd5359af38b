"""Paints a street with what stands in it, far before near, and says what of it is visible."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from datasets_app.demo.backdrop import draw_backdrop
from datasets_app.demo.clipping import Bounds, bounds, bounds_inside
from datasets_app.demo.mood import Mood
from datasets_app.demo.solids import Camera, Colour, Flat, Panel, Thing, tint
from datasets_app.demo.street import Street

SMOOTH = 2  # painted this many times larger, then reduced: smooth edges
COARSE = 4  # visibility and light are worked out in a picture this many times smaller


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: a street, what stands in it, the camera, the mood."""

    street: Street
    things: list[Thing]
    camera: Camera
    mood: Mood
    seed: str


@dataclass(frozen=True, slots=True)
class Seen:
    """How a thing appears: its bounds within the picture, whether the edge cuts it, what share is not hidden."""

    thing: Thing
    bounds: Bounds
    truncated: bool
    visible: float


def look(scene: Scene) -> list[Seen]:
    """How the things with a category appear, in the order in which the scene names them."""
    mask = Image.new("L", (scene.camera.width // COARSE, scene.camera.rows // COARSE))
    draw = ImageDraw.Draw(mask)
    numbers = {id(thing): number for number, thing in enumerate(scene.things, start=1) if thing.category}
    found: dict[int, tuple[Thing, Bounds, bool, int]] = {}
    for thing in _far_to_near(scene):
        number = numbers.get(id(thing), 0)
        flats = list(thing.flats(scene.camera, details=number > 0))
        for flat in flats:
            _draw(draw, flat, number, 1 / COARSE)
        box = bounds_inside(flats, scene.camera) if number else None
        if box:
            found[number] = thing, box, _is_cut(bounds(flats), scene.camera), mask.histogram()[number]
    left = mask.histogram()
    return [
        Seen(thing, box, truncated, left[number] / area if area else 0.0)
        for number, (thing, box, truncated, area) in sorted(found.items())
    ]


def paint(scene: Scene) -> bytes:
    """The finished picture as the bytes of a JPEG file."""
    camera, mood = scene.camera, scene.mood
    image = draw_backdrop(camera, mood, scene.street, scale=SMOOTH, seed=scene.seed)
    if mood.weather == "rain":
        _reflect(image, scene)
    _lamp_pools(image, scene)
    _shadows(image, scene)
    draw = ImageDraw.Draw(image)
    glows: list[Flat] = []
    for thing in _far_to_near(scene):
        for flat in thing.flats(camera):
            _draw(draw, flat, mood.shade(flat.colour, flat.distance, lit=flat.lit), SMOOTH)
            if flat.glow:
                glows.append(flat)
    image = image.reduce(SMOOTH)
    _halos(image, glows, mood)
    if mood.weather == "rain":
        _rain(image, random.Random(f"rain {scene.seed}"))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _is_cut(box: Bounds, camera: Camera) -> bool:
    left, top, right, low = box
    return left < -1 or top < -1 or right > camera.width + 1 or low > camera.rows + 1


def _far_to_near(scene: Scene) -> Iterator[Thing]:
    z = scene.camera.z
    near = [thing for thing in scene.street.scenery + scene.things if -18.0 < thing.z - z < 140.0]
    yield from sorted(near, key=lambda thing: (not thing.backdrop, -thing.z))


def _draw(draw: ImageDraw.ImageDraw, flat: Flat, fill: Colour | int, scale: float) -> None:
    if flat.radius:
        x, y = flat.points[0]
        reach = flat.radius
        draw.ellipse(((x - reach) * scale, (y - reach) * scale, (x + reach) * scale, (y + reach) * scale), fill=fill)
    else:
        draw.polygon([(x * scale, y * scale) for x, y in flat.points], fill=fill)


def _shadows(image: Image.Image, scene: Scene) -> None:
    mask = Image.new("L", (scene.camera.width // 2, scene.camera.rows // 2))
    draw = ImageDraw.Draw(mask)
    for thing in scene.things:
        if thing.shadow:
            for flat in Panel(thing.shadow, (0, 0, 0)).flats(scene.camera):
                strength = 110 if scene.mood.time != "night" else 150
                _draw(draw, flat, int(strength * (1 - scene.mood.fade(flat.distance))), 0.5)
    _overlay(image, tint(scene.mood.shade((40, 44, 56), 0.0), 0.6), mask.filter(ImageFilter.BoxBlur(1)))


def _reflect(image: Image.Image, scene: Scene) -> None:
    """The wet road mirrors what stands on it: each piece again, upside down below its place on the ground."""
    camera, mood = scene.camera, scene.mood
    size = camera.width // COARSE, camera.rows // COARSE
    layer, mask = Image.new("RGB", size), Image.new("L", size)
    colours, shares = ImageDraw.Draw(layer), ImageDraw.Draw(mask)
    for thing in _far_to_near(scene):
        if not thing.category:
            continue
        for flat in thing.flats(camera):
            foot = 2 * camera.ground_row(flat.distance)
            mirrored = Flat(tuple((x, foot - y) for x, y in flat.points), flat.colour, flat.distance, flat.radius)
            _draw(colours, mirrored, mood.shade(flat.colour, flat.distance, lit=flat.lit), 1 / COARSE)
            _draw(shares, mirrored, 120, 1 / COARSE)
    blur = ImageFilter.BoxBlur((1, 3))
    shown = mask.filter(blur)
    shown.paste(0, (0, 0, image.width, round(camera.horizon) // COARSE))
    _overlay(image, layer.filter(blur), shown)


def _lamp_pools(image: Image.Image, scene: Scene) -> None:
    """The light on the ground at night: below the lamps, and before us from our own headlights."""
    camera = scene.camera
    if scene.mood.time != "night":
        return
    size = camera.width // COARSE, camera.rows // COARSE
    layer = Image.new("RGB", size)
    draw = ImageDraw.Draw(layer)
    for thing in sorted(scene.street.scenery, key=lambda thing: -thing.z):
        if thing.pool and 7.0 < thing.pool[1] - camera.z < 70.0:
            _pool(draw, camera, thing.pool[0], thing.pool[1], 3.4, (112, 92, 56))
    for end, wide, colour in ((34.0, 3.6, (22, 22, 20)), (24.0, 2.8, (44, 43, 38)), (15.0, 1.9, (62, 60, 52))):
        beam = [(-1.1, 3.0), (1.1, 3.0), (wide, end), (-wide, end)]
        spots = [camera.spot((camera.x + x, 0.0, camera.z + z)) for x, z in beam]
        draw.polygon([(x / COARSE, y / COARSE) for x, y in spots], fill=colour)
    _brighten(image, layer.filter(ImageFilter.GaussianBlur(6)))


def _pool(draw: ImageDraw.ImageDraw, camera: Camera, x: float, z: float, reach: float, colour: Colour) -> None:
    left, _ = camera.spot((x - reach, 0.0, z))
    right, _ = camera.spot((x + reach, 0.0, z))
    top, low = camera.ground_row(z - camera.z + reach), camera.ground_row(max(z - camera.z - reach, 1.5))
    draw.ellipse((left / COARSE, top / COARSE, right / COARSE, low / COARSE), fill=colour)


def _halos(image: Image.Image, glows: list[Flat], mood: Mood) -> None:
    """The glow around what shines, added to everything near it."""
    strength = {"night": 0.5, "evening": 0.4}.get(mood.time, 0.32)
    layer = Image.new("RGB", (image.width // COARSE, image.height // COARSE))
    draw = ImageDraw.Draw(layer)
    for step, share in ((1.0, 0.3), (0.66, 0.6), (0.36, 1.0)):  # brighter towards the middle
        for flat in glows:
            x = sum(spot[0] for spot in flat.points) / len(flat.points) / COARSE
            y = sum(spot[1] for spot in flat.points) / len(flat.points) / COARSE
            reach = min(flat.glow, 64.0) * step / COARSE
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=tint(flat.colour, strength * share))
    _brighten(image, layer.filter(ImageFilter.GaussianBlur(3)))


def _overlay(image: Image.Image, fill: Colour | Image.Image, mask: Image.Image) -> None:
    """Pastes a colour, or a picture as small as the mask, where the small mask says."""
    box = mask.getbbox()
    if box is None:
        return
    factor = image.width // mask.width
    left, top, right, low = (edge * factor for edge in box)
    size = right - left, low - top
    piece = mask.crop(box).resize(size, Image.Resampling.BILINEAR)
    if isinstance(fill, Image.Image):
        image.paste(fill.crop(box).resize(size, Image.Resampling.BILINEAR), (left, top), piece)
    else:
        image.paste(fill, (left, top), piece)


def _brighten(image: Image.Image, light: Image.Image) -> None:
    """Adds a small picture of light to the picture."""
    box = light.getbbox()
    if box is None:
        return
    factor = image.width // light.width
    left, top, right, low = (edge * factor for edge in box)
    soft = light.crop(box).resize((right - left, low - top), Image.Resampling.BILINEAR)
    image.paste(ImageChops.screen(image.crop((left, top, right, low)), soft), (left, top))


def _rain(image: Image.Image, rng: random.Random) -> None:
    mask = Image.new("L", image.size)
    draw = ImageDraw.Draw(mask)
    for _ in range(260):
        x, y, length = rng.uniform(-20, image.width), rng.uniform(-20, image.height), rng.uniform(9, 26)
        draw.line((x, y, x + length * 0.22, y + length), fill=rng.randint(45, 120))
    image.paste((226, 234, 242), (0, 0), mask)
