"""PUT and DELETE of one label: what they answer, which one is meant, and in which order they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from datasets_app.actions import mark_labelling_done
from datasets_app.imports.readers.deepen import UNDERSTOOD
from datasets_app.membership import set_stage_people
from datasets_app.models import Dataset, Label, Shape
from tasks_app.assignments import assign_files
from tasks_app.corrections import withdraw_label
from tasks_app.models import Task
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, make_dataset, make_task, make_team, shape_of, statuses

from .test_api_actions import code

pytestmark = pytest.mark.django_db

WIDER = {"box": [10, 20, 60, 40]}
KEYS = [
    *("dataset_id", "file_id", "label_id", "label_category_id", "label_type", "label_set_id", "stage_id"),
    *("sensor_id", "labeller_email", "attributes", "box", "polygons", "three_d_bbox"),
    *("create_time_millis", "update_time_millis", "version"),
]


def url(dataset: Dataset, label_id: str = "car:1", query: str = "") -> str:
    return f"/api/v2/datasets/{dataset.dataset_id}/labels/{label_id}{query}"


@pytest.fixture
def dataset(team: Team) -> Dataset:
    """Two cars in one file; ann has the first in hand."""
    dataset = make_dataset(team, (2,))
    make_task(team, "in_progress", dataset=dataset)
    return dataset


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_change_answers_the_label_as_it_is_now(team: Team, api: ApiClients, dataset: Dataset) -> None:
    said = WIDER | {"label_category_id": "truck", "attributes": {"parked": True}}

    response = api(team, "ann").put(url(dataset), said, format="json")

    found = response.json()
    assert (response.status_code, response["ETag"]) == (200, '"2"')
    assert list(found) == KEYS
    assert found == found | said | {"label_id": "car:1", "file_id": "000001.png", "stage_id": "Labelling", "version": 2}
    assert (found["polygons"], found["three_d_bbox"], found["label_set_id"]) == (None, None, "default")
    assert found["create_time_millis"] < found["update_time_millis"]
    assert shape_of(dataset).geometry == WIDER


def test_the_whole_resource_may_be_sent_back(team: Team, api: ApiClients, dataset: Dataset) -> None:
    Shape.objects.update(extra={"score": 0.25})
    ann = api(team, "ann")
    resource = ann.put(url(dataset), {}, format="json").json()

    first = ann.put(url(dataset), resource, format="json")
    second = ann.put(url(dataset), resource | WIDER, format="json")
    third = ann.put(url(dataset), resource | {"box": [1, 2, 3, 4]}, format="json")

    assert first.json() == resource
    assert resource["score"] == 0.25
    assert (second.status_code, second.json()["version"]) == (200, 2)
    assert (third.status_code, code(third)) == (412, "stale_version")
    assert set(resource) - {"score"} <= UNDERSTOOD


def test_a_put_of_an_unknown_id_draws_it(team: Team, api: ApiClients, dataset: Dataset) -> None:
    path = url(dataset, "van:7", "?file_id=000001.png")

    response = api(team, "ann").put(path, {"box": [1, 2, 30, 40]}, format="json")

    found = response.json()
    assert (response.status_code, response["ETag"]) == (200, '"1"')
    assert list(found) == KEYS
    assert (found["label_id"], found["label_category_id"]) == ("van:7", "van")
    assert (found["labeller_email"], found["label_type"], found["stage_id"]) == ("ann@example.com", "box", "Labelling")
    assert statuses(dataset, item__label__label_id="van:7") == ["ready", "waiting"]


def test_a_put_twice_is_as_once(team: Team, api: ApiClients, dataset: Dataset) -> None:
    path, said = url(dataset, "van:7", "?file_id=000001.png"), {"box": [1, 2, 30, 40], "attributes": {"a": 1}}
    ann = api(team, "fixer")

    first = ann.put(path, said, format="json").json()
    before = all_rows()
    second = ann.put(path, said, format="json").json()

    assert second == first
    assert all_rows() == before


def test_a_withdrawn_label_is_gone(team: Team, api: ApiClients, dataset: Dataset) -> None:
    ann, reader = api(team, "ann"), api(team, "reader")
    tasks = Task.objects.filter(item__label__label_id="car:1").values_list("task_id", flat=True)

    response = ann.delete(url(dataset))
    again = ann.delete(url(dataset))

    assert (response.status_code, response.content) == (204, b"")
    assert (again.status_code, code(again)) == (409, "label_deleted")
    assert ann.put(url(dataset), WIDER, format="json").status_code == 409
    listed = reader.get(f"/api/v2/datasets/{dataset.dataset_id}/tasks?limit=9").json()["tasks"]
    assert {one["label_id"] for one in listed} == {"car:2"}
    assert all(reader.get(f"/api/v2/tasks/{one}").json()["deleted_time_millis"] for one in tasks)


# --- which one --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["put", "delete"])
def test_where_an_id_recurs_the_file_has_to_be_named(team: Team, api: ApiClients, method: str) -> None:
    dataset = make_dataset(team, (1, 1))
    fixer = api(team, "fixer")

    without = getattr(fixer, method)(url(dataset), WIDER, format="json")
    named = getattr(fixer, method)(url(dataset, query="?file_id=000002.png"), WIDER, format="json")

    assert (without.status_code, code(without)) == (400, "file_required")
    assert "?file_id=" in without.json()["errors"][0]["detail"]
    assert named.status_code in (200, 204)
    assert list(Label.objects.order_by("file__position").values_list("version", flat=True)) == [1, 2]


def test_drawing_needs_a_file(team: Team, api: ApiClients, dataset: Dataset) -> None:
    response = api(team, "fixer").put(url(dataset, "van:1"), WIDER, format="json")

    assert (response.status_code, code(response)) == (400, "file_required")


@pytest.mark.parametrize(
    "path",
    [
        *("car:9", "car:1?labelSetId=auto", "car:1?file_id=000009.png", "car:1?file_id=%00", "car:1?labelSetId=%00"),
        *("car%001:1", "x" * 300 + ":1", ":1", "a%2Fb:1", "car:1?file_id=" + "x" * 600),
    ],
)
def test_what_is_not_there_is_404(team: Team, api: ApiClients, dataset: Dataset, path: str) -> None:
    response = api(team, "admin").delete(url(dataset, path))

    assert (response.status_code, code(response)) == (404, "not_found")


@pytest.mark.parametrize("path", ["car", "car:", "car:x", "", ":", "car:1/", "car:1/x"])
def test_what_is_no_id_is_404(team: Team, api: ApiClients, dataset: Dataset, path: str) -> None:
    assert api(team, "admin").put(url(dataset, path), WIDER, format="json").status_code == 404


def test_ids_are_taken_as_they_are_written(team: Team, api: ApiClients, dataset: Dataset) -> None:
    fixer, odd = api(team, "fixer"), "big%20rig%2F%C3%BC%3F:2"

    drawn = fixer.put(url(dataset, odd, "?file_id=000001.png"), WIDER, format="json").json()
    changed = fixer.put(url(dataset, odd), {"attributes": {"a": 1}}, format="json").json()

    assert drawn["label_id"] == changed["label_id"] == "big rig/ü?:2"
    assert changed["version"] == 2


def test_label_sets_are_kept_apart(team: Team, api: ApiClients, dataset: Dataset) -> None:
    Label.objects.update(label_set_id="auto")
    fixer = api(team, "fixer")

    assert fixer.delete(url(dataset)).status_code == 404
    assert fixer.put(url(dataset, query="?labelSetId=auto"), WIDER, format="json").json()["label_set_id"] == "auto"


def test_of_two_shapes_in_a_file_the_one_that_is_named(team: Team, api: ApiClients, dataset: Dataset) -> None:
    own = shape_of(dataset)
    Shape.objects.create(label=own.label, file=own.file, labeller_email="bot", geometry={"box": [1, 2, 3, 4]})
    fixer = api(team, "fixer")

    unclear = fixer.put(url(dataset), WIDER, format="json")
    clear = fixer.put(url(dataset), WIDER | {"labeller_email": "bot"}, format="json")

    assert (unclear.status_code, code(unclear)) == (400, "ambiguous")
    assert (clear.status_code, clear.json()["labeller_email"]) == (200, "bot")
    assert Shape.objects.get(pk=own.pk).geometry == {"box": [10, 20, 30, 40]}


def test_of_a_track_the_category_or_the_attributes_in_a_frame(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, (1, 1), mode="label_by_label")
    fixer, second = api(team, "fixer"), "?file_id=000002.png"

    category = fixer.put(url(dataset), {"label_category_id": "truck"}, format="json")
    attributes = fixer.put(url(dataset), {"attributes": {}}, format="json")
    frame = fixer.put(url(dataset, query=second), {"attributes": {"a": 1}}, format="json")
    box = fixer.put(url(dataset, query=second), WIDER, format="json")
    late = fixer.put(url(dataset, "car:2", second), WIDER, format="json")
    part = fixer.delete(url(dataset, query=second))

    assert category.json()["label_category_id"] == "truck"
    assert code(attributes) == "file_required"
    assert (frame.json()["file_id"], frame.json()["attributes"]) == ("000002.png", {"a": 1})
    assert [(one.status_code, code(one)) for one in (box, late, part)] == [
        (400, "not_editable"),
        (400, "wrong_level"),
        (400, "whole_track"),
    ]
    assert fixer.delete(url(dataset)).status_code == 204


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "attr"),
    [
        ({"label_id": "car:2"}, "label_id"),
        ({"label_type": "polygon"}, "label_type"),
        ({"polygons": [[[0, 0], [1, 0], [1, 1]]]}, "polygons"),
        ({"three_d_bbox": {"cx": 1}}, "three_d_bbox"),
        ({"file_id": "000002.png"}, "file_id"),
        ({"labeller_email": "eve@example.com"}, "labeller_email"),
        ({"sensor_id": "front"}, "sensor_id"),
        ({"create_time_millis": 1}, "create_time_millis"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_changed_is_named(
    team: Team, api: ApiClients, dataset: Dataset, said: dict[str, Any], attr: str
) -> None:
    fixer, before = api(team, "fixer"), all_rows()

    for path in (url(dataset), url(dataset, "van:1", "?file_id=000001.png")):
        response = fixer.put(path, WIDER | said, format="json")

        assert (response.status_code, code(response)) == (400, "not_editable")
        assert [one["attr"] for one in response.json()["errors"]] == [attr]
    assert all_rows() == before


def test_if_match_is_the_version_of_the_label(team: Team, api: ApiClients, dataset: Dataset) -> None:
    ann = api(team, "ann")

    first = ann.put(url(dataset), WIDER, format="json", HTTP_IF_MATCH='"1"')
    stale = ann.put(url(dataset), {"box": [1, 2, 3, 4]}, format="json", HTTP_IF_MATCH='"1"')
    gone = ann.delete(url(dataset), HTTP_IF_MATCH='W/"1"')
    new = ann.put(url(dataset, "van:1", "?file_id=000001.png"), WIDER, format="json", HTTP_IF_MATCH="1")

    assert first.status_code == 200
    assert [(one.status_code, code(one)) for one in (stale, gone, new)] == [(412, "stale_version")] * 3
    assert ann.delete(url(dataset), HTTP_IF_MATCH="2").status_code == 204


@pytest.mark.parametrize("version", ["1", True, 1.5, [1], {}])
def test_a_version_is_a_number(team: Team, api: ApiClients, dataset: Dataset, version: Any) -> None:
    response = api(team, "ann").put(url(dataset), {"version": version}, format="json")

    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, "version")


def test_refusals_come_in_the_contracts_order(team: Team, api: ApiClients, dataset: Dataset) -> None:
    eve, stale = api(team, "eve"), {"HTTP_IF_MATCH": '"9"'}
    mark_labelling_done(dataset, by=team.lead)

    def put(program: Any, path: str, said: Any, **headers: str) -> tuple[int, str]:
        response = program.put(path, said, format="json", **headers)
        return response.status_code, code(response)

    reader = api(team, "reader")
    assert put(api(make_team("other-"), "admin"), url(dataset), [1], **stale) == (404, "not_found")
    assert put(reader, url(dataset, query="?file_id=x"), [1], **stale) == (404, "not_found")
    assert put(reader, url(dataset), [1], **stale) == (403, "not_allowed")
    assert put(reader, url(dataset, "van:1"), {}, HTTP_IF_MATCH="x") == (403, "not_allowed")
    assert put(eve, url(dataset), {"box": 1}, **stale) == (400, "invalid")
    assert put(eve, url(dataset), [1], **stale) == (400, "invalid")
    assert put(eve, url(dataset), WIDER, HTTP_IF_MATCH="x") == (400, "invalid")
    assert put(eve, url(dataset), WIDER, **stale) == (412, "stale_version")
    assert put(eve, url(dataset), WIDER) == (409, "dataset_done")
    Dataset.objects.update(done_at=None, done_by=None)
    withdraw_label(shape_of(dataset).label, by=team.fixer)
    assert put(eve, url(dataset), WIDER, **stale) == (412, "stale_version")
    assert put(eve, url(dataset), WIDER) == (409, "label_deleted")


def test_a_label_that_is_not_theirs_is_403(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, (1, 1))
    set_stage_people(dataset.stages.get(stage_id="QA"), [team.eve], by=None)
    make_task(team, "in_progress", dataset=dataset)
    assign_files(dataset, [{"stage_id": "Labelling", "email": "bob@example.com", "files": "2"}], by=team.lead)
    ann = api(team, "ann")

    theirs = ann.put(url(dataset, query="?file_id=000002.png"), [1], format="json")
    mine = ann.put(url(dataset, query="?file_id=000001.png"), WIDER, format="json")

    assert (theirs.status_code, code(theirs)) == (403, "not_allowed")
    assert mine.status_code == 200
