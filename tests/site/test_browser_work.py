"""My work, the search and the keys in a real browser: by keyboard, without scripts, accessible, on a phone."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from datasets_app.actions import set_settings
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.models import Task
from tests.factories import Team, make_qa_task, task_of
from tests.site.browsing import RULES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser work"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def team(street) -> Team:
    """Ann has something in each list."""
    team: Team = street.team
    set_settings(street, by=None, reject_reasons=["too large"])
    labels = list(Task.objects.filter(dataset=street, stage__stage_id="Labelling", item__task_type="label")[:4])
    for task, by in zip(labels, [team.ann, team.ann, team.bob, team.bob], strict=True):
        actions.submit(task, by=by)
    actions.reject(labels[0], by=team.eve, reason="too large", comment="It cuts the mirror off. " * 12)
    actions.start(labels[0], by=team.ann)
    actions.reject(labels[1], by=team.eve, reason="too large", comment="It cuts the mirror off. " * 12)
    return team


@pytest.fixture
def work(team) -> str:
    return f"/clients/{team.client.client_id}/my-work/"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_first_page_starts_what_is_first(windows, team, work, street, scripts):
    window = windows(team, "ann", java_script_enabled=scripts)
    page = window.open("/")
    expect(page).to_have_url(window.base + work)

    if scripts:
        page.keyboard.press("Enter")
    else:
        page.get_by_role("link", name="Start Enter").click()

    page.wait_for_url("**/desk/**")
    rejected = task_of(street, status="rejected")
    assert f"/desk/{rejected.task_id}/" in page.url
    assert window.wrong == []


def test_enter_on_a_control_is_that_controls(windows, team, work):
    page = windows(team, "ann").open(work)

    page.get_by_role("link", name="Delayed").focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/delayed/$"))


def test_slash_searches_escape_leaves_and_an_id_goes_straight_there(windows, team, work, street):
    window = windows(team, "ann")
    page = window.open(work)
    task = task_of(street, item__task_type="label")
    field = page.get_by_role("searchbox")

    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type(task.task_id + "\n")

    expect(page).to_have_url(f"{window.base}/tasks/{task.task_id}/")
    assert window.wrong == []


def test_the_keys_are_listed_and_nothing_happens_behind_them(windows, team, work):
    window = windows(team, "ann")
    page = window.open(work)
    keys = page.locator("#keys")

    page.keyboard.press("?")
    expect(keys.get_by_text("Undo the last decision")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()

    assert page.url.endswith(work)
    assert window.wrong == []


def test_on_the_desk_no_key_decides_while_the_keys_are_listed(windows, team, street):
    task = make_qa_task(team)
    page = windows(team, "eve").open(f"/desk/{task.previous.task_id}/")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()

    assert page.url.rstrip("/").endswith(task.previous.task_id)
    assert task_of(Dataset.objects.get(pk=task.dataset_id)).status == "submitted"


def test_the_menu_lists_the_keys_without_scripts(windows, team, work):
    page = windows(team, "ann", java_script_enabled=False).open(work)

    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Keyboard help").click()

    expect(page.locator("#keys").get_by_text("Undo the last decision")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(windows, team, work, scheme):
    found: dict[str, object] = {}
    window = windows(team, "ann", color_scheme=scheme)
    search = work.replace("/my-work/", "/search/")
    addresses = [work, search, f"{search}?q=car:1", f"{search}?q=0", f"{search}?q=street", f"{search}?q=lost", "/keys/"]
    for address, width in [(address, width) for address in addresses for width in (1440, 360)]:
        window.page.set_viewport_size({"width": width, "height": 800})
        page = window.open(address)
        if address == work:
            page.keyboard.press("?")  # the keys are looked at as well
            page.wait_for_timeout(50)
        for violation in Axe().run(page, options=RULES).response["violations"]:
            found[f"{address} {width} {violation['id']}"] = [node["html"][:160] for node in violation["nodes"][:3]]
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            found[f"{address} {width}"] = beyond
    assert found == {}
    assert window.wrong == []
