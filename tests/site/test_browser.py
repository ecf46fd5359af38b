"""The pages in a real browser: the whole loop as two people, accessibility, the strict policy, narrow screens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from datasets_app.actions import set_settings
from datasets_app.ids import now
from datasets_app.imports.content import AttributeRecord, Content, FileRecord, ShapeRecord
from datasets_app.imports.store import store
from datasets_app.membership import create_token
from datasets_app.models import AccessToken, Dataset
from tasks_app import actions
from tasks_app.models import Task
from tests.factories import Team, make_dataset, make_member, make_team, task_of
from tests.factories.people import ClientFactory
from tests.site.browsing import RULES, Window, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.django_db(transaction=True)]

# --- the loop -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_two_people_take_an_object_through_rework_to_accepted(windows, street, scripts):
    team, task = street.team, task_of(street, item__task_type="label")
    ann, eve = (windows(java_script_enabled=scripts) for _ in range(2))
    sign_in(ann, team, "ann")
    sign_in(eve, team, "eve")

    ann.page.get_by_role("link", name="Street", exact=True).click()
    ann.page.get_by_role("link", name=task.item.label.label_id, exact=True).first.click()
    expect(ann.press("Submit").get_by_text(f"Submitted {task.item.label} in Labelling.")).to_be_visible()

    eve.open(f"/tasks/{task_of(street, 'QA', item=task.item).task_id}/")
    eve.page.get_by_role("link", name="Review Labelling").click()
    eve.page.get_by_label("Reason").fill("box too large")
    eve.page.get_by_label("Comment").fill("The box cuts the mirror off.")
    expect(eve.press("Reject").get_by_text(f"Rejected {task.item.label} in Labelling.")).to_be_visible()

    ann.page.reload()
    expect(ann.page.get_by_text("Sent back by eve: box too large")).to_be_visible()
    expect(ann.page.get_by_role("blockquote").get_by_text("The box cuts the mirror off.")).to_be_visible()
    ann.page.get_by_label("Comment").fill("Smaller now.")
    ann.press("Submit")

    eve.page.reload()
    expect(eve.page.get_by_text("round 2", exact=True)).to_be_visible()
    expect(eve.press("Accept & submit").get_by_text("and submitted QA.")).to_be_visible()
    assert list(task.item.tasks.values_list("status", flat=True)) == ["accepted", "accepted"]
    assert ann.wrong == eve.wrong == []


def test_a_double_click_decides_once(windows, street):
    task = task_of(street, item__task_type="label")
    actions.submit(task, by=street.team.ann)
    eve = windows(street.team, "eve")
    page = eve.open(f"/tasks/{task.task_id}/")

    page.get_by_role("button", name="Reject").dblclick()

    expect(page.get_by_text(f"Rejected {task.item.label} in Labelling.")).to_be_visible()
    assert Task.objects.get(pk=task.pk).rework_count == 1


# --- the table ----------------------------------------------------------------------------------------------------


def test_filters_swap_the_table_and_are_the_address(windows, transactional_db):
    team = make_team()
    dataset = make_dataset(team, (60,))
    window = windows(team, "reader")
    page = window.open(f"/datasets/{dataset.dataset_id}/")
    page.evaluate("window.same = true")

    page.get_by_label("Assignee").select_option("nobody")
    expect(page.get_by_text("Assignee: nobody")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="First", exact=True)).to_be_visible()
    page.get_by_label("Stage").select_option("QA")
    expect(page.get_by_text("Stage: QA")).to_be_visible()

    assert page.evaluate("window.same")  # nothing was loaded anew
    assert page.url.endswith("?stage_id=QA&email=")
    assert page.get_by_role("row").count() == 51
    page.go_back()
    expect(page.get_by_role("link", name="First", exact=True)).to_be_visible()
    assert window.wrong == []


def test_a_wrong_filter_is_told_in_the_table(windows, transactional_db):
    team = make_team()
    dataset = make_dataset(team)
    page = windows(team, "reader").open(f"/datasets/{dataset.dataset_id}/")

    page.get_by_text("More filters").click()
    page.get_by_label("Reviewed by").fill("nobody@example.org")
    page.get_by_role("button", name="Filter").click()

    expect(page.get_by_role("alert")).to_have_text("nobody@example.org is not a member of this client.")


def test_the_theme_works_without_scripts_and_stays(windows, transactional_db):
    page = windows(make_team(), "ann", java_script_enabled=False, color_scheme="light").open("/")
    light = page.locator("html").evaluate("element => getComputedStyle(element).backgroundColor")

    page.locator("summary").first.click()
    page.get_by_role("button", name="Dark").click()
    page.reload()

    assert page.locator("html").evaluate("element => getComputedStyle(element).backgroundColor") != light


def test_a_new_token_is_shown_and_revoked(windows, transactional_db):
    team = make_team()
    window = windows(team, "ann")
    page = window.open(f"/clients/{team.client.client_id}/tokens/")
    page.get_by_label("Name").fill("nightly export")

    assert window.press("Make token").get_by_label("The new token").input_value().startswith("4e_")
    window.press("Revoke nightly export")

    assert AccessToken.objects.get().revoked_at is not None
    assert window.wrong == []


# --- every page ---------------------------------------------------------------------------------------------------


def every_page(street: Dataset) -> dict[str, tuple[str, str]]:
    """Who opens which address, with something of everything to see."""
    team = street.team  # type: ignore[attr-defined]
    client_id = team.client.client_id
    make_member(ClientFactory(), "admin", "reader")
    dataset = set_settings(street, by=None, reject_reasons=["too large", "too small"])
    labels = list(Task.objects.filter(dataset=dataset, stage__stage_id="Labelling", item__task_type="label")[:4])
    for task in labels:
        actions.submit(task, by=team.ann, comment="Look at the mirror.")
    actions.reject(labels[0], by=team.eve, reason="too large", comment="It cuts the mirror off.")
    actions.accept(labels[1], by=team.eve, submit=True)
    actions.accept(labels[2], by=team.eve)
    actions.start(labels[0], by=team.ann)
    Task.objects.filter(pk=labels[0].pk).update(due_at=now() - timedelta(days=2))
    weather = task_of(dataset, item__attribute__attribute_id="weather")
    actions.start(weather, by=team.ann)
    track = make_dataset(team, [1] * 30, mode="label_by_label", dataset_attributes=["city"])
    create_token(team.admin, "nightly", by=None)
    kinds = _kinds(team)
    tasks = {
        "rejected": ("ann", labels[0]),
        "accepted": ("lead", labels[1]),
        "qa": ("eve", task_of(dataset, "QA", item=labels[2].item)),
        "submitted": ("eve", labels[3]),
        "weather": ("ann", weather),
        "track": ("ann", task_of(track)),
        "city": ("admin", task_of(track, item__attribute__attribute_id="city")),
    } | {f"kind {task.item}": ("reader", task) for task in kinds}
    return {name: (who, f"/tasks/{task.task_id}/") for name, (who, task) in tasks.items()} | {
        "sign in": ("", "/login/"),
        "clients": ("admin", "/"),
        "client": ("reader", f"/clients/{client_id}/"),
        "delayed": ("reader", f"/clients/{client_id}/delayed/"),
        "tokens": ("admin", f"/clients/{client_id}/tokens/"),
        "dataset": ("lead", f"/datasets/{dataset.dataset_id}/"),
        "filtered": ("ann", f"/datasets/{dataset.dataset_id}/?status=ready&email="),
        "wrong filter": ("ann", f"/datasets/{dataset.dataset_id}/?status=lost"),
        "not found": ("ann", "/tasks/nothing/"),
    }


def _kinds(team: Team) -> list[Task]:
    """A task of each kind of shape that has no picture."""
    solid = {"cx": 1.0, "cy": 2.0, "cz": 0.5, "l": 4.0, "w": 2.0, "h": 1.5, "rot_z": 0.3}
    geometries = {
        "polygon": {"polygons": [[[10, 10], [300, 20], [200, 200]]]},
        "lane": {"polyline": [[10, 10], [300, 200]]},
        "point": {"points": [[10, 10], [300, 200]]},
        "2d_segmentation": {"mask": {"counts": [1000, 50, 400, 60], "size": [480, 640]}},
        "3d_bbox": {"three_d_bbox": solid},
    }
    shapes = [ShapeRecord("a.png", f"{kind}:1", kind, kind, geometry) for kind, geometry in geometries.items()]
    notes = [AttributeRecord("notes")]
    content = Content("frame_by_frame", files=[FileRecord("a.png", 640, 480)], shapes=shapes, frame_attributes=notes)
    dataset = make_dataset(team, ())
    store(dataset, content, by=None)
    return list(Task.objects.for_page().filter(dataset=dataset, stage__stage_id="Labelling"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.timeout(600)
def test_every_page_is_accessible_fits_a_phone_and_stays_on_this_host(windows, street, scheme):
    axe, found = Axe(), {}
    made: dict[str, Window] = {}
    for name, (who, address) in every_page(street).items():
        window = made.get(who) or windows(street.team if who else None, who, color_scheme=scheme)
        made[who] = window
        window.page.set_viewport_size({"width": 1440, "height": 900})
        page = window.open(address)
        for violation in axe.run(page, options=RULES).response["violations"]:
            nodes = [node["html"][:120] + node["failureSummary"][-160:] for node in violation["nodes"][:3]]
            found[f"{name}: {violation['id']}"] = nodes
        page.set_viewport_size({"width": 390, "height": 844})
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            found[f"{name}: 390 px"] = beyond
        if window.wrong:
            found[f"{name}: console"] = window.wrong[:]
            window.wrong.clear()
    assert found == {}


def test_the_first_tab_skips_to_the_content(windows, street):
    page = windows(street.team, "ann").open(f"/datasets/{street.dataset_id}/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()
