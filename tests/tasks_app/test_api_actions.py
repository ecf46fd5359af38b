"""The verbs through the API: what they answer, and in which order they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datasets_app.actions import withdraw_labels
from tasks_app import actions
from tasks_app.models import Task
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, events_of, make_dataset, make_qa_task, make_task, task_of

pytestmark = pytest.mark.django_db


def url(task: Task, verb: str = "") -> str:
    return f"/api/v2/tasks/{task.task_id}" + (f"/{verb}" if verb else "")


def code(response: Any) -> str:
    """The code of a refusal, whose shape is that of all refusals."""
    body = response.json()
    kind = "validation_error" if response.status_code == 400 else "client_error"
    assert set(body) == {"type", "errors"}
    assert body["type"] == kind
    for one in body["errors"]:
        assert set(one) == {"code", "detail", "attr"}
        assert one["detail"].endswith((".", "?"))
        assert " " in one["detail"]
    return str(body["errors"][0]["code"])


# --- answers ------------------------------------------------------------------------------------------------

VERBS = [
    # verb, status it is used on, by whom, body, status then, events that it makes on the task
    ("start", "ready", "ann", {}, "in_progress", 1),
    ("start", "rejected", "ann", {}, "in_progress", 1),
    ("submit", "ready", "ann", {}, "submitted", 1),
    ("submit", "in_progress", "ann", {"comment": "Two cars."}, "submitted", 1),
    ("submit", "rejected", "ann", {}, "submitted", 1),
    ("accept", "submitted", "eve", {}, "accepted", 1),
    ("reject", "submitted", "eve", {"reason": "loose", "comment": "Too wide."}, "rejected", 1),
    ("reopen", "accepted", "lead", {"comment": "The mirror is cut off."}, "rejected", 1),
]


@pytest.mark.parametrize(("verb", "status", "name", "body", "then", "events"), VERBS)
def test_a_verb_answers_the_updated_task(
    team: Team, api: ApiClients, verb: str, status: str, name: str, body: dict[str, str], then: str, events: int
) -> None:
    task = make_task(team, status)

    response = api(team, name).post(url(task, verb), body, format="json")

    assert response.status_code == 200
    assert response.json()["status"] == then
    assert response.json()["version"] == task.version + events
    assert response["Content-Type"] == "application/json"
    assert response.json() == api(team, "reader").get(url(task)).json()


@pytest.mark.parametrize(("verb", "status", "name", "body", "then", "events"), VERBS)
def test_the_etag_is_the_version_that_the_next_decision_names(
    team: Team, api: ApiClients, verb: str, status: str, name: str, body: dict[str, str], then: str, events: int
) -> None:
    task = make_task(team, status)
    client = api(team, name)
    seen = client.get(url(task))["ETag"]

    response = client.post(url(task, verb), body, format="json", HTTP_IF_MATCH=seen)

    assert seen == f'"{task.version}"'
    assert response.status_code == 200
    assert response["ETag"] == f'"{response.json()["version"]}"'


def test_comment_reason_and_token_are_in_the_history(team: Team, api: ApiClients) -> None:
    task = make_task(team, "submitted")

    answer = api(team, "eve").post(
        url(task, "reject"), {"reason": "loose", "comment": 'Say "hi" </script> 🚗'}, format="json"
    )

    event = events_of(task)[-1]
    assert (event.reason, event.comment) == ("loose", 'Say "hi" </script> 🚗')
    assert (event.by, event.token.name) == (team.eve.user, "test")
    assert answer.json()["last_comment"] == 'Say "hi" </script> 🚗'
    assert answer.json()["last_reason"] == "loose"


NOTHING_SAID: list[dict[str, Any]] = [
    {},
    {"data": "", "content_type": "application/json"},
    {"data": "  \n", "content_type": "application/json"},
    {"data": "{}", "content_type": "application/json"},
    {"data": '{"comment": ""}', "content_type": "application/json; charset=utf-8"},
    {"data": '{"comment": null, "reason": null}', "content_type": "application/json"},
    {"data": '{"unknown": [1, {"a": 2}]}', "content_type": "application/json"},
]


@pytest.mark.parametrize("said", NOTHING_SAID)
@pytest.mark.parametrize("verb", ["submit", "accept", "reject"])
def test_a_body_is_optional(team: Team, api: ApiClients, verb: str, said: dict[str, Any]) -> None:
    task = make_task(team, "ready" if verb == "submit" else "submitted")

    response = api(team, "ann" if verb == "submit" else "eve").post(url(task, verb), **said)

    assert response.status_code == 200
    assert events_of(task)[-1].comment == ""


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "x"])
def test_another_content_type_is_refused(team: Team, api: ApiClients, content_type: str) -> None:
    task = make_task(team)

    response = api(team, "ann").post(url(task, "submit"), "comment=1", content_type=content_type)

    assert response.status_code == 415
    assert code(response) == "unsupported_media_type"


def test_a_body_in_chunks_is_refused_instead_of_overlooked(team: Team, api: ApiClients) -> None:
    task = make_task(team, "submitted")

    response = api(team, "eve").post(url(task, "accept"), HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")

    assert response.status_code == 411
    assert code(response) == "length_required"


# --- accept and submit --------------------------------------------------------------------------------------


def test_accept_and_submit_answers_both_tasks(team: Team, api: ApiClients) -> None:
    task = make_task(team, "submitted")

    response = api(team, "eve").post(url(task, "accept"), {"submit": True}, format="json")

    following = response.json().pop("next_task")
    reader = api(team, "reader")
    assert response.json()["status"] == "accepted"
    assert following["task_id"] == response.json()["next_task_id"]
    assert following == reader.get(f"/api/v2/tasks/{following['task_id']}").json()
    assert (following["status"], following["submitted_by"]) == ("accepted", "eve@example.com")


def test_a_plain_accept_answers_no_next_task(team: Team, api: ApiClients) -> None:
    task = make_task(team, "submitted")

    response = api(team, "eve").post(url(task, "accept"), {"submit": False}, format="json")

    assert "next_task" not in response.json()


def test_accept_and_submit_of_the_last_stage_is_refused(team: Team, api: ApiClients) -> None:
    task = make_qa_task(team, "submitted")

    response = api(team, "lead").post(url(task, "accept"), {"submit": True}, format="json")

    assert (response.status_code, code(response)) == (400, "no_next_task")
    assert task_of(task.dataset, "QA").status == "submitted"


def test_accept_and_submit_is_both_or_neither(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, (1,), frame_attributes=["weather"])
    task = task_of(dataset, item__label__isnull=False)
    actions.submit(task, by=team.ann)
    withdraw_labels(dataset, [task.item.label_id], by=team.fixer)
    before = all_rows()

    response = api(team, "eve").post(url(task, "accept"), {"submit": True}, format="json")

    assert response.status_code == 409
    assert code(response) == "label_deleted"
    assert all_rows() == before


# --- If-Match -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seen", ['"2"', 'W/"2"', "2", ' "2" ', "*", "", '"002"'])
def test_if_match_takes_the_version_in_every_spelling(team: Team, api: ApiClients, seen: str) -> None:
    task = make_task(team, "submitted")

    response = api(team, "eve").post(url(task, "accept"), HTTP_IF_MATCH=seen)

    assert task.version == 2
    assert response.status_code == 200


@pytest.mark.parametrize("seen", ['"1"', 'W/"1"', "1", "0", "3", "999999999"])
def test_a_version_that_is_not_the_present_one_is_stale(team: Team, api: ApiClients, seen: str) -> None:
    task = make_task(team, "submitted")

    response = api(team, "eve").post(url(task, "accept"), HTTP_IF_MATCH=seen)

    assert response.status_code == 412
    assert code(response) == "stale_version"
    assert "version 2" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize("seen", ['"2', "w/2", "abc", '"2", "3"', "-2", "2.0", "٢", "²", '""', "9" * 5000])
def test_an_if_match_that_cannot_be_read_is_refused(team: Team, api: ApiClients, seen: str) -> None:
    task = make_task(team, "submitted")

    response = api(team, "eve").post(url(task, "accept"), HTTP_IF_MATCH=seen)

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "If-Match"
    assert Task.objects.get(pk=task.pk).version == 2


# --- values -------------------------------------------------------------------------------------------------


def attribute_task(team: Team, name: str = "city") -> Task:
    dataset = make_dataset(team, (1,), dataset_attributes=["city"], frame_attributes=["weather"])
    return task_of(dataset, item__attribute__attribute_id=name)


VALUES = ["Bern", 3, 0, False, True, 2.5, ["a", 1], "Zürich 🚗", "not applicable", "</script>"]
NO_VALUES: list[Any] = [
    *({"value": "x" * 10_001}, {"value": ["x" * 10_001]}, {"value": [0] * 1_001}),
    *({}, {"value": None}, {"value": ""}, {"value": []}, {"value": {"a": 1}}, {"value": [[1]]}),
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_set_and_answered(team: Team, api: ApiClients, value: Any) -> None:
    task = attribute_task(team)

    response = api(team, "fixer").put(url(task, "value"), {"value": value}, format="json")

    assert response.status_code == 200
    assert response.json()["value"] == value
    assert type(response.json()["value"]) is type(value)
    assert response["ETag"] == '"2"'


@pytest.mark.parametrize("body", NO_VALUES, ids=lambda one: repr(one)[:30])
def test_no_value_and_too_much_of_one_are_refused(team: Team, api: ApiClients, body: Any) -> None:
    task = attribute_task(team)
    before = all_rows()

    response = api(team, "fixer").put(url(task, "value"), json.dumps(body), content_type="application/json")

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "value"
    assert all_rows() == before


def test_a_value_outside_of_the_options_is_refused(team: Team, api: ApiClients) -> None:
    task = attribute_task(team, "weather")

    response = api(team, "fixer").put(url(task, "value"), {"value": "hail"}, format="json")

    assert response.status_code == 400
    assert code(response) == "not_an_option"
    assert "rain, sun" in response.json()["errors"][0]["detail"]


def test_an_object_has_no_value(team: Team, api: ApiClients) -> None:
    task = make_task(team, "in_progress")

    response = api(team, "ann").put(url(task, "value"), {"value": "x"}, format="json")

    assert (response.status_code, code(response)) == (400, "not_an_attribute")


def test_an_attribute_without_a_value_is_not_submitted(team: Team, api: ApiClients) -> None:
    task = attribute_task(team)
    ann = api(team, "ann")

    first = ann.post(url(task, "submit"))
    ann.post(url(task, "start"))
    ann.put(url(task, "value"), {"value": "Bern"}, format="json")
    second = ann.post(url(task, "submit"))

    assert (first.status_code, code(first)) == (409, "value_missing")
    assert second.status_code == 200
