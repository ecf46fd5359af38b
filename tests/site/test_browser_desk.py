"""The review desk in a real browser: one key a decision, the speed of it, undo, and how it looks."""

from __future__ import annotations

import re
import statistics

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tasks_app.bulk import Deed, Wanted, bulk
from tasks_app.models import Task
from tasks_app.workflow import Action
from tests.factories import make_dataset, task_of
from tests.site.browsing import RULES
from tests.site.sitting import press, settle, shown, sit_down, statuses

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser desk"), pytest.mark.django_db(transaction=True)]

#: Milliseconds from a key to the next picture on the screen.
AT_ONCE = 100


# --- one person -------------------------------------------------------------------------------------------------------


def test_one_key_is_one_decision(windows, submitted):
    eve = windows(submitted.team, "eve")
    page = sit_down(eve, submitted, "QA")

    accepted = shown(page)
    press(page, "a")
    rejected = shown(page)
    press(page, "r")
    page.keyboard.press("2")
    settle(page)
    modified = shown(page)
    press(page, "m")
    assert shown(page) == Task.objects.get(previous__task_id=modified).task_id  # it stays, and is eve's now
    press(page, "Enter")
    skipped = shown(page)
    press(page, "x")

    expect(page.get_by_role("status")).to_have_text("Skipped: it comes back later.")
    assert statuses(accepted) == ["accepted", "accepted"]
    assert statuses(rejected) == ["rejected", "waiting"]
    assert Task.objects.get(task_id=rejected).last_reason == "missing part"
    assert statuses(modified) == ["accepted", "accepted"]
    assert statuses(skipped) == ["submitted", "ready"]
    assert shown(page) != skipped
    assert eve.wrong == []


def test_typing_after_r_makes_the_comment(windows, submitted):
    page = sit_down(windows(submitted.team, "eve"), submitted, "QA")
    task_id = shown(page)

    press(page, "r")
    page.keyboard.type("roof cut off")
    press(page, "Enter")

    expect(page.get_by_role("status")).to_contain_text("Rejected")
    task = Task.objects.get(task_id=task_id)
    assert (task.status, task.last_reason, task.last_comment) == ("rejected", "", "roof cut off")


def test_z_takes_the_last_decision_back(windows, submitted):
    page = sit_down(windows(submitted.team, "eve"), submitted, "QA")
    task_id = shown(page)
    press(page, "a")
    expect(page.get_by_role("button", name="Undo")).to_contain_text(re.compile(r"\d+ s"))
    following = shown(page)

    press(page, "z")

    assert shown(page) == task_id
    assert statuses(task_id) == ["submitted", "ready"]
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    press(page, "a")
    assert statuses(task_id) == ["accepted", "accepted"]
    assert shown(page) == following


def test_a_double_press_is_one_decision(windows, submitted):
    page = sit_down(windows(submitted.team, "eve"), submitted, "QA")
    before = Task.objects.filter(status="accepted").count()

    for _ in range(5):
        page.keyboard.press("a")
    settle(page)

    assert Task.objects.filter(status="accepted").count() - before == 2  # Labelling and QA of one object


def test_single_keys_can_be_turned_off(windows, submitted):
    """WCAG 2.1.4: who speaks to the machine presses letters by accident."""
    page = sit_down(windows(submitted.team, "eve"), submitted, "QA")
    page.keyboard.press("?")
    page.get_by_role("button", name="Turn single keys off").click()
    settle(page)
    task_id = shown(page)

    for key in ("a", "m", "x", "j", "+", "?"):
        press(page, key)

    assert shown(page) == task_id
    assert not Task.objects.filter(status="accepted").exists()
    page.get_by_role("button", name="Accept & submit").click()
    settle(page)
    assert statuses(task_id) == ["accepted", "accepted"]


def test_looking_around_decides_nothing(windows, submitted):
    page = sit_down(windows(submitted.team, "eve"), submitted, "QA")
    first = shown(page)

    press(page, "j")
    second = shown(page)
    press(page, "k")

    assert second != first == shown(page)
    assert first in page.url
    assert not Task.objects.filter(status="accepted").exists()


def test_the_next_picture_stands_at_once(windows, transactional_db, street):
    """The median over 50 decisions, each with its picture decoded and painted."""
    team = street.team
    other = make_dataset(team, [18] * 3)
    for file, picture in zip(other.files.all(), street.files.all(), strict=True):
        with picture.picture.open("rb") as opened:
            file.picture.save("x.png", opened)
    tasks = Task.objects.filter(dataset=other, stage__stage_id="Labelling")
    bulk(other, Deed(Action.SUBMIT), [Wanted(task.task_id) for task in tasks], by=team.ann)
    eve = windows(team, "eve")
    page = sit_down(eve, other, "QA")
    page.evaluate(MEASURE)

    for _ in range(50):
        press(page, "a")

    times = page.evaluate("window.times")
    print(f"\nkey to picture: median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms of {len(times)}")
    assert len(times) == 50
    assert statistics.median(times) < AT_ONCE
    assert Task.objects.filter(dataset=other, stage__stage_id="QA", status="accepted").count() == 50
    assert eve.wrong == []


#: From the key until what took the old object's place has its picture decoded, and is painted.
MEASURE = """() => {
  window.times = [];
  let pressed = 0;
  document.addEventListener("keydown", () => { pressed = performance.now(); }, true);
  new MutationObserver(async () => {
    const from = pressed, image = new Image();
    image.src = document.querySelector("#frame").getAttribute("href");
    await image.decode();
    requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - from)));
  }).observe(document.getElementById("pane"), { childList: true });
}"""


@pytest.mark.parametrize("kind", ["frame_attribute", "dataset_attribute"])
def test_an_attribute_is_answered_by_a_number(windows, street, kind):
    """Also one that has no value yet: one key starts, answers and submits."""
    page = windows(street.team, "ann").open(f"/desk/{task_of(street, item__task_type=kind).task_id}/")
    settle(page)
    task_id, answer = shown(page), page.locator(".answers button").first.get_attribute("value")

    press(page, "1")

    task = Task.objects.get(task_id=task_id)
    assert task.status == "submitted"
    assert answer in {f'"{value}"' for value in task.item.attribute.options}
    assert shown(page) != task_id


def test_a_key_that_does_nothing_says_so(windows, street):
    page = sit_down(windows(street.team, "ann"), street, "Labelling")

    press(page, "r")

    expect(page.locator("#said")).to_have_text("There is nothing for the key R here.")


def test_what_cannot_be_saved_comes_back(windows, submitted):
    """The network is gone for a moment: nothing is lost, and the decision is made again."""
    page = sit_down(windows(submitted.team, "eve"), submitted, "QA")
    task_id = shown(page)

    page.context.set_offline(True)
    press(page, "a")
    expect(page.get_by_role("status")).to_contain_text("There was no answer")
    page.context.set_offline(False)

    assert shown(page) == task_id
    press(page, "a")
    assert statuses(task_id) == ["accepted", "accepted"]


# --- the look ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_desk_is_accessible(windows, submitted, scheme, width):
    axe, size = Axe(), {"width": width, "height": 844}
    eve = windows(submitted.team, "eve", color_scheme=scheme, viewport=size)
    page = sit_down(eve, submitted, "QA")
    found = axe.run(page, options=RULES).response["violations"]
    press(page, "a")
    press(page, "r")
    found += axe.run(page, options=RULES).response["violations"]

    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert [(one["id"], [node["html"][:150] for node in one["nodes"]]) for one in found] == []
    assert beyond <= 0
    assert eve.wrong == []
