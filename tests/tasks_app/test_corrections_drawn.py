"""A missing box that is drawn: who may, its id, its tasks."""

from datasets_app.actions import withdraw_labels
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.corrections import draw_label, may_draw, stage_of
from tests.factories import chain_of, make_dataset, make_task, outcome, shape_of, statuses, task_of

VAN = {"label_category_id": "van", "box": [100, 100, 50, 40]}


def file_of(dataset, position=1):
    return dataset.files.select_related("dataset").get(position=position)


def test_a_drawn_box_is_an_object_with_tasks_from_the_beginning(team):
    dataset = make_dataset(team, (1, 1))
    make_task(team, "in_progress", dataset=dataset)
    entries = [{"stage_id": "QA", "email": "eve@example.com", "files": "1"}]
    assign_files(dataset, entries, by=team.lead)

    shape = draw_label(file_of(dataset), {**VAN, "attributes": {"parked": True}}, by=team.ann)

    assert (shape.label.label_id, shape.label.label_type, shape.label.version) == ("van:1", "box", 1)
    assert (shape.labeller_email, shape.geometry) == ("ann@example.com", {"box": VAN["box"]})
    assert shape.attributes == {"parked": True}
    assert statuses(dataset, item__label=shape.label) == ["ready", "waiting"]
    assert [task.assignee for task in chain_of(dataset, item__label=shape.label)] == [None, team.eve.user]
    assert stage_of(shape.label) == "Labelling"


def test_a_drawn_box_gets_the_next_number_of_its_category_in_its_file(team):
    dataset = make_dataset(team, (3, 0))
    withdraw_labels(dataset, [shape_of(dataset, "car:3").label_id], by=None)
    car, street = VAN | {"label_category_id": "car"}, VAN | {"label_category_id": "a_r"}

    found = [draw_label(file_of(dataset), said, by=team.fixer).label.label_id for said in (car, car, VAN, street)]
    elsewhere = draw_label(file_of(dataset, 2), car, by=team.fixer).label.label_id

    assert (found, elsewhere) == (["car:4", "car:5", "van:1", "a_r:1"], "car:1")


def test_a_box_is_drawn_where_one_has_work_in_hand(team):
    dataset = make_dataset(team, (1, 1), frame_attributes=["weather"])
    weather = task_of(dataset, item__attribute__isnull=False, item__file__position=2)

    assert not may_draw(file_of(dataset, 2), by=team.ann)
    actions.start(weather, by=team.ann)

    assert may_draw(file_of(dataset, 2), by=team.ann)
    assert not may_draw(file_of(dataset, 1), by=team.ann)
    assert not may_draw(file_of(dataset, 2), by=team.bob)
    dataset.stages.update(can_edit=False)
    assert not may_draw(file_of(dataset, 2), by=team.ann)


def test_after_a_rejection_a_box_is_drawn_also_in_a_stage_that_cannot_edit(team):
    dataset = make_dataset(team)
    dataset.stages.update(can_edit=False)
    make_task(team, "rejected", dataset=dataset)

    assert outcome(draw_label, file_of(dataset), VAN, by=team.ann) == "done"


def test_tracks_are_drawn_elsewhere(team):
    dataset = make_dataset(team, (1, 1), mode="label_by_label")

    assert outcome(draw_label, file_of(dataset), VAN, by=team.admin) == "wrong_level"


def test_an_id_is_given_once(team):
    dataset = make_dataset(team)

    assert outcome(draw_label, file_of(dataset), VAN, by=team.fixer, label_id="car:1") == "label_exists"
    assert outcome(draw_label, file_of(dataset), VAN, by=team.fixer, label_id="car:1", label_set_id="auto") == "done"
