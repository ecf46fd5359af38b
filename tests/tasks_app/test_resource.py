"""The TaskResource: its keys, its types, and that the database writes what Python would."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import put_value, set_stage, withdraw_labels
from datasets_app.imports.content import AttributeRecord, ShapeRecord
from datasets_app.imports.store import store
from datasets_app.models import AttributeValue, Dataset, LabelType
from tasks_app import actions
from tasks_app.api.serializers import DelayedTaskResource, TaskResource
from tasks_app.models import Task
from tasks_app.resource import COLUMNS, DELAYED_COLUMNS, json_rows
from tests.factories import Team, make_content, make_dataset, make_qa_task, make_task, task_of

pytestmark = pytest.mark.django_db


def words(text: str) -> list[str]:
    return text.split()


#: Section 6 of the contract, word by word.
CONTRACT = words("""
    task_id client_id dataset_id stage_id task_type level file_id label_set_id label_id label_type label_category_id
    attribute_id value status email submitted_by reviewed_by rework_count last_reason last_comment changed_in_review
    label_changed_since_submit previous_task_id previous_status next_task_id create_time_millis ready_time_millis
    submit_time_millis review_time_millis finish_time_millis due_time_millis update_time_millis deleted_time_millis
    version
""")
NEVER_NULL = words("""
    task_id client_id dataset_id stage_id task_type level status rework_count changed_in_review
    label_changed_since_submit create_time_millis update_time_millis version
""")
TEXTS = [
    key for key in CONTRACT if key.endswith(("_id", "_by", "_reason", "_comment", "_type", "status")) or key == "email"
]
NUMBERS = [key for key in CONTRACT if key.endswith("_millis")] + ["rework_count", "version"]
ODD = "He said \"no\" & \\left\\, then </script><!-- 100% 'quoted' äöü 漢字 🚗\n\ttab"


def rows(**lookups: Any) -> list[dict[str, Any]]:
    tasks = Task.objects.filter(**lookups).order_by("dataset", "file_order", "item_order", "stage_order")
    return [json.loads(row) for row in json_rows(tasks)]


# --- an implementation of its own ------------------------------------------------------------------------------


def millis(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def value_of(task: Task) -> Any:
    if task.item.attribute is None:
        return None
    found = AttributeValue.objects.filter(attribute=task.item.attribute, file=task.item.file).first()
    return found.value if found else None


def by_hand(task: Task) -> dict[str, Any]:
    """The contract's TaskResource, from the objects."""
    item, label, previous = task.item, task.item.label, task.previous
    following = Task.objects.filter(previous=task).first()
    return {
        "task_id": task.task_id,
        "client_id": task.dataset.client.client_id,
        "dataset_id": task.dataset.dataset_id,
        "stage_id": task.stage.stage_id,
        "task_type": item.task_type,
        "level": "frame" if item.file else "dataset",
        "file_id": item.file.file_id if item.file else None,
        "label_set_id": label.label_set_id if label else None,
        "label_id": label.label_id if label else None,
        "label_type": label.label_type if label else None,
        "label_category_id": label.label_category_id if label else None,
        "attribute_id": item.attribute.attribute_id if item.attribute else None,
        "value": value_of(task),
        "status": task.status,
        "email": task.assignee.email if task.assignee else None,
        "submitted_by": task.submitted_by.email if task.submitted_by else None,
        "reviewed_by": task.reviewed_by.email if task.reviewed_by else None,
        "rework_count": task.rework_count,
        "last_reason": task.last_reason or None,
        "last_comment": task.last_comment or None,
        "changed_in_review": task.changed_in_review,
        "label_changed_since_submit": task.label_changed_since_submit,
        "previous_task_id": previous.task_id if previous else None,
        "previous_status": previous.status if previous else None,
        "next_task_id": following.task_id if following else None,
        "create_time_millis": millis(task.created_at),
        "ready_time_millis": millis(task.ready_at),
        "submit_time_millis": millis(task.submitted_at),
        "review_time_millis": millis(task.reviewed_at),
        "finish_time_millis": millis(task.finished_at),
        "due_time_millis": millis(task.due_at),
        "update_time_millis": millis(task.updated_at),
        "deleted_time_millis": millis(task.deleted_at),
        "version": task.version,
    }


def check(dataset: Dataset) -> list[dict[str, Any]]:
    """Compare every task of a dataset, and hand the rows on."""
    found = {row["task_id"]: row for row in rows(dataset=dataset)}
    for task in Task.objects.filter(dataset=dataset):
        expected = by_hand(task)
        assert found[task.task_id] == expected
        assert all(type(found[task.task_id][key]) is type(value) for key, value in expected.items())
        assert list(found[task.task_id]) == CONTRACT
    assert len(found) == Task.objects.filter(dataset=dataset).count()
    return list(found.values())


# --- keys and types --------------------------------------------------------------------------------------------


def test_the_keys_are_the_contracts_in_its_order() -> None:
    assert list(COLUMNS) == CONTRACT
    assert list(TaskResource().fields) == CONTRACT
    assert list(DELAYED_COLUMNS) == list(DelayedTaskResource().fields) == [*CONTRACT, "delay_millis"]


def test_what_may_be_null_is_declared() -> None:
    not_null = [name for name, one in TaskResource().fields.items() if not one.allow_null]

    assert not_null == NEVER_NULL


@pytest.mark.parametrize("status", ["waiting", "ready", "in_progress", "submitted", "accepted", "rejected"])
def test_values_have_the_types_that_are_declared(team: Team, status: str) -> None:
    make_task(team, status)
    make_qa_task(team, status)

    for row in rows():
        assert all(row[key] is not None for key in NEVER_NULL)
        assert all(type(row[key]) in (str, type(None)) for key in TEXTS)
        assert all(type(row[key]) in (int, type(None)) for key in NUMBERS)
        assert all(type(row[key]) is bool for key in ("changed_in_review", "label_changed_since_submit"))
        assert all(one is None or one > 1_600_000_000_000 for key, one in row.items() if key.endswith("_millis"))
        assert set(row) == {*TEXTS, *NUMBERS, "level", "value", "changed_in_review", "label_changed_since_submit"}


# --- the same as by hand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_task, make_qa_task])
@pytest.mark.parametrize("status", ["waiting", "ready", "in_progress", "submitted", "accepted", "rejected"])
def test_every_status_reads_as_by_hand(team: Team, make: Any, status: str) -> None:
    task = make(team, status)
    set_stage(task.dataset.stages.get(stage_id="Labelling"), by=team.lead, time_limit_seconds=60)

    found = check(task.dataset)

    assert status in [row["status"] for row in found]


@pytest.mark.parametrize("mode", ["frame_by_frame", "label_by_label"])
def test_every_kind_of_item_reads_as_by_hand(team: Team, mode: str) -> None:
    dataset = make_dataset(
        team, (2, 0, 1), mode=mode, frame_attributes=["weather"], dataset_attributes=["city"], stages=["A", "B", "C"]
    )

    found = check(dataset)

    assert {row["task_type"] for row in found} == {"label", "frame_attribute", "dataset_attribute"}
    assert {row["level"] for row in found} == ({"frame", "dataset"} if mode == "frame_by_frame" else {"dataset"})


VALUES: list[Any] = [
    *("rain", "", " ", ODD, "null", "true", "3", '"', "{}", "\u2028\u2029", "\x7f\x1f", "e\u0301"),
    *(0, 1, -1, 3.5, -0.25, 1e-7, 1e22, 2**53, 2**63, 10**30, True, False),
    *([], ["a", 1, True, 2.5, ODD], [[]], {"a": {"b": [1, None]}}, [False], ["</script>"]),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_of_attributes_read_as_they_were_stored(team: Team, value: Any) -> None:
    dataset = make_dataset(team, (0,), frame_attributes=["weather"], dataset_attributes=["city"])
    weather, city = dataset.attributes.order_by("position")
    put_value(weather, dataset.files.get(), value)
    put_value(city, None, value)

    found = check(dataset)

    assert [row["value"] for row in found] == [value] * 4


def test_a_value_belongs_to_its_file_and_attribute(team: Team) -> None:
    dataset = make_dataset(team, (1, 1), frame_attributes=["weather", "time"], dataset_attributes=["city"])
    for attribute in dataset.attributes.filter(level="frame"):
        for file in dataset.files.all():
            put_value(attribute, file, f"{attribute} in {file}")

    found = check(dataset)

    values = {(row["attribute_id"], row["file_id"]): row["value"] for row in found}
    assert values["weather", "000001.png"] == "weather in 000001.png"
    assert values["time", "000002.png"] == "time in 000002.png"
    assert values["city", None] is None
    assert values[None, "000001.png"] is None


NAMES = [
    *("two words:1", "a,b,c:2", "R&D:3", "🚗:4", "it's:5", 'the "big" one:6', "</script>:7", "back\\slash:8"),
    *(
        "100%:9",
        "a/b:10",
        "?x=1&y=2#z:11",
        "漢字:12",
        "e\u0301:13",
        "null:14",
        "$1:15",
        "{0}%s%(a)s:16",
        "tab\there:17",
    ),
]


def test_odd_names_read_as_they_came_in(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    content = make_content((1,), dataset_attributes=[])
    content.shapes += [
        ShapeRecord("000001.png", name, name.rpartition(":")[0], list(LabelType)[number % 10], {"box": [1, 2, 3, 4]})
        for number, name in enumerate(NAMES)
    ]
    content.frame_attributes.append(AttributeRecord(ODD[:90]))
    store(dataset, content, by=None)

    found = check(dataset)

    labels = {row["label_id"]: row["label_category_id"] for row in found if row["label_id"]}
    assert labels == {"car:1": "car"} | {name: name.rpartition(":")[0] for name in NAMES}
    assert {row["attribute_id"] for row in found} == {None, ODD[:90]}
    assert {row["label_type"] for row in found if row["label_id"]} == set(LabelType.values)


def test_reasons_and_comments_read_as_they_were_written(team: Team) -> None:
    task = make_task(team, "submitted")

    actions.reject(task, by=team.eve, reason=ODD, comment=ODD * 50)

    found = check(task.dataset)
    assert found[0]["last_comment"] == ODD * 50
    assert found[0]["last_reason"] == ODD


def test_a_withdrawn_task_has_the_time_of_it(team: Team) -> None:
    task = make_task(team, "accepted")

    withdraw_labels(task.dataset, [task.item.label_id], by=team.fixer)

    assert all(row["deleted_time_millis"] for row in check(task.dataset))


# --- cost and parts --------------------------------------------------------------------------------------------


def test_rows_are_one_query_however_many(team: Team) -> None:
    for objects in ((1,), (30, 30)):
        dataset = make_dataset(team, objects, frame_attributes=["weather"])
        with CaptureQueriesContext(connection) as captured:
            rows(dataset=dataset)

        selects = [query["sql"] for query in captured if "json" in query["sql"]]
        assert len(selects) == 1


def test_no_tasks_are_no_rows_and_no_query(team: Team, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert list(json_rows(Task.objects.none())) == []
        assert list(json_rows(Task.objects.filter(pk__in=[]))) == []


@pytest.mark.parametrize("key", CONTRACT)
def test_every_key_can_be_had_alone(team: Team, key: str) -> None:
    task = task_of(make_dataset(team, (1,), frame_attributes=["weather"]))

    found = json.loads(next(json_rows(Task.objects.filter(pk=task.pk), {key: COLUMNS[key]})))

    assert found == {key: by_hand(task)[key]}
