"""A database that someone else has locked: 503 with the time to wait, and nothing done. Reads go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import connection

from datasets_app.models import AccessToken
from tasks_app.models import Item
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, make_dataset, make_task, task_of

pytestmark = pytest.mark.django_db(transaction=True)
Locked = Callable[[Item], AbstractContextManager[None]]


@pytest.fixture
def locked(transactional_db: None) -> Iterator[Locked]:
    """Someone else writes and does not come to an end; our own patience is short."""
    yield {"sqlite": _sqlite_locked, "postgresql": _postgres_locked}[connection.vendor]
    connection.close()


@contextmanager
def _sqlite_locked(item: Item) -> Iterator[None]:
    path = connection.settings_dict["NAME"]
    connection.close()
    options = connection.settings_dict["OPTIONS"]
    patience, options["timeout"] = options["timeout"], 0.05
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()
        connection.close()
        options["timeout"] = patience


@contextmanager
def _postgres_locked(item: Item) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    other = connection.copy()
    other.set_autocommit(False)
    other.cursor().execute("SELECT 1 FROM tasks_app_item WHERE id = %s FOR UPDATE", [item.pk])
    try:
        yield
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def test_an_action_on_a_locked_database_is_told_to_come_again(team: Team, api: ApiClients, locked: Locked) -> None:
    task = make_task(team)
    ann = api(team, "ann")

    with locked(task.item):
        response = ann.post(f"/api/v2/tasks/{task.task_id}/submit")

    assert response.status_code == 503
    assert int(response["Retry-After"]) >= 1
    assert response.json()["type"] == "server_error"
    assert response.json()["errors"][0]["code"] == "busy"


def test_nothing_is_done_where_the_database_was_busy(team: Team, api: ApiClients, locked: Locked) -> None:
    task = make_task(team, "submitted")
    eve = api(team, "eve")
    before = all_rows()

    with locked(task.item):
        response = eve.post(f"/api/v2/tasks/{task.task_id}/accept", {"submit": True}, format="json")

    assert response.status_code == 503
    assert all_rows() == before


def test_the_same_request_goes_through_afterwards(team: Team, api: ApiClients, locked: Locked) -> None:
    task = make_task(team)
    ann = api(team, "ann")
    with locked(task.item):
        assert ann.post(f"/api/v2/tasks/{task.task_id}/start").status_code == 503

    response = ann.post(f"/api/v2/tasks/{task.task_id}/start")

    assert response.status_code == 200
    assert response.json()["version"] == 2


def test_assigning_on_a_locked_database_saves_nothing(team: Team, api: ApiClients, locked: Locked) -> None:
    dataset = make_dataset(team, (1, 1))
    lead = api(team, "lead")
    entry = {"stage_id": "QA", "email": "eve@example.com", "files": "1-2"}
    before = all_rows()

    with locked(task_of(dataset).item):
        response = lead.post(
            f"/api/v2/datasets/{dataset.dataset_id}/file_tasks", {"file_tasks": [entry]}, format="json"
        )

    assert response.status_code == 503
    assert all_rows() == before


def test_reads_do_not_wait_for_a_writer(team: Team, api: ApiClients, locked: Locked) -> None:
    task = make_task(team)
    ann = api(team, "ann")  # a token that was never used: its first use would be noted
    paths = [
        f"/api/v2/tasks/{task.task_id}",
        f"/api/v2/tasks/{task.task_id}/events",
        f"/api/v2/datasets/{task.dataset.dataset_id}/tasks",
        f"/api/v2/clients/{team.client.client_id}/user_tasks?limit=5",
    ]

    with locked(task.item):
        answers = [ann.get(path) for path in paths]

        assert [answer.status_code for answer in answers] == [200] * 4
        assert task.task_id in answers[2].getvalue().decode()


def test_the_use_of_a_token_is_noted_when_nobody_writes(team: Team, api: ApiClients) -> None:
    task = make_task(team)
    ann = api(team, "ann")

    ann.get(f"/api/v2/tasks/{task.task_id}")

    assert AccessToken.objects.get(member=team.ann).last_used_at is not None
