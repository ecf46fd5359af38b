"""The Progress tab and the Delayed page in a real browser: accessible, on a phone as well, in light and dark."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from datasets_app.ids import now
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.models import Task
from tests.factories import make_dataset
from tests.site.browsing import RULES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser progress"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy(street: Dataset) -> Dataset:
    """Some of the street is finished, some sent back, some late."""
    team = street.team  # type: ignore[attr-defined]
    tasks = list(Task.objects.filter(dataset=street, stage__stage_id="Labelling", item__task_type="label")[:4])
    for task in tasks:
        actions.submit(task, by=team.ann)
    actions.reject(tasks[0], by=team.eve, reason="too large", comment="It cuts the mirror off.")
    for task in tasks[1:3]:
        actions.accept(task, by=team.eve, submit=True)
    Task.objects.filter(dataset=street, status__in=["ready", "rejected"]).update(due_at=now() - timedelta(days=2))
    return street


def pages(busy: Dataset) -> dict[str, str]:
    team = busy.team  # type: ignore[attr-defined]
    new, elsewhere = make_dataset(team), f"/clients/{team.client.client_id}/delayed/"
    return {
        "progress": f"/datasets/{busy.dataset_id}/progress/",
        "progress of a stage": f"/datasets/{busy.dataset_id}/progress/?days=all&stage_id=QA",
        "no progress": f"/datasets/{new.dataset_id}/progress/?days=7",
        "delayed": elsewhere,
        "delayed by": f"{elsewhere}?dataset_id={busy.dataset_id}&stage_id=Labelling&email=",
        "delayed nowhere": f"{elsewhere}?stage_id=QA&email=customer@example.com",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.timeout(600)
def test_they_are_accessible_fit_a_phone_and_stay_on_this_host(windows, busy, scheme):
    axe, found = Axe(), {}
    window = windows(busy.team, "lead", color_scheme=scheme)
    for name, address in pages(busy).items():
        window.page.set_viewport_size({"width": 1440, "height": 900})
        page = window.open(address)
        for summary in page.locator("main details.more summary").all():
            summary.click()  # the tables below the charts are looked at, too
        for violation in axe.run(page, options=RULES).response["violations"]:
            found[f"{name}: {violation['id']}"] = [node["html"][:160] for node in violation["nodes"][:3]]
        page.set_viewport_size({"width": 390, "height": 844})
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            found[f"{name}: 390 px"] = beyond

    assert found == {}
    assert window.wrong == []


def test_nothing_late_is_accessible(windows, street):
    window = windows(street.team, "lead")
    page = window.open(f"/clients/{street.team.client.client_id}/delayed/")

    assert Axe().run(page, options=RULES).response["violations"] == []
    expect(page.get_by_role("link", name="Choose a dataset")).to_be_visible()


def test_words_of_a_chart_do_not_run_into_each_other_on_a_phone(windows, busy):
    page = windows(busy.team, "reader").open(f"/datasets/{busy.dataset_id}/progress/")
    page.set_viewport_size({"width": 390, "height": 844})

    boxes = page.evaluate(
        "[...document.querySelectorAll('.chart')].map(chart => [...chart.querySelectorAll('text')]"
        ".map(one => one.getBoundingClientRect()).map(box => [box.left, box.right, box.top, box.bottom]))"
    )

    assert sum(map(len, boxes)) > 15
    for chart in boxes:
        for place, (left, right, top, bottom) in enumerate(chart):
            assert left >= 0
            assert right <= 390
            for other in chart[place + 1 :]:
                apart = right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top
                assert apart, (chart[place], other)


def test_a_figure_of_the_summary_filters_the_list(windows, busy):
    window = windows(busy.team, "reader", java_script_enabled=False)
    page = window.open(f"/clients/{busy.team.client.client_id}/delayed/")

    page.locator(".table-late").get_by_role("row", name="Labelling").get_by_role("link").last.click()

    expect(page.get_by_text("Stage: Labelling")).to_be_visible()
    expect(page.locator(".delay").first).to_have_text("2 d late")
    assert page.locator(".table-late [aria-current]").count() == 1
    assert window.wrong == []
