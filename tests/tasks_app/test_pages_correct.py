"""Small corrections by form, on a task's page: each field, the types of values, versions, what is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from datasets_app.models import Label, Shape
from tasks_app.corrections import change_label
from tasks_app.models import Task
from tests.correcting import ATTRIBUTES, begun, correct, fields, name_of, page, shape_in
from tests.factories import all_rows, events_of, make_dataset, make_task, shape_of
from tests.pages import HOSTILE, page_of, signed_in, told


@pytest.fixture
def task(team: Any) -> Task:
    return begun(team)


# --- changes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attribute", "typed", "stored"),
    [
        ("occluded", "true", True),
        ("doors", "5", 5),
        ("doors", "4.5", 4.5),
        ("doors", " 007 ", 7),
        ("score", "1", 1.0),
        ("score", "-1e-3", -0.001),
        ("colour", "true", "true"),
        ("colour", "", ""),
        ("colour", " <b>ö ", " <b>ö "),
        ("note", "0", "0"),
        ("lines", "one\r\nthree", "one\nthree"),
    ],
)
def test_an_attribute_keeps_its_type(team, task, attribute, typed, stored):
    field = name_of(page(team, task), attribute)

    response = correct(team, task, **{field: typed})

    found = shape_in(task).attributes
    assert told(response) == ["Saved car:1."]
    assert found == ATTRIBUTES | {attribute: stored}
    assert type(found[attribute]) is type(stored)


def test_what_nobody_touched_is_as_it_was(team, task):
    before = all_rows()

    response = correct(team, task)

    assert told(response) == ["car:1 is as it was: there was nothing to save."]
    assert all_rows() == before


@pytest.mark.parametrize("value", [10**300, 1e-7, 2.0, 211.12345678901234, "a\rb", " ", "\n", "x" * 20_000])
def test_values_that_do_not_fit_a_field_well_stay_exactly(team, task, value):
    Shape.objects.update(attributes={"value": value}, geometry={"box": [10.123456789012, 20, 30.0, 40]})

    correct(team, task, category="van")

    found = shape_in(task)
    assert (found.label.label_category_id, repr(found.attributes["value"])) == ("van", repr(value))
    assert repr(found.geometry["box"]) == "[10.123456789012, 20, 30.0, 40]"


def test_the_box_by_its_numbers(team, task):
    correct(team, task, x="11.5", width="60")

    assert shape_in(task).geometry["box"] == [11.5, 20, 60, 40]
    assert shape_in(task).label.version == 2
    assert [event.action for event in events_of(task)][-1] == "change"


@pytest.mark.parametrize("typed", ["van", "  van "])
def test_another_category(team, task, typed):
    correct(team, task, category=typed)

    assert (shape_in(task).label.label_category_id, shape_in(task).label.label_id) == ("van", "car:1")


def test_categories_that_are_there_are_suggested(team, task):
    Label.objects.filter(label_id="car:2").update(label_category_id='"><script>')

    found = page(team, task)

    assert re.findall(r'<option value="([^"]*)"></option>', found) == ["&quot;&gt;&lt;script&gt;", "car"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"category": ""}, "The label has no category: give it one."),
        ({"category": "  "}, "The label has no category: give it one."),
        ({"category": "x" * 201}, "Category: Ensure this value has at most 200 characters (it has 201)."),
        ({"x": "ten"}, "x: “ten” is no number. Write one like 12 or 12.5."),
        ({"x": "1,5"}, "x: “1,5” is no number. Write one like 12 or 12.5."),
        ({"y": "nan"}, "y: “nan” is no number. Write one like 12 or 12.5."),
        ({"width": "1e999"}, "Width: “1e999” is no number. Write one like 12 or 12.5."),
        ({"width": "٣"}, "Width: “٣” is no number. Write one like 12 or 12.5."),
        ({"width": "0"}, "A box has a width and a height of more than 0."),
        ({"height": ""}, "Height: This field is required."),
        ({"x": "640"}, "The box is outside of the picture, which has 640 × 480 pixels."),
        ({"attribute-4": "maybe"}, "occluded: Select a valid choice. maybe is not one of the available choices."),
        ({"attribute-1": "four"}, "doors: “four” is no number. Write one like 12 or 12.5."),
        ({"attribute-1": "9" * 401}, "doors: Ensure this value has at most 400 characters (it has 401)."),
        ({"version": "x"}, "This form does not say which version of the object you saw: load the page again."),
        ({"version": "9" * 30}, "This form does not say which version of the object you saw: load the page again."),
        ({"shape": "1"}, "This form does not say which version of the object you saw: load the page again."),
        ({"shape": "-1"}, "This form does not say which version of the object you saw: load the page again."),
        ({"correct": "erase"}, "This button is not known: load the page again."),
    ],
)
def test_what_is_wrong_is_told_and_stays_typed(team, task, said, words):
    before = all_rows()

    response = correct(team, task, **({"attribute-0": "blue"} | said))

    assert told(response) == [words]
    assert response.status_code == 400
    assert all_rows() == before
    if not {"shape", "correct"} & set(said):
        again = fields(response.content.decode())
        assert again["attribute-0"] == "blue"
        kept = {name: again[name] for name in said if name not in ("version", "attribute-4")}
        assert kept == {name: said[name] for name in kept}


def test_a_label_that_has_changed_meanwhile_is_shown_as_it_is_now(team, task):
    browser = signed_in(team, "ann")
    sent = fields(browser.get(page_of(task)).content.decode()) | {"width": "99"}
    change_label(shape_of(task.dataset), {"label_category_id": "truck", "attributes": {}}, by=team.fixer)

    response = browser.post(f"{page_of(task)}correct/", sent)

    assert response.status_code == 412
    assert told(response)[0].startswith("This label has changed: it is at version 2 now.")
    assert shape_in(task).geometry["box"] == [10, 20, 30, 40]
    now = fields(response.content.decode())
    assert (now["version"], now["category"], now["width"]) == ("2", "truck", "30")


def test_only_what_is_one_value_has_a_field(team, task):
    found = page(team, task)

    assert re.findall(r'<label for="correct-0-attribute-\d+">(.*?)</label>', found) == [
        name for name in ATTRIBUTES if name != "parts"
    ]
    Shape.objects.update(attributes=None)
    assert "attribute-0" not in page(team, task)
    correct(team, task, x="11")
    assert shape_in(task).attributes is None


def test_hostile_names_and_values_are_text(team, task):
    Shape.objects.update(attributes={HOSTILE: HOSTILE, "": '" onfocus="x', "\n": "a"})
    Label.objects.filter(label_id="car:1").update(label_category_id=HOSTILE)

    found = page(team, task)

    assert "<script>alert" not in found
    assert '" onfocus' not in found
    response = correct(
        team, task, **{name_of(found, r"&lt;.*"): "fine", "category": "</datalist><script>alert(1)</script>"}
    )
    assert shape_in(task).attributes == {HOSTILE: "fine", "": '" onfocus="x', "\n": "a"}
    assert "<script>alert" not in response.content.decode()


def test_of_two_shapes_in_a_file_each_has_its_form(team, task):
    own = shape_in(task)
    Shape.objects.create(label=own.label, file=own.file, labeller_email="interpolated", geometry={"box": [1, 2, 3, 4]})
    browser = signed_in(team, "ann")
    sent = fields(browser.get(page_of(task)).content.decode(), number=1)

    browser.post(f"{page_of(task)}correct/", sent | {"width": "33"})

    found = Shape.objects.filter(label=own.label).order_by("pk")
    assert [one.geometry["box"] for one in found] == [[10, 20, 30, 40], [1, 2, 33, 4]]


def test_a_frame_of_a_track_gets_other_attributes(team):
    dataset = make_dataset(team, (1, 1, 1), mode="label_by_label")
    Shape.objects.update(attributes={"parked": False})
    task = make_task(team, "in_progress", dataset=dataset)
    browser = signed_in(team, "ann")
    html = browser.get(page_of(task), {"frame": 2}).content.decode()
    assert 'name="x"' not in html
    assert 'data-correct="draw"' not in html
    assert "Its shape is corrected in the tool that made it." in html

    response = browser.post(f"{page_of(task)}correct/", fields(html) | {"attribute-0": "true"})

    assert response["Location"] == f"{page_of(task)}?frame=2"
    assert [one.attributes["parked"] for one in Shape.objects.order_by("file__position")] == [False, True, False]
    assert browser.post(f"{page_of(task)}correct/", fields(html) | {"frame": "9"}).status_code == 404


def test_another_frame_brings_its_own_form(team):
    dataset = make_dataset(team, (1, 1), mode="label_by_label")
    task = make_task(team, "in_progress", dataset=dataset)
    headers = {"HX-Request": "true", "HX-Target": "view"}

    found = signed_in(team, "ann").get(page_of(task), {"frame": 2}, headers=headers).content.decode()

    assert '<div id="correct" hx-swap-oob="true">' in found
    assert 'name="frame" value="2"' in found
