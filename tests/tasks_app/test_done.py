"""`mark_labelling_done` sets a flag: no task changes, and nothing is done on them until it is taken back."""

import pytest

from datasets_app.actions import mark_labelling_done, take_back_done
from datasets_app.errors import Kind
from datasets_app.imports.store import store
from tasks_app import actions
from tasks_app.editing import set_value
from tests.factories import all_rows, make_content, make_dataset, make_task, outcome, refusal, task_of


def rows_of_work():
    return {name: rows for name, rows in all_rows().items() if name != "Dataset"}


def test_done_changes_no_task(team):
    task = make_task(team, "submitted")
    before = rows_of_work()

    dataset = mark_labelling_done(task.dataset, by=team.lead)

    assert (dataset.done_at is not None, dataset.done_by) == (True, team.lead.user)
    assert rows_of_work() == before


def test_done_twice_is_the_same_as_once(team):
    dataset = mark_labelling_done(make_dataset(team), by=team.lead)
    before = all_rows()

    mark_labelling_done(dataset, by=team.admin)

    assert all_rows() == before


@pytest.mark.parametrize(
    ("status", "verb", "name", "words"),
    [
        ("ready", "start", "ann", {}),
        ("ready", "submit", "ann", {}),
        ("in_progress", "submit", "ann", {}),
        ("submitted", "accept", "eve", {}),
        ("submitted", "reject", "eve", {}),
        ("accepted", "reopen", "lead", {"comment": "Look again."}),
        ("rejected", "start", "ann", {}),
        ("accepted", "start", "ann", {}),
    ],
)
def test_every_action_is_a_conflict_while_it_is_done(team, status, verb, name, words):
    task = make_task(team, status)
    mark_labelling_done(task.dataset, by=team.lead)
    before = all_rows()

    refused = refusal(getattr(actions, verb), task, by=getattr(team, name), **words)

    assert (refused.kind, refused.problems[0].code) == (Kind.CONFLICT, "dataset_done")
    assert all_rows() == before


def test_roles_are_still_told_first(team):
    task = make_task(team, "ready")
    mark_labelling_done(task.dataset, by=team.lead)

    assert outcome(actions.submit, task, by=team.reader) == "not_allowed"


def test_values_do_not_change_either(team):
    dataset = make_dataset(team, (0,), dataset_attributes=["city"])
    mark_labelling_done(dataset, by=team.lead)

    assert outcome(set_value, task_of(dataset), "Delft", by=team.admin) == "dataset_done"


def test_taken_back_work_goes_on(team):
    task = make_task(team, "submitted")
    dataset = mark_labelling_done(task.dataset, by=team.lead)

    dataset = take_back_done(dataset, by=team.admin)

    assert (dataset.done_at, dataset.done_by) == (None, None)
    assert outcome(actions.accept, task, by=team.eve) == "done"


def test_late_labels_get_tasks_and_the_flag_stays(team):
    dataset = mark_labelling_done(make_dataset(team), by=team.lead)

    store(dataset, make_content((2,)), by=None)

    dataset.refresh_from_db()
    assert dataset.done_at is not None
    assert dataset.tasks.count() == 4


@pytest.mark.parametrize("name", ["ann", "reader", "customer", "fixer", "creator"])
@pytest.mark.parametrize("verb", [mark_labelling_done, take_back_done])
def test_only_those_who_assign_set_it_and_take_it_back(team, verb, name):
    dataset = make_dataset(team)

    assert outcome(verb, dataset, by=getattr(team, name)) == "not_allowed"
