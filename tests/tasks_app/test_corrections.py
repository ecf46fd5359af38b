"""Who may correct a label when, what that does to its tasks, and what is no correction."""

import pytest

from datasets_app.actions import mark_labelling_done
from datasets_app.errors import Kind
from datasets_app.models import Label, Shape
from tasks_app import actions
from tasks_app.corrections import change_label, draw_label, withdraw_label
from tasks_app.history import broken_links
from tasks_app.models import Item, Task
from tests.factories import (
    all_rows,
    chain_of,
    events_of,
    make_dataset,
    make_qa_task,
    make_task,
    outcome,
    refusal,
    shape_of,
    task_of,
    undone,
)

PEOPLE = ("admin", "lead", "creator", "fixer", "ann", "bob", "eve", "customer", "reader")
#: Contract, section 7: "labels always".
ALWAYS = {"admin", "fixer"}
#: Their role can change labels when the task is theirs: the others get 403, these 409.
WORKERS = {"lead", "ann", "bob", "eve"}
WIDER = {"box": [10, 20, 60, 40]}
VAN = {"label_category_id": "van", "box": [100, 100, 50, 40]}


@pytest.mark.parametrize(
    ("status", "those_who_may"),
    [
        ("waiting", set()),
        ("ready", set()),
        ("in_progress", {"ann"}),
        ("submitted", set()),
        ("accepted", set()),
        ("rejected", {"ann"}),
    ],
)
@pytest.mark.parametrize("verb", ["change", "withdraw", "draw"])
def test_who_may_when(team, status, those_who_may, verb):
    dataset = make_dataset(team)
    make_task(team, status, dataset=dataset)
    expected = dict.fromkeys(PEOPLE, "not_allowed") | dict.fromkeys(WORKERS, "frozen")
    expected |= dict.fromkeys(those_who_may | ALWAYS, "done")
    calls = {
        "change": lambda by: change_label(shape_of(dataset), WIDER, by=by),
        "withdraw": lambda by: withdraw_label(shape_of(dataset).label, by=by),
        "draw": lambda by: draw_label(shape_of(dataset).file, VAN, by=by),
    }
    before, found = all_rows(), {}

    for name in PEOPLE:
        with undone():
            found[name] = outcome(calls[verb], getattr(team, name))
            assert found[name] == "done" or all_rows() == before

    assert found == expected


# --- changes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [WIDER, {"label_category_id": "truck"}, {"attributes": {"parked": True, "doors": [2, 4]}}, {"attributes": {}}],
)
def test_a_change_raises_the_labels_version_and_is_an_event_of_each_open_task(team, said):
    dataset = make_dataset(team)
    task = make_task(team, "submitted", dataset=dataset)
    versions = [one.version for one in chain_of(dataset)]

    change_label(shape_of(dataset), said, by=team.fixer)

    shape = shape_of(dataset)
    stored = {**shape.geometry, "label_category_id": shape.label.label_category_id, "attributes": shape.attributes}
    assert stored == {"box": [10, 20, 30, 40], "label_category_id": "car", "attributes": None} | said
    assert (shape.label.label_id, shape.label.version) == ("car:1", 2)
    assert shape.label.updated_at > shape.label.created_at
    assert [one.version for one in chain_of(dataset)] == [version + 1 for version in versions]
    assert {events_of(one)[-1].action for one in chain_of(dataset)} == {"change"}
    assert events_of(task)[-1].by == team.fixer.user
    assert broken_links(Item.objects.get()) == []


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"box": [10, 20, 30, 40]},
        {"box": [10.0, 20.0, 30.0, 40.0], "label_category_id": "car", "attributes": None},
    ],
)
def test_the_same_again_changes_nothing(team, said):
    dataset = make_dataset(team)
    make_task(team, "in_progress", dataset=dataset)
    before = all_rows()

    change_label(shape_of(dataset), said, by=team.ann)

    assert all_rows() == before


def test_true_is_not_one(team):
    dataset = make_dataset(team)
    Shape.objects.update(attributes={"parked": 1})

    change_label(shape_of(dataset), {"attributes": {"parked": True}}, by=team.fixer)

    assert shape_of(dataset).attributes["parked"] is True
    assert shape_of(dataset).label.version == 2


@pytest.mark.parametrize(("status", "marked"), [("ready", False), ("submitted", True), ("accepted", True)])
def test_a_change_by_a_labels_admin_marks_what_was_handed_over(team, status, marked):
    dataset = make_dataset(team)
    task = make_task(team, status, dataset=dataset)

    change_label(shape_of(dataset), WIDER, by=team.fixer)

    task.refresh_from_db()
    assert (task.label_changed_since_submit, task.status) == (marked, status)


def test_a_decision_on_what_was_seen_before_fails(team):
    dataset = make_dataset(team)
    task = make_task(team, "submitted", dataset=dataset)

    change_label(shape_of(dataset), WIDER, by=team.fixer)

    assert refusal(actions.accept, task, by=team.eve, version=task.version).kind == Kind.STALE
    assert outcome(actions.accept, task, by=team.eve, version=task.version + 1) == "done"


@pytest.mark.parametrize("changed", [True, False])
def test_accept_and_modify_counts_as_changed_in_review(team, changed):
    dataset = make_dataset(team)
    dataset.stages.update(can_edit=True)
    task = make_qa_task(team, "in_progress", dataset=dataset)

    if changed:
        change_label(shape_of(dataset), WIDER, by=team.eve)
    actions.submit(task, by=team.eve)

    labelling, qa = chain_of(dataset)
    assert qa.changed_in_review is changed
    assert (qa.status, labelling.label_changed_since_submit) == ("accepted", False)


def test_a_change_before_the_review_is_none_in_review(team):
    dataset = make_dataset(team)
    task = make_task(team, "in_progress", dataset=dataset)
    change_label(shape_of(dataset), WIDER, by=team.ann)
    actions.submit(task, by=team.ann)

    actions.accept(task, by=team.eve, submit=True)

    assert task_of(dataset, "QA").changed_in_review is False


def test_the_shape_of_another_person_in_the_same_file_stays(team):
    dataset = make_dataset(team)
    own = shape_of(dataset)
    other = Shape.objects.create(
        label=own.label, file=own.file, labeller_email="interpolated", geometry={"box": [1, 2, 3, 4]}
    )

    change_label(own, WIDER, by=team.fixer)

    assert Shape.objects.get(pk=other.pk).geometry == {"box": [1, 2, 3, 4]}
    assert Shape.objects.get(pk=own.pk).geometry == WIDER


def test_the_track_as_a_whole_gets_another_category_and_a_frame_its_attributes(team):
    dataset = make_dataset(team, (1, 1), mode="label_by_label")
    said = {"label_category_id": "truck", "attributes": {"state": "parked"}}

    change_label(shape_of(dataset, file=2), said, by=team.fixer)

    assert Label.objects.get().label_category_id == "truck"
    assert [shape.attributes for shape in Shape.objects.order_by("file__position")] == [None, {"state": "parked"}]


def test_the_box_of_a_track_is_corrected_elsewhere(team):
    dataset = make_dataset(team, (1, 1), mode="label_by_label")

    assert outcome(change_label, shape_of(dataset), WIDER, by=team.admin) == "not_editable"


@pytest.mark.parametrize("label_type", ["polygon", "3d_bbox", "lane", "2d_segmentation"])
def test_only_boxes_are_moved(team, label_type):
    dataset = make_dataset(team)
    Label.objects.update(label_type=label_type)

    assert outcome(change_label, shape_of(dataset), WIDER, by=team.admin) == "not_editable"
    assert outcome(change_label, shape_of(dataset), {"label_category_id": "truck"}, by=team.admin) == "done"


# --- withdrawing ------------------------------------------------------------------------------------------------------


def test_what_is_withdrawn_leaves_the_lists_and_keeps_its_rows(team):
    dataset = make_dataset(team, (2,))
    make_task(team, "in_progress", dataset=dataset)

    withdraw_label(shape_of(dataset).label, by=team.ann)

    label = Label.objects.get(label_id="car:1")
    tasks = Task.objects.filter(item__label=label)
    assert (label.withdrawn_at is not None, label.version, label.shapes.count()) == (True, 2, 1)
    assert all(task.deleted_at and events_of(task)[-1].action == "withdraw" for task in tasks)
    assert set(Task.objects.present().values_list("item__label__label_id", flat=True)) == {"car:2"}
    assert all(broken_links(item) == [] for item in Item.objects.all())


@pytest.mark.parametrize("name", ["fixer", "ann"])
def test_what_was_withdrawn_is_not_corrected(team, name):
    dataset = make_dataset(team)
    make_task(team, "in_progress", dataset=dataset)
    shape = shape_of(dataset)
    withdraw_label(shape.label, by=team.fixer)

    assert outcome(withdraw_label, shape.label, by=getattr(team, name)) == "label_deleted"
    assert outcome(change_label, shape, WIDER, by=getattr(team, name)) == "label_deleted"
    if name == "fixer":
        assert outcome(draw_label, shape.file, VAN, by=team.fixer, label_id="car:1") == "label_deleted"


def test_nothing_is_corrected_in_a_dataset_that_is_done(team):
    dataset = make_dataset(team)
    mark_labelling_done(dataset, by=team.lead)

    assert outcome(change_label, shape_of(dataset), WIDER, by=team.admin) == "dataset_done"
    assert outcome(withdraw_label, shape_of(dataset).label, by=team.admin) == "dataset_done"
    assert outcome(draw_label, shape_of(dataset).file, VAN, by=team.admin) == "dataset_done"
