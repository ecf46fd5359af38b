"""Small corrections in a real browser: the box by its handles, keys and numbers; drawing, withdrawing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from datasets_app.models import Dataset, Label, Shape
from tasks_app.models import Task
from tests.site.correcting import begun, drag, near, open_desk, press, settle, shown, stored, typed

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser correct"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def task(street: Dataset) -> Task:
    return begun(street)


@pytest.fixture
def ann(windows, street, task) -> Any:
    window = windows(street.team, "ann", viewport={"width": 1440, "height": 900})
    open_desk(window, task)
    return window


# --- the box ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zoom", [[], ["f"], ["f", "+"]], ids=["whole", "fit", "closer"])
@pytest.mark.parametrize(
    ("handle", "to", "expected"),
    [
        ((400, 300), (420, 290), [420, 290, 140, 160]),
        ((480, 300), (500, 310), [400, 310, 160, 140]),
        ((560, 450), (550, 460), [400, 300, 150, 160]),
        ((400, 375), (390, 380), [390, 300, 170, 150]),
        ((470, 385), (480, 400), [410, 315, 160, 150]),
    ],
    ids=["corner", "top", "other corner", "left", "inside"],
)
def test_a_handle_moves_its_edges_and_what_is_saved_is_what_is_seen(ann, task, zoom, handle, to, expected):
    page = ann.page
    press(page, *zoom)

    drag(page, handle, to)

    assert near(typed(page), expected)
    outline = page.locator("#own .mark").get_attribute("d") or ""
    assert outline.startswith("M{:g} {:g}h{:g}".format(*typed(page)))
    press(page, "s")
    assert near(stored(task), expected)
    expect(page.locator("#said")).to_have_text("Saved car:1.")
    assert near(typed(page), expected)
    assert ann.wrong == []


def test_handles_keep_their_size_at_any_zoom(ann):
    def width() -> float:
        box = ann.page.locator(".box-edit .knob").first.bounding_box()
        return round(box["width"]) if box else 0

    before = ann.page.screenshot(), width()
    press(ann.page, "f")

    assert ann.page.screenshot() != before[0]
    assert width() == before[1]


def test_a_box_stays_in_the_picture_and_is_never_smaller_than_a_pixel(ann, task):
    page = ann.page

    drag(page, (470, 385), (5, 5))
    assert typed(page) == [0, 0, 160, 150]
    drag(page, (160, 150), (-100, -100))
    assert typed(page) == [0, 0, 1, 1]
    page.locator("#correct-0-width").fill("900")
    page.locator(".grab").focus()
    press(page, *["Alt+Shift+ArrowRight"] * 8)

    assert typed(page) == [0, 0, 960, 1]


def test_arrow_keys_move_and_resize_and_escape_puts_back(ann, task):
    page = ann.page
    whole = page.locator('svg[data-view="picture"]').get_attribute("viewBox")
    page.locator(".grab").focus()

    press(page, "ArrowRight", "Shift+ArrowDown", "Alt+ArrowRight", "Alt+Shift+ArrowUp")

    assert typed(page) == [401, 310, 161, 140]
    assert page.locator('svg[data-view="picture"]').get_attribute("viewBox") == whole
    expect(page.locator("#correct-now")).to_have_text("401, 310: 161 by 140")
    press(page, "Escape")
    assert typed(page) == [400, 300, 160, 150]
    assert (page.locator("#own .mark").get_attribute("d") or "").startswith("M400 300h160")
    assert shown(page) == task.task_id  # it did not leave the desk
    assert stored(task) == [400, 300, 160, 150]


def test_numbers_move_the_box_and_its_close_up(ann, task):
    page = ann.page
    before = page.locator("#close-up").screenshot()

    page.locator("#correct-0-x").fill("450")

    assert (page.locator("#own .mark").get_attribute("d") or "").startswith("M450 300h160")
    assert page.locator("#close-up").screenshot() != before
    page.keyboard.press("Enter")
    settle(page)
    assert stored(task) == [450, 300, 160, 150]


def test_fields_are_saved_with_their_types(ann, task):
    page = ann.page
    page.get_by_label("Category").first.fill("van")
    page.get_by_label("occluded").select_option("yes")
    page.get_by_label("doors").fill("5")

    page.get_by_role("button", name="Save changes").click()
    settle(page)

    shape = Shape.objects.select_related("label").get(label=task.item.label)
    assert (shape.label.label_category_id, shape.attributes) == ("van", {"occluded": True, "doors": 5})
    assert ann.wrong == []


# --- drawing and withdrawing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"), [((100, 80), (200, 150)), ((200, 150), (100, 80))], ids=["down", "up and left"]
)
def test_a_missing_box_is_drawn(ann, task, start, end):
    page, before = ann.page, Label.objects.count()

    press(page, "n")
    drag(page, start, end)
    assert near(typed(page, "draw"), [100, 80, 100, 70])
    page.locator("#draw-category").fill("lamp")
    press(page, "Enter")

    expect(page.locator("#said")).to_have_text("Drew lamp:1 in 000001.jpg: it begins in Labelling.")
    assert near(Shape.objects.get(label__label_id="lamp:1").geometry["box"], [100, 80, 100, 70])
    assert Label.objects.count() == before + 1
    assert shown(page) == task.task_id
    press(page, "n")
    expect(page.locator("#draw-category")).to_have_value("lamp")  # the last one is offered first
    drag(page, (300, 80), (350, 120))
    press(page, "Enter")
    assert Label.objects.filter(label_id="lamp:2").exists()
    assert ann.wrong == []


def test_escape_ends_drawing(ann, task):
    page = ann.page
    press(page, "n")
    drag(page, (100, 80), (200, 150))

    press(page, "Escape")

    assert page.locator(".draw[open]").count() == 0
    assert page.locator("[data-draw]").count() == 0
    expect(page.locator(".grab")).to_be_focused()
    press(page, "n")
    expect(page.locator("#draw-x")).to_have_value("")


def test_a_wrong_one_is_withdrawn_and_the_desk_moves_on(ann, task):
    page = ann.page

    page.get_by_text("Withdraw car:1").click()
    page.get_by_role("button", name="Withdraw it").click()
    settle(page)

    expect(page.locator("#said")).to_have_text("Withdrew car:1: it has left all lists.")
    assert shown(page) != task.task_id
    assert Label.objects.get(pk=task.item.label_id).withdrawn_at is not None
    assert ann.wrong == []
