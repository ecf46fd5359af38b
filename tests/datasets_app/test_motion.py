"""The motion of tracks: smooth ones have no jump, a jump is found, and nothing depends on where or how large it is."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets_app.drawing.curve import HEIGHT, MOST_POINTS, WIDTH, curve_of
from datasets_app.drawing.motion import MOST_JUMPS, Motion, motion_of
from tests.datasets_app.test_drawing import JSON, KEYS, PATIENT

Shapes = list[tuple[int, Any]]


def boxes(*rows: tuple[float, float, float, float]) -> Shapes:
    return [(number, {"box": list(row)}) for number, row in enumerate(rows, 1)]


def walk(count: int = 40, *, pace: float = 3.0) -> Shapes:
    """A person who walks to the right, a step in each frame."""
    return boxes(*((100 + pace * number, 50.0, 30.0, 60.0) for number in range(count)))


def solid(x: float, y: float = 0.0, heading: float = 0.0) -> dict[str, Any]:
    return {"three_d_bbox": {"cx": x, "cy": y, "cz": 1, "l": 4.0, "w": 2.0, "h": 1.5, "rot_z": heading}}


def jumps(shapes: Shapes) -> list[int]:
    return [jump.frame for jump in motion_of(shapes).jumps]


def shifted(shapes: Shapes, frame: int, by: float, *, forever: bool = False) -> Shapes:
    found = []
    for number, geometry in shapes:
        x, *rest = geometry["box"]
        moved = number == frame or (forever and number > frame)
        found.append((number, {"box": [x + by if moved else x, *rest]}))
    return found


# --- what is smooth -----------------------------------------------------------------------------------------------


def approach(count: int = 60) -> Shapes:
    """A car that comes nearer: it moves and grows faster and faster."""
    rows = []
    for number in range(count):
        size = 2000 / (80 - number)
        rows.append((500 + 4 * size - size / 2, 300 - size / 2, size, 0.7 * size))
    return boxes(*rows)


def round_the_corner() -> Shapes:
    turn = [number * math.pi / 60 for number in range(60)]
    return [(number, solid(30 * math.cos(one), 30 * math.sin(one), one)) for number, one in enumerate(turn, 1)]


def trembling() -> Shapes:
    """A small far thing whose box trembles by a pixel, as boxes of whole pixels do."""
    return boxes(*((100 + number * 7919 % 3, 50 + number * 104729 % 3, 9, 9) for number in range(60)))


@pytest.mark.parametrize(
    "shapes",
    [
        walk(),
        walk(pace=25),
        approach(),
        round_the_corner(),
        trembling(),
        boxes(*[(1, 2, 3, 4)] * 30),
        walk(2),
        [],
        None,
    ],
    ids=["walks", "runs", "approaches", "turns", "trembles", "stands", "two frames", "no frame", "nothing"],
)
def test_a_smooth_track_has_no_jump(shapes):
    assert jumps(shapes or []) == []


def test_gaps_are_no_jumps():
    assert jumps([one for one in walk() if not 10 <= one[0] < 20]) == []


def test_a_heading_may_go_past_the_half_turn():
    assert jumps([(number, solid(0, 0, math.remainder(number / 4, math.tau))) for number in range(50)]) == []


# --- what jumps ---------------------------------------------------------------------------------------------------


def test_an_inserted_jump_is_found_first():
    assert jumps(shifted(walk(), 17, 40, forever=True)) == [17]
    assert jumps(shifted(shifted(walk(), 30, 20, forever=True), 12, 45, forever=True)) == [12, 30]


def test_away_and_back_again_is_one_jump():
    assert jumps(shifted(walk(), 17, 40)) == [17]


def test_a_jump_of_the_size_is_found():
    shapes = [(number, {"box": [100, 50, 30, 60 if number < 9 else 90]}) for number in range(1, 30)]
    (jump,) = motion_of(shapes).jumps

    assert jump.frame == 9
    assert jump.grown == pytest.approx(1.5)
    assert jump.words == "moved 0.3 times its size, grew 1.5-fold"


def test_a_heading_turned_round_is_found():
    (jump,) = motion_of([(number, solid(number / 2, 0, math.pi * (number >= 20))) for number in range(1, 40)]).jumps

    assert (jump.frame, round(jump.turned)) == (20, 180)
    assert jump.words == "moved 0.2 times its size, turned 180°"


def test_polygons_and_points_jump_as_boxes_do():
    triangle = [
        (number, {"polygons": [[[x, 0], [x + 20, 0], [x, 20]]]})
        for number, x in ((one, one + 100 * (one > 10)) for one in range(1, 30))
    ]
    points = [(number, {"points": [[number + 40 * (number > 10), 5]]}) for number in range(1, 30)]

    assert jumps(triangle) == [11]
    assert jumps(points) == [11]


def test_the_words_of_a_jump_count_in_its_own_size():
    (jump,) = motion_of(boxes(*[(0, 0, 20, 20)] * 9, *[(42, 0, 20, 20)] * 9)).jumps

    assert jump.words == "moved 2.1 times its size"


def test_no_more_than_nine_jumps_the_largest_first():
    shapes = walk(200)
    for number in range(12):
        shapes = shifted(shapes, 10 + 15 * number, 40 + number, forever=True)
    found = motion_of(shapes).jumps

    assert len(found) == MOST_JUMPS
    assert [jump.score for jump in found] == sorted((jump.score for jump in found), reverse=True)
    assert found[0].frame == 10 + 15 * 11


def test_of_two_shapes_in_a_frame_the_first_counts():
    doubled = [one for frame in walk() for one in (frame, (frame[0], {"box": [9000, 0, 1, 1]}))]

    assert motion_of(doubled) == motion_of(walk())


# --- what always holds --------------------------------------------------------------------------------------------

WHOLE = st.integers(-2000, 2000)
SIZES = st.integers(0, 500)
TRACKS = st.lists(st.tuples(WHOLE, WHOLE, SIZES, SIZES, st.integers(1, 5)), max_size=40)


def track(rows: list[tuple[int, ...]], *, right: int = 0, down: int = 0, scale: float = 1.0) -> Shapes:
    shapes, frame = [], 0
    for x, y, width, height, gap in rows:
        frame += gap
        box = [(x + right) * scale, (y + down) * scale, width * scale, height * scale]
        shapes.append((frame, {"box": box}))
    return shapes


@PATIENT
@given(TRACKS, WHOLE, WHOLE, st.sampled_from([1 / 1024, 0.25, 1.0, 8.0, 4096.0]))
def test_jumps_do_not_depend_on_the_place_and_the_scale(rows, right, down, scale):
    """Whole numbers and powers of two: so that the arithmetic is exact, and "the same" means the same."""
    assert motion_of(track(rows, right=right, down=down, scale=scale)).jumps == motion_of(track(rows)).jumps


ANYTHING = st.none() | JSON | st.dictionaries(KEYS, JSON) | st.fixed_dictionaries(
    {"box": st.lists(st.floats(-1e12, 1e12), min_size=4, max_size=4)}
)  # fmt: skip


@PATIENT
@given(st.lists(ANYTHING, max_size=20))
def test_no_track_breaks_the_page(geometries):
    motion = motion_of(enumerate(geometries, 1))

    assert all(math.isfinite(value) for jump in motion.jumps for value in (jump.moved, jump.grown, jump.score))
    assert all(jump.words for jump in motion.jumps)
    curve_of(motion, 1)


# --- the curve ----------------------------------------------------------------------------------------------------


def curve(motion: Motion, here: int = 1) -> Any:
    found = curve_of(motion, here)
    assert found is not None
    return found


def test_the_curve_of_a_long_track_is_thin_and_keeps_its_jumps():
    motion = motion_of(shifted(walk(5000), 2501, 4000))

    found = curve(motion, 2501)

    assert found.area.count("L") < MOST_POINTS
    assert found.x.count("L") == found.y.count("L") == found.area.count("L")
    assert found.jumps == found.here == f"M{WIDTH * 2500 / 4999:.1f} 0V{HEIGHT}"
    before, at, after = found.x.partition(f"{WIDTH * 2500 / 4999:.1f} ")
    assert at
    assert float(before.rstrip("L").rpartition(" ")[2]) > float(after.partition("L")[0]) + 5


def test_a_value_that_never_changes_is_a_line_in_the_middle():
    assert curve(motion_of(boxes(*[(1, 2, 3, 4)] * 3))).area == "M0 24L500 24L1000 24"


def test_two_frames_have_no_curve():
    assert curve_of(motion_of(walk(2)), 1) is None
