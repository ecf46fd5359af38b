"""The picture side of an object: the film of a track, its jumps, samples of a dataset, 3D boxes from above."""

from __future__ import annotations

import re
from typing import Any

import pytest

from datasets_app.imports.content import AttributeRecord, Content, FileRecord, ShapeRecord
from datasets_app.imports.store import store
from datasets_app.models import Dataset, Shape
from tasks_app.models import Task
from tasks_app.pages.strips import AROUND
from tests.factories import make_dataset, task_of
from tests.pages import page_of, signed_in, with_picture

SOLID = {"cx": 12.0, "cy": 5.0, "cz": 0.5, "l": 4.0, "w": 2.0, "h": 1.5, "rot_z": 0.3}


def make_track(team: Any, boxes: list[Any], *, key: str = "box", kind: str = "box") -> Dataset:
    """A sequence with one car in it: its geometry in each frame, or nothing where it is not there."""
    names = [f"{number:06d}.png" for number in range(1, len(boxes) + 1)]
    shapes = [
        ShapeRecord(name, "car:1", "car", kind, {key: box}) for name, box in zip(names, boxes, strict=True) if box
    ]
    content = Content("label_by_label", files=[FileRecord(name, 640, 480) for name in names], shapes=shapes)
    dataset = make_dataset(team, (), mode="label_by_label")
    store(dataset, content, by=None)
    return dataset


def walk(count: int, jump: int = 0) -> list[Any]:
    return [[10 + number + 100 * (number >= jump > 0), 20, 30, 40] for number in range(count)]


def page(team: Any, task: Task, name: str = "ann", **asked: Any) -> str:
    return signed_in(team, name).get(page_of(task), asked).content.decode()


# --- the film of a track ------------------------------------------------------------------------------------------


def test_the_film_shows_the_object_in_the_frames_around_the_open_one(team):
    dataset = make_track(team, walk(40))
    with_picture(dataset, 20)

    found = page(team, task_of(dataset), frame=20)

    assert re.findall(r'id="film-(\d+)"', found) == [str(one) for one in range(20 - AROUND, 21 + AROUND)]
    assert re.findall(r'id="film-(\d+)"[^>]*aria-current', found) == ["20"]
    assert found.count("files/20/picture") == 2  # the picture and the small one
    assert found.count('class="thumb"') == 2 * AROUND + 1
    assert re.findall(r'id="frame-(?:first|previous|next|last)"[^>]*frame=(\d+)', found) == ["1", "19", "21", "40"]
    assert "20 of 40 frames" in found


def test_jumps_are_links_the_largest_first(team):
    boxes = walk(40, jump=12)
    boxes[30] = [400, 20, 60, 80]

    found = page(team, task_of(make_track(team, boxes)), frame=13)

    links = re.findall(r'<a id="jump-(\d+)" href="[^"]*frame=\1">(.*?)</a>', found)
    assert links == [
        ("31", "Jump 1: frame 31, moved 5.3 times its size, grew 4.0-fold"),
        ("13", "Jump 2: frame 13, moved 2.9 times its size"),
    ]
    assert re.findall(r'id="film-(\d+)"(?:(?!</li>).)*class="jump"', found, re.DOTALL) == ["13"]
    assert 'aria-label="Area and position over 40 frames, 2 jumps"' in found


def test_an_even_track_says_that_it_has_no_jump(team):
    found = page(team, task_of(make_track(team, walk(10))))

    assert "No jump: it moves and grows evenly." in found


def test_the_sensor_that_sees_most_says_how_it_moves(team):
    dataset = make_track(team, walk(20))
    for shape in Shape.objects.filter(label__dataset=dataset, file__position__in=(7, 8)):
        Shape.objects.create(label=shape.label, file=shape.file, sensor_id="left", geometry={"box": [500, 9, 5, 5]})

    assert "No jump" in page(team, task_of(dataset))


@pytest.mark.parametrize(
    ("key", "kind", "geometry"),
    [
        ("polygons", "polygon", lambda x: [[[x, 0], [x + 9, 0], [x, 9]]]),
        ("points", "point", lambda x: [[x, 0], [x + 9, 9]]),
        ("polyline", "lane", lambda x: [[x, 0], [x + 9, 9]]),
        ("three_d_bbox", "3d_bbox", lambda x: SOLID | {"cx": float(x)}),
    ],
)
def test_tracks_of_every_kind_have_jumps_and_small_pictures(team, key, kind, geometry):
    boxes = [geometry(10 + number + 60 * (number > 9)) for number in range(20)]

    found = page(team, task_of(make_track(team, boxes, key=key, kind=kind)))

    assert re.findall(r'id="jump-(\d+)"', found) == ["11"]
    assert found.count('class="thumb"') == 2 * AROUND + 1


def test_two_frames_have_a_film_and_no_curve(team):
    found = page(team, task_of(make_track(team, walk(2))))

    assert 'class="film"' in found
    assert 'class="curve"' not in found


def test_an_object_that_has_no_shape_any_more_says_so(team):
    dataset = make_track(team, walk(2))
    Shape.objects.filter(label__dataset=dataset).delete()

    found = page(team, task_of(dataset))

    assert "There is no frame to show." in found
    assert 'class="frames"' not in found


def test_geometry_that_is_no_geometry_breaks_no_film(team):
    dataset = make_track(team, walk(6))
    for position, geometry in enumerate([{"box": "x"}, {"box": [1]}, {}, [], {"box": [0, 0, -9, -9]}, None], 1):
        Shape.objects.filter(file__dataset=dataset, file__position=position).update(geometry=geometry or {})

    for position in range(1, 7):
        assert f"{position} of 6 frames" in page(team, task_of(dataset), frame=position)


def test_a_fine_shape_is_its_box_in_the_small_pictures(team):
    corners = [[number % 640, number * 7 % 480] for number in range(2_000)]
    found = page(team, task_of(make_track(team, [[corners]] * 30, key="polygons", kind="polygon")), frame=15)

    assert found.count('class="mark area" d="M0 0h639v479h-639Z"') == 2 * AROUND + 1
    assert len(found) < 100_000


def test_a_track_of_thousands_of_frames_is_a_small_page(team, django_assert_max_num_queries):
    dataset = make_track(team, walk(3_000, jump=1_500))
    task, browser = task_of(dataset), signed_in(team, "ann")
    browser.get(page_of(task))

    with django_assert_max_num_queries(12):
        found = browser.get(page_of(task), {"frame": 1_490}).content.decode()

    print(f"{len(found):,} characters")
    assert len(found) < 60_000
    assert re.findall(r'id="jump-(\d+)"', found) == ["1501"]


# --- 3D -----------------------------------------------------------------------------------------------------------


def make_solids(team: Any) -> Dataset:
    shapes = [
        ShapeRecord("a.png", f"car:{number}", "car", "3d_bbox", {"three_d_bbox": SOLID | {"cx": 12.0 * number}})
        for number in (1, 2)
    ]
    dataset = make_dataset(team, ())
    notes = [AttributeRecord("notes")]
    files = [FileRecord("a.png", 640, 480)]
    store(dataset, Content("frame_by_frame", files=files, shapes=shapes, frame_attributes=notes), by=None)
    return dataset


def test_a_solid_is_seen_from_above_with_its_distance(team):
    found = page(team, task_of(make_solids(team)))

    assert 'data-view="above"' in found
    assert 'data-view="picture"' not in found
    assert "It is 13.0 m from the sensor" in found
    assert "<title>car:2</title>" in found
    assert '<use href="#above"/>' in found


def test_the_camera_stands_beside_the_view_from_above(team):
    dataset = make_solids(team)
    with_picture(dataset)

    found = page(team, task_of(dataset))

    assert found.index('data-view="picture"') < found.index('data-view="above"')


# --- the picture --------------------------------------------------------------------------------------------------


def test_the_drawing_says_what_the_script_needs(team):
    task = task_of(make_dataset(team, (1,)))

    found = page(team, task)

    assert f'data-view="picture" data-of="{task.task_id}" data-whole="0 0 640 480"' in found
    assert re.search(r'data-fit="-?[\d.]+ -?[\d.]+ 85.33 64"', found)


def test_an_object_outside_its_picture_is_told(team):
    assert "outside the picture" in page(team, task_of(make_track(team, [[700, 20, 30, 40]] * 3)))
    assert "outside the picture" not in page(team, task_of(make_track(team, [[630, 20, 30, 40]] * 3)))
