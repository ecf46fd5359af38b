"""Assignments and settings in a real browser: with scripts and without, accessible, and on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from datasets_app.actions import set_settings
from datasets_app.models import Dataset, Stage
from tasks_app.assignments import assign_files, saved_file_tasks
from tasks_app.models import Assignment
from tests.factories import Team, make_dataset, make_team
from tests.site.browsing import RULES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser assignments"),
    pytest.mark.django_db(transaction=True),
]

ANN, BOB, EVE = (f"{name}@example.com" for name in ("ann", "bob", "eve"))


@pytest.fixture
def team(transactional_db) -> Team:
    return make_team()


@pytest.fixture
def dataset(team) -> Dataset:
    return make_dataset(team, range(12), dataset_attributes=["city"])


def page_of(dataset: Dataset, name: str = "assignments") -> str:
    return f"/datasets/{dataset.dataset_id}/{name}/"


def move(page: Page, stage: str, files: str, to: str, told: str) -> None:
    """Move files, and wait until the page says what became of it."""
    page.get_by_label("Stage", exact=True).select_option(stage)
    page.get_by_label("Files, and those ticked below").fill(files)
    page.get_by_label("To", exact=True).select_option(to)
    page.locator("#move").click()
    expect(page.get_by_text(told)).to_be_visible()


def changes(page: Page) -> list[str]:
    rows = page.get_by_role("region", name="Changes that are not saved").get_by_role("row").all()
    return [" | ".join(one.strip() for one in row.inner_text().split("\t")) for row in rows[1:]]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_lead_moves_shares_mends_what_is_refused_and_saves(windows, team, dataset, scripts):
    window = windows(team, "lead", java_script_enabled=scripts)
    page = window.open(page_of(dataset))

    move(page, "Labelling", "1-4,5", ANN, "5 to change hands in Labelling.")
    move(page, "QA", "5", ANN, "1 to change hands in QA.")
    expect(page.get_by_text(f"{ANN} has the stage Labelling there: four eyes need two people.")).to_be_visible()
    page.get_by_role("button", name=f"Drop {ANN} in QA").click()
    expect(page.get_by_role("button", name=f"Drop {ANN} in QA")).to_have_count(0)
    page.get_by_text("Share out evenly").click()
    page.get_by_label("Stage to share out").select_option("QA")
    for email in (ANN, EVE):
        page.get_by_label(email, exact=False).first.check()
    page.get_by_role("button", name="Plan").click()
    expect(page.get_by_text("Shared out 12 in QA: 30 to 36 objects for each.")).to_be_visible()
    assert len(changes(page)) == 3
    assert not Assignment.objects.exists()
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_text("Saved: 17 changed hands.")).to_be_visible()
    saved = {(one["stage_id"], one["email"]): len(one["file_ids"]) for one in saved_file_tasks(dataset)}
    assert saved["Labelling", ANN] == 5
    assert saved["QA", ANN] + saved["QA", EVE] == 12
    assert window.wrong == []


def test_enter_in_the_field_moves(windows, team, dataset):
    page = windows(team, "lead").open(page_of(dataset))
    page.get_by_label("To", exact=True).select_option(ANN)
    page.get_by_label("Files, and those ticked below").fill("3")

    page.keyboard.press("Enter")

    expect(page.get_by_text("1 to change hands in Labelling.")).to_be_visible()


def test_shift_click_ticks_a_range_and_the_button_counts(windows, team, dataset):
    window = windows(team, "lead")
    page = window.open(page_of(dataset))
    boxes = page.locator("input[name=pick]")

    boxes.nth(2).click()
    boxes.nth(6).click(modifiers=["Shift"])
    expect(page.get_by_role("button", name="Move 5 ticked")).to_be_visible()
    page.get_by_label("To", exact=True).select_option(BOB)
    page.locator("#move").click()

    expect(page.get_by_text("5 to change hands in Labelling.")).to_be_visible()
    assert "2–6" in changes(page)[0]
    expect(page.get_by_role("button", name="Move", exact=True).last).to_be_visible()
    assert window.wrong == []


def test_a_done_dataset_is_told_in_place(windows, team, dataset):
    window = windows(team, "lead")
    page = window.open(page_of(dataset))
    move(page, "Labelling", "1", ANN, "1 to change hands in Labelling.")
    other = windows(team, "admin").open(f"/datasets/{dataset.dataset_id}/")
    other.get_by_role("button", name="Mark labelling as done").click()
    expect(other.get_by_text("admin marked labelling as done")).to_be_visible()

    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_text("Nothing was saved: it is all or nothing.")).to_be_visible()
    assert len(changes(page)) == 1
    assert not Assignment.objects.exists()
    assert window.wrong == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_lead_sets_a_stage_and_is_told_what_is_refused(windows, team, dataset, scripts):
    window = windows(team, "lead", java_script_enabled=scripts)
    page = window.open(page_of(dataset, "settings"))

    page.locator("summary").filter(has_text="2. QA").click()
    qa = page.get_by_role("form", name="Stage QA")
    qa.get_by_label("Time limit").fill("2")
    qa.get_by_label("Unit").select_option("days")
    qa.get_by_label(EVE).check()
    qa.get_by_role("button", name="Save stage").click()
    expect(page.get_by_text("Saved: the stage QA.")).to_be_visible()
    reasons = page.get_by_role("form", name="Reasons to reject")
    reasons.get_by_label("Reasons").fill("too large\ntoo large")
    reasons.get_by_role("button").click()

    expect(page.get_by_text("The reason too large stands twice.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Reasons")).to_have_value("too large\ntoo large")
    stage = Stage.objects.get(dataset=dataset, stage_id="QA")
    assert (stage.time_limit_seconds, stage.members.get()) == (172_800, team.eve)
    assert window.wrong == []


def refused(page: Page, dataset: Dataset) -> None:
    """Changes, one of them refused, a share that leaves some, and a broken range."""
    move(page, "Labelling", "1-3", ANN, "3 to change hands in Labelling.")
    move(page, "QA", "2-4", ANN, "3 to change hands in QA.")
    page.get_by_text("Share out evenly").click()
    page.get_by_label("Stage to share out").select_option("QA")
    page.get_by_label(ANN, exact=False).first.check()
    page.get_by_role("button", name="Plan").click()
    expect(page.get_by_text("Left as before")).to_be_visible()
    move(page, "QA", "99", EVE, "99 is not within 1-12, the files there are.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(windows, team, dataset, scheme):
    assign_files(dataset, [{"stage_id": "QA", "email": EVE, "files": "5-9,11"}], by=team.lead)
    set_settings(dataset, by=None, customer_review=True)
    sequence = make_dataset(team, [5] * 3, mode="label_by_label", stages=["Labelling", "QA", "Audit"])
    window, axe, found = windows(team, "lead", color_scheme=scheme), Axe(), {}

    def look(name: str, page: Page) -> None:
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            for violation in axe.run(page, options=RULES).response["violations"]:
                found[f"{name} {width}: {violation['id']}"] = [node["html"][:160] for node in violation["nodes"][:3]]
            if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
                found[f"{name}: {width} px"] = "too wide"
        page.set_viewport_size({"width": 1440, "height": 900})

    look("plain", window.open(page_of(dataset)))
    refused(window.page, dataset)
    look("refused", window.page)
    look("tracks", window.open(page_of(sequence)))
    page = window.open(page_of(dataset, "settings"))
    for summary in page.locator("main summary").all():
        summary.click()
    look("settings", page)
    assert found == {}
    assert window.wrong == []
