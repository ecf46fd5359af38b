"""The dataset's page: a row for each item with its chain, page by page, whatever is filtered and however ordered."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import mark_labelling_done, set_settings, set_stage, withdraw_labels
from datasets_app.ids import now
from datasets_app.membership import set_stage_people
from datasets_app.models import Dataset
from tasks_app import actions, querysets
from tasks_app.assignments import assign_files
from tasks_app.models import Item, Task
from tasks_app.pages import flow, views
from tests.factories import Team, make_dataset, make_task, task_of
from tests.pages import list_of, picked_in, rows_in, signed_in, told, with_picture

ORDERINGS = ["list", "-updated", "due"]
Names = list[tuple[str, str]]


def row_names(response: Any) -> Names:
    """Object and file of each row."""
    found = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', response.content.decode(), re.DOTALL)
    row = re.compile(r"<a[^>]*>([^<]+)</a>(?:.*<span class=.file.>(.*)</span>)?")
    parts = [row.search(one) for one in found]
    return [(part[1].strip(), part[2] or "") for part in parts if part]


def cells(response: Any) -> list[list[str]]:
    """The cells of each row, as they read."""
    rows = re.findall(r"<tr>\s*<th scope=.row.*?</tr>", response.content.decode(), re.DOTALL)
    texts = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in row] for row in texts]


def next_of(response: Any, dataset: Dataset) -> str:
    """The address of the page after this one; empty: it is the last."""
    found = re.search(r'rel="next" href="([^"]+)"', response.content.decode())
    return unescape(found[1]) if found else ""


def pages(browser: Client, dataset: Dataset, query: str = "") -> Iterator[Any]:
    address = list_of(dataset) + query
    while address:
        response = browser.get(address)
        assert response.status_code == 200, told(response)
        yield response
        address = next_of(response, dataset)


def walk(browser: Client, dataset: Dataset, query: str = "") -> Names:
    return [name for page in pages(browser, dataset, query) for name in row_names(page)]


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "ROWS", 3)


@pytest.fixture
def street(team: Team) -> Dataset:
    """14 items in 3 stages, worked on in another order than the list's; one has gone, some are late or sent back."""
    dataset = make_dataset(team, (3, 0, 4, 2), frame_attributes=["weather"], stages=("Labelling", "QA", "Audit"))
    set_stage(dataset.stages.get(stage_id="Labelling"), by=team.lead, time_limit_seconds=60)
    set_stage(dataset.stages.get(stage_id="Audit"), by=team.lead, time_limit_seconds=30)
    labels = Task.objects.filter(stage__stage_id="Labelling", item__attribute=None).in_list_order()
    tasks = list(labels)
    random.Random(4).shuffle(tasks)
    for task in tasks[:6]:
        actions.submit(task, by=team.ann)
    for task in tasks[:2]:
        actions.accept(task, by=team.eve, submit=True)
    actions.reject(tasks[3], by=team.eve)
    actions.start(tasks[7], by=team.bob)
    withdraw_labels(dataset, [tasks[8].item.label_id], by=team.fixer)
    for number, task in enumerate(Task.objects.order_by("?")):
        Task.objects.filter(pk=task.pk).update(updated_at=now() - timedelta(seconds=number // 2))
    return dataset


QUERIES = [
    "",
    "status=ready&status=submitted&status=waiting",
    "status=waiting",
    "stage_id=QA",
    "email=",
    "email=ann@example.com",
    "reviewer=eve@example.com",
    "delayed=false",
    "task_type=label&status=waiting",
    "task_type=frame_attribute",
    "attribute_id=weather&stage_id=QA",
    "file_id=000003.png",
    "label_id=car:1&email=",
    "label_category_id=car",
    "status=accepted&stage_id=Labelling",
    "stage_id=Audit&email=",
]


def expected(dataset: Dataset, query: str, ordering: str, api: Any) -> Names:
    """The items of the API's list, each where its first task stands."""
    response = api.get(f"/api/v2/datasets/{dataset.dataset_id}/tasks?{query}&ordering={ordering}&limit=1000")
    rows = response.json()["tasks"]
    return list(dict.fromkeys((row["label_id"] or row["attribute_id"], row["file_id"] or "") for row in rows))


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("query", QUERIES)
def test_every_item_is_on_one_page_where_its_first_task_stands(team, api, street, few_rows, query, ordering):
    wanted = expected(street, query, ordering, api(team, "reader"))

    assert walk(signed_in(team, "reader"), street, f"?{query}&ordering={ordering}") == wanted
    assert wanted


@pytest.mark.parametrize("few", [0, 20_000])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_a_labeller_walks_through_the_items_of_their_chains(team, api, street, few_rows, monkeypatch, few, ordering):
    """However many tasks of their own they have: another way through the database, the same rows."""
    monkeypatch.setattr(querysets, "FEW", few)
    labelling, qa, audit = street.pipeline
    set_stage_people(labelling, [team.bob, team.ann], by=team.lead)
    set_stage_people(qa, [team.eve, team.ann], by=team.lead)
    set_stage_people(audit, [team.eve], by=team.lead)
    assign_files(street, [{"stage_id": "QA", "email": "eve@example.com", "files": "1,3"}], by=team.lead)
    Task.objects.filter(stage=qa, status="ready", previous__submitted_by=team.ann.user).update(assignee=team.ann.user)
    for name in ("ann", "bob", "eve"):
        seen = Task.objects.visible_to(getattr(team, name)).filter(deleted_at=None)
        query = f"?ordering={ordering}&status=ready&status=waiting&status=rejected"
        wanted = expected(street, query[1:], ordering, api(team, name))

        found = walk(signed_in(team, name), street, query)

        assert found == wanted
        open_ones = seen.exclude(status__in=["submitted", "accepted", "in_progress"])
        assert len(found) == Item.objects.filter(tasks__in=open_ones).distinct().count()


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("seed", range(4))
def test_no_item_is_shown_twice_or_lost_when_work_goes_on_in_between(team, few_rows, seed, ordering):
    """What nobody touches is shown once. What changes is shown once in list order, and not again in any other, unless
    it has a later place now: submitted, it is not due any more."""
    dataset, rng = make_dataset(team, (4, 3, 4)), random.Random(seed)
    set_stage(dataset.stages.get(stage_id="Labelling"), by=team.lead, time_limit_seconds=60)
    everything = {(task.item.label.label_id, task.item.file.file_id) for task in Task.objects.for_page()}
    seen: Names = []
    touched = set()

    for page in pages(signed_in(team, "reader"), dataset, f"?ordering={ordering}"):
        seen += row_names(page)
        task = rng.choice(list(Task.objects.for_page().filter(status="ready", stage__stage_id="Labelling")))
        actions.submit(task, by=team.ann)
        touched.add((task.item.label.label_id, task.item.file.file_id))

    again = {name for name in seen if seen.count(name) > 1}
    assert again <= (touched if ordering == "due" else set())
    assert everything - touched <= set(seen)
    if ordering == "list":
        assert set(seen) == everything


def test_a_cursor_of_another_list_is_refused(team, street, few_rows):
    browser = signed_in(team, "reader")
    address = next_of(browser.get(list_of(street)), street)

    for other in ("&status=ready", "&ordering=due", "&cursor=x"):
        assert browser.get(address + other).status_code == 400


# --- rows -------------------------------------------------------------------------------------------------------------


def test_a_row_shows_the_whole_chain(team):
    dataset = make_dataset(team, frame_attributes=["weather"])
    make_task(team, "rejected", dataset=dataset)

    response = signed_in(team, "reader").get(list_of(dataset))

    assert row_names(response) == [("car:1", "000001.png"), ("weather", "000001.png")]
    assert cells(response) == [
        ["rejected ann 1 min round 2", "waiting eve"],
        ["ready 1 min", "waiting"],
    ]
    assert "no value" in response.content.decode()


def test_late_tasks_say_so_unless_labelling_is_done(team):
    dataset = make_dataset(team)
    Task.objects.filter(status="ready").update(due_at=now() - timedelta(hours=5))
    browser = signed_in(team, "reader")

    assert cells(browser.get(list_of(dataset))) == [["ready 1 min 5 h late", "waiting"]]
    mark_labelling_done(dataset, by=team.lead)
    assert cells(browser.get(list_of(dataset))) == [["ready 1 min", "waiting"]]


def test_tasks_that_the_filters_do_not_pick_are_dimmed(team):
    dataset = make_dataset(team, (2,))
    browser = signed_in(team, "reader")

    for query, picked in (("", 4), ("?stage_id=QA", 2), ("?email=", 4), ("?label_id=car:1", 2), ("?delayed=false", 4)):
        response = browser.get(list_of(dataset) + query)
        assert picked_in(response) == picked
        assert response.content.decode().count('class="dim"') == 2 * rows_in(response) - picked


def test_orderings_are_links_in_the_head(team):
    dataset = make_dataset(team)

    page = signed_in(team, "reader").get(f"{list_of(dataset)}?status=ready&ordering=due").content.decode()

    heads = re.findall(r'<a href="([^"]+)" hx-get="[^"]+"( aria-current="true")?>([^<]+)</a>', page)
    assert [(unescape(href), bool(chosen), words) for href, chosen, words in heads] == [
        (f"{list_of(dataset)}?status=ready", False, "in order"),
        (f"{list_of(dataset)}?status=ready&ordering=-updated", False, "latest change"),
        (f"{list_of(dataset)}?status=ready&ordering=due", True, "due first"),
    ]


def test_who_has_many_chains_gets_their_counts_after_the_page(team, monkeypatch):
    monkeypatch.setattr(querysets, "FEW", 0)
    dataset = make_dataset(team, (2,))
    browser = signed_in(team, "ann")

    page = browser.get(list_of(dataset)).content.decode()
    bars = browser.get(f"{list_of(dataset)}?bars=1", headers={"HX-Request": "true"}).content.decode()

    assert 'hx-get="?bars=1"' in page
    assert 'class="stagebar"' not in page
    assert "2 ready" in re.sub(r"<[^>]+>", "", bars)
    assert 'class="stagebar"' in browser.get(f"{list_of(dataset)}?bars=1").content.decode()
    assert 'class="stagebar"' in signed_in(team, "reader").get(list_of(dataset)).content.decode()


def test_the_bars_of_a_large_dataset_come_after_the_page(team, monkeypatch):
    monkeypatch.setattr(views, "LARGE", 5)
    for objects, at_once in ((2, True), (3, False)):
        dataset, browser = make_dataset(team, (objects,)), signed_in(team, "reader")
        assert 'class="stagebar"' in browser.get(list_of(dataset)).content.decode()
        assert ('class="stagebar"' in browser.get(list_of(dataset)).content.decode()) == at_once


# --- what it costs ----------------------------------------------------------------------------------------------------


def queries_of(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("few", [0, 20_000])
def test_a_page_is_few_queries_however_much_there_is(team, monkeypatch, few):
    monkeypatch.setattr(querysets, "FEW", few)
    small = make_dataset(team, (10,), frame_attributes=["weather"])
    large = make_dataset(team, (60, 60), frame_attributes=["weather"])
    queries = [
        "",
        "?status=ready&stage_id=QA",
        "?email=ann@example.com&status=waiting",
        "?attribute_id=weather&stage_id=QA",
        "?file_id=000001.png&ordering=due",
        "?label_category_id=car&ordering=-updated",
    ]
    for name in ("admin", "reader", "ann"):
        browser = signed_in(team, name)
        for query in queries:
            counts = [queries_of(browser, list_of(dataset) + query) for dataset in (small, large)]
            assert counts[0] == counts[1] <= 12, (name, query, counts)


def test_a_full_page_of_three_stages_is_less_than_100_kilobytes(team):
    dataset = make_dataset(team, (60,), stages=("Labelling", "QA", "Audit"))
    with_picture(dataset)
    set_settings(dataset, by=None, allow_self_review=True)
    for task in Task.objects.filter(stage__stage_id="Labelling")[:40]:
        actions.submit(task, by=team.ann)
        actions.reject(task, by=team.eve)
    Task.objects.update(assignee=team.eve.user)
    Task.objects.filter(status="rejected").update(due_at=now() - timedelta(days=3))

    response = signed_in(team, "admin").get(f"{list_of(dataset)}?status=rejected&status=ready&status=waiting")

    assert rows_in(response) == 50
    assert len(response.content) < 100_000
    assert task_of(dataset).task_id in response.content.decode()
