"""next, skip, undo and bulk over the API: what they answer, and in which order they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datasets_app.actions import mark_labelling_done, set_settings
from datasets_app.membership import add_member
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.models import Task
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, make_dataset, make_qa_task, make_task, make_team, task_of

from .offers import car, give
from .test_api_actions import code, url

pytestmark = pytest.mark.django_db


def at(dataset: Dataset, what: str) -> str:
    return f"/api/v2/datasets/{dataset.dataset_id}/tasks/{what}"


def send(client: Any, path: str, said: object = None, **headers: str) -> Any:
    return client.post(path, said if said is not None else {}, format="json", **headers)


def seen(api: ApiClients, team: Team, task: Task) -> Any:
    return api(team, "reader").get(url(task)).json()


# --- next -------------------------------------------------------------------------------------------------------------


def test_next_answers_both_tasks(team: Team, api: ApiClients) -> None:
    dataset = make_task(team, "submitted").dataset

    response = send(api(team, "eve"), at(dataset, "next"))

    assert response.status_code == 200
    assert response.json() == {
        "task": seen(api, team, car(dataset, 1, "QA")),
        "review_task": seen(api, team, car(dataset, 1)),
    }


def test_next_of_work_has_no_review(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, (1,))

    response = send(api(team, "ann"), at(dataset, "next"))

    assert response.json() == {"task": seen(api, team, car(dataset, 1)), "review_task": None}


def test_in_the_last_stage_both_are_the_same(team: Team, api: ApiClients) -> None:
    task = make_qa_task(team, "submitted")

    response = send(api(team, "customer"), at(task.dataset, "next"))

    assert response.json()["task"] == response.json()["review_task"] == seen(api, team, task)


def test_nothing_is_204_and_empty(team: Team, api: ApiClients) -> None:
    dataset = make_task(team, "submitted").dataset

    response = send(api(team, "admin"), at(dataset, "next"), {"kind": "work"})

    assert response.status_code == 204
    assert response.content == b""
    mark_labelling_done(dataset, by=team.lead)
    assert send(api(team, "eve"), at(dataset, "next")).status_code == 204


@pytest.mark.parametrize(
    "said", [{}, {"stage_id": None, "kind": None}, {"stage_id": ""}, {"what": 1}, {"stage_id": "QA", "kind": "review"}]
)
def test_what_next_takes(team: Team, api: ApiClients, said: dict[str, Any]) -> None:
    dataset = make_task(team, "submitted").dataset

    assert send(api(team, "eve"), at(dataset, "next"), said).status_code == 200
    assert api(team, "eve").post(at(dataset, "next"), content_type="application/json").status_code == 200


@pytest.mark.parametrize(
    ("said", "attr"),
    [
        ({"stage_id": "Audit"}, "stage_id"),
        ({"stage_id": 1}, "stage_id"),
        ({"stage_id": ["QA"]}, "stage_id"),
        ({"kind": "both"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"kind": ["work"]}, "kind"),
    ],
)
def test_what_next_does_not_take(team: Team, api: ApiClients, said: dict[str, Any], attr: str) -> None:
    dataset = make_dataset(team, (1,))
    before = all_rows()

    response = send(api(team, "ann"), at(dataset, "next"), said)

    assert response.status_code == 400
    assert [one["attr"] for one in response.json()["errors"]] == [attr]
    assert send(api(team, "reader"), at(dataset, "next"), said).status_code == 403
    assert all_rows() == before


@pytest.mark.parametrize("said", [[], [1], "next", 3, None, True])
def test_a_body_that_is_no_object(team: Team, api: ApiClients, said: object) -> None:
    dataset = make_dataset(team, (1,))

    for what in ("next", "bulk"):
        body = json.dumps(said)
        response = api(team, "ann").generic("POST", at(dataset, what), body, "application/json")
        assert response.status_code == 400, response.content
        response = api(team, "reader").generic("POST", at(dataset, what), body, "application/json")
        assert response.status_code == 403


@pytest.mark.parametrize("what", ["next", "bulk"])
def test_who_is_nobody_here(team: Team, api: ApiClients, what: str) -> None:
    dataset = make_dataset(team, (1,))
    other = make_team("x")
    before = all_rows()

    for name in ("admin", "ann", "customer"):
        assert send(api(other, name), at(dataset, what), {"stage_id": 1}).status_code == 404
    assert send(api(team, "ann"), at(dataset, what).replace(dataset.dataset_id, "x")).status_code == 404
    assert all_rows() == before


# --- skip and undo ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["skip", "undo"])
def test_anothers_task_does_not_exist(team: Team, api: ApiClients, verb: str) -> None:
    task = make_task(team, "in_progress")
    give(task.dataset, "eve@example.com", "1", "QA", by=team.lead)

    assert send(api(make_team("x"), "admin"), url(task, verb)).status_code == 404
    assert send(api(team, "bob"), url(task, verb)).status_code == 404  # he sees nothing of this dataset
    for name in ("reader", "fixer", "creator"):
        assert send(api(team, name), url(task, verb), [1]).status_code == 403


def test_skip_answers_the_task_with_its_version(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, (2,))
    given = send(api(team, "ann"), at(dataset, "next")).json()["task"]

    response = send(api(team, "ann"), f"/api/v2/tasks/{given['task_id']}/skip")

    assert response.status_code == 200
    assert response.json() == given
    assert response["ETag"] == f'"{given["version"]}"'
    assert send(api(team, "ann"), at(dataset, "next")).json()["task"]["label_id"] == "car:2"


def test_undo_answers_the_task_as_it_was(team: Team, api: ApiClients) -> None:
    task = make_task(team, "ready")
    before = seen(api, team, task)
    send(api(team, "ann"), url(task, "submit"))

    response = send(api(team, "ann"), url(task, "undo"), {"comment": "Wrong key."})

    assert response.status_code == 200
    changing = {"version", "update_time_millis"}
    assert {k: v for k, v in response.json().items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert response["ETag"] == '"3"'
    events = api(team, "ann").get(url(task, "events")).json()["events"]
    assert [event["action"] for event in events] == ["create", "submit", "undo"]
    assert events[2]["undoes"] == events[1]["action_id"]
    assert events[2]["comment"] == "Wrong key."
    assert events[1]["undoes"] is None


REFUSALS = [
    # body, If-Match, role now, dataset done, undo_seconds: status, code
    ({"comment": 3}, '"9"', "reader", True, 403, "not_allowed"),
    ({"comment": 3}, '"9"', "labeller", True, 400, "invalid"),
    ({}, "x", "reader", True, 403, "not_allowed"),
    ({}, "x", "labeller", True, 400, "invalid"),
    ({}, '"9"', "labeller", True, 412, "stale_version"),
    ({}, 'W/"2"', "labeller", True, 409, "dataset_done"),
    ({}, "2", "labeller", False, 200, ""),
]


@pytest.mark.parametrize(("said", "match", "role", "done", "status", "wrong"), REFUSALS)
def test_the_order_of_refusals_of_undo(
    team: Team, api: ApiClients, said: object, match: str, role: str, done: bool, status: int, wrong: str
) -> None:
    task = make_task(team, "in_progress")
    add_member(team.client, team.users["ann"], role, by=team.admin)
    if role == "reader":  # who cannot work any more has lost the task: it is as if nobody had it
        task = task_of(task.dataset)
    if done:
        mark_labelling_done(task.dataset, by=team.lead)

    response = send(api(team, "ann"), url(task, "undo"), said, HTTP_IF_MATCH=match)

    assert response.status_code == status
    assert status == 200 or code(response) == wrong


def test_undo_is_refused_with_the_way_out(team: Team, api: ApiClients) -> None:
    task = make_task(team, "submitted")
    actions.accept(task, by=team.eve)
    nothing = send(api(team, "admin"), url(task, "undo"))
    built_on = send(api(team, "ann"), url(task, "undo"))
    set_settings(task.dataset, undo_seconds=0, by=team.lead)
    late = send(api(team, "eve"), url(task, "undo"))

    assert (nothing.status_code, code(nothing)) == (409, "nothing_to_undo")
    assert (built_on.status_code, code(built_on)) == (409, "acted_since")
    assert "eve@example.com" in built_on.json()["errors"][0]["detail"]
    assert (late.status_code, code(late)) == (409, "undo_expired")
