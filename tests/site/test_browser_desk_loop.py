"""Two people at their desks in real browsers: the whole loop, races, and all of it without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from datasets_app.actions import set_settings
from tasks_app import actions
from tasks_app.models import Task
from tests.factories import make_dataset, make_team
from tests.site.sitting import REASONS, press, shown, sit_down, statuses

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser desk loop"),
    pytest.mark.django_db(transaction=True),
]


def test_the_whole_loop_by_keys(windows, street):
    """ann labels, eve sends it back, ann gets it first, eve gets it again and accepts."""
    set_settings(street, by=None, reject_reasons=REASONS)
    ann = sit_down(windows(street.team, "ann"), street, "Labelling")
    while ":" not in (ann.locator(".pane").get_attribute("aria-label") or ":"):  # an attribute
        press(ann, "x")
    task_id = shown(ann)
    press(ann, "Enter")

    eve = sit_down(windows(street.team, "eve"), street, "QA")
    assert shown(eve) == task_id
    press(eve, "r")
    press(eve, "1")
    expect(eve.get_by_role("status")).to_contain_text("Rejected")

    ann = sit_down(windows(street.team, "ann"), street, "Labelling")
    assert shown(ann) == task_id
    expect(ann.get_by_text("Sent back by eve: box too large")).to_be_visible()
    press(ann, "Enter")
    expect(ann.locator("#said")).to_contain_text("Nothing has changed since it was sent back.")
    press(ann, "Enter")
    eve = sit_down(windows(street.team, "eve"), street, "QA")
    expect(eve.get_by_text("round 2", exact=True)).to_be_visible()
    press(eve, "a")

    assert statuses(task_id) == ["accepted", "accepted"]


def test_two_people_are_never_given_the_same(windows, submitted):
    eve, bob = (sit_down(windows(submitted.team, name), submitted, "QA") for name in ("eve", "bob"))
    seen: dict[str, list[str]] = {"eve": [], "bob": []}

    for _ in range(4):
        for name, page in (("eve", eve), ("bob", bob)):
            seen[name].append(shown(page))
            press(page, "a")

    assert not set(seen["eve"]) & set(seen["bob"])
    assert len({*seen["eve"], *seen["bob"]}) == 8


def test_who_was_faster_is_said_and_the_desk_moves_on(windows, submitted):
    page = sit_down(windows(submitted.team, "eve"), submitted, "QA")
    task_id = shown(page)
    Task.objects.filter(previous__task_id=task_id).update(claimed_by=None, claim_expires_at=None)
    actions.reject(Task.objects.get(task_id=task_id), by=submitted.team.bob, reason=REASONS[0])

    press(page, "a")

    expect(page.get_by_role("status")).to_contain_text("bob@example.com rejected it a moment ago")
    assert shown(page) != task_id
    assert statuses(task_id) == ["rejected", "waiting"]


def test_what_is_not_even_seen_any_more_is_said_too(windows, submitted):
    """Its Labelling task is ann's and its QA task bob's now: eve sees neither of them."""
    page = sit_down(windows(submitted.team, "eve"), submitted, "QA")
    task_id = shown(page)
    Task.objects.filter(task_id=task_id).update(assignee=submitted.team.ann.user)
    Task.objects.filter(previous__task_id=task_id).update(claimed_by=None, claim_expires_at=None)
    actions.accept(Task.objects.get(task_id=task_id), by=submitted.team.bob)

    press(page, "a")

    expect(page.get_by_role("status")).to_contain_text("Somebody was faster. This task is not one of yours.")
    assert shown(page) != task_id


# --- without a script -------------------------------------------------------------------------------------------------


def test_the_desk_works_without_a_script(windows, submitted):
    eve = windows(submitted.team, "eve", java_script_enabled=False)
    page = sit_down(eve, submitted, "QA")
    first = shown(page)
    page.get_by_role("button", name="Accept & submit").click()
    second = shown(page)
    page.locator(".reject summary").click()
    page.get_by_role("button", name="missing part").click()
    expect(page.get_by_role("status")).to_contain_text("Rejected")
    page.get_by_role("button", name="Undo").click()

    assert statuses(first) == ["accepted", "accepted"]
    assert statuses(second) == ["submitted", "ready"]
    assert shown(page) == second
    page.get_by_role("button", name="Leave").click()
    assert not Task.objects.exclude(claimed_by=None).exists()


def test_an_empty_desk_says_what_comes_next(windows, transactional_db):
    team = make_team()
    dataset = make_dataset(team, (3,))

    page = windows(team, "eve").open(f"/datasets/{dataset.dataset_id}/desk/?stage=QA")

    expect(page.get_by_text("QA is waiting for Labelling: 3 to go.")).to_be_visible()
