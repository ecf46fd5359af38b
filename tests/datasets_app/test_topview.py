"""3D boxes from above: where they are, in metres, with the grid and the way to the sensor."""

from __future__ import annotations

import math
from typing import Any

import pytest

from datasets_app.drawing.shapes import Canvas, Extent
from datasets_app.drawing.topview import TopView, seen_alone, top_view
from tests.datasets_app.test_drawing import BOX


def above(box: dict[str, float], *others: Any) -> TopView[int]:
    view = top_view(box, enumerate(others))
    assert view is not None
    return view


def test_a_box_from_above_is_where_all_begins_and_points_ahead():
    view = above(BOX | {"cx": 1e6})

    assert view.own.path == "M2 -1L2 1L-2 1L-2 -1Z"
    assert view.own.heading == "M0 0L2 0"
    assert view.canvas == Canvas(-15, -15, 30, 30)


def test_a_box_that_is_turned_points_where_it_goes():
    assert above(BOX | {"rot_z": math.pi / 2}).own.heading == "M0 0L0 -2"


def test_the_grid_is_in_metres_of_the_world():
    view = above(BOX)

    assert view.step == 5
    assert {"0 m", "5 m", "10 m"} <= {line.metres for line in view.down}
    assert [line.metres for line in view.across] == ["0 m", "5 m", "10 m", "15 m", "20 m", "25 m"]
    assert view.down[[line.metres for line in view.down].index("10 m")].path.startswith("M0 ")


@pytest.mark.parametrize(("far", "step"), [(10, 5), (50, 10), (100, 20), (1e9, 5)])
def test_the_grid_is_finer_when_less_is_shown(far, step):
    assert above(BOX | {"cx": far}).step == step


def test_the_way_to_the_sensor_is_said():
    origin = above(BOX | {"cx": 30.0, "cy": -40.0}).origin

    assert origin is not None
    assert (origin.distance, origin.x, origin.y) == (50, -30, -40)
    assert origin.way == "M-30 -40L0 0"


def test_the_origin_of_a_map_is_no_sensor():
    assert above(BOX | {"cx": 89_000.5}).origin is None


def test_what_is_near_is_shown_from_above():
    view = above(BOX, BOX | {"cx": 60.0}, BOX | {"cx": 900.0}, {"cx": "?"}, None)

    assert [box.what for box in view.others] == [0]
    assert view.canvas.shows(Extent(48, -1, 52, 1))


def test_the_view_from_above_has_an_end():
    view = above(BOX | {"cx": 0.0, "cy": 0.0, "l": 1e12})

    assert view.canvas.width == 400
    assert len(view.down) + len(view.across) < 50


def test_a_small_picture_shows_a_box_alone_from_above():
    found = seen_alone(BOX)

    assert found is not None
    canvas, (outline, heading) = found
    assert canvas.width / canvas.height == pytest.approx(4 / 3)
    assert (outline.path, heading.path) == ("M2 -1L2 1L-2 1L-2 -1Z", "M0 0L2 0")
    assert seen_alone({"cx": 1}) is None
