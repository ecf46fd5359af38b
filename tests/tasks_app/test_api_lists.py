"""What is in a list and in which order: filters, list order, a user's tasks, late tasks, withdrawn ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from datasets_app.actions import mark_labelling_done, set_stage, withdraw_labels
from datasets_app.ids import to_millis
from datasets_app.imports.store import store
from datasets_app.models import Attribute, Dataset, Label
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.editing import set_value
from tests.conftest import ApiClients
from tests.factories import Team, make_content, make_dataset, make_team, task_of

pytestmark = pytest.mark.django_db
Row = dict[str, Any]


def read(client: APIClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, (path, response.content)
    return json.loads(response.getvalue())


def tasks(client: APIClient, dataset: Dataset, query: str = "") -> list[Row]:
    found: list[Row] = read(client, f"/api/v2/datasets/{dataset.dataset_id}/tasks?{query}")["tasks"]
    return found


@pytest.fixture
def street(team: Team) -> Dataset:
    """Tasks in all states: late, assigned, rejected, accepted, with changed values and flags."""
    dataset = make_dataset(team, (2, 0, 3), frame_attributes=["weather"], dataset_attributes=["city"])
    set_stage(dataset.stages.get(stage_id="Labelling"), by=team.lead, time_limit_seconds=60)
    entry = {"stage_id": "Labelling", "email": "bob@example.com", "files": "3"}
    assign_files(dataset, [entry], by=team.lead)
    one, two = (task_of(dataset, item__file__position=1, item__label__label_id=f"car:{n}") for n in (1, 2))
    for task in (one, two):
        actions.submit(task, by=team.ann)
    actions.accept(one, by=team.eve)
    actions.reject(two, by=team.eve)
    for position in (1, 2):
        weather = task_of(dataset, item__file__position=position, item__attribute__attribute_id="weather")
        set_value(weather, "rain", by=team.fixer)
        actions.submit(weather, by=team.ann)
    set_value(weather, "sun", by=team.fixer)  # label_changed_since_submit
    finish_with_a_change(team, dataset)
    return dataset


def finish_with_a_change(team: Team, dataset: Dataset) -> None:
    """The city's QA task ends with `changed_in_review`."""
    city, qa = (task_of(dataset, stage, item__attribute__attribute_id="city") for stage in ("Labelling", "QA"))
    set_value(city, "Bern", by=team.fixer)
    actions.submit(city, by=team.ann)
    actions.accept(city, by=team.admin)
    set_value(qa, "Basel", by=team.admin)
    actions.submit(qa, by=team.admin)


def late(task: Row) -> bool:
    return task["due_time_millis"] is not None and task["due_time_millis"] < to_millis(datetime.now(UTC))


FILTERS: dict[str, Callable[[Row], bool]] = {
    "status=submitted": lambda t: t["status"] == "submitted",
    "status=ready&status=waiting": lambda t: t["status"] in ("ready", "waiting"),
    "status=": lambda t: True,
    "stage_id=QA": lambda t: t["stage_id"] == "QA",
    "stage_id=": lambda t: True,
    "email=bob%40example.com": lambda t: t["email"] == "bob@example.com",
    "email=BOB@Example.com": lambda t: t["email"] == "bob@example.com",
    "email=": lambda t: t["email"] is None,
    "reviewer=eve@example.com": lambda t: t["reviewed_by"] == "eve@example.com",
    "file_id=000001.png": lambda t: t["file_id"] == "000001.png",
    "file_id=nothing.png": lambda t: False,
    "label_id=car:1": lambda t: t["label_id"] == "car:1",
    "label_category_id=car": lambda t: t["label_category_id"] == "car",
    "attribute_id=weather": lambda t: t["attribute_id"] == "weather",
    "task_type=label": lambda t: t["task_type"] == "label",
    "task_type=dataset_attribute": lambda t: t["task_type"] == "dataset_attribute",
    "delayed=true": late,
    "delayed=false": lambda t: not late(t),
    "changed_in_review=true": lambda t: t["changed_in_review"] is True,
    "changed_in_review=false": lambda t: t["changed_in_review"] is False,
    "label_changed_since_submit=true": lambda t: t["label_changed_since_submit"] is True,
    "unknown=1&format=xml&page=2": lambda t: True,
}
SELECTIVE = [name for name in FILTERS if not name.endswith("=") and "nothing" not in name and "unknown" not in name]


def test_each_filter_leaves_what_it_says(team: Team, api: ApiClients, street: Dataset) -> None:
    reader = api(team, "reader")

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False):
        everything = tasks(reader, street)
        found = {query: tasks(reader, street, query) for query in FILTERS}
        expected = {query: [one for one in everything if fits(one)] for query, fits in FILTERS.items()}

    assert found == expected
    assert len(everything) == (5 + 3 + 1) * 2
    assert all(0 < len(found[query]) < len(everything) for query in SELECTIVE)


def test_filters_work_in_pairs(team: Team, api: ApiClients, street: Dataset) -> None:
    reader = api(team, "reader")
    pairs = [(a, b) for a, b in combinations(SELECTIVE, 2) if a.split("=")[0] != b.split("=")[0]]

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False):
        everything = tasks(reader, street)
        for one, other in pairs:
            found = tasks(reader, street, f"{one}&{other}&fields=task_id")

            ids = [t["task_id"] for t in everything if FILTERS[one](t) and FILTERS[other](t)]
            assert [t["task_id"] for t in found] == ids, (one, other)


def test_updated_after_is_exclusive(team: Team, api: ApiClients, street: Dataset) -> None:
    reader = api(team, "reader")
    times = sorted({one["update_time_millis"] for one in tasks(reader, street)})

    found = tasks(reader, street, f"updated_after={times[0]}")

    assert found == [one for one in tasks(reader, street) if one["update_time_millis"] > times[0]]
    assert tasks(reader, street, f"updated_after={times[-1]}") == []


UNKNOWN = [
    *("status=done", "status=ready,waiting", "status=ready&status=x", "stage_id=qa", "stage_id=QA2", "email=mallory"),
    *("email=other-ann@example.com", "reviewer=nobody@example.com", "attribute_id=colour", "task_type=labels"),
    *("delayed=1", "delayed=True", "changed_in_review=yes", "label_changed_since_submit=2", "updated_after=now"),
    *("updated_after=-1", "updated_after=1e3", "updated_after=99999999999999999", "ordering=status", "ordering=-list"),
    *("limit=0", "limit=-1", "limit=1001", "limit=ten", "limit=1.0", "limit=%D9%A1", "limit=9999999999999999999999"),
    *("fields=task_id,nothing", "fields=j_task_id", "fields=task_id;status", "cursor=abc", "cursor=abc&limit=2"),
]


@pytest.mark.parametrize("query", UNKNOWN)
def test_an_unknown_value_is_refused_by_its_name(team: Team, api: ApiClients, query: str) -> None:
    make_team("other-")
    dataset = make_dataset(team)

    response = api(team, "reader").get(f"/api/v2/datasets/{dataset.dataset_id}/tasks?{query}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == query.partition("=")[0]
    assert len(response.json()["errors"][0]["detail"].split()) > 3


# --- order ---------------------------------------------------------------------------------------------------


def place(dataset: Dataset, task: Row) -> tuple[int, bool, int, int]:
    """The contract's list order, from the rows: file, labels by creation, attributes after them, stage."""
    files = {file.file_id: file.position for file in dataset.files.all()}
    stage = dataset.stages.get(stage_id=task["stage_id"]).position
    if task["task_type"] != "label":
        attribute = Attribute.objects.get(dataset=dataset, attribute_id=task["attribute_id"])
        return files.get(task["file_id"], 0), True, attribute.position, stage
    label = Label.objects.get(dataset=dataset, label_id=task["label_id"], file__file_id=task["file_id"])
    return files.get(task["file_id"], 0), False, label.pk, stage


@pytest.mark.parametrize("mode", ["frame_by_frame", "label_by_label"])
def test_list_order_is_dataset_level_then_files_then_labels_then_attributes(
    team: Team, api: ApiClients, mode: str
) -> None:
    attributes = {"frame_attributes": ["weather", "time"], "dataset_attributes": ["city"]}
    dataset = make_dataset(team, (2, 0, 1), mode=mode, **attributes)
    store(dataset, make_content((4, 1, 3, 1), mode=mode, **attributes), by=None)  # late labels and a late file

    found = tasks(api(team, "reader"), dataset)

    assert len(found) == ((9 + 8 + 1) if mode == "frame_by_frame" else (4 + 2 + 1)) * 2
    assert found == sorted(found, key=lambda task: place(dataset, task))
    assert [task["level"] for task in found] == sorted(task["level"] for task in found)


def test_withdrawn_tasks_are_in_no_list_and_still_answer(team: Team, api: ApiClients, street: Dataset) -> None:
    gone = task_of(street, item__label__label_id="car:1")
    withdraw_labels(street, [gone.item.label_id], by=team.fixer)
    ann = api(team, "ann")

    listed = {one["task_id"] for one in tasks(api(team, "reader"), street)}
    mine = read(ann, f"/api/v2/clients/{team.client.client_id}/user_tasks")["file_tasks"]

    assert gone.task_id not in listed | {one["task_id"] for one in mine}
    assert len(listed) == (4 + 3 + 1) * 2
    assert read(ann, f"/api/v2/tasks/{gone.task_id}")["deleted_time_millis"] > 0
    assert ann.get(f"/api/v2/tasks/{gone.task_id}/events").json()["events"][-1]["action"] == "withdraw"


# --- a user's tasks ------------------------------------------------------------------------------------------


def test_user_tasks_are_file_tasks_and_label_tasks(team: Team, api: ApiClients, street: Dataset) -> None:
    sequence = make_dataset(team, (2, 2), mode="label_by_label")
    actions.start(task_of(sequence), by=team.ann)

    found = read(api(team, "ann"), f"/api/v2/clients/{team.client.client_id}/user_tasks")

    everything = tasks(api(team, "reader"), street) + tasks(api(team, "reader"), sequence)
    mine = [one for one in everything if one["email"] == "ann@example.com"]
    assert list(found) == ["file_tasks", "label_tasks"]
    assert found["file_tasks"] == [one for one in mine if one["level"] == "frame"]
    assert found["label_tasks"] == [one for one in mine if one["level"] == "dataset"]
    assert len(found["label_tasks"]) == 2  # the city and the track


@pytest.mark.parametrize("name", ["admin", "lead", "creator", "fixer", "customer", "reader"])
def test_who_may_assign_or_read_all_sees_the_tasks_of_others(
    team: Team, api: ApiClients, street: Dataset, name: str
) -> None:
    path = f"/api/v2/clients/{team.client.client_id}/user_tasks"

    others = read(api(team, name), f"{path}?email=ANN@example.com")
    own = read(api(team, "ann"), path)

    assert others == own
    assert read(api(team, name), f"{path}?email={name}@example.com") == read(api(team, name), path)


def test_a_labeller_sees_only_their_own(team: Team, api: ApiClients, street: Dataset) -> None:
    path = f"/api/v2/clients/{team.client.client_id}/user_tasks"
    bob = api(team, "bob")

    others = bob.get(f"{path}?email=ann@example.com")
    unknown = bob.get(f"{path}?email=nobody@example.com")
    own = read(bob, f"{path}?email=Bob@Example.COM")

    assert (others.status_code, unknown.status_code) == (403, 403)
    assert others.json() == unknown.json()
    assert {one["email"] for one in own["file_tasks"]} == {"bob@example.com"}


@pytest.mark.parametrize("email", ["nobody@example.com", "other-ann@example.com", "%00", "a%00b", "%ff", "x" * 9000])
def test_an_email_that_is_no_members_is_refused(team: Team, api: ApiClients, email: str) -> None:
    make_team("other-")

    response = api(team, "lead").get(f"/api/v2/clients/{team.client.client_id}/user_tasks?email={email}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "email"


def test_a_member_without_a_role_has_empty_lists(team: Team, api: ApiClients, street: Dataset) -> None:
    team.add("guest", "")
    guest = api(team, "guest")

    mine = read(guest, f"/api/v2/clients/{team.client.client_id}/user_tasks")
    late_ones = read(guest, f"/api/v2/clients/{team.client.client_id}/delayed_tasks?limit=5")

    assert mine == {"file_tasks": [], "label_tasks": []}
    assert late_ones == {"delayed tasks": [], "delayed_tasks": [], "next_cursor": None}


# --- late tasks ----------------------------------------------------------------------------------------------


def test_delayed_tasks_are_there_in_both_spellings(team: Team, api: ApiClients, street: Dataset) -> None:
    path = f"/api/v2/clients/{team.client.client_id}/delayed_tasks"
    reader = api(team, "reader")

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False):
        found = read(reader, path)
        expected = [
            one | {"delay_millis": to_millis(datetime.now(UTC)) - one["due_time_millis"]}
            for one in tasks(reader, street)
            if late(one)
        ]
        page = read(reader, f"{path}?limit=100")

    assert list(found) == ["delayed tasks", "delayed_tasks"]
    assert found["delayed tasks"] == found["delayed_tasks"] == expected
    assert list(found["delayed_tasks"][0])[-1] == "delay_millis"
    assert page == {"delayed tasks": [], "delayed_tasks": expected, "next_cursor": None}


def test_nothing_is_late_in_a_dataset_that_is_done(team: Team, api: ApiClients, street: Dataset) -> None:
    mark_labelling_done(street, by=team.lead)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False):
        found = read(api(team, "reader"), f"/api/v2/clients/{team.client.client_id}/delayed_tasks")
        filtered = tasks(api(team, "reader"), street, "delayed=true")

    assert found["delayed_tasks"] == filtered == []
