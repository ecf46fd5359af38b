"""Whole lists are streamed: flat, cut where they fail, and only a few at a time."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from config.api.concurrency import Slot, TooManyLists
from datasets_app.models import Dataset
from tasks_app.api import lists
from tests.conftest import ApiClients
from tests.factories import Team, make_dataset

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(team: Team) -> str:
    return path(make_dataset(team, (2, 1)))


def path(dataset: Dataset) -> str:
    return f"/api/v2/datasets/{dataset.dataset_id}/tasks"


def addresses(team: Team, address: str) -> list[str]:
    """Every whole list that there is."""
    client = f"/api/v2/clients/{team.client.client_id}"
    return [address, f"{client}/user_tasks", f"{client}/delayed_tasks"]


def test_whole_lists_are_streamed_and_pages_are_not(team: Team, api: ApiClients, address: str) -> None:
    reader = api(team, "reader")

    for each in addresses(team, address):
        whole, page = reader.get(each), reader.get(f"{each}?limit=2")

        assert whole.streaming
        assert not page.streaming
        assert whole["Content-Type"] == page["Content-Type"] == "application/json"
        assert "Content-Length" not in whole
        json.loads(whole.getvalue())


def test_a_large_list_comes_in_small_blocks(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, (150, 150))

    blocks = list(api(team, "reader").get(path(dataset)).streaming_content)

    assert len(json.loads(b"".join(blocks))["tasks"]) == 600
    assert len(blocks) > 5
    assert max(len(block) for block in blocks) < 70_000


def test_a_list_costs_as_many_queries_whatever_its_length(team: Team, api: ApiClients) -> None:
    reader = api(team, "reader")
    reader.get("/api/v2/")  # notes the use of the token

    counts = []
    for dataset in (make_dataset(team, (1,)), make_dataset(team, (30, 30), frame_attributes=["weather"])):
        with CaptureQueriesContext(connection) as captured:
            reader.get(path(dataset)).getvalue()
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 7


# --- failures ------------------------------------------------------------------------------------------------


def close(response: Any) -> None:
    """As the server does it, but for the database connection: the test still needs that."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def breaks_after(rows: int) -> Any:
    plain = lists.json_rows

    def json_rows(*args: Any, **kwargs: Any) -> Iterator[str]:
        for number, row in enumerate(plain(*args, **kwargs)):
            if number == rows:
                raise OSError("The disk is gone.")
            yield row + " " * 70_000  # fills a block

    return json_rows


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_failure_in_the_middle_cuts_the_answer(
    team: Team, api: ApiClients, address: str, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(lists, "json_rows", breaks_after(rows))
    received = []

    response = api(team, "reader").get(address)
    with pytest.raises(OSError, match="The disk is gone"):
        received.extend(response.streaming_content)

    sent = b"".join(received)
    with pytest.raises(json.JSONDecodeError):
        json.loads(sent)
    assert not sent.rstrip().endswith((b"]", b"]}"))


def test_a_list_that_failed_frees_its_place(
    team: Team, api: ApiClients, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = api(team, "reader")
    with monkeypatch.context() as broken:
        broken.setattr(lists, "json_rows", breaks_after(1))
        for _ in range(settings.WHOLE_LISTS_AT_A_TIME + 1):
            with pytest.raises(OSError, match="disk"):
                list(reader.get(address).streaming_content)

    assert len(json.loads(reader.get(address).getvalue())["tasks"]) == 6


# --- how many at a time --------------------------------------------------------------------------------------


def opened(client: APIClient, team: Team, address: str) -> list[Any]:
    """As many whole lists as are allowed, of any kind, none of them read."""
    kinds = addresses(team, address) * settings.WHOLE_LISTS_AT_A_TIME
    responses = [client.get(kind) for kind in kinds[: settings.WHOLE_LISTS_AT_A_TIME]]
    assert {response.status_code for response in responses} == {200}
    return responses


def test_one_whole_list_too_many_is_told_to_wait(team: Team, api: ApiClients, address: str) -> None:
    reader = api(team, "reader")
    held = opened(reader, team, address)

    for each in addresses(team, address):
        response = reader.get(each)
        assert response.status_code == 429
        assert int(response["Retry-After"]) >= 1
        assert response.json()["errors"][0]["code"] == "too_many_lists"
        assert "cursor" in response.json()["errors"][0]["detail"]
    assert len(held) == settings.WHOLE_LISTS_AT_A_TIME


def test_pages_and_other_tokens_are_not_limited(team: Team, api: ApiClients, address: str) -> None:
    reader = api(team, "reader")
    held = opened(reader, team, address)

    page = reader.get(f"{address}?limit=5")
    second_token = api(team, "reader").get(address)
    refused = reader.get(f"{address}?status=x")

    assert (page.status_code, second_token.status_code, refused.status_code) == (200, 200, 400)
    assert len(held) == settings.WHOLE_LISTS_AT_A_TIME


@pytest.mark.parametrize("how", ["read", "closed", "half", "dropped", "head"])
def test_a_place_is_free_again(team: Team, api: ApiClients, address: str, how: str) -> None:
    reader = api(team, "reader")

    for _ in range(settings.WHOLE_LISTS_AT_A_TIME * 2):
        response = reader.head(address) if how == "head" else reader.get(address)
        assert response.status_code == 200
        if how == "read":
            response.getvalue()
        if how == "half":
            next(iter(response.streaming_content))
        if how in ("closed", "head"):
            close(response)
        del response
        gc.collect()

    assert reader.get(address).status_code == 200


def test_a_list_that_is_half_read_ends_its_transaction(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, (150, 150))
    before = list(connection.savepoint_ids)

    response = api(team, "reader").get(path(dataset))
    blocks = iter(response)
    next(blocks)
    close(response)

    assert connection.savepoint_ids == before
    assert list(blocks) == []


def test_places_are_counted_over_open_files_and_freed_once() -> None:
    slots = [Slot("someone") for _ in range(settings.WHOLE_LISTS_AT_A_TIME)]

    with pytest.raises(TooManyLists):
        Slot("someone")
    slots[0].close()
    slots[0].close()

    slots[0] = Slot("someone")
    with pytest.raises(TooManyLists):
        Slot("someone")
    Slot("someone else").close()


def test_the_files_of_places_are_ours_alone(tmp_path: Path) -> None:
    Slot("one").close()
    folder = settings.DATA_DIR / "lists"
    os.symlink(tmp_path / "victim", folder / "linked-0")

    with pytest.raises(OSError, match="linked-0"):
        Slot("linked")

    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "one-0").stat().st_mode & 0o077 == 0
    assert not (tmp_path / "victim").exists()
