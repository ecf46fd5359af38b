"""What a correction may say: boxes, categories, attributes."""

import math

import pytest

from datasets_app.labels import differences, label_resource, new_shape
from datasets_app.models import File, Shape
from tests.factories import make_dataset, outcome

DEEP: list = []
for _level in range(2_000):
    DEEP = [DEEP]


@pytest.fixture
def shape(team):
    make_dataset(team)
    return Shape.objects.select_related("label__dataset", "file").get()


BOXES = [
    ([10, 20, 60, 40], "done"),
    ([0.5, 0.25, 1e-3, 480], "done"),
    ([-20, -20, 30, 30], "done"),  # cut off by the border
    ([630, 470, 1000, 1000], "done"),
    ([640, 20, 30, 40], "outside_picture"),
    ([10, 480, 30, 40], "outside_picture"),
    ([-30, 20, 30, 40], "outside_picture"),
    ([10, -41, 30, 40], "outside_picture"),
    ([10, 20, -30, 40], "invalid"),
    ([10, 20, 30, 0], "invalid"),
    ([10, 20, 30], "invalid"),
    ([10, 20, 30, 40, 50], "invalid"),
    ([10, 20, math.nan, 40], "invalid"),
    ([math.inf, 20, 30, 40], "invalid"),
    ([10**30, 20, 30, 40], "invalid"),
    ([10, 20, "30", 40], "invalid"),
    ([True, 20, 30, 40], "invalid"),
    ([10, 20, [30], 40], "invalid"),
    ("10,20,30,40", "invalid"),
    ({"x": 10}, "invalid"),
    (None, "invalid"),
    (DEEP, "too_deep"),
]


@pytest.mark.parametrize(("box", "code"), BOXES)
def test_boxes(shape, box, code):
    assert outcome(differences, shape, {"box": box}) == code


@pytest.mark.parametrize(("box", "code"), BOXES)
def test_boxes_that_are_drawn(team, shape, box, code):
    said = {"label_category_id": "van", "box": box}

    assert outcome(new_shape, shape.file, said, "", "default", by=team.ann) == code


def test_true_is_no_coordinate_even_where_one_stands(shape):
    shape.geometry = {"box": [1, 1, 30, 40]}

    assert outcome(differences, shape, {"box": [True, 1, 30, 40]}) == "invalid"


def test_where_no_size_is_known_nothing_is_outside(shape):
    File.objects.update(width=None, height=None)
    shape.file.refresh_from_db()

    assert outcome(differences, shape, {"box": [5000, 5000, 10, 10]}) == "done"


@pytest.mark.parametrize(
    ("category", "code"),
    [
        ("truck", "done"),
        ("ünï – 漢字:1", "done"),
        ("x" * 200, "done"),
        ("x" * 201, "invalid"),
        ("", "invalid"),
        ("  ", "invalid"),
        ("a\x00b", "invalid"),
        ("\ud800", "invalid"),
        (None, "invalid"),
        (3, "invalid"),
        (["car"], "invalid"),
    ],
)
def test_categories(shape, category, code):
    assert outcome(differences, shape, {"label_category_id": category}) == code


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"parked": True, "doors": 4, "colour": "red", "seen": ["left", {"deep": None}]}, "done"),
        ({}, "done"),
        (None, "done"),
        ([], "invalid"),
        ("parked", "invalid"),
        (3, "invalid"),
        ({"a\x00": 1}, "invalid"),
        ({"a": ["\ud800"]}, "invalid"),
        ({"a": "x" * 10_001}, "invalid"),
        ({"a": math.nan}, "invalid"),
        ({"a": [{"b": -math.inf}]}, "invalid"),
        ({"a": DEEP}, "too_deep"),
    ],
)
def test_attributes(shape, attributes, code):
    assert outcome(differences, shape, {"attributes": attributes}) == code


@pytest.mark.parametrize("said", [{"label_id": "car:2"}, {"polygons": []}, {"colour": "red"}, {"": 1}])
def test_nothing_else_is_corrected(shape, said):
    assert outcome(differences, shape, said) == "not_editable"


@pytest.mark.parametrize(
    ("label_id", "code"),
    [
        ("van:7", "done"),
        ("a:b:1", "done"),
        ("van", "invalid"),
        ("van:", "invalid"),
        ("van:x", "invalid"),
        ("van:١", "invalid"),
        ("van:" + "9" * 217, "invalid"),
        (":1", "invalid"),
    ],
)
def test_ids_that_are_asked_for(team, shape, label_id, code):
    said = {"label_category_id": None, "box": [10, 20, 30, 40]}

    assert outcome(new_shape, shape.file, said, label_id, "default", by=team.ann) == code


def test_a_number_that_is_too_long_does_not_count_on(team, shape):
    shape.label.label_id = "car:" + "9" * 30
    shape.label.save()

    said = {"label_category_id": "car", "box": [10, 20, 30, 40]}

    assert new_shape(shape.file, said, "", "default", by=team.ann).label_id == "car:1"


def test_the_resource_has_what_was_not_understood(shape):
    shape.extra, shape.attributes = {"score": 0.5, "label_id": "other:1"}, {"parked": True}

    found = label_resource(shape, "QA")

    assert (found["label_id"], found["score"], found["polygons"]) == ("car:1", 0.5, None)
    assert (found["box"], found["attributes"], found["stage_id"]) == ([10, 20, 30, 40], {"parked": True}, "QA")
