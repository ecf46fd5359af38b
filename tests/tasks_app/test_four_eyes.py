"""Nobody accepts or rejects what they submitted."""

import pytest

from datasets_app.actions import set_settings
from datasets_app.errors import Kind
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.chains import read_chain
from tasks_app.models import Assignment, Task
from tests.factories import all_rows, chain_of, make_dataset, make_qa_task, make_task, outcome, refusal, task_of


@pytest.mark.parametrize("name", ["ann", "lead", "admin"])
@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_nobody_reviews_what_they_submitted_admins_included(team, verb, name):
    task = task_of(make_dataset(team))
    actions.submit(task, by=getattr(team, name))
    before = all_rows()

    refused = refusal(getattr(actions, verb), task, by=getattr(team, name))

    assert (refused.kind, refused.problems[0].code) == (Kind.FORBIDDEN, "four_eyes")
    assert all_rows() == before


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_allow_self_review_lets_them(team, verb):
    task = task_of(make_dataset(team, allow_self_review=True))
    actions.submit(task, by=team.ann)

    assert outcome(getattr(actions, verb), task, by=team.ann) == "done"


@pytest.mark.parametrize("name", ["lead", "admin"])
def test_an_admin_does_not_accept_their_own_work_for_the_customer(team, name):
    dataset = make_dataset(team, customer_review=True)
    task = make_qa_task(team, "ready", dataset=dataset)
    actions.accept(task.previous, by=getattr(team, name), submit=True)

    assert outcome(actions.accept, task, by=getattr(team, name)) == "four_eyes"
    assert outcome(actions.accept, task, by=team.customer) == "done"


def test_who_submitted_counts_not_who_is_assigned(team):
    dataset = make_dataset(team)
    task = make_task(team, "submitted", dataset=dataset)
    to_bob = {"stage_id": "Labelling", "email": "bob@example.com", "file_id": "000001.png"}
    assign_files(dataset, [to_bob], by=team.lead)

    assert outcome(actions.accept, task, by=team.ann) == "four_eyes"
    assert outcome(actions.accept, task, by=team.bob) == "done"


def test_a_barred_assignee_counts_as_nobody_for_reviews(team):
    dataset = make_dataset(team)
    assign_files(dataset, [{"stage_id": "QA", "email": "ann@example.com", "file_id": "000001.png"}], by=team.lead)
    task = make_task(team, "submitted", dataset=dataset)
    assert read_chain(task).reviewer(task) is None

    actions.accept(task, by=team.bob)

    assert Task.objects.get(pk=task.next.pk).assignee_id == team.bob.user_id


def test_the_task_of_a_barred_assignee_is_free_for_others_to_see(team):
    dataset = make_dataset(team, (1, 0))
    assign_files(dataset, [{"stage_id": "QA", "email": "ann@example.com", "file_id": "000001.png"}], by=team.lead)
    make_task(team, "submitted", dataset=dataset)

    assert Task.objects.visible_to(team.bob).filter(dataset=dataset).count() == 2


def test_an_assignee_who_is_not_barred_reviews_alone(team):
    dataset = make_dataset(team)
    assign_files(dataset, [{"stage_id": "QA", "email": "eve@example.com", "file_id": "000001.png"}], by=team.lead)
    task = make_task(team, "submitted", dataset=dataset)

    assert outcome(actions.accept, task, by=team.bob) == "not_the_assignee"
    assert outcome(actions.accept, task, by=team.eve) == "done"


@pytest.mark.parametrize("order", [("Labelling", "QA"), ("QA", "Labelling")])
def test_one_person_is_not_assigned_to_adjacent_stages(team, order):
    dataset = make_dataset(team)
    entries = [{"stage_id": stage, "email": "ann@example.com", "file_id": "000001.png"} for stage in order]

    refused = refusal(assign_files, dataset, entries, by=team.lead)

    assert refused.kind == Kind.BAD_INPUT
    assert {problem.code for problem in refused.problems} == {"four_eyes"}
    assert not Assignment.objects.exists()


def test_adjacency_is_checked_against_what_is_saved(team):
    dataset = make_dataset(team)
    assign_files(dataset, [{"stage_id": "QA", "email": "ann@example.com", "file_id": "000001.png"}], by=team.lead)
    entries = [{"stage_id": "Labelling", "email": "ann@example.com", "file_id": "000001.png"}]

    refused = refusal(assign_files, dataset, entries, by=team.lead)

    assert [(problem.code, problem.attr) for problem in refused.problems] == [("four_eyes", "file_tasks.0.email")]


def test_swapping_two_people_in_one_request_is_allowed(team):
    dataset = make_dataset(team)
    there = {"file_id": "000001.png"}
    ann, eve = {"email": "ann@example.com"}, {"email": "eve@example.com"}
    labelling, qa = {"stage_id": "Labelling"}, {"stage_id": "QA"}
    assign_files(dataset, [there | labelling | ann, there | qa | eve], by=team.lead)

    assign_files(dataset, [there | labelling | eve, there | qa | ann], by=team.lead)

    assert [task.assignee.short_name for task in chain_of(dataset)] == ["eve", "ann"]


def test_stages_that_are_not_neighbours_may_have_the_same_person(team):
    dataset = make_dataset(team, stages=("Labelling", "QA", "Audit"))
    entries = [
        {"stage_id": stage, "email": "ann@example.com", "file_id": "000001.png"} for stage in ("Labelling", "Audit")
    ]

    assert outcome(assign_files, dataset, entries, by=team.lead) == "done"


def test_with_allow_self_review_adjacent_stages_may_have_the_same_person(team):
    dataset = make_dataset(team, allow_self_review=True)
    entries = [
        {"stage_id": stage, "email": "ann@example.com", "file_id": "000001.png"} for stage in ("Labelling", "QA")
    ]

    assert outcome(assign_files, dataset, entries, by=team.lead) == "done"


def test_switching_self_review_off_bars_again(team):
    dataset = make_dataset(team, allow_self_review=True)
    task = make_task(team, "submitted", dataset=dataset)

    set_settings(dataset, allow_self_review=False, by=team.lead)

    assert outcome(actions.accept, task, by=team.ann) == "four_eyes"
