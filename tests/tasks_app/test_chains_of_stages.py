"""Chains of one to twenty stages, from the first to the last task and back."""

import pytest

from datasets_app.actions import set_settings
from tasks_app import actions
from tasks_app.chains import read_chain
from tasks_app.editing import set_value
from tasks_app.models import Task, TaskEvent
from tests.factories import (
    all_rows,
    chain_of,
    events_of,
    make_dataset,
    make_qa_task,
    make_task,
    outcome,
    statuses,
    task_of,
    walk,
)

THREE = ("Labelling", "QA", "Audit")


def numbered(stages):
    return [f"Stage {number}" for number in range(1, stages + 1)]


@pytest.mark.parametrize("stages", [1, 2, 3, 5, 20])
def test_a_new_chain_is_ready_then_waiting(team, stages):
    dataset = make_dataset(team, stages=numbered(stages))

    tasks = chain_of(dataset)

    assert [task.status for task in tasks] == ["ready"] + ["waiting"] * (stages - 1)
    assert [task.previous_id for task in tasks] == [None, *(task.pk for task in tasks[:-1])]


@pytest.mark.parametrize("stages", [1, 2, 3, 5, 20])
def test_a_chain_is_accepted_from_its_first_to_its_last_stage(team, stages):
    dataset = make_dataset(team, stages=numbered(stages))

    tasks = walk(team, dataset, stages)

    assert {task.status for task in tasks} == {"accepted"}
    assert all(task.finished_at for task in tasks)


@pytest.mark.parametrize("stages", [1, 2, 3, 5, 20])
def test_reopening_the_first_makes_all_later_ones_wait(team, stages):
    dataset = make_dataset(team, stages=numbered(stages))
    walk(team, dataset, stages)

    actions.reopen(chain_of(dataset)[0], by=team.lead, comment="Look again.")

    assert statuses(dataset) == ["rejected"] + ["waiting"] * (stages - 1)
    assert not any(task.finished_at for task in chain_of(dataset))


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_a_reopened_chain_can_be_walked_again(team, stages):
    dataset = make_dataset(team, stages=numbered(stages))
    walk(team, dataset, stages)
    actions.reopen(chain_of(dataset)[0], by=team.lead, comment="Look again.")

    assert {task.status for task in walk(team, dataset, stages)} == {"accepted"}


def test_submit_makes_the_next_one_ready(team):
    dataset = make_dataset(team, stages=THREE)

    actions.submit(chain_of(dataset)[0], by=team.ann)

    assert statuses(dataset) == ["submitted", "ready", "waiting"]


def test_accept_and_modify_begins_the_next_one(team):
    task = make_task(team, "accepted")

    assert (task.next.status, task.next.started_from, task.next.assignee_id) == (
        "in_progress", "ready", team.eve.user_id,
    )  # fmt: skip
    assert task.reviewed_by_id == team.eve.user_id


def test_accept_leaves_a_next_one_that_was_begun_already(team):
    dataset = make_dataset(team)
    task = make_qa_task(team, "ready", dataset=dataset)
    actions.start(task, by=team.eve)
    version = Task.objects.get(pk=task.pk).version

    actions.accept(task.previous, by=team.eve)

    assert statuses(dataset) == ["accepted", "in_progress"]
    assert Task.objects.get(pk=task.pk).version == version


def test_accept_and_submit_hands_both_on(team):
    dataset = make_dataset(team, stages=THREE)
    task = make_task(team, "submitted", dataset=dataset)

    actions.accept(task, by=team.eve, submit=True)

    assert statuses(dataset) == ["accepted", "submitted", "ready"]


def test_accept_and_submit_in_the_stage_before_the_last_finishes(team):
    dataset = make_dataset(team)
    task = make_task(team, "submitted", dataset=dataset)

    actions.accept(task, by=team.eve, submit=True)

    assert statuses(dataset) == ["accepted", "accepted"]
    assert [event.action for event in events_of(task.next)][-2:] == ["submit", "finish"]


def test_accept_and_submit_does_both_or_neither(team):
    dataset = make_dataset(team, (0,), dataset_attributes=["city"])
    task = task_of(dataset)
    actions.start(task, by=team.ann)
    set_value(task, "Delft", by=team.ann)
    actions.submit(task, by=team.ann)
    task.item.attribute.values.all().delete()
    before = all_rows()

    assert outcome(actions.accept, task, by=team.eve, submit=True) == "value_missing"

    assert all_rows() == before


def test_the_last_stage_has_no_next_task_to_submit(team):
    task = make_qa_task(team, "submitted")
    before = all_rows()

    assert outcome(actions.accept, task, by=team.lead, submit=True) == "no_next_task"

    assert all_rows() == before


def test_finishing_is_a_second_event_by_the_system(team):
    task = make_qa_task(team, "accepted")

    submitted, finished = events_of(task)[-2:]

    assert (submitted.action, submitted.to_status, submitted.by) == ("submit", "submitted", team.eve.user)
    assert (finished.action, finished.from_status, finished.to_status) == ("finish", "submitted", "accepted")
    assert finished.by is None
    assert finished.action_id == submitted.action_id
    assert (task.reviewed_by, task.version) == (None, finished.version)


def test_with_customer_review_the_last_task_waits_for_the_customer(team):
    task = make_qa_task(team, "submitted")

    actions.accept(task, by=team.customer)

    task = Task.objects.get(pk=task.pk)
    assert (task.status, task.reviewed_by_id) == ("accepted", team.customer.user_id)


def test_the_customer_sends_back_to_the_same_person(team):
    task = make_qa_task(team, "rejected")

    assert (task.assignee_id, task.rework_count) == (team.eve.user_id, 1)
    assert statuses(task.dataset) == ["accepted", "rejected"]


def test_switching_customer_review_off_finishes_what_waits(team):
    dataset = make_dataset(team, (2,), customer_review=True)
    waiting = make_qa_task(team, "submitted", dataset=dataset)
    event_before = TaskEvent.objects.count()

    set_settings(dataset, customer_review=False, by=team.lead)

    waiting.refresh_from_db()
    assert waiting.status == "accepted"
    assert TaskEvent.objects.count() == event_before + 1
    assert events_of(waiting)[-1].by is None


def test_switching_customer_review_on_waits_for_what_comes(team):
    dataset = make_dataset(team)
    set_settings(dataset, customer_review=True, by=team.lead)

    task = make_qa_task(team, "submitted", dataset=dataset)

    assert task.status == "submitted"


def test_other_settings_finish_nothing(team):
    task = make_qa_task(team, "submitted")
    before = all_rows()["Task"]

    set_settings(task.dataset, reject_reasons=["cut off"], customer_review=True, by=team.lead)

    assert all_rows()["Task"] == before


def test_reject_takes_the_next_one_back_and_keeps_both_people(team):
    task = make_task(team, "rejected")

    assert statuses(task.dataset) == ["rejected", "waiting"]
    assert (task.assignee_id, task.next.assignee_id) == (team.ann.user_id, team.eve.user_id)


def test_reject_of_one_whose_next_one_was_begun_takes_that_back(team):
    dataset = make_dataset(team)
    task = make_qa_task(team, "ready", dataset=dataset)
    actions.start(task, by=team.eve)

    actions.reject(task.previous, by=team.eve)

    task.refresh_from_db()
    assert (task.status, task.started_from, task.assignee_id) == ("waiting", "", team.eve.user_id)


def test_after_rework_the_same_reviewer_gets_it_back(team):
    task = make_task(team, "rejected")

    actions.submit(task, by=team.ann)

    assert statuses(task.dataset) == ["submitted", "ready"]
    assert read_chain(task).reviewer(task) == team.eve.user
    assert outcome(actions.accept, task, by=team.bob) != "done"
    assert outcome(actions.accept, task, by=team.eve) == "done"


def test_submitting_again_takes_the_old_review_away(team):
    task = make_task(team, "rejected")

    task = actions.submit(task, by=team.ann)

    assert (task.reviewed_at, task.reviewed_by_id, task.rework_count) == (None, None, 1)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_reopening_reaches_later_tasks_only(team, position):
    dataset = make_dataset(team, stages=THREE)
    walk(team, dataset, 3)

    actions.reopen(chain_of(dataset)[position], by=team.admin, comment="Look again.")

    assert statuses(dataset) == ["accepted"] * position + ["rejected"] + ["waiting"] * (2 - position)


def test_reopening_when_the_next_one_is_submitted_and_later_ones_are_begun(team):
    dataset = make_dataset(team, stages=THREE)
    walk(team, dataset, 2)
    actions.start(chain_of(dataset)[2], by=team.bob)
    assert statuses(dataset) == ["accepted", "submitted", "in_progress"]

    actions.reopen(chain_of(dataset)[0], by=team.lead, comment="Look again.")

    assert statuses(dataset) == ["rejected", "waiting", "waiting"]
    assert [task.started_from for task in chain_of(dataset)] == ["", "", ""]
    assert [task.assignee.short_name for task in chain_of(dataset)] == ["ann", "eve", "bob"]


@pytest.mark.parametrize("review_changed", [True, False])
def test_what_the_finisher_changed_goes_to_the_customer_where_the_dataset_says_so(team, review_changed):
    dataset = make_dataset(team, (0,), dataset_attributes=["city"], review_changed=review_changed)
    labelling, qa = chain_of(dataset)
    type(qa.stage).objects.filter(pk=qa.stage_id).update(can_edit=True)
    actions.start(labelling, by=team.ann)
    set_value(labelling, "Delft", by=team.ann)
    actions.submit(labelling, by=team.ann)
    actions.accept(labelling, by=team.eve)
    set_value(qa, "Leiden", by=team.eve)

    qa = actions.submit(qa, by=team.eve)

    assert (qa.changed_in_review, qa.status) == (True, "submitted" if review_changed else "accepted")


def test_what_the_finisher_did_not_change_finishes(team):
    dataset = make_dataset(team, review_changed=True)

    task = make_qa_task(team, "accepted", dataset=dataset)

    assert (task.changed_in_review, task.status) == (False, "accepted")
