"""Assignments through the API: 204, all or nothing, and what is saved comes out in the form that went in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datasets_app.membership import remove_member, set_scopes, set_stage_people
from datasets_app.models import Dataset
from tasks_app.models import Task
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, make_dataset, make_task, make_team

pytestmark = pytest.mark.django_db
Entry = dict[str, Any]


@pytest.fixture
def frames(team: Team) -> Dataset:
    return make_dataset(team, (1, 2, 0, 1, 1), frame_attributes=["weather"], dataset_attributes=["city"])


@pytest.fixture
def sequence(team: Team) -> Dataset:
    return make_dataset(team, (3, 1), mode="label_by_label", frame_attributes=["time"], dataset_attributes=["city"])


def url(dataset: Dataset, field: str) -> str:
    return f"/api/v2/datasets/{dataset.dataset_id}/{field}"


def post(api: ApiClients, team: Team, dataset: Dataset, field: str, *entries: Any, by: str = "lead") -> Any:
    return api(team, by).post(url(dataset, field), {field: list(entries)}, format="json")


def saved(api: ApiClients, team: Team, dataset: Dataset, field: str) -> list[Entry]:
    response = api(team, "reader").get(url(dataset, field))
    assert response.status_code == 200
    assert list(response.json()) == [field]
    return list(response.json()[field])


def problems(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 400
    return [(one["code"], one["attr"]) for one in response.json()["errors"]]


def entry(stage_id: str = "Labelling", name: str | None = "ann", **target: Any) -> Entry:
    return {"stage_id": stage_id, "email": name and f"{name}@example.com"} | target


def test_the_contracts_example_is_saved(team: Team, api: ApiClients) -> None:
    dataset = make_dataset(team, [1] * 20)
    names = [file.file_id for file in dataset.files.all()]
    before = entry("QA", "bob", files="12-20")
    post(api, team, dataset, "file_tasks", before)

    response = post(
        *(api, team, dataset, "file_tasks"),
        entry("Labelling", "ann", file_id=names[7]),
        entry("Labelling", "bob", file_ids=names[8:10]),
        entry("QA", "eve", files="1-4,5,6-11"),
        entry("QA", None, files="12-20"),
    )

    assert (response.status_code, response.content) == (204, b"")
    assert saved(api, team, dataset, "file_tasks") == [
        entry("Labelling", "ann", file_ids=names[7:8]),
        entry("Labelling", "bob", file_ids=names[8:10]),
        entry("QA", "eve", file_ids=names[:11]),
    ]


def test_what_comes_out_can_be_sent_again(team: Team, api: ApiClients, frames: Dataset, sequence: Dataset) -> None:
    post(api, team, frames, "file_tasks", entry(files="1-3"), entry("QA", "eve", files="2-5"))
    post(
        *(api, team, sequence, "label_tasks"),
        *(entry(label_ids=["car:1", "car:2"]), entry(attribute_id="city"), entry("QA", "eve", all=True)),
    )

    for dataset, field in ((frames, "file_tasks"), (sequence, "label_tasks")):
        first = saved(api, team, dataset, field)
        tasks = list(Task.objects.order_by("pk").values())
        response = post(api, team, dataset, field, *first)

        assert response.status_code == 204
        assert saved(api, team, dataset, field) == first != []
        assert list(Task.objects.order_by("pk").values()) == tasks


def test_the_tasks_get_the_person_and_accepted_ones_keep_theirs(team: Team, api: ApiClients) -> None:
    task = make_task(team, "accepted")

    response = post(api, team, task.dataset, "file_tasks", entry("Labelling", "bob", files="1"))

    assert response.status_code == 204
    assert api(team, "reader").get(f"/api/v2/tasks/{task.task_id}").json()["email"] == "ann@example.com"


def test_labels_attributes_and_all_tracks_are_assigned(team: Team, api: ApiClients, sequence: Dataset) -> None:
    response = post(
        *(api, team, sequence, "label_tasks"),
        *(entry(label_id="car:1"), entry("Labelling", "bob", label_ids=["car:2", "car:3"])),
        *(entry(attribute_id="time"), entry("QA", "eve", all=True)),
    )

    tasks = Task.objects.filter(dataset=sequence, assignee__isnull=False)
    found = tasks.values_list("stage__stage_id", "item__label__label_id", "assignee__email")
    assert response.status_code == 204
    assert sorted((stage, label or "", email.partition("@")[0]) for stage, label, email in found) == [
        *(("Labelling", "", "ann"), ("Labelling", "car:1", "ann")),
        *(("Labelling", "car:2", "bob"), ("Labelling", "car:3", "bob")),
        *(("QA", f"car:{number}", "eve") for number in (1, 2, 3)),
    ]


def test_a_dataset_attribute_of_single_frames_is_a_label_task(team: Team, api: ApiClients, frames: Dataset) -> None:
    city = post(api, team, frames, "label_tasks", entry(attribute_id="city"))
    weather = post(api, team, frames, "label_tasks", entry(attribute_id="weather"))

    assert city.status_code == 204
    assert problems(weather) == [("wrong_level", "label_tasks.0.attribute_id")]
    assert saved(api, team, frames, "label_tasks") == [entry(attribute_id="city")]


# --- refusals ------------------------------------------------------------------------------------------------

FILES: list[tuple[Any, str, str]] = [
    (entry("Review", files="1"), "unknown_stage", ".stage_id"),
    ({"email": None, "files": "1"}, "unknown_stage", ".stage_id"),
    (entry(["QA"], files="1"), "unknown_stage", ".stage_id"),  # type: ignore[arg-type]
    ({"stage_id": "QA", "files": "1"}, "required", ".email"),
    ({"stage_id": "QA", "email": 3, "files": "1"}, "required", ".email"),
    (entry("QA", "nobody", files="1"), "unknown_member", ".email"),
    (entry("QA", "other-ann", files="1"), "unknown_member", ".email"),
    (entry("QA", "gone", files="1"), "unknown_member", ".email"),
    (entry("QA", "reader", files="1"), "not_in_stage", ".email"),
    (entry("QA", "customer", files="1"), "not_in_stage", ".email"),
    (entry("QA", files=""), "broken_range", ".files"),
    (entry("QA", files="0"), "broken_range", ".files"),
    (entry("QA", files="3-2"), "broken_range", ".files"),
    (entry("QA", files="1-6"), "broken_range", ".files"),
    (entry("QA", files="1-999999999"), "broken_range", ".files"),
    (entry("QA", files="1,,2"), "broken_range", ".files"),
    (entry("QA", files="1-"), "broken_range", ".files"),
    (entry("QA", files="-1"), "broken_range", ".files"),
    (entry("QA", files="١"), "broken_range", ".files"),
    (entry("QA", files=1), "broken_range", ".files"),
    (entry("QA", files=["1"]), "broken_range", ".files"),
    (entry("QA", files=" " * 99_999 + "1x"), "broken_range", ".files"),
    (entry("QA", files="1-2,2"), "duplicate", ""),
    (entry("QA", file_id="nothing.png"), "unknown_file", ".file_id"),
    (entry("QA", file_id=["000001.png"]), "invalid", ".file_id"),
    (entry("QA", file_ids="000001.png"), "invalid", ".file_ids"),
    (entry("QA", file_ids=[]), "invalid", ".file_ids"),
    (entry("QA", file_ids=[None]), "invalid", ".file_ids"),
    (entry("QA", file_ids=["000001.png"] * 2), "duplicate", ""),
    (entry("QA", file_id="000001.png", files="1"), "invalid", ""),
    (entry("QA"), "invalid", ""),
]


@pytest.mark.parametrize(("wrong", "code", "attr"), FILES)
def test_a_wrong_entry_is_named_by_its_position_and_nothing_is_saved(
    team: Team, api: ApiClients, frames: Dataset, wrong: Entry, code: str, attr: str
) -> None:
    make_team("other-")
    remove_member(team.add("gone", "labeller"), by=team.admin)
    before = all_rows()

    response = post(api, team, frames, "file_tasks", entry(files="4-5"), wrong)

    assert problems(response) == [(code, f"file_tasks.1{attr}")]
    assert all_rows() == before


LABELS: list[tuple[Any, str, str]] = [
    (entry("QA", label_id="car:9"), "unknown_label", ".label_id"),
    (entry("QA", label_id="car:1", label_set_id="other"), "unknown_label", ".label_id"),
    (entry("QA", label_id="car:1", label_set_id=["default"]), "unknown_label", ".label_id"),
    (entry("QA", label_ids=["car:1", "car:1"]), "duplicate", ""),
    (entry("QA", attribute_id="colour"), "unknown_attribute", ".attribute_id"),
    (entry("QA", attribute_id=["city"]), "invalid", ".attribute_id"),
    (entry("QA", all=False), "invalid", ".all"),
    (entry("QA", all="true"), "invalid", ".all"),
    (entry("QA", all=1), "invalid", ".all"),
    (entry("QA", files="1"), "invalid", ""),
    (entry("Labelling", "bob", all=True), "duplicate", ""),
    (entry("QA", "ann", label_id="car:1"), "four_eyes", ".email"),
    (entry("QA", "ann", all=True), "four_eyes", ".email"),
]


@pytest.mark.parametrize(("wrong", "code", "attr"), LABELS)
def test_wrong_labels_are_named_by_their_position(
    team: Team, api: ApiClients, sequence: Dataset, wrong: Entry, code: str, attr: str
) -> None:
    before = all_rows()

    response = post(api, team, sequence, "label_tasks", entry(label_id="car:1"), wrong)

    assert (code, f"label_tasks.1{attr}") in problems(response)
    assert all_rows() == before


def test_every_wrong_entry_is_named(team: Team, api: ApiClients, frames: Dataset) -> None:
    wrong = [entry("X", files="1"), entry(files="9"), entry(files="1"), entry("QA", "nobody", files="1")]

    found = problems(post(api, team, frames, "file_tasks", *wrong))

    assert found == [
        ("unknown_stage", "file_tasks.0.stage_id"),
        ("broken_range", "file_tasks.1.files"),
        ("unknown_member", "file_tasks.3.email"),
    ]


@pytest.mark.parametrize("depth", [10, 100, 900, 940, 960, 970, 975, 980, 985, 990, 5000])
@pytest.mark.parametrize("key", ["attribute_id", "label_id", "all", "stage_id", "email"])
def test_deep_nonsense_is_refused(team: Team, api: ApiClients, sequence: Dataset, key: str, depth: int) -> None:
    body = json.dumps({"label_tasks": [entry("QA", None, label_id="car:1") | {key: "DEEP"}]})

    response = api(team, "lead").post(
        url(sequence, "label_tasks"), body.replace('"DEEP"', "[" * depth + "]" * depth), content_type="application/json"
    )

    assert response.status_code == 400


BODIES = ["", "[]", "null", "3", "{}", '{"file_tasks": null}', '{"file_tasks": {}}', '{"file_tasks": [1]}', '{"x": []}']


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_no_list_of_entries_is_refused(team: Team, api: ApiClients, frames: Dataset, body: str) -> None:
    response = api(team, "lead").post(url(frames, "file_tasks"), body, content_type="application/json")

    assert problems(response)[0][1] == "file_tasks"


def test_files_of_a_sequence_are_the_wrong_level(
    team: Team, api: ApiClients, frames: Dataset, sequence: Dataset
) -> None:
    files = post(api, team, sequence, "file_tasks", entry(files="1"))
    labels = post(api, team, frames, "label_tasks", entry(label_id="car:1"))
    everything = post(api, team, frames, "label_tasks", entry(all=True))

    assert problems(files) == [("wrong_level", "file_tasks")]
    assert problems(labels) == [("wrong_level", "label_tasks.0.label_id")]
    assert problems(everything) == [("wrong_level", "label_tasks.0.all")]


def test_four_eyes_hold_for_what_was_saved_before(team: Team, api: ApiClients, frames: Dataset) -> None:
    post(api, team, frames, "file_tasks", entry(files="1-2"))

    response = post(api, team, frames, "file_tasks", entry("QA", "eve", files="1"), entry("QA", "ann", files="2"))

    assert problems(response) == [("four_eyes", "file_tasks.1.email")]


# --- who -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["creator", "fixer", "customer", "reader"])
def test_the_role_is_told_before_what_is_wrong(team: Team, api: ApiClients, frames: Dataset, name: str) -> None:
    for body in (b"{", b'{"file_tasks": []}'):
        response = api(team, name).post(url(frames, "file_tasks"), body, content_type="application/json")
        assert response.status_code == 403


def test_people_of_a_stage_and_roles_of_a_dataset_count(team: Team, api: ApiClients, frames: Dataset) -> None:
    set_stage_people(frames.stages.get(stage_id="QA"), [team.eve], by=team.lead)
    set_scopes(frames, team.reader, ["labeller", "datasets_admin"], by=team.lead)

    outside = post(api, team, frames, "file_tasks", entry("QA", "bob", files="1"), by="reader")
    inside = post(api, team, frames, "file_tasks", entry("QA", "eve", files="1"), by="reader")

    assert problems(outside) == [("not_in_stage", "file_tasks.0.email")]
    assert inside.status_code == 204


def test_a_labeller_does_not_see_the_assignments(team: Team, api: ApiClients, frames: Dataset) -> None:
    assert api(team, "ann").get(url(frames, "file_tasks")).status_code == 403
    assert post(api, team, frames, "file_tasks", entry(files="1"), by="ann").status_code == 403
