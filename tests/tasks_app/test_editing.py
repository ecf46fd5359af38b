"""Who may change the value of an attribute task when, and what a change does to the tasks."""

import pytest

from datasets_app.actions import withdraw_labels
from datasets_app.errors import Kind
from datasets_app.models import AttributeValue
from tasks_app import actions
from tasks_app.chains import read_chain
from tasks_app.editing import set_value
from tasks_app.models import Task
from tasks_app.policies import can_change
from tests.factories import all_rows, chain_of, events_of, make_dataset, make_task, outcome, refusal, task_of, undone

PEOPLE = ("admin", "lead", "creator", "fixer", "ann", "bob", "eve", "customer", "reader")
#: Contract, section 7: "labels always".
ALWAYS = {"admin", "fixer"}
#: Their role can change values when the task is theirs: the others get 403, these 409.
WORKERS = {"lead", "ann", "bob", "eve"}


@pytest.fixture
def dataset(team):
    """One dataset attribute, which has a value already so that it can be submitted."""
    dataset = make_dataset(team, (0,), dataset_attributes=["city"])
    AttributeValue.objects.create(attribute=dataset.attributes.get(), value="Delft")
    return dataset


def value_of(dataset):
    return AttributeValue.objects.get(attribute__dataset=dataset).value


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
def test_who_may_set_a_value_when(team, dataset, status, those_who_may):
    task = make_task(team, status, dataset=dataset)
    expected = dict.fromkeys(PEOPLE, "not_allowed") | dict.fromkeys(WORKERS, "frozen")
    expected |= dict.fromkeys(those_who_may | ALWAYS, "done")
    before, found = all_rows(), {}

    for name in PEOPLE:
        with undone():
            assert can_change(read_chain(task), by=getattr(team, name)) == (expected[name] == "done")
            found[name] = outcome(set_value, task, "Leiden", by=getattr(team, name))
            assert found[name] == "done" or all_rows() == before

    assert found == expected


def test_the_reviewer_of_a_stage_that_cannot_edit_may_not(team, dataset):
    make_task(team, "accepted", dataset=dataset)

    assert outcome(set_value, task_of(dataset, "QA"), "Leiden", by=team.eve) == "frozen"


def test_the_reviewer_of_a_stage_that_can_edit_may(team, dataset):
    dataset.stages.update(can_edit=True)
    make_task(team, "accepted", dataset=dataset)

    assert outcome(set_value, task_of(dataset, "QA"), "Leiden", by=team.eve) == "done"
    assert value_of(dataset) == "Leiden"


def test_after_a_rejection_the_assignee_may_also_in_a_stage_that_cannot_edit(team, dataset):
    dataset.stages.update(can_edit=False)
    task = make_task(team, "in_progress", dataset=dataset)
    assert outcome(set_value, task, "Leiden", by=team.ann) == "frozen"

    actions.submit(task, by=team.ann)
    actions.reject(task, by=team.eve)

    assert outcome(set_value, task, "Leiden", by=team.ann) == "done"


def test_a_value_may_be_set_through_any_task_of_the_chain(team, dataset):
    make_task(team, "in_progress", dataset=dataset)

    assert outcome(set_value, task_of(dataset, "QA"), "Leiden", by=team.ann) == "done"


def test_a_change_raises_the_versions_of_open_and_submitted_tasks(team, dataset):
    make_task(team, "submitted", dataset=dataset)
    before = [task.version for task in chain_of(dataset)]

    set_value(task_of(dataset), "Leiden", by=team.fixer)

    assert [task.version for task in chain_of(dataset)] == [version + 1 for version in before]
    assert all(events_of(task)[-1].action == "change" for task in chain_of(dataset))


def test_a_change_leaves_the_version_of_a_waiting_task(team, dataset):
    task = make_task(team, "in_progress", dataset=dataset)
    waiting = task.next.version

    set_value(task, "Leiden", by=team.ann)

    assert Task.objects.get(previous=task).version == waiting


def test_the_same_value_again_changes_nothing(team, dataset):
    task = make_task(team, "in_progress", dataset=dataset)
    before = all_rows()

    set_value(task, "Delft", by=team.ann)

    assert all_rows() == before


@pytest.mark.parametrize(("status", "marked"), [("ready", False), ("submitted", True), ("accepted", True)])
def test_a_change_by_a_labels_admin_marks_what_was_handed_over(team, dataset, status, marked):
    task = make_task(team, status, dataset=dataset)

    set_value(task, "Leiden", by=team.fixer)

    task.refresh_from_db()
    assert (task.label_changed_since_submit, task.status) == (marked, status)


def test_a_change_by_the_chains_own_reviewer_does_not_mark_what_they_accepted(team, dataset):
    dataset.stages.update(can_edit=True)
    task = make_task(team, "accepted", dataset=dataset)

    set_value(task, "Leiden", by=team.eve)

    task.refresh_from_db()
    assert task.label_changed_since_submit is False


def test_a_decision_on_what_was_seen_before_fails(team, dataset):
    task = make_task(team, "submitted", dataset=dataset)

    set_value(task, "Leiden", by=team.fixer)

    assert refusal(actions.accept, task, by=team.eve, version=task.version).kind == Kind.STALE
    assert outcome(actions.accept, task, by=team.eve, version=task.version + 1) == "done"


def test_setting_a_value_on_what_was_seen_before_fails(team, dataset):
    task = make_task(team, "in_progress", dataset=dataset)
    set_value(task, "Leiden", by=team.ann, version=task.version)

    assert outcome(set_value, task, "Delft", by=team.ann, version=task.version) == "stale_version"


@pytest.mark.parametrize("verb", ["submit", "start and submit"])
def test_submitting_without_a_value_is_refused(team, verb):
    task = task_of(make_dataset(team, (1,), frame_attributes=["weather"]), item__attribute__isnull=False)
    if verb != "submit":
        actions.start(task, by=team.ann)
    before = all_rows()

    refused = refusal(actions.submit, task, by=team.ann)

    assert (refused.kind, refused.problems[0].code) == (Kind.CONFLICT, "value_missing")
    assert all_rows() == before


def test_not_applicable_is_a_value(team):
    task = task_of(make_dataset(team, (0,), frame_attributes=["weather"]))
    actions.start(task, by=team.ann)

    set_value(task, "not applicable", by=team.ann)

    assert outcome(actions.submit, task, by=team.ann) == "done"


def test_the_value_of_one_file_is_not_that_of_another(team):
    dataset = make_dataset(team, (0, 0), frame_attributes=["weather"])
    task = task_of(dataset)
    actions.start(task, by=team.ann)
    set_value(task, "sun", by=team.ann)

    other = task_of(dataset, item__file__file_id="000002.png")

    assert outcome(actions.submit, other, by=team.ann) == "value_missing"
    assert outcome(actions.submit, task, by=team.ann) == "done"


def test_a_value_of_one_frame_is_enough_for_a_sequence(team):
    dataset = make_dataset(team, (1, 1), mode="label_by_label", frame_attributes=["weather"])
    attribute = dataset.attributes.get()
    AttributeValue.objects.create(attribute=attribute, file=dataset.files.last(), value="sun")

    assert outcome(actions.submit, task_of(dataset, item__attribute=attribute), by=team.ann) == "done"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("sun", "done"),
        (["sun", "rain"], "done"),
        ("snow", "not_an_option"),
        (["sun", "snow"], "not_an_option"),
        (None, "invalid"),
        ("", "invalid"),
        ([], "invalid"),
        ({"a": 1}, "invalid"),
        ([["sun"]], "invalid"),
        ("x" * 10_001, "too_long"),
        ("a\x00b", "null_character"),
        (["a\x00b"], "null_character"),
        (3, "not_an_option"),
    ],
)
def test_values_are_checked_before_the_state(team, value, code):
    task = task_of(make_dataset(team, (0,), frame_attributes=["weather"]))
    actions.start(task, by=team.ann)

    assert outcome(set_value, task, value, by=team.ann) == code


@pytest.mark.parametrize("value", [0, False, 1.5, 10**30, "ünï – 漢字", [1, "a", True]])
def test_any_plain_value_is_taken_and_comes_back_equal(team, dataset, value):
    set_value(task_of(dataset), value, by=team.fixer)

    assert value_of(dataset) == value


def test_an_object_has_no_value(team):
    task = make_task(team, "in_progress")

    assert outcome(set_value, task, "x", by=team.ann) == "not_an_attribute"


@pytest.mark.parametrize(("name", "code"), [("reader", "not_allowed"), ("ann", "not_an_attribute")])
def test_refusals_come_in_the_contracts_order(team, name, code):
    task = make_task(team, "submitted")
    withdraw_labels(task.dataset, [task.item.label_id], by=None)

    assert outcome(set_value, task, None, by=getattr(team, name), version=99) == code
