"""The picture side of an object: the film of a track, its jumps, samples of a dataset, 3D boxes from above."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from datasets_app.imports.content import AttributeRecord, Content, FileRecord, ShapeRecord
from datasets_app.imports.store import store
from datasets_app.models import Dataset, Shape
from tasks_app.models import Task
from tasks_app.pages.strips import AROUND, SAMPLE, Frames, spread
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


def frame(team: Any, task: Task, position: int, name: str = "ann") -> str:
    """What htmx gets for another frame."""
    headers = {"HX-Request": "true", "HX-Target": "view"}
    return signed_in(team, name).get(page_of(task), {"frame": position}, headers=headers).content.decode()


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


# --- from frame to frame ------------------------------------------------------------------------------------------


def test_htmx_gets_only_the_picture_side_and_what_is_said_of_the_shape(team):
    task = task_of(make_track(team, walk(5)))

    found = frame(team, task, 3)

    assert found.lstrip().startswith('<div class="view-parts')
    assert "<html" not in found
    assert "000003.png" in found
    assert re.findall(r'id="(close-up|facts)" hx-swap-oob="true"', found) == ["close-up", "facts"]
    assert "12, 20 · 30 × 40" in found
    assert "History" not in found


def test_another_part_of_the_page_gets_the_whole(team):
    task = task_of(make_track(team, walk(5)))
    browser = signed_in(team, "ann")

    for headers in ({}, {"HX-Request": "true", "HX-Target": "main"}, {"HX-Target": "view"}):
        response = browser.get(page_of(task), headers=headers)
        assert "<html" in response.content.decode()
        assert {"HX-Request", "HX-Target"} <= set(response["Vary"].split(", "))


def test_frames_of_a_part_keep_what_the_page_was_asked(team):
    task = task_of(make_track(team, walk(5)))
    headers = {"HX-Request": "true", "HX-Target": "view"}

    found = signed_in(team, "ann").get(f"{page_of(task)}?stage=Q%26A&frame=2", headers=headers).content.decode()

    assert re.findall(r'rel="(?:prev|next)" href="([^"]*)"', found) == [
        "?stage=Q%26A&amp;frame=1",
        "?stage=Q%26A&amp;frame=3",
    ]


def test_a_refused_value_leaves_links_to_the_page_of_the_task(team):
    task = task_of(make_dataset(team, (0, 0), mode="label_by_label", frame_attributes=["weather"]))
    response = signed_in(team, "ann").post(f"{page_of(task)}value/", {"value": '"lava"', "version": "1"})

    assert response.status_code >= 400
    assert f'rel="next" href="{page_of(task)}?frame=2"' in response.content.decode()


def test_a_labeller_gets_no_other_objects_with_a_frame_either(team):
    dataset = make_dataset(team, (2, 2), mode="label_by_label")
    Task.objects.filter(dataset=dataset, item__label__label_id="car:2").update(assignee=team.users["bob"])

    assert "M20 20h30" not in frame(team, task_of(dataset), 2)
    assert "M20 20h30" in frame(team, task_of(dataset), 2, "reader")


# --- attributes ---------------------------------------------------------------------------------------------------


def test_a_dataset_attribute_shows_a_sample_and_each_opens_large(team):
    dataset = make_dataset(team, [0] * 40, dataset_attributes=["city"])
    with_picture(dataset, 40)
    task = task_of(dataset)

    found = page(team, task)

    assert [int(one) for one in re.findall(r'id="sample-(\d+)"', found)] == spread(40)
    assert 'data-view="picture"' not in found
    assert found.count("files/40/picture") == 1
    large = page(team, task, frame=40)
    assert 'data-view="picture"' in large
    assert re.findall(r'id="sample-(\d+)"[^>]*aria-current', large) == ["40"]


@pytest.mark.parametrize("count", [0, 1, 2, 11, 12, 13, 40, 1_000])
def test_samples_are_spread_from_the_first_to_the_last(count):
    found = spread(count)

    assert len(found) == min(count, SAMPLE)
    assert found[:1] == [1][:count]
    assert found[-1:] == [count][:count]
    gaps = {after - before for before, after in pairwise(found)}
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_a_dataset_without_files_has_no_sample(team):
    found = page(team, task_of(make_dataset(team, (), dataset_attributes=["city"])))

    assert "There is no frame to show." in found


def test_a_frame_attribute_of_a_sequence_is_leafed_through_with_small_pictures(team):
    dataset = make_dataset(team, [0] * 30, mode="label_by_label", frame_attributes=["weather"])
    for position in (1, 2, 30):
        with_picture(dataset, position)

    found = page(team, task_of(dataset))

    assert found.count("files/2/picture") == 1
    assert found.count("files/30/picture") == 0
    assert "1 of 30 frames" in found
    assert len(re.findall(r'id="film-\d+"', page(team, task_of(dataset), frame=30))) == 2 * AROUND + 1


@pytest.mark.parametrize(
    ("count", "index", "strip"), [(3, 1, (0, 3)), (40, 0, (0, 13)), (40, 20, (14, 27)), (40, 39, (27, 40))]
)
def test_the_strip_is_around_the_open_frame(count, index, strip):
    assert Frames(range(count), index).strip == range(*strip)


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
