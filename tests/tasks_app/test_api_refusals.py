"""The order of refusals (contract, section 4), that they change nothing, and what the verbs cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from datasets_app.actions import mark_labelling_done, set_settings, withdraw_labels
from tasks_app import actions
from tasks_app.models import Task
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, make_dataset, make_qa_task, make_task, make_team, task_of

pytestmark = pytest.mark.django_db
BROKEN: dict[str, Any] = {"data": '{"comment": ', "content_type": "application/json"}
OTHER_TYPE: dict[str, Any] = {"data": "a=b", "content_type": "text/plain"}
TOO_LONG: dict[str, Any] = {"data": '{"comment": "%s"}' % ("x" * 10_001), "content_type": "application/json"}
WRONG_REASON: dict[str, Any] = {"data": '{"reason": "ugly"}', "content_type": "application/json"}
BROKEN_MATCH: dict[str, Any] = {"HTTP_IF_MATCH": "yesterday"}
CHUNKED: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
STALE: dict[str, Any] = {"HTTP_IF_MATCH": '"77"'}
VERBS = ["start", "submit", "accept", "reject", "reopen"]


def url(task: Task, verb: str) -> str:
    return f"/api/v2/tasks/{task.task_id}/{verb}"


def outcome(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["errors"][0]["code"]


def stranger(secret: str = "4e_nobody") -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.mark.parametrize("verb", VERBS)
def test_401_comes_before_404(team: Team, verb: str) -> None:
    response = stranger().post(f"/api/v2/tasks/nothing/{verb}", **BROKEN)

    assert outcome(response) == (401, "authentication_failed")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("verb", VERBS)
def test_404_comes_before_403(team: Team, api: ApiClients, verb: str) -> None:
    task = make_task(team)
    others = make_team("other-")

    hidden = api(others, "reader").post(url(task, verb), **BROKEN)
    unknown = api(others, "reader").post(f"/api/v2/tasks/nothing/{verb}", **BROKEN)

    assert outcome(hidden) == (404, "not_found")
    assert hidden.json() == unknown.json()


@pytest.mark.parametrize("said", [BROKEN, OTHER_TYPE, TOO_LONG, BROKEN_MATCH, CHUNKED])
@pytest.mark.parametrize("verb", VERBS)
def test_403_of_the_role_comes_before_400(team: Team, api: ApiClients, verb: str, said: dict[str, Any]) -> None:
    response = api(team, "reader").post(url(make_task(team), verb), **said)

    assert outcome(response) == (403, "not_allowed")
    assert "role" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize("said", [BROKEN, TOO_LONG, WRONG_REASON])
def test_400_comes_before_412(team: Team, api: ApiClients, said: dict[str, Any]) -> None:
    dataset = make_dataset(team, reject_reasons=["loose"])
    task = make_task(team, "submitted", dataset=dataset)

    response = api(team, "eve").post(url(task, "reject"), **said, **STALE)

    assert response.status_code == 400


@pytest.mark.parametrize("verb", ["start", "submit", "accept", "reject"])
def test_412_comes_before_409(team: Team, api: ApiClients, verb: str) -> None:
    task = make_qa_task(team, "waiting")

    stale = api(team, "lead").post(url(task, verb), **STALE)
    fresh = api(team, "lead").post(url(task, verb), HTTP_IF_MATCH='"1"')

    assert outcome(stale) == (412, "stale_version")
    assert outcome(fresh) == (409, "invalid_transition")


def test_409_comes_before_403_of_the_person(team: Team, api: ApiClients) -> None:
    task = make_task(team, "submitted")  # by ann
    ann = api(team, "ann")

    barred = ann.post(url(task, "accept"))
    actions.accept(task, by=team.eve)
    too_late = ann.post(url(task, "accept"))

    assert outcome(barred) == (403, "four_eyes")
    assert outcome(too_late) == (409, "invalid_transition")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("how", ["done", "withdrawn"])
def test_409_of_the_object_comes_before_403_of_the_person(team: Team, api: ApiClients, verb: str, how: str) -> None:
    task = make_task(team, "submitted")
    if how == "done":
        mark_labelling_done(task.dataset, by=team.lead)
    else:
        withdraw_labels(task.dataset, [task.item.label_id], by=team.fixer)
    person = "lead" if verb == "reopen" else "admin"

    response = api(team, person).post(url(task, verb), {"comment": "Why."}, format="json")

    assert outcome(response) == (409, "dataset_done" if how == "done" else "label_deleted")


def test_who_loses_a_free_task_a_moment_ago_is_told_409(team: Team, api: ApiClients) -> None:
    task = make_task(team)
    actions.start(task, by=team.ann)

    response = api(team, "bob").post(url(task, "submit"))

    assert outcome(response) == (409, "already_taken")


def test_a_task_of_someone_else_is_403(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, (2,))
    task = task_of(dataset)
    entry = {"stage_id": "Labelling", "email": "ann@example.com", "files": "1"}
    api(team, "lead").post(f"/api/v2/datasets/{dataset.dataset_id}/file_tasks", {"file_tasks": [entry]}, format="json")

    assert outcome(api(team, "lead").post(url(task, "submit"))) == (403, "not_the_assignee")
    assert api(team, "bob").post(url(task, "submit")).status_code == 403


def test_accept_on_the_reviewers_own_task_names_the_one_that_was_meant(team: Team, api: ApiClients) -> None:
    labelling = make_task(team, "submitted")
    qa = task_of(labelling.dataset, "QA")

    response = api(team, "eve").post(url(qa, "accept"))

    detail = response.json()["errors"][0]["detail"]
    assert outcome(response) == (409, "invalid_transition")
    assert "ready" in detail
    assert "submitted" in detail
    assert labelling.task_id in detail


REFUSED: list[tuple[str, str, str, dict[str, Any]]] = [
    ("reader", "ready", "start", {}),
    ("ann", "submitted", "submit", {}),
    ("ann", "submitted", "accept", {}),
    ("eve", "submitted", "accept", STALE),
    ("eve", "submitted", "reject", BROKEN),
    ("eve", "submitted", "reject", TOO_LONG),
    ("lead", "accepted", "reopen", {}),
    ("eve", "accepted", "reject", {}),
]


@pytest.mark.parametrize(("name", "status", "verb", "said"), REFUSED)
def test_a_refusal_changes_nothing(
    team: Team, api: ApiClients, name: str, status: str, verb: str, said: dict[str, Any]
) -> None:
    task = make_task(team, status)
    before = all_rows()

    response = api(team, name).post(url(task, verb), **said)

    assert 400 <= response.status_code < 500
    assert all_rows() == before


def test_a_required_reason_is_one_of_the_list(team: Team, api: ApiClients) -> None:
    task = make_task(team, "submitted")
    set_settings(task.dataset, by=team.lead, reject_reasons=["loose", "tight"], reason_required=True)
    eve = api(team, "eve")

    without = eve.post(url(task, "reject"))
    other = eve.post(url(task, "reject"), {"reason": "ugly"}, format="json")
    known = eve.post(url(task, "reject"), {"reason": "tight"}, format="json")

    assert outcome(without) == (400, "reason_required")
    assert outcome(other) == (400, "unknown_reason")
    assert "loose, tight" in other.json()["errors"][0]["detail"]
    assert known.json()["last_reason"] == "tight"


# --- what it costs ------------------------------------------------------------------------------------------


def queries(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert call().status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("name", "status", "verb", "body"),
    [
        ("ann", "ready", "start", {}),
        ("ann", "in_progress", "submit", {}),
        ("eve", "submitted", "accept", {}),
        ("eve", "submitted", "accept", {"submit": True}),
        ("eve", "submitted", "reject", {"comment": "Too wide."}),
        ("lead", "accepted", "reopen", {"comment": "Again."}),
    ],
)
def test_a_verb_costs_few_queries_and_as_many_in_a_large_dataset(
    team: Team, api: ApiClients, name: str, status: str, verb: str, body: dict[str, Any]
) -> None:
    small, large = make_dataset(team, (1,)), make_dataset(team, (20, 20, 20), frame_attributes=["weather"])
    tasks = [make_task(team, status, dataset=dataset) for dataset in (small, large)]
    client = api(team, name)
    client.get(url(tasks[0], "events"))  # notes the use of the token

    counts = [queries(lambda task=task: client.post(url(task, verb), body, format="json")) for task in tasks]

    assert counts[0] == counts[1]
    assert counts[0] <= 20
