"""Many at once in a real browser: rows are ticked, what will happen is shown, and then it does."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tasks_app.models import Task
from tests.site.browsing import RULES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser many"), pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_ticked_rows_are_accepted(windows, submitted, scripts):
    eve = windows(submitted.team, "eve", java_script_enabled=scripts)
    page = eve.open(f"/datasets/{submitted.dataset_id}/?status=submitted")
    for box in page.locator("tbody input[type=checkbox]").all()[:3]:
        box.check()

    page.get_by_role("button", name="Accept & submit …").click()
    expect(page.get_by_text("3 will be accepted and submitted.")).to_be_visible()
    assert not Task.objects.filter(status="accepted").exists()
    page.get_by_role("button", name="Accept & submit 3").click()

    expect(page.get_by_text("3 accepted and submitted.")).to_be_visible()
    assert page.url.endswith("?status=submitted")
    assert Task.objects.filter(stage__stage_id="QA", status="accepted").count() == 3
    assert eve.wrong == []


def test_everything_that_the_filters_show_is_rejected_with_a_reason(windows, submitted):
    """Also after the table was swapped: the bar means what is on the page."""
    eve = windows(submitted.team, "eve")
    page = eve.open(f"/datasets/{submitted.dataset_id}/")
    page.get_by_label("Status").select_option("submitted")
    expect(page.get_by_text("Status: submitted")).to_be_visible()
    shown = Task.objects.filter(dataset=submitted, status="submitted").count()

    page.get_by_label("all that these filters show").check()
    page.get_by_role("button", name="Reject …").click()
    page.get_by_label("Reason").select_option("missing part")
    page.get_by_role("button", name=f"Reject {shown}").click()

    expect(page.get_by_text(f"{shown} rejected.")).to_be_visible()
    assert Task.objects.filter(status="rejected", last_reason="missing part").count() == shown
    assert eve.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_preview_is_accessible(windows, submitted, scheme):
    eve = windows(submitted.team, "eve", color_scheme=scheme)
    page = eve.open(f"/datasets/{submitted.dataset_id}/")
    page.get_by_label("all of this dataset").check()
    page.get_by_role("button", name="Reject …").click()

    found = Axe().run(page, options=RULES).response["violations"]

    assert [(one["id"], one["nodes"][0]["html"][:150]) for one in found] == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
