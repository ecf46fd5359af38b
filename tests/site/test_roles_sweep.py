"""Every role × every endpoint of the API, against a table that is written from the contract's section 7.

A role can come from the client, from one dataset, or be what a token of an admin is limited to: all the same here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import URLPattern
from rest_framework.test import APIClient

from datasets_app.membership import set_scopes
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.api.urls import urlpatterns
from tasks_app.models import Task
from tests.factories import Team, make_dataset, task_of, undone

pytestmark = pytest.mark.django_db

ROLES = ["admin", "datasets_admin", "datasets_creator", "labels_admin", "labeller", "customer", "reader"]
ALL = set(ROLES)
READ_ALL = ALL - {"labeller"}
WORK = {"admin", "datasets_admin", "labeller"}
REVIEW = {"admin", "datasets_admin", "labeller"}
REVIEW_LAST = {"admin", "datasets_admin", "customer"}
ASSIGN = {"admin", "datasets_admin"}
LABELS = {"admin", "labels_admin"}
TAKE_PART = WORK | REVIEW_LAST


@dataclass
class Street:
    """A dataset on its way: bob labelled and eve reviewed; the people of the sweep have done nothing yet."""

    dataset: Dataset
    team: Team

    def task(self, label: int, stage: str = "Labelling") -> Task:
        return task_of(self.dataset, stage, item__label__label_id=f"car:{label}")

    @property
    def free(self) -> Task:
        return self.task(1)

    @property
    def submitted(self) -> Task:
        return self.task(2)

    @property
    def accepted(self) -> Task:
        return self.task(3)

    @property
    def last(self) -> Task:
        """Waits for the customer."""
        return self.task(3, "QA")

    @property
    def weather(self) -> Task:
        return task_of(self.dataset, item__attribute__attribute_id="weather")


@pytest.fixture
def street(team: Team) -> Street:
    dataset = make_dataset(team, (3,), frame_attributes=["weather"], dataset_attributes=["city"], customer_review=True)
    street = Street(dataset, team)
    for task in (street.submitted, street.accepted):
        actions.submit(task, by=team.bob)
    actions.accept(street.accepted, by=team.eve, submit=True)
    return street


@dataclass
class Endpoint:
    """What is called, who may, and what those get who may in principle but not now."""

    url: str
    path: Callable[[Street], str]
    may: set[str]
    method: str = "get"
    body: dict[str, Any] | None = None
    otherwise: dict[str, int] = field(default_factory=dict)

    def expected(self, role: str) -> int:
        return self.otherwise.get(role, self.allowed if role in self.may else 403)

    @property
    def allowed(self) -> int:
        return 204 if self.method == "delete" or (self.url in ASSIGNED and self.method == "post") else 200


def task(name: str, verb: str = "") -> Callable[[Street], str]:
    return lambda street: f"tasks/{getattr(street, name).task_id}" + (f"/{verb}" if verb else "")


def dataset(rest: str) -> Callable[[Street], str]:
    return lambda street: f"datasets/{street.dataset.dataset_id}/{rest}"


def client(rest: str) -> Callable[[Street], str]:
    return lambda street: f"clients/{street.team.client.client_id}/{rest}"


ASSIGNED = ("file-tasks", "label-tasks")
#: Who may work may correct what they have in hand (409 frozen: this is not).
FROZEN = {"datasets_admin": 409, "labeller": 409}
FILES = {"file_tasks": [{"stage_id": "QA", "email": "eve@example.com", "files": "1"}]}
LABELS_BODY = {"label_tasks": [{"stage_id": "QA", "email": "eve@example.com", "attribute_id": "city"}]}
DRAWN = "labels/van:1?file_id=000001.png"
ENDPOINTS = [
    Endpoint("task", task("free"), ALL),
    Endpoint("task-events", task("free", "events"), ALL),
    Endpoint("task-start", task("free", "start"), WORK, "post"),
    Endpoint("task-submit", task("free", "submit"), WORK, "post"),
    # The assignee of its QA task is eve: of those whose role may, nobody else (section 3, Who).
    Endpoint("task-accept", task("submitted", "accept"), REVIEW, "post"),
    Endpoint("task-accept", task("submitted", "accept"), REVIEW & WORK, "post", {"submit": True}),
    Endpoint("task-accept", task("last", "accept"), REVIEW_LAST, "post"),
    Endpoint("task-reject", task("submitted", "reject"), REVIEW, "post"),
    Endpoint("task-reject", task("last", "reject"), REVIEW_LAST, "post"),
    Endpoint("task-reopen", task("accepted", "reopen"), ASSIGN, "post", {"comment": "The mirror is cut off."}),
    # None of them has done anything yet that could be undone.
    Endpoint("task-undo", task("free", "undo"), TAKE_PART, "post", otherwise=dict.fromkeys(TAKE_PART, 409)),
    Endpoint("task-skip", task("free", "skip"), TAKE_PART, "post"),
    Endpoint("dataset-next", dataset("tasks/next"), TAKE_PART, "post"),
    Endpoint("dataset-next", dataset("tasks/next"), TAKE_PART, "post", {"stage_id": "QA", "kind": "review"}),
    Endpoint("dataset-bulk", dataset("tasks/bulk"), WORK, "post", {"action": "submit", "task_ids": ["x"]}),
    Endpoint(
        "dataset-bulk", dataset("tasks/bulk"), REVIEW | REVIEW_LAST, "post", {"action": "accept", "task_ids": ["x"]}
    ),
    Endpoint(
        "dataset-bulk", dataset("tasks/bulk"), ASSIGN, "post", {"action": "reopen", "comment": "x", "task_ids": ["x"]}
    ),
    Endpoint("task-value", task("weather", "value"), LABELS, "put", {"value": "rain"}, otherwise=FROZEN),
    Endpoint("label", dataset("labels/car:1"), LABELS, "put", {"box": [1, 2, 3, 4]}, otherwise=FROZEN),
    Endpoint("label", dataset(DRAWN), LABELS, "put", {"box": [1, 2, 3, 4]}, otherwise=FROZEN),
    Endpoint("label", dataset("labels/car:1"), LABELS, "delete", otherwise=FROZEN),
    Endpoint("dataset-tasks", dataset("tasks"), ALL),
    Endpoint("dataset-tasks", dataset("tasks?limit=5"), ALL),
    Endpoint("file-tasks", dataset("file_tasks"), READ_ALL),
    Endpoint("label-tasks", dataset("label_tasks"), READ_ALL),
    Endpoint("file-tasks", dataset("file_tasks"), ASSIGN, "post", FILES),
    Endpoint("label-tasks", dataset("label_tasks"), ASSIGN, "post", LABELS_BODY),
    Endpoint("user-tasks", client("user_tasks"), ALL),
    Endpoint("user-tasks", client("user_tasks?email=eve@example.com"), READ_ALL),
    Endpoint("delayed-tasks", client("delayed_tasks"), ALL),
]


def has_role(team: Team, dataset: Dataset, role: str, how: str) -> APIClient:
    """A program whose person has this role, in one of the three ways."""
    name = f"{role}-by-{how}".replace("_", "-")
    if how == "dataset":
        member = team.add(name, "")
        set_scopes(dataset, member, [role], by=None)
    else:
        team.add(name, "admin" if how == "token" else role)
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {team.token(name, role=role if how == 'token' else '')}")
    return client


def test_every_endpoint_is_in_the_table() -> None:
    names = {entry.name for entry in urlpatterns if isinstance(entry, URLPattern)}

    assert names == {one.url for one in ENDPOINTS}, "Say in ENDPOINTS who may use the new one."


def test_every_verb_of_an_endpoint_is_in_the_table() -> None:
    known = {(one.url, one.method) for one in ENDPOINTS}

    for entry in urlpatterns:
        for method in entry.callback.actions:  # type: ignore[union-attr]
            assert method == "head" or (entry.name, method) in known


@pytest.mark.parametrize("how", ["client", "dataset", "token"])
def test_a_role_may_what_the_contract_says(street: Street, how: str) -> None:
    programs = {role: has_role(street.team, street.dataset, role, how) for role in ROLES}
    found, expected = {}, {}

    for number, endpoint in enumerate(ENDPOINTS):
        for role, program in programs.items():
            case = f"{number}: {endpoint.method} {endpoint.url} as {role}"
            expected[case], found[case] = endpoint.expected(role), answer(program, endpoint, street)

    assert found == expected


def answer(program: APIClient, endpoint: Endpoint, street: Street) -> int:
    """The status of the answer. What was done is taken back."""
    path = f"/api/v2/{endpoint.path(street)}"
    with undone():
        if endpoint.method == "get":
            response = program.get(path)
        else:
            response = getattr(program, endpoint.method)(path, endpoint.body, format="json")
        if response.streaming:
            response.getvalue()
        return int(response.status_code)


@pytest.mark.parametrize("how", ["client", "dataset", "token"])
def test_lists_show_a_labeller_only_their_chains(street: Street, how: str) -> None:
    team = street.team
    program = has_role(team, street.dataset, "labeller", how)
    name = f"labeller-by-{how}@example.com"
    entries = [
        {"stage_id": "Labelling", "email": "bob@example.com", "files": "1"},
        {"stage_id": "QA", "email": "eve@example.com", "files": "1"},
    ]
    lead = APIClient()
    lead.credentials(HTTP_AUTHORIZATION=f"Bearer {team.token('lead')}")
    path = f"/api/v2/datasets/{street.dataset.dataset_id}"
    lead.post(f"{path}/file_tasks", {"file_tasks": entries}, format="json")

    listed = program.get(f"{path}/tasks?limit=100").json()["tasks"]

    assert {one["attribute_id"] for one in listed} == {"city"}  # free; the file is bob's and eve's
    assert program.get(f"/api/v2/tasks/{street.free.task_id}").status_code == 403
    assert program.get(f"{path}/tasks?email={name}&limit=1").json()["tasks"] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_in_one_dataset_is_none_in_the_next(street: Street, role: str) -> None:
    other = make_dataset(street.team, (1,))
    program = has_role(street.team, street.dataset, role, "dataset")

    assert program.get(f"/api/v2/datasets/{other.dataset_id}/tasks").status_code == 404
    assert program.get(f"/api/v2/tasks/{task_of(other).task_id}").status_code == 404
    assert program.post(f"/api/v2/tasks/{task_of(other).task_id}/submit").status_code == 404


@pytest.mark.parametrize("role", ["", *ROLES])
def test_a_token_never_gives_more_than_its_member_has(street: Street, role: str) -> None:
    program = APIClient(raise_request_exception=False)
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {street.team.token('reader', role=role)}")

    for endpoint in ENDPOINTS:
        if endpoint.method != "get":
            path = f"/api/v2/{endpoint.path(street)}"
            response = getattr(program, endpoint.method)(path, endpoint.body, format="json")
            assert response.status_code in (403, 404), endpoint
