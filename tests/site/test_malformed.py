"""Nothing that comes in, however malformed, ends in a 5xx, in another shape of error, or half saved."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from datasets_app.models import Dataset
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, events_of, make_dataset, make_task, task_of

pytestmark = pytest.mark.django_db
JSON = "application/json"
#: The database of a test outlives its examples: what an example saves is rolled back.
MODEST = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def frames(team: Team) -> Dataset:
    return make_dataset(team, (2, 1), frame_attributes=["weather"], dataset_attributes=["city"])


@pytest.fixture
def admin(team: Team, api: ApiClients) -> APIClient:
    return api(team, "admin")


def check(response: Any) -> int:
    """2xx or 4xx, in the one shape."""
    status = int(response.status_code)
    assert 200 <= status < 300 or 400 <= status < 500, response.content[:500]
    if status >= 400:
        body = json.loads(response.content)
        assert set(body) == {"type", "errors"}
        assert body["errors"]
        for one in body["errors"]:
            assert set(one) == {"code", "detail", "attr"}
            assert all(one[key] and isinstance(one[key], str) for key in ("code", "detail"))
            assert one["attr"] is None or isinstance(one["attr"], str)
    elif response.streaming:
        json.loads(response.getvalue())
    return status


class Sweep:
    """Sends to every address that takes a body. What is accepted is rolled back; a refusal has saved nothing."""

    def __init__(self, client: APIClient, dataset: Dataset) -> None:
        self.client, self.before, self.addresses = client, all_rows(), writes(dataset)

    def send(self, said: bytes | str, to: str = "") -> set[int]:
        """The answers of all addresses, or of those that end so."""
        found = {self._send_to(method, path, said) for method, path in self.addresses if path.endswith(to)}
        assert found, "No address ends so."
        assert all_rows() == self.before
        return found

    def _send_to(self, method: str, path: str, said: bytes | str) -> int:
        with transaction.atomic():
            status = check(self.client.generic(method, path, said, JSON))
            transaction.set_rollback(status < 400)
        return status


def writes(dataset: Dataset) -> list[tuple[str, str]]:
    """Every address that takes a body."""
    tasks = {stage: task_of(dataset, stage, item__label__isnull=False).task_id for stage in ("Labelling", "QA")}
    weather = task_of(dataset, item__attribute__attribute_id="weather").task_id
    names = ("start", "submit", "accept", "reopen", "undo")
    verbs = [("POST", f"/api/v2/tasks/{tasks['Labelling']}/{verb}") for verb in names]
    fields = ("file_tasks", "label_tasks", "tasks/next", "tasks/bulk")
    assigns = [("POST", f"/api/v2/datasets/{dataset.dataset_id}/{field}") for field in fields]
    return [
        *verbs,
        ("POST", f"/api/v2/tasks/{tasks['QA']}/reject"),
        ("PUT", f"/api/v2/tasks/{weather}/value"),
        ("PUT", f"/api/v2/datasets/{dataset.dataset_id}/labels/car:1?file_id=000001.png"),
        ("PUT", f"/api/v2/datasets/{dataset.dataset_id}/labels/van:1?file_id=000001.png"),
        *assigns,
    ]


# --- bodies --------------------------------------------------------------------------------------------------

BROKEN: dict[str, bytes] = {
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "ten megabytes of brackets": b"[" * 10_000_000,
    "ten megabytes of objects": b'{"a":' * 2_000_000,
    "not a number": b'{"comment": NaN}',
    "infinity": b'{"value": -Infinity}',
    "too large a number": b'{"value": 1e999}',
    "an endless number": b'{"value": ' + b"9" * 5000 + b"}",
    "NUL, escaped": b'{"comment": "a\\u0000b"}',
    "NUL": b'{"comment": "a\x00b"}',
    "NUL as a key": b'{"a\\u0000": 1}',
    "half a surrogate pair": b'{"comment": "\\ud83d"}',
    "half a surrogate pair, deep": b'{"x": [{"\\udc00": 1}]}',
    "not UTF-8": b'{"comment": "\xff\xfe"}',
    "UTF-16": '{"comment": "a"}'.encode("utf-16"),
    "a mark before it": b"\xef\xbb\xbf{}",
    "two objects": b"{}{}",
    "a comment": b"{} // nothing",
    "single quotes": b"{'comment': 'a'}",
    "a trailing comma": b'{"comment": "a",}',
    "a form": b"comment=a&submit=true",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "a pickle": b"cos\nsystem\n(S'true'\ntR.",
    "a list": b"[1, 2]",
    "a number": b"3",
    "a string": b'"comment"',
    "null": b"null",
    "true": b"true",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_body_is_400_everywhere(frames: Dataset, admin: APIClient, what: str) -> None:
    # Decisions are a few words: they do not even read what is this large.
    refused = {400, 413} if what.startswith("ten megabytes") else {400}

    assert Sweep(admin, frames).send(BROKEN[what]) == refused


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_a_body_that_is_too_large_is_413_everywhere(frames: Dataset, admin: APIClient) -> None:
    assert Sweep(admin, frames).send(json.dumps({"comment": "x" * 1000})) == {413}


def test_a_decision_of_a_megabyte_is_413(team: Team, api: ApiClients) -> None:
    path = f"/api/v2/tasks/{make_task(team).task_id}/submit"

    response = api(team, "ann").post(path, json.dumps({"comment": "x" * 1_000_000}), content_type=JSON)

    assert response.status_code == 413
    assert response.json()["errors"][0]["code"] == "too_large"


def test_a_text_about_an_escape_is_no_nul(team: Team, api: ApiClients) -> None:
    path = f"/api/v2/tasks/{make_task(team).task_id}/submit"

    response = api(team, "ann").post(path, json.dumps({"comment": "see \\u0000 and \\ud800"}), content_type=JSON)

    assert response.status_code == 200


def test_of_a_key_that_stands_twice_the_last_one_counts(team: Team, api: ApiClients) -> None:
    task = make_task(team)
    path, said = f"/api/v2/tasks/{task.task_id}/start", '{"comment": [1], "comment": "b"}'

    response = api(team, "ann").generic("POST", path, said, JSON)

    assert check(response) == 200
    assert events_of(task)[-1].comment == "b"


WRONG: list[Any] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    " ",
    "x" * 20_000,
    "null",
    [],
    [1],
    {},
    {"a": 1},
    [[]],
    "🚗\u202e",
]


LABEL = ("box", "attributes", "label_category_id", "polygons", "version", "label_id", "sensor_id")
DECISION = ("comment", "version", "reason", "submit")
#: What each address that takes a body reads, by how its path ends.
FIELDS = {
    "/submit": DECISION,
    "/accept": DECISION,
    "/reject": DECISION,
    "/undo": DECISION,
    "/value": ("value", "comment", "version"),
    "?file_id=000001.png": LABEL,
    "/next": ("stage_id", "kind"),
    "/bulk": ("action", "tasks", "task_ids", *DECISION),
    "/file_tasks": ("file_tasks",),
    "/label_tasks": ("label_tasks",),
}


@pytest.mark.parametrize(("to", "key"), [(to, key) for to, keys in FIELDS.items() for key in keys])
def test_any_type_in_any_field(frames: Dataset, admin: APIClient, to: str, key: str) -> None:
    sweep = Sweep(admin, frames)

    for value in WRONG:
        sweep.send(json.dumps({"action": "submit", "task_ids": ["x"]} | {key: value}), to=to)


ENTRY = {"stage_id": "QA", "email": "eve@example.com", "files": "1"}


@pytest.mark.parametrize("key", ["stage_id", "email", "files", "file_id", "file_ids", "label_id", "label_ids", "all"])
def test_any_type_in_any_field_of_an_assignment(frames: Dataset, admin: APIClient, key: str) -> None:
    sweep = Sweep(admin, frames)

    for value in WRONG:
        for entry in ({key: value}, ENTRY | {key: value}, {"stage_id": "QA", "email": None, key: value}):
            for field in ("file_tasks", "label_tasks"):
                sweep.send(json.dumps({field: [entry]}), to=field)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["QA", "1-3", "car:1"])
NAMES = [
    "comment",
    "reason",
    "submit",
    "value",
    "stage_id",
    "email",
    "files",
    "file_ids",
    "label_id",
    "attribute_id",
    "all",
    "kind",
    "action",
    "tasks",
    "task_ids",
    *LABEL,
]
KEYS = st.sampled_from(NAMES) | st.text()
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=8
)


@MODEST
@given(said=ANYTHING)
def test_any_json_at_all(frames: Dataset, admin: APIClient, said: Any) -> None:
    sweep = Sweep(admin, frames)

    sweep.send(json.dumps(said))
    sweep.send(json.dumps({"file_tasks": said, "label_tasks": said}))
    sweep.send(json.dumps({"file_tasks": [said], "label_tasks": [said]}))
    sweep.send(json.dumps({"action": "submit", "tasks": [said]}))
    sweep.send(json.dumps({"action": "accept", "submit": True, "task_ids": said}))


@MODEST
@given(said=st.binary(max_size=60) | st.text().map(str.encode))
def test_any_bytes_at_all(frames: Dataset, admin: APIClient, said: bytes) -> None:
    Sweep(admin, frames).send(said)
