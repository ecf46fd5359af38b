"""What is too late, what somebody has built on, and who may not: an undo that is refused changes nothing."""

from __future__ import annotations

import pytest
import time_machine

from datasets_app.actions import (
    mark_labelling_done,
    set_pipeline,
    set_settings,
    take_back_done,
    withdraw_labels,
)
from datasets_app.ids import now
from datasets_app.membership import add_member, set_stage_people
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.bulk import Deed, Wanted, bulk
from tasks_app.corrections import change_label
from tasks_app.editing import set_value
from tasks_app.models import Task
from tasks_app.undo import undo
from tasks_app.workflow import Action
from tests.factories import Team, all_rows, chain_of, make_dataset, make_qa_task, make_task, outcome, shape_of

from .offers import car, fresh, give, offered, stage_of
from .snapshots import state

pytestmark = pytest.mark.django_db


def refused(code: str, task: Task, **kwargs: object) -> bool:
    """It is refused with this code, and nothing has changed."""
    before = all_rows()
    assert outcome(undo, task, **kwargs) == code
    assert all_rows() == before
    return True


# --- too late ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [1, 30, 86_400])
def test_until_the_last_millisecond(team: Team, seconds: int) -> None:
    dataset = set_settings(make_dataset(team, (1,)), undo_seconds=seconds, by=team.lead)
    with time_machine.travel(now(), tick=False) as clock:
        kept = state()
        actions.start(car(dataset, 1), by=team.ann)
        clock.shift(seconds + 0.001)
        assert refused("undo_expired", car(dataset, 1), by=team.ann)

        clock.shift(-0.001)
        undo(car(dataset, 1), by=team.ann)
        assert state() == kept


def test_the_present_setting_counts(team: Team) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        task = make_task(team, "in_progress")
        clock.shift(25)
        set_settings(task.dataset, undo_seconds=20, by=team.lead)

        assert refused("undo_expired", task, by=team.ann)


# --- nothing of theirs ------------------------------------------------------------------------------------------------


def test_nothing_was_done(team: Team) -> None:
    assert refused("nothing_to_undo", make_task(team), by=team.ann)


def test_another_did_it(team: Team) -> None:
    assert refused("nothing_to_undo", make_task(team, "submitted"), by=team.eve)
    assert refused("nothing_to_undo", make_task(team, "submitted"), by=team.admin)


def test_what_the_system_finished_is_not_the_admins(team: Team) -> None:
    dataset = make_dataset(team, (1,), customer_review=True)
    make_qa_task(team, "submitted", dataset=dataset)
    set_settings(fresh(dataset), customer_review=False, by=team.admin)

    assert refused("nothing_to_undo", car(dataset, 1, "QA"), by=team.admin)
    assert refused("acted_since", car(dataset, 1, "QA"), by=team.eve)


def test_an_assignment_is_no_action_of_this_kind(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    give(dataset, "ann@example.com", "1", by=team.lead)

    assert refused("nothing_to_undo", car(dataset, 1), by=team.lead)


# --- someone built on it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_it_was_decided_on(team: Team, verb: str) -> None:
    task = make_task(team, "submitted")
    getattr(actions, verb)(task, by=team.eve)

    assert refused("acted_since", task, by=team.ann)


def test_even_if_that_was_undone(team: Team) -> None:
    task = make_task(team, "submitted")
    actions.accept(task, by=team.eve)
    undo(task, by=team.eve)

    assert refused("acted_since", task, by=team.ann)


def test_the_next_one_was_started(team: Team) -> None:
    task = make_task(team, "submitted")
    actions.start(car(task.dataset, 1, "QA"), by=team.eve)

    assert refused("acted_since", task, by=team.ann)


def test_the_next_one_was_assigned(team: Team) -> None:
    task = make_task(team, "submitted")
    give(task.dataset, "eve@example.com", "1", "QA", by=team.lead)

    assert refused("acted_since", task, by=team.ann)


def test_someone_has_the_next_one_open(team: Team) -> None:
    task = make_task(team, "submitted")
    offered(task.dataset, team.eve, kind="review")

    assert refused("acted_since", task, by=team.ann)
    with time_machine.travel(now(), tick=False) as clock:
        set_settings(task.dataset, undo_seconds=86_400, by=team.lead)
        clock.shift(1000)
        assert outcome(undo, task, by=team.ann) == "done"


def test_ones_own_claim_is_no_hindrance(team: Team) -> None:
    dataset = make_dataset(team, (1,), allow_self_review=True)
    task = make_task(team, "submitted", dataset=dataset)
    offered(dataset, team.ann, kind="review")

    undo(task, by=team.ann)

    assert Task.objects.filter(claimed_by__isnull=False).count() == 0


def test_the_label_was_changed(team: Team) -> None:
    task = make_task(team, "submitted")
    change_label(shape_of(task.dataset), {"label_category_id": "van"}, by=team.fixer)

    assert refused("acted_since", task, by=team.ann)


def test_the_label_of_what_was_finished_was_changed(team: Team) -> None:
    task = make_qa_task(team, "accepted")
    change_label(shape_of(task.dataset), {"label_category_id": "van"}, by=team.fixer)

    assert refused("acted_since", task, by=team.eve)


def test_the_value_was_changed(team: Team) -> None:
    dataset = make_dataset(team, (0,), frame_attributes=["weather"])
    task = chain_of(dataset)[0]
    set_value(task, "rain", by=team.fixer)
    actions.submit(task, by=team.ann)
    set_value(task, "sun", by=team.fixer)

    assert refused("acted_since", task, by=team.ann)


def accepted_by_many(team: Team) -> Dataset:
    """Eve accepted, with many others at once: the QA task stays free, and her action did not touch it."""
    dataset = make_task(team, "submitted").dataset
    bulk(fresh(dataset), Deed(Action.ACCEPT), [Wanted(car(dataset, 1).task_id)], by=team.eve)
    assert [(task.status, task.assignee) for task in chain_of(dataset)][1] == ("ready", None)
    return dataset


def test_someone_began_the_next_one_after_many_were_accepted(team: Team) -> None:
    dataset = accepted_by_many(team)
    actions.start(car(dataset, 1, "QA"), by=team.bob)

    assert refused("acted_since", car(dataset, 1), by=team.eve)


def test_someone_finished_the_next_one_after_many_were_accepted(team: Team) -> None:
    dataset = accepted_by_many(team)
    actions.submit(car(dataset, 1, "QA"), by=team.bob)

    assert refused("acted_since", car(dataset, 1), by=team.eve)


def test_someone_has_the_next_one_open_after_many_were_accepted(team: Team) -> None:
    dataset = accepted_by_many(team)
    offered(dataset, team.bob, "QA", kind="work")

    assert refused("acted_since", car(dataset, 1), by=team.eve)


def test_a_stage_came_after_what_was_finished(team: Team) -> None:
    dataset = make_qa_task(team, "accepted").dataset
    names = ["Labelling", "QA", "Audit"]
    set_pipeline(fresh(dataset), [{"stage_id": name} for name in names], by=team.lead)

    assert refused("acted_since", car(dataset, 1), by=team.eve)


# --- state, version, rights -------------------------------------------------------------------------------------------


def test_a_done_dataset(team: Team) -> None:
    task = make_task(team, "in_progress")
    mark_labelling_done(task.dataset, by=team.lead)
    assert refused("dataset_done", task, by=team.ann)

    take_back_done(fresh(task.dataset), by=team.lead)
    assert outcome(undo, task, by=team.ann) == "done"


def test_a_withdrawn_label(team: Team) -> None:
    task = make_task(team, "in_progress")
    withdraw_labels(task.dataset, [task.item.label_id], by=team.fixer)

    assert refused("label_deleted", task, by=team.ann)


def test_a_stale_version_comes_before_the_state(team: Team) -> None:
    task = make_task(team, "in_progress")
    mark_labelling_done(task.dataset, by=team.lead)

    assert refused("stale_version", task, by=team.ann, version=task.version - 1)
    assert refused("dataset_done", task, by=team.ann, version=task.version)


def test_a_role_that_takes_no_part_comes_first(team: Team) -> None:
    task = make_task(team, "in_progress")
    add_member(team.client, team.users["ann"], "reader", by=team.admin)

    assert refused("not_allowed", task, by=team.ann, version=1)
    assert refused("not_allowed", task, by=team.fixer)


def test_a_role_that_cannot_do_it_any_more(team: Team) -> None:
    task = make_qa_task(team, "accepted")
    actions.reopen(task, by=team.lead, comment="The mirror.")
    add_member(team.client, team.users["lead"], "labeller", by=team.admin)

    assert refused("not_allowed", task, by=team.lead)


def test_a_token_that_could_not_do_it(team: Team) -> None:
    task = make_qa_task(team, "accepted")
    actions.reopen(task, by=team.lead, comment="The mirror.")

    assert refused("not_allowed", task, by=team.token_member("lead", "labeller"))
    assert outcome(undo, task, by=team.token_member("lead", "datasets_admin")) == "done"


def test_who_left_the_stage_gets_nothing_back_there(team: Team) -> None:
    dataset = make_task(team, "submitted").dataset
    set_stage_people(stage_of(dataset, "Labelling"), [team.bob], by=team.admin)

    assert refused("not_in_stage", car(dataset, 1), by=team.ann)


def test_who_left_the_stage_does_not_get_back_what_they_accepted_and_submitted(team: Team) -> None:
    dataset = make_dataset(team, (1,), customer_review=True)
    make_task(team, "submitted", dataset=dataset)
    actions.accept(car(dataset, 1), by=team.eve, submit=True)
    set_stage_people(stage_of(dataset, "QA"), [team.bob], by=team.admin)

    assert refused("not_in_stage", car(dataset, 1), by=team.eve)


def test_a_comment_without_end(team: Team) -> None:
    assert refused("too_long", make_task(team, "in_progress"), by=team.ann, comment="x" * 10_001)
