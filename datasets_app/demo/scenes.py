"""The two datasets of `manage.py demo`: street scenes with labels, some of them wrong on purpose.

Everything follows from the seed: the same seed gives the same labels and the same bytes of every picture.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from datasets_app.demo.clipping import strip_in_picture
from datasets_app.demo.drive import WEATHER, Drive, label_drive
from datasets_app.demo.frames_plan import MOODS, plan_scene
from datasets_app.demo.mistakes import make_mistakes
from datasets_app.demo.mood import TIMES, WEATHERS
from datasets_app.demo.painter import Scene, paint
from datasets_app.demo.sightings import Sighting, sightings
from datasets_app.demo.street import FRONT, KERB, PAVEMENT
from datasets_app.imports.content import AttributeRecord, Content, FileRecord, ShapeRecord

CITIES = ("Berlin", "Lisbon", "Lyon", "Kraków", "Utrecht")
VEHICLES = ("car 1", "car 2", "van 1")
WEATHER_ATTRIBUTE = AttributeRecord("weather", (*WEATHERS, "snow"))
TIME_ATTRIBUTE = AttributeRecord("timeofday", TIMES)
CITY_ATTRIBUTE = AttributeRecord("city", CITIES)
VEHICLE_ATTRIBUTE = AttributeRecord("vehicle", VEHICLES)

AREA_EVERY = 2  # of the pictures without a side street, each second has polygons


@dataclass(frozen=True, slots=True)
class DemoDataset:
    """A dataset with its pictures, which are drawn when they are asked for."""

    content: Content
    pictures: dict[str, Callable[[], bytes]]  # file_id -> draws the JPEG
    wrong: dict[tuple[str, str], str]  # (file_id, or "" for a track; label_id) -> what a reviewer would say


def frames(seed: int = 4, count: int = 24) -> DemoDataset:
    """Single pictures of many streets, in all weathers; nobody is about in two of them."""
    rng = random.Random(f"labels {seed}")
    by_daylight = [index for index in range(count) if MOODS[index % len(MOODS)][1] != "night"]
    empty = set(rng.sample(by_daylight, min(2, count // 4)))
    scenes = {f"{index + 1:06d}.jpg": plan_scene(seed, index, empty=index in empty) for index in range(count)}
    content = _content("frame_by_frame", scenes)
    content.frame_attributes += [WEATHER_ATTRIBUTE, TIME_ATTRIBUTE]
    content.dataset_attributes.append(CITY_ATTRIBUTE)
    for file_id, scene in scenes.items():
        if rng.random() < 0.85:
            content.frame_values[file_id, WEATHER_ATTRIBUTE.attribute_id] = scene.mood.weather
        if rng.random() < 0.8:
            content.frame_values[file_id, TIME_ATTRIBUTE.attribute_id] = scene.mood.time
    wrong = _label_frames(content, scenes, rng)
    return DemoDataset(content, _pictures(scenes), wrong)


def _label_frames(content: Content, scenes: dict[str, Scene], rng: random.Random) -> dict[tuple[str, str], str]:
    """Adds the labels of all pictures, and returns which of them are wrong."""
    labels = {file_id: [label for _, label in sightings(scene, file_id)] for file_id, scene in scenes.items()}
    make_mistakes([label for of_file in labels.values() for label in of_file], rng, _size(scenes))
    wrong: dict[tuple[str, str], str] = {}
    for file_id, of_file in labels.items():
        for label_id, label in _numbered(of_file):
            content.shapes.append(label.as_shape(label_id))
            if label.wrong:
                wrong[file_id, label_id] = label.wrong
    plain = [file_id for file_id, of_file in labels.items() if of_file and scenes[file_id].street.crossing is None]
    for file_id in plain[::AREA_EVERY]:
        content.shapes += _areas(scenes[file_id], file_id)
    return wrong


def sequence(seed: int = 4, count: int = 40) -> DemoDataset:
    """One drive along one street: tracks, of which one jumps and one drifts."""
    drive = Drive(seed)
    scenes = {f"front/{number:06d}.jpg": drive.scene(number - 1) for number in range(1, count + 1)}
    content = _content("label_by_label", scenes)
    content.frame_attributes.append(WEATHER_ATTRIBUTE)
    content.dataset_attributes += [CITY_ATTRIBUTE, VEHICLE_ATTRIBUTE]
    content.dataset_values[VEHICLE_ATTRIBUTE.attribute_id] = VEHICLES[1]
    content.frame_values.update({(file_id, WEATHER_ATTRIBUTE.attribute_id): WEATHER for file_id in scenes})
    labels = label_drive(scenes)
    tracks: dict[int, Sighting] = {}
    for track, label in labels:
        tracks.setdefault(track, label)
    names = {id(label): label_id for label_id, label in _numbered([tracks[track] for track in sorted(tracks)])}
    label_ids = {track: names[id(label)] for track, label in tracks.items()}
    content.shapes += [label.as_shape(label_ids[track]) for track, label in labels]
    wrong = {("", label_ids[track]): label.wrong for track, label in labels if label.wrong}
    return DemoDataset(content, _pictures(scenes), wrong)


def _content(labelling_mode: str, scenes: dict[str, Scene]) -> Content:
    files = [FileRecord(file_id, scene.camera.width, scene.camera.rows) for file_id, scene in scenes.items()]
    return Content(labelling_mode, files=files)


def _pictures(scenes: dict[str, Scene]) -> dict[str, Callable[[], bytes]]:
    return {file_id: partial(paint, scene) for file_id, scene in scenes.items()}


def _size(scenes: dict[str, Scene]) -> tuple[int, int]:
    camera = next(iter(scenes.values())).camera
    return camera.width, camera.rows


def _numbered(labels: list[Sighting]) -> Iterator[tuple[str, Sighting]]:
    """Each label with its id: the category, and a number that counts within it."""
    counts: dict[str, int] = {}
    for label in labels:
        counts[label.category] = counts.get(label.category, 0) + 1
        yield f"{label.category}:{counts[label.category]}", label


def _areas(scene: Scene, file_id: str) -> Iterator[ShapeRecord]:
    """The road and the right-hand sidewalk as polygons."""
    for category, left, right, up in (("road", -KERB, KERB, 0.0), ("sidewalk", KERB, FRONT, PAVEMENT)):
        polygon = strip_in_picture(scene.camera, left, right, up)
        yield ShapeRecord(file_id, f"{category}:1", category, "polygon", {"polygons": [polygon]})
