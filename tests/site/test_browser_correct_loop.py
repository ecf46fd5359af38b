"""Corrections and decisions in a real browser: nothing typed is lost, rework, accept & modify, without a script."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from datasets_app.models import Dataset, Label
from tasks_app import actions
from tasks_app.corrections import change_label
from tasks_app.models import Task
from tests.factories import events_of, shape_of, task_of
from tests.pages import page_of
from tests.site.browsing import RULES
from tests.site.correcting import BOX, begun, drag, near, open_desk, press, settle, shown, stored, typed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser correct loop"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def task(street: Dataset) -> Task:
    return begun(street)


@pytest.fixture
def ann(windows, street, task) -> Any:
    window = windows(street.team, "ann", viewport={"width": 1440, "height": 900})
    open_desk(window, task)
    return window


# --- what is typed is not lost ------------------------------------------------------------------------------------


def test_a_decision_saves_first(ann, task):
    page = ann.page
    page.locator(".grab").focus()

    press(page, "ArrowRight", "Enter")

    assert stored(task) == [401, 300, 160, 150]
    assert [event.action for event in events_of(task)][-2:] == ["change", "submit"]
    assert shown(page) != task.task_id
    assert ann.wrong == []


def test_a_box_that_is_drawn_is_saved_with_the_decision(ann, task):
    page = ann.page
    press(page, "n")
    drag(page, (100, 80), (200, 150))
    page.locator("#draw-category").fill("lamp")

    page.get_by_role("button", name="Submit").click()
    settle(page)

    assert Label.objects.filter(label_id="lamp:1").exists()
    assert Task.objects.get(pk=task.pk).status == "submitted"


def test_what_cannot_be_saved_stops_the_decision(ann, task):
    page = ann.page
    page.get_by_label("Category").first.fill(" ")

    page.get_by_role("button", name="Submit").click()
    settle(page)

    expect(page.locator("#said")).to_have_text("The label has no category: give it one.")
    expect(page.get_by_label("Category").first).to_have_value(" ")
    assert Task.objects.get(pk=task.pk).status == "in_progress"


def test_what_somebody_else_changed_meanwhile_is_shown_before_a_decision(ann, street, task):
    page = ann.page
    change_label(shape_of(street), {"label_category_id": "truck"}, by=street.team.fixer)
    page.locator(".grab").focus()

    press(page, "ArrowRight", "Enter")

    expect(page.locator("#said")).to_contain_text("This label has changed: it is at version 2 now.")
    expect(page.get_by_label("Category").first).to_have_value("truck")
    assert Task.objects.get(pk=task.pk).status == "in_progress"
    assert typed(page) == [400, 300, 160, 150]


@pytest.mark.parametrize("key", ["j", "x"])
def test_looking_elsewhere_waits_for_what_is_typed(ann, task, key):
    page = ann.page
    page.locator(".grab").focus()

    press(page, "ArrowRight", key)

    expect(page.locator("#correct-said")).to_have_text("What you changed is not saved: S saves it, Esc puts it back.")
    assert shown(page) == task.task_id
    press(page, "Escape", key)
    assert shown(page) != task.task_id


def test_the_tasks_page_saves_first_too(windows, street, task):
    window = windows(street.team, "ann", viewport={"width": 1440, "height": 900})
    page = window.open(page_of(task))
    drag(page, (470, 385), (480, 400))

    window.press("Submit")

    expect(page.get_by_text("Submitted car:1 in Labelling.")).to_be_visible()
    assert near(stored(task), [410, 315, 160, 150])
    assert window.wrong == []


def test_the_tasks_page_shows_what_somebody_else_changed(windows, street, task):
    window = windows(street.team, "ann", viewport={"width": 1440, "height": 900})
    page = window.open(page_of(task))
    change_label(shape_of(street), {"label_category_id": "truck"}, by=street.team.fixer)
    drag(page, (470, 385), (480, 400))

    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_role("alert")).to_contain_text("This label has changed")
    expect(page.get_by_label("Category").first).to_have_value("truck")
    assert stored(task) == [400, 300, 160, 150]
    assert Task.objects.get(pk=task.pk).status == "in_progress"


def test_what_was_refused_on_the_tasks_page_is_put_back_by_escape(windows, street, task):
    window = windows(street.team, "ann", viewport={"width": 1440, "height": 900})
    page = window.open(page_of(task))
    page.get_by_label("Category").first.fill(" ")
    page.locator("#correct-0-x").fill("405")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("The label has no category: give it one.")).to_be_visible()
    expect(page.locator("#correct-0-x")).to_have_value("405")

    page.locator(".grab").focus()
    page.keyboard.press("Escape")

    expect(page.locator("#correct-0-x")).to_have_value("400")
    assert page.url.endswith(page_of(task))


# --- the loop -----------------------------------------------------------------------------------------------------


def test_rework_takes_two_keys(windows, street, task):
    actions.submit(task, by=street.team.ann)
    eve, ann = (windows(street.team, name, viewport={"width": 1440, "height": 900}) for name in ("eve", "ann"))
    page = open_desk(eve, task, "QA")
    press(page, "r")
    page.keyboard.type("It cuts the mirror off")
    press(page, "Enter")

    page = ann.open(f"/datasets/{street.dataset_id}/desk/?stage=Labelling")
    page.get_by_role("button", name="Start").click()
    settle(page)
    assert shown(page) == task.task_id
    expect(page.get_by_text("It cuts the mirror off").first).to_be_visible()
    drag(page, (560, 375), (580, 375))
    press(page, "s")
    press(page, "Enter")

    task.refresh_from_db()
    assert (task.status, task.rework_count) == ("submitted", 1)
    assert near(stored(task), [400, 300, 180, 150])
    assert eve.wrong == ann.wrong == []


def test_accept_and_modify_changes_in_review(windows, street, task):
    street.stages.update(can_edit=True)
    actions.submit(task, by=street.team.ann)
    eve = windows(street.team, "eve", viewport={"width": 1440, "height": 900})
    page = open_desk(eve, task, "QA")
    assert page.locator("#correct-head").count() == 0

    press(page, "m")
    drag(page, (560, 375), (580, 375))
    press(page, "Enter")

    qa = task_of(street, "QA", item=task.item)
    assert (qa.status, qa.changed_in_review) == ("accepted", True)
    assert near(stored(task), [400, 300, 180, 150])
    assert eve.wrong == []


def test_all_of_it_works_without_a_script(windows, street, task):
    ann = windows(street.team, "ann", java_script_enabled=False)
    page = ann.open(f"/desk/{task.task_id}/?stage=Labelling")

    page.locator("#correct-0-width").fill("170")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved car:1.")).to_be_visible()
    expect(page.get_by_text("Save first")).to_be_visible()
    page.locator(".draw summary").click()
    page.locator("#draw-category").fill("lamp")
    for name, value in zip(BOX, "1234", strict=True):
        page.locator(f"#draw-{name}").fill(value)
    page.get_by_role("button", name="Save the new box").click()
    expect(page.get_by_text("Drew lamp:1")).to_be_visible()
    page.get_by_text("Withdraw car:1").click()
    page.get_by_role("button", name="Withdraw it").click()

    assert shown(page) != task.task_id
    assert stored(task) == [400, 300, 170, 150]
    assert Label.objects.get(pk=task.item.label_id).withdrawn_at is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", ["desk", "task"])
def test_it_is_accessible_and_fits_a_phone(windows, street, task, scheme, where):
    window = windows(street.team, "ann", color_scheme=scheme, viewport={"width": 1440, "height": 900})
    page = open_desk(window, task) if where == "desk" else window.open(page_of(task))
    page.locator(".grab").focus()
    found = {}

    for state in ("moved", "drawing", "phone"):
        if state == "drawing":
            press(page, "n")
            drag(page, (100, 80), (200, 150))
            page.get_by_text("Withdraw car:1").click()
        if state == "phone":
            page.set_viewport_size({"width": 390, "height": 844})
            beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert beyond == 0
        for violation in Axe().run(page, "main", options=RULES).response["violations"]:
            found[f"{state}: {violation['id']}"] = [node["html"][:160] for node in violation["nodes"][:3]]

    assert found == {}
    assert window.wrong == []
