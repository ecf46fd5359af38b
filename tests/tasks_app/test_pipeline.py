"""Stages that come, go, move and come back while there is work in the others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets_app.actions import set_pipeline, withdraw_labels
from datasets_app.errors import Kind
from datasets_app.imports.store import store
from tasks_app import actions
from tasks_app.history import broken_links
from tasks_app.models import Item, Task
from tasks_app.pipeline import Difference
from tests.factories import (
    all_rows,
    chain_of,
    events_of,
    make_content,
    make_dataset,
    make_task,
    refusal,
    statuses,
    task_of,
    walk,
)


def stages(dataset, names):
    return set_pipeline(dataset, [{"stage_id": name} for name in names], by=None)


def order(dataset):
    tasks = chain_of(dataset)
    assert [task.previous_id for task in tasks] == [None, *(task.pk for task in tasks[:-1])]
    assert [task.stage_order for task in tasks] == list(range(len(tasks)))
    return [task.stage_id_text for task in tasks]


def refused(dataset, names):
    before = all_rows()
    found = refusal(stages, dataset, names)
    assert all_rows() == before
    return found.kind, found.problems[0].code


IN_USE = (Kind.CONFLICT, "stage_in_use")


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        ("ready", "waiting"),
        ("in_progress", "waiting"),
        ("rejected", "waiting"),
        ("submitted", "ready"),
        ("accepted", "ready"),
    ],
)
def test_a_new_stage_at_the_end_follows_the_one_before(team, status, becomes):
    dataset = make_dataset(team, stages=("Labelling",), customer_review=True)
    task = task_of(dataset)
    if status != "ready":
        actions.start(task, by=team.ann)
    if status in ("submitted", "accepted", "rejected"):
        actions.submit(task, by=team.ann)
    if status in ("accepted", "rejected"):
        {"accepted": actions.accept, "rejected": actions.reject}[status](task, by=team.customer)

    stages(dataset, ["Labelling", "QA"])

    assert statuses(dataset) == [status, becomes]


def test_a_new_stage_at_the_end_of_a_finished_chain_reopens_nothing(team):
    dataset = make_dataset(team)
    walk(team, dataset, 2)

    stages(dataset, ["Labelling", "QA", "Audit"])

    assert statuses(dataset) == ["accepted", "accepted", "ready"]
    assert order(dataset) == ["Labelling", "QA", "Audit"]


@pytest.mark.parametrize(
    "names", [["X", "Labelling", "QA"], ["Labelling", "X", "QA"], ["X", "Labelling", "Y", "QA", "Z"]]
)
def test_new_stages_anywhere_while_nothing_has_begun(team, names):
    dataset = make_dataset(team)

    stages(dataset, names)

    assert order(dataset) == names
    assert statuses(dataset) == ["ready"] + ["waiting"] * (len(names) - 1)


def test_a_new_stage_in_between_puts_a_ready_one_back(team):
    dataset = make_dataset(team)
    make_task(team, "submitted", dataset=dataset)

    stages(dataset, ["Labelling", "X", "QA"])

    assert statuses(dataset) == ["submitted", "ready", "waiting"]
    assert events_of(chain_of(dataset)[2])[-1].to_status == "waiting"


@pytest.mark.parametrize("status", ["in_progress", "submitted", "accepted", "rejected"])
def test_a_new_stage_before_one_where_work_has_begun_is_refused(team, status):
    dataset = make_dataset(team)
    make_task(team, status, dataset=dataset)

    assert refused(dataset, ["X", "Labelling", "QA"]) == IN_USE


def test_a_new_stage_in_between_is_refused_when_a_later_one_has_begun(team):
    dataset = make_dataset(team, stages=("Labelling", "QA", "Audit"))
    actions.submit(chain_of(dataset)[0], by=team.ann)
    actions.start(chain_of(dataset)[1], by=team.eve)

    assert refused(dataset, ["Labelling", "X", "QA", "Audit"]) == IN_USE


def test_a_stage_with_a_submission_is_neither_removed_nor_moved(team):
    dataset = make_dataset(team, (2,))
    make_task(team, "rejected", dataset=dataset)

    assert refused(dataset, ["QA"]) == IN_USE
    assert refused(dataset, ["QA", "Labelling"]) == IN_USE


def test_a_removed_stage_takes_its_tasks_with_it(team):
    dataset = make_dataset(team, stages=("Labelling", "QA", "Audit"))
    make_task(team, "submitted", dataset=dataset)
    gone = chain_of(dataset)[1]

    stages(dataset, ["Labelling", "Audit"])

    gone.refresh_from_db()
    assert order(dataset) == ["Labelling", "Audit"]
    assert statuses(dataset) == ["submitted", "ready"]
    assert (gone.deleted_at is not None, events_of(gone)[-1].action) == (True, "withdraw")


def test_a_removed_first_stage_makes_the_second_one_ready(team):
    dataset = make_dataset(team)

    stages(dataset, ["QA"])

    assert statuses(dataset) == ["ready"]
    assert chain_of(dataset)[0].clock_start is not None


def test_a_stage_in_progress_may_be_removed_and_comes_back_at_its_beginning(team):
    dataset = make_dataset(team)
    key = make_task(team, "in_progress", dataset=dataset).task_id

    stages(dataset, ["QA"])
    stages(dataset, ["Labelling", "QA"])

    task = chain_of(dataset)[0]
    assert (task.task_id, task.status, task.assignee, task.started_from) == (key, "ready", None, "")
    assert statuses(dataset) == ["ready", "waiting"]


def test_moved_stages_follow_each_other_as_they_stand(team):
    dataset = make_dataset(team, stages=("Labelling", "QA", "Audit"))
    make_task(team, "submitted", dataset=dataset)

    stages(dataset, ["Labelling", "Audit", "QA"])

    assert order(dataset) == ["Labelling", "Audit", "QA"]
    assert statuses(dataset) == ["submitted", "ready", "waiting"]


def test_one_in_progress_that_is_moved_back_waits(team):
    dataset = make_dataset(team, stages=("Labelling", "QA", "Audit"))
    make_task(team, "submitted", dataset=dataset)
    actions.start(chain_of(dataset)[1], by=team.eve)

    stages(dataset, ["Labelling", "Audit", "QA"])

    assert statuses(dataset) == ["submitted", "ready", "waiting"]
    assert chain_of(dataset)[2].started_from == ""


def test_a_stage_that_comes_back_has_tasks_also_for_labels_that_came_meanwhile(team):
    dataset = make_dataset(team)
    stages(dataset, ["Labelling"])
    store(dataset, make_content((2,)), by=None)

    stages(dataset, ["Labelling", "QA"])

    assert Task.objects.filter(dataset=dataset).present().count() == 4
    assert order(dataset) == ["Labelling", "QA"]


def test_the_same_pipeline_again_changes_nothing(team):
    dataset = make_dataset(team)
    make_task(team, "submitted", dataset=dataset)
    stages(dataset, ["Labelling", "QA", "Audit"])
    before = all_rows()

    stages(dataset, ["Labelling", "QA", "Audit"])

    assert all_rows() == before


@pytest.mark.parametrize(
    "names", [["Labelling", "QA", "Audit"], ["QA"], ["QA", "Labelling"], ["X"], ["X", "QA", "Labelling"]]
)
@pytest.mark.parametrize("others", [0, 1])
def test_a_label_that_was_withdrawn_meanwhile_is_revived_in_the_present_stages(team, names, others):
    dataset = make_dataset(team, (1 + others,))
    label = dataset.labels.get(label_id="car:1")
    withdraw_labels(dataset, [label.pk], by=None)

    stages(dataset, names)
    store(dataset, make_content((1 + others,)), by=None)

    assert order(dataset) == names
    assert statuses(dataset) == ["ready"] + ["waiting"] * (len(names) - 1)
    assert Task.objects.filter(dataset=dataset).present().count() == len(names) * (1 + others)


def test_after_any_change_the_chain_can_be_walked_and_its_history_is_whole(team):
    dataset = make_dataset(team, (1,))
    for names in (["QA"], ["Audit", "QA"], ["Labelling", "QA", "Audit"], ["Audit", "Labelling"], ["Audit", "X", "QA"]):
        stages(dataset, names)

    assert {task.status for task in walk(team, dataset, 3)} == {"accepted"}
    assert not any(broken_links(item) for item in Item.objects.all())


ORDERS = st.lists(st.integers(1, 6), unique=True, min_size=1)


@settings(deadline=None)
@given(ORDERS, ORDERS)
def test_a_difference_adds_up(old, new):
    difference = Difference(old, new)

    assert set(old) - set(difference.removed) | set(difference.added) == set(new)
    assert not set(difference.moved) & {*difference.added, *difference.removed}
    assert difference.relinked == [] or old != new
