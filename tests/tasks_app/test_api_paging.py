"""Lists page by page: every task exactly once, and cursors that work only where they come from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from datasets_app.actions import set_stage, withdraw_labels
from datasets_app.imports.store import store
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.models import Task
from tasks_app.resource import COLUMNS
from tests.conftest import ApiClients
from tests.factories import Team, make_content, make_dataset, task_of

pytestmark = pytest.mark.django_db
Row = dict[str, Any]
ORDERINGS = ["list", "-updated", "due"]


def path(dataset: Dataset, query: str = "") -> str:
    return f"/api/v2/datasets/{dataset.dataset_id}/tasks?{query}"


def whole(client: APIClient, address: str) -> list[Row]:
    rows: list[Row] = json.loads(client.get(address).getvalue())["tasks"]
    return rows


def pages(client: APIClient, address: str, name: str = "tasks", cursor: str = "") -> Iterator[list[Row]]:
    while True:
        response = client.get(f"{address}&cursor={cursor}" if cursor else address)
        assert response.status_code == 200, response.content
        body = response.json()
        yield body[name]
        if body["next_cursor"] is None:
            return
        cursor = body["next_cursor"]


def walk(client: APIClient, address: str, name: str = "tasks") -> list[Row]:
    return [row for page in pages(client, address, name) for row in page]


def first_cursor(client: APIClient, address: str) -> str:
    cursor: str = client.get(address).json()["next_cursor"]
    assert cursor
    return cursor


@pytest.fixture
def street(team: Team) -> Dataset:
    """22 tasks; some with a time limit, some changed later than others."""
    dataset = make_dataset(team, (2, 0, 3), frame_attributes=["weather", "time"])
    set_stage(dataset.stages.get(stage_id="Labelling"), by=team.lead, time_limit_seconds=60)
    for label_id in ("car:2", "car:1"):
        actions.submit(task_of(dataset, item__label__label_id=label_id, item__file__position=1), by=team.ann)
    return dataset


# --- walks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 7, 21, 22, 23, 1000])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_together_are_the_whole_list(
    team: Team, api: ApiClients, street: Dataset, ordering: str, limit: int
) -> None:
    reader = api(team, "reader")

    found = list(pages(reader, path(street, f"ordering={ordering}&limit={limit}")))

    assert [row for page in found for row in page] == whole(reader, path(street, f"ordering={ordering}"))
    assert sum(len(page) for page in found) == 22
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1] != []


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("query", ["stage_id=QA", "status=ready&status=waiting", "email=", "task_type=label&email="])
def test_pages_of_a_filtered_list_are_that_list(
    team: Team, api: ApiClients, street: Dataset, ordering: str, query: str
) -> None:
    reader = api(team, "reader")

    found = walk(reader, path(street, f"{query}&ordering={ordering}&limit=3"))

    assert found == whole(reader, path(street, f"{query}&ordering={ordering}"))


def test_orderings_are_what_they_say(team: Team, api: ApiClients, street: Dataset) -> None:
    reader = api(team, "reader")

    updated = [one["update_time_millis"] for one in whole(reader, path(street, "ordering=-updated"))]
    due = [one["due_time_millis"] for one in whole(reader, path(street, "ordering=due"))]

    dated = [time for time in due if time is not None]
    assert updated == sorted(updated, reverse=True)
    assert dated == sorted(dated)
    assert due == dated + [None] * (22 - len(dated))
    assert len(dated) == 9  # the submitted ones have no due time


def test_rows_that_change_in_between_are_still_met_once(team: Team, api: ApiClients, street: Dataset) -> None:
    reader = api(team, "reader")
    before = [one["task_id"] for one in whole(reader, path(street))]
    changes = iter(
        Task.objects.filter(dataset=street, status="ready", stage__stage_id="Labelling", item__attribute=None)
    )
    found = pages(reader, path(street, "limit=4"))

    seen = []
    for page in found:
        seen += [one["task_id"] for one in page]
        if (task := next(changes, None)) is not None:
            actions.submit(task, by=team.ann)
            actions.reject(task, by=team.eve)

    assert seen == before


def test_rows_that_come_and_go_in_between_do_not_disturb_the_others(
    team: Team, api: ApiClients, street: Dataset
) -> None:
    reader = api(team, "reader")
    before = [one["task_id"] for one in whole(reader, path(street))]
    found = pages(reader, path(street, "limit=4"))
    seen = [one["task_id"] for one in next(found)]

    withdraw_labels(street, [Task.objects.get(task_id=before[0]).item.label_id], by=team.fixer)
    store(street, make_content((5, 1, 3), frame_attributes=["weather", "time"]), by=None)
    seen += [one["task_id"] for page in found for one in page]

    assert len(seen) == len(set(seen))
    assert set(before) <= set(seen)


def test_an_update_in_between_shows_no_task_twice_by_latest_change(
    team: Team, api: ApiClients, street: Dataset
) -> None:
    found = pages(api(team, "reader"), path(street, "limit=4&ordering=-updated"))
    seen = [one["task_id"] for one in next(found)]

    actions.submit(task_of(street, item__label__label_id="car:3"), by=team.bob)
    seen += [one["task_id"] for page in found for one in page]

    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("name", ["file_tasks", "delayed_tasks"])
def test_the_lists_of_a_client_have_pages_too(team: Team, api: ApiClients, street: Dataset, name: str) -> None:
    reader = api(team, "reader")
    Task.objects.filter(dataset=street, due_at__isnull=False).update(due_at=1, assignee=team.bob.user)
    address = f"/api/v2/clients/{team.client.client_id}/"
    address += "delayed_tasks?" if name == "delayed_tasks" else "user_tasks?email=bob@example.com&"

    found = walk(reader, address + "limit=2", name)

    everything = json.loads(reader.get(address).getvalue())[name]
    assert [one["task_id"] for one in found] == [one["task_id"] for one in everything]
    assert len(found) == 9


# --- fields and limit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields", ["task_id", "version,task_id", " status , value ", "task_id,,task_id", ",".join(COLUMNS)]
)
def test_fields_are_those_that_were_asked_for(team: Team, api: ApiClients, street: Dataset, fields: str) -> None:
    reader = api(team, "reader")
    names = {name.strip() for name in fields.split(",")} - {""}

    some = whole(reader, path(street, f"fields={fields}"))
    page = reader.get(path(street, f"fields={fields}&limit=5")).json()["tasks"]

    full = whole(reader, path(street))
    assert some == [{key: value for key, value in task.items() if key in names} for task in full]
    assert page == some[:5]
    assert list(some[0]) == [key for key in COLUMNS if key in names]


@pytest.mark.parametrize("query", ["fields=", "fields=,", "limit=", "ordering=", "cursor="])
def test_an_empty_parameter_is_as_none(team: Team, api: ApiClients, street: Dataset, query: str) -> None:
    reader = api(team, "reader")

    assert whole(reader, path(street, query)) == whole(reader, path(street))


def test_delay_is_a_field_of_late_tasks_only(team: Team, api: ApiClients, street: Dataset) -> None:
    reader = api(team, "reader")

    late = reader.get(f"/api/v2/clients/{team.client.client_id}/delayed_tasks?limit=5&fields=delay_millis")

    assert late.status_code == 200
    assert reader.get(path(street, "fields=delay_millis")).status_code == 400


def test_a_deep_page_costs_as_many_queries_as_the_first(team: Team, api: ApiClients, street: Dataset) -> None:
    reader = api(team, "reader")
    first = path(street, "limit=5")
    deep = first + f"&cursor={first_cursor(reader, path(street, 'limit=5'))}"

    counts = []
    for address in (first, deep):
        with CaptureQueriesContext(connection) as captured:
            reader.get(address)
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 8
