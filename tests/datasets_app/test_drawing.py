"""Shapes as paths: exact where they are right, and nothing at all where they are malformed."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets_app.drawing.masks import MAX_RECTANGLES, rectangles, run_lengths
from datasets_app.drawing.shapes import (
    HUES,
    Canvas,
    Extent,
    canvas_of,
    close_up,
    coarse,
    extent_of,
    hue,
    marks,
    only_box,
    text_of,
    weight,
)
from datasets_app.drawing.topview import seen_alone, top_view

BOX = {"cx": 10.0, "cy": 20.0, "cz": 1.0, "l": 4.0, "w": 2.0, "h": 1.5, "rot_z": 0.0}


def path(geometry: dict[str, Any]) -> str:
    (mark,) = marks(geometry)
    return mark.path


def test_a_box_is_a_closed_path():
    (mark,) = marks({"box": [10, 20, 30.5, 40]})

    assert (mark.kind, mark.path) == ("area", "M10 20h30.5v40h-30.5Z")
    assert mark.extent == Extent(10, 20, 40.5, 60)


def test_parts_of_a_polygon_are_one_path():
    assert path({"polygons": [[[0, 0], [4, 0], [4, 4]], [[1, 1], [2, 1], [2, 2]]]}) == "M0 0L4 0L4 4ZM1 1L2 1L2 2Z"


def test_a_polyline_is_open_and_points_are_dots():
    assert path({"polyline": [[0, 0], [4, 1.25]]}) == "M0 0L4 1.25"
    assert path({"points": [[1, 2], [3, 4]]}) == "M1 2h0M3 4h0"


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        [],
        "box",
        {},
        {"box": None},
        {"box": [1, 2, 3]},
        {"box": [1, 2, 3, "4"]},
        {"box": [1, 2, 3, math.nan]},
        {"box": [1, 2, 3, 1e300]},
        {"box": [True, 2, 3, 4]},
        {"polygons": [[]]},
        {"polygons": [[[1]]]},
        {"polygons": {"a": 1}},
        {"polyline": [[1, 2]]},
        {"points": [[1, 2, 3]]},
        {"points": [{"x": 1}]},
        {"mask": {}},
        {"mask": {"counts": "", "size": [4, 4]}},
        {"mask": {"counts": [0, 99], "size": [4, 4]}},
        {"mask": {"counts": [0, -1], "size": [4, 4]}},
        {"mask": {"counts": ["1"], "size": [4, 4]}},
        {"mask": {"counts": "\x00\x01", "size": [4, 4]}},
        {"mask": {"counts": "oooooooooooo", "size": [4, 4]}},
        {"mask": {"counts": [0, 1], "size": [4]}},
        {"mask": {"counts": [0, 1], "size": "44"}},
        {"mask": {"counts": [0, 1], "size": [10**9, 10**9]}},
        {"three_d_bbox": BOX},
    ],
)
def test_what_is_malformed_or_not_in_the_picture_is_not_drawn(geometry):
    assert marks(geometry) == []


#: Machines that tests share are slow now and then.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(["box", "polygons", "polyline", "points", "mask", "three_d_bbox"])


@PATIENT
@given(st.dictionaries(KEYS, JSON | st.fixed_dictionaries({"counts": JSON, "size": JSON})))
def test_no_geometry_breaks_the_page(geometry):
    for mark in marks(geometry):
        assert set(mark.path) <= set("MLhvZ -.0123456789")
    top_view(geometry.get("three_d_bbox"), [(None, geometry.get("three_d_bbox"))])
    seen_alone(geometry.get("three_d_bbox"))
    assert all(mark.kind for mark in coarse(geometry, 5, 50))


@PATIENT
@given(st.floats(-1e12, 1e12))
def test_numbers_have_no_exponent(value):
    assert set(text_of(value)) <= set("-.0123456789")
    assert abs(float(text_of(value)) - value) <= 0.01


# --- masks --------------------------------------------------------------------------------------------------------


def counts_of(bitmap: list[list[bool]]) -> list[int]:
    """Run lengths in COCO's order: downwards, then to the right, beginning with what is out."""
    runs, inside = [0], False
    for x in range(len(bitmap[0])):
        for row in bitmap:
            if row[x] != inside:
                runs.append(0)
                inside = row[x]
            runs[-1] += 1
    return runs


def compressed(runs: list[int]) -> str:
    """COCO's text form of run lengths."""
    text = ""
    for number, run in enumerate(runs):
        value = run - runs[number - 2] if number > 2 else run
        more = True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != -1 if bits & 0x10 else value != 0
            text += chr((bits | 0x20 if more else bits) + 48)
    return text


def painted(found: Any, height: int, width: int) -> list[list[int]]:
    bitmap = [[0] * width for _ in range(height)]
    for one in found:
        for y in range(one.y, one.y + one.height):
            for x in range(one.x, one.x + one.width):
                bitmap[y][x] += 1
    return bitmap


@PATIENT
@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_masks_are_exact_and_nothing_is_painted_twice(height, width, data):
    row = st.lists(st.booleans(), min_size=width, max_size=width)
    bitmap = data.draw(st.lists(row, min_size=height, max_size=height))
    runs = counts_of(bitmap)

    for counts in (runs, compressed(runs)):
        assert painted(rectangles(counts, [height, width]), height, width) == [[int(one) for one in r] for r in bitmap]


def test_the_compressed_form_is_read_as_coco_writes_it():
    assert run_lengths("52203") == [5, 2, 2, 2, 5]


def test_a_rectangle_of_pixels_is_one_rectangle():
    bitmap = [[10 <= x < 50 and 5 <= y < 25 for x in range(64)] for y in range(48)]

    assert len(rectangles(counts_of(bitmap), [48, 64])) == 1


def test_whole_columns_are_one_rectangle():
    (found,) = rectangles([0, 480 * 640], [480, 640])

    assert (found.x, found.y, found.width, found.height) == (0, 0, 640, 480)


def test_what_is_too_fine_is_drawn_as_its_extent():
    (mark,) = marks({"mask": {"counts": [1] * (3 * MAX_RECTANGLES), "size": [301, 300]}})

    assert mark.simplified
    assert len(mark.path) < 50


# --- the canvas ---------------------------------------------------------------------------------------------------


def test_the_canvas_is_the_picture():
    assert canvas_of(640, 480, []) == Canvas(0, 0, 640, 480)
    assert Canvas(0, 0, 640, 480).view_box == "0 0 640 480"


def test_without_a_size_the_canvas_is_what_is_drawn():
    found = marks({"box": [100, 200, 100, 50]})

    assert canvas_of(None, None, found) == Canvas(95, 195, 110, 60)
    assert canvas_of(None, None, []) is None


def test_the_close_up_has_the_object_in_its_middle():
    part = close_up(Canvas(0, 0, 640, 480), Extent(100, 100, 200, 150))

    assert part.width / part.height == pytest.approx(4 / 3)
    assert (part.x + part.width / 2, part.y + part.height / 2) == (150, 125)
    assert part.width >= 160


def test_extents_add_up():
    assert extent_of(marks({"box": [0, 0, 1, 1], "points": [[9, 5]]})) == Extent(0, 0, 9, 5)
    assert extent_of([]) is None


def test_hues_follow_from_the_name_and_keep_common_things_apart():
    common = ["car", "bus", "van", "truck", "person", "cyclist", "traffic_light", "road", "sidewalk"]

    assert len({hue(name) for name in common}) == len(common)
    assert all(0 <= hue(name) < HUES for name in ("", "ü", "\ud800", "x" * 10_000))


def test_paths_are_good_in_xml():
    for mark in marks({"box": [1, 2, 3, 4], "mask": {"counts": [3, 4], "size": [4, 4]}}):
        ET.fromstring(f'<path d="{mark.path}"/>')


def test_a_mask_of_endless_dots_is_not_worked_out_to_its_end():
    assert len(rectangles([1, 1] * 190_000, [9_999, 10_000])) == MAX_RECTANGLES + 1


def test_the_weight_of_a_shape_counts_its_points_and_runs():
    geometry = {"polygons": [[[0, 0], [1, 0], [1, 1]]], "mask": {"counts": [1, 2], "size": [2, 2]}, "box": [0, 0, 1, 1]}

    assert weight(geometry) == 6
    assert [mark.simplified for mark in only_box(geometry)] == [True]
    assert (weight(None), only_box(7)) == (0, [])


def test_a_small_picture_has_the_box_around_what_is_fine():
    fine = {"polygons": [[[0, 0], [8, 0], [8, 8], [4, 9], [0, 8]]]}

    assert coarse(fine, 10, 20) == marks(fine)
    assert [mark.path for mark in coarse(fine, 3, 20)] == ["M0 0h8v9h-8Z"]
    assert [mark.path for mark in coarse(fine | {"box": [0, 0, 8, 9]}, 3, 4)] == ["M0 0h8v9h-8Z"]
    assert coarse(fine, 3, 4) == []


def test_what_is_beside_the_canvas_is_not_shown():
    canvas = Canvas(0, 0, 10, 10)

    assert canvas.shows(Extent(-5, -5, 1, 1))
    assert not canvas.shows(Extent(11, 0, 12, 5))
    assert not canvas.shows(Extent(0, -5, 5, -1))
