"""bulk over the API: an answer for each, bodies that are wrong, and what nobody should send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tasks_app import actions
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, make_dataset, make_qa_task

from .offers import car, fresh
from .test_api_actions import code
from .test_api_queue import at, seen, send

pytestmark = pytest.mark.django_db


def test_bulk_answers_each_in_order(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, (3,))
    actions.start(car(dataset, 2), by=team.bob)
    tasks = [car(dataset, 1), car(dataset, 2), car(dataset, 3)]
    said = {
        "action": "submit",
        "comment": "All fine.",
        "tasks": [
            {"task_id": tasks[0].task_id, "version": 1},
            {"task_id": tasks[1].task_id, "version": None},
            {"task_id": tasks[2].task_id, "version": 5},
            {"task_id": "x"},
            {"task_id": tasks[2].task_id},
        ],
    }

    response = send(api(team, "ann"), at(dataset, "bulk"), said)

    assert response.status_code == 200
    results = response.json()["results"]
    assert [one["task_id"] for one in results] == [one["task_id"] for one in said["tasks"]]
    assert [one["status_code"] for one in results] == [200, 409, 412, 404, 200]
    assert results[0]["task"] == seen(api, team, tasks[0])
    assert results[1]["errors"][0]["code"] == "already_taken"
    for one in results:
        assert set(one) == {"task_id", "status_code", "task" if one["status_code"] == 200 else "errors"}
        assert all(set(problem) == {"code", "detail", "attr"} for problem in one.get("errors", []))


def test_bulk_by_ids_alone(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, (2,))
    ids = [car(dataset, number).task_id for number in (1, 2)]

    response = send(api(team, "ann"), at(dataset, "bulk"), {"action": "submit", "task_ids": ids})

    assert [one["status_code"] for one in response.json()["results"]] == [200, 200]
    assert fresh(dataset).tasks.filter(status="submitted", assignee=None).count() == 2


ONE = {"action": "submit", "task_ids": ["x"]}
ODD_VERSIONS = [-1, "a", 1.5, True, [], {}, "9" * 2000]
MALFORMED: list[Any] = [
    {},
    {"action": "submit"},
    {"task_ids": ["x"]},
    ONE | {"action": "undo"},
    ONE | {"action": ["submit"]},
    ONE | {"action": None},
    ONE | {"task_ids": []},
    ONE | {"task_ids": "x"},
    ONE | {"task_ids": {"x": 1}},
    ONE | {"task_ids": [1]},
    ONE | {"task_ids": [None]},
    ONE | {"task_ids": [["x"]]},
    ONE | {"task_ids": None},
    ONE | {"task_ids": ["x"] * 1001},
    ONE | {"tasks": [{"task_id": "x"}]},
    {"action": "submit", "tasks": []},
    {"action": "submit", "tasks": ["x"]},
    {"action": "submit", "tasks": [{"version": 1}]},
    *({"action": "submit", "tasks": [{"task_id": "x", "version": odd}]} for odd in ODD_VERSIONS),
    ONE | {"comment": 1},
    ONE | {"comment": "x" * 10_001},
    ONE | {"submit": True},
    ONE | {"submit": "yes"},
    {"action": "accept", "submit": 1, "task_ids": ["x"]},
    {"action": "reopen", "task_ids": ["x"]},
    {"action": "reject", "reason": "x" * 201, "task_ids": ["x"]},
]  # fmt: skip


@pytest.mark.parametrize("said", MALFORMED, ids=lambda one: str(one)[:60])
def test_a_body_that_bulk_does_not_take(team: Team, api: ApiClients, said: object) -> None:
    dataset = make_dataset(team, (1,))
    before = all_rows()

    response = send(api(team, "admin"), at(dataset, "bulk"), said)

    assert response.status_code == 400
    assert code(response)
    assert send(api(team, "reader"), at(dataset, "bulk"), said).status_code == 403
    assert all_rows() == before


@pytest.mark.parametrize("odd", ["", " ", "'", "%", "x" * 5000, "🚗", "a/b", "-1"])
def test_any_text_may_be_an_id_that_is_not_there(team: Team, api: ApiClients, odd: str) -> None:
    dataset = make_dataset(team, (1,))

    response = send(api(team, "ann"), at(dataset, "bulk"), {"action": "start", "task_ids": [odd]})

    blank = not odd.strip()
    assert response.status_code == (400 if odd == "" else 200)
    assert blank or response.json()["results"][0]["status_code"] == 404


@pytest.mark.parametrize("what", ["next", "bulk"])
def test_a_body_without_end_is_not_read(team: Team, api: ApiClients, what: str) -> None:
    dataset = make_dataset(team, (1,))
    said = json.dumps({"action": "submit", "task_ids": ["x" * 1_000_000]})

    response = api(team, "ann").generic("POST", at(dataset, what), said, "application/json")

    assert response.status_code == 413


def test_a_limited_token_is_what_it_is_limited_to(team: Team, api: ApiClients) -> None:
    task = make_qa_task(team, "submitted")
    said = {"action": "accept", "task_ids": [car(task.dataset, 1).task_id, task.task_id]}

    reader = send(api(team, "admin", role="reader"), at(task.dataset, "bulk"), said)
    customer = send(api(team, "admin", role="customer"), at(task.dataset, "bulk"), said)

    assert reader.status_code == 403
    assert [one["status_code"] for one in customer.json()["results"]] == [403, 200]
