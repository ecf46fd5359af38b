"""How the history reads."""

import pytest

from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.events import history, sentence
from tests.factories import make_dataset, task_of


@pytest.fixture
def chain(team):
    """An object that was rejected once and is done: its Labelling task and its QA task."""
    dataset = make_dataset(team)
    task = task_of(dataset)
    actions.submit(task, by=team.ann)
    actions.reject(task, by=team.eve, comment="Too large.")
    actions.submit(task, by=team.ann)
    actions.accept(task, by=team.eve, submit=True)
    return task_of(dataset), task_of(dataset, "QA")


def test_the_history_of_a_task_reads_as_sentences(chain):
    labelling, _qa = chain

    assert [sentence(event) for event in history(labelling)] == [
        "the system created this",
        "ann submitted this: ready → submitted",
        "eve rejected this: submitted → rejected",
        "ann submitted this: rejected → submitted",
        "eve accepted this: submitted → accepted",
    ]


def test_what_was_done_on_an_earlier_stage_is_not_said_of_this_task(chain):
    _labelling, qa = chain

    assert [sentence(event) for event in history(qa)] == [
        "the system created this",
        "ann submitted an earlier stage: waiting → ready",
        "eve rejected an earlier stage: ready → waiting",
        "ann submitted an earlier stage: waiting → ready",
        "eve accepted an earlier stage: ready → in progress",
        "eve submitted this: in progress → submitted",
        "the system finished this: submitted → accepted",
    ]


def test_assignments_name_the_person(team):
    dataset = make_dataset(team)
    for email in ("ann@example.com", None):
        assign_files(dataset, [{"stage_id": "Labelling", "email": email, "files": "1"}], by=team.lead)

    sentences = [sentence(event) for event in history(task_of(dataset))]

    assert sentences[1:] == ["lead assigned this to ann", "lead unassigned this"]
