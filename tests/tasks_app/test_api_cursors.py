"""Cursors work only where they come from, and cannot be made by anyone else."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.core import signing
from rest_framework.test import APIClient

from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.listing import SALT
from tests.conftest import ApiClients
from tests.factories import Team, make_dataset, task_of

pytestmark = pytest.mark.django_db


def path(dataset: Dataset, query: str = "") -> str:
    return f"/api/v2/datasets/{dataset.dataset_id}/tasks?{query}"


def first_cursor(client: APIClient, address: str) -> str:
    cursor: str = client.get(address).json()["next_cursor"]
    assert cursor
    return cursor


@pytest.fixture
def street(team: Team) -> Dataset:
    return make_dataset(team, (2, 0, 3))


@pytest.mark.parametrize(
    "elsewhere",
    ["stage_id=QA", "status=ready", "email=", "delayed=false", "ordering=-updated", "ordering=due", "updated_after=1"],
)
def test_a_cursor_of_other_filters_or_another_ordering_is_refused(
    team: Team, api: ApiClients, street: Dataset, elsewhere: str
) -> None:
    reader = api(team, "reader")
    here = first_cursor(reader, path(street, "limit=2"))
    there = first_cursor(reader, path(street, f"limit=2&{elsewhere}"))

    for query, cursor in (("", there), (elsewhere, here)):
        response = reader.get(path(street, f"{query}&limit=2&cursor={cursor}"))
        assert response.status_code == 400
        assert response.json()["errors"][0]["code"] == "invalid_cursor"


def test_a_cursor_of_another_dataset_is_refused(team: Team, api: ApiClients, street: Dataset) -> None:
    reader = api(team, "reader")
    other = make_dataset(team, (2, 2))

    response = reader.get(path(other, f"limit=2&cursor={first_cursor(reader, path(street, 'limit=2'))}"))

    assert response.status_code == 400


def test_a_cursor_belongs_to_the_person_whatever_their_token(team: Team, api: ApiClients, street: Dataset) -> None:
    cursor = first_cursor(api(team, "reader"), path(street, "limit=2"))

    same = api(team, "reader").get(path(street, f"limit=5&fields=task_id&cursor={cursor}"))
    other = api(team, "lead").get(path(street, f"limit=2&cursor={cursor}"))

    assert (same.status_code, len(same.json()["tasks"])) == (200, 5)
    assert other.status_code == 400


def forged(cursor: str) -> list[str]:
    """Cursors as someone would make them who wants to see what they may not, or to break things."""
    payload = signing.dumps([["x"] * 3, {"a": 1}], salt="other")
    unsigned = base64.urlsafe_b64encode(b'["",[0,0,0,0]]').decode().rstrip("=")
    swapped = cursor.split(":")
    return [
        *(
            "x",
            ":",
            "::",
            ":::",
            "%00",
            "%ff",
            "%F0%9F%9A%97",
            "9" * 4000,
            unsigned,
            f"{unsigned}:1:2",
            f".{unsigned}:1:2",
        ),
        *(payload, cursor[:-1], cursor + "x", cursor.swapcase(), ":".join(reversed(swapped)), f".{cursor}"),
    ]


def test_forged_cursors_are_refused(team: Team, api: ApiClients, street: Dataset) -> None:
    reader = api(team, "reader")

    for cursor in forged(first_cursor(reader, path(street, "limit=2"))):
        response = reader.get(path(street, f"limit=2&cursor={cursor}"))
        assert response.status_code == 400, cursor
        assert response.json()["errors"][0]["code"] == "invalid_cursor"


@pytest.mark.parametrize(
    "inside", [None, 3, [], ["x"], {"a": 1}, ["x", None], ["x", [1]], ["x", "abcd"], [[], [1] * 4]]
)
def test_a_cursor_of_an_older_version_is_refused(team: Team, api: ApiClients, street: Dataset, inside: Any) -> None:
    cursor = signing.dumps(inside, salt=SALT, compress=True)

    response = api(team, "reader").get(path(street, f"limit=2&cursor={cursor}"))

    assert response.status_code == 400


def test_a_cursor_needs_a_limit(team: Team, api: ApiClients, street: Dataset) -> None:
    reader = api(team, "reader")
    cursor = first_cursor(reader, path(street, "limit=2"))

    response = reader.get(path(street, f"cursor={cursor}"))

    assert response.status_code == 400
    assert "limit" in response.json()["errors"][0]["detail"]


def test_a_cursor_shows_no_more_than_its_user_may_see_now(team: Team, api: ApiClients, street: Dataset) -> None:
    actions.start(task_of(street, item__label__label_id="car:3"), by=team.bob)
    bob = api(team, "bob")
    cursor = first_cursor(bob, path(street, "limit=1"))
    team.add("bob", "")

    response = bob.get(path(street, f"limit=1&cursor={cursor}"))

    assert response.status_code == 404
