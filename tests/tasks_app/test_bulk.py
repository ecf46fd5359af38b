"""Many at once: an answer for each, nobody's task becomes anybody's, and each entry is done wholly or not at all."""

from __future__ import annotations

import pytest

from datasets_app.actions import mark_labelling_done, set_pipeline, set_settings, withdraw_labels
from datasets_app.models import Dataset, Member
from tasks_app import actions
from tasks_app.bulk import Answer, Deed, Wanted, bulk, preview
from tasks_app.editing import set_value
from tasks_app.history import broken_links
from tasks_app.models import Item, Task, TaskEvent
from tasks_app.workflow import Action
from tests.factories import Team, all_rows, make_dataset, make_qa_task, make_team, outcome, task_of

from .offers import car, fresh, give

pytestmark = pytest.mark.django_db
ACCEPT, SUBMIT = Deed(Action.ACCEPT), Deed(Action.SUBMIT)


def codes(answers: list[Answer]) -> list[str]:
    return [one.refused.problems[0].code if one.refused else "done" for one in answers]


def cars(dataset: Dataset, *numbers: int, stage: str = "Labelling") -> list[Wanted]:
    return [Wanted(car(dataset, number, stage).task_id) for number in numbers]


def do(dataset: Dataset, deed: Deed, wanted: list[Wanted], by: Member) -> list[str]:
    """The codes. What `preview` says before is what happens, and it writes nothing."""
    before, foretold = all_rows(), preview(fresh(dataset), deed, wanted, by=by)
    assert all_rows() == before
    found = bulk(fresh(dataset), deed, wanted, by=by)
    assert [one.task_id for one in found] == [one.task_id for one in wanted]
    assert repr(foretold) == repr(found)
    for item in Item.objects.filter(dataset=dataset):
        assert broken_links(item) == []
    return codes(found)


def look(dataset: Dataset, number: int) -> list[tuple[str, str | None]]:
    tasks = [car(dataset, number, stage.stage_id) for stage in fresh(dataset).pipeline]
    return [(task.status, task.assignee and task.assignee.short_name) for task in tasks]


# --- an answer for each -----------------------------------------------------------------------------------------------


def test_good_and_refused_in_the_order_asked_for(team: Team) -> None:
    dataset = make_dataset(team, (5,), frame_attributes=["weather"])
    weather = task_of(dataset, item__attribute__attribute_id="weather")
    actions.submit(car(dataset, 2), by=team.bob)
    actions.start(car(dataset, 3), by=team.bob)
    gone = car(dataset, 4)
    withdraw_labels(dataset, [gone.item.label_id], by=team.fixer)
    other, theirs = make_dataset(team, (1,)), make_dataset(make_team("x"), (1,))
    wanted = [
        *cars(dataset, 5, 3, 2),
        Wanted(gone.task_id),
        Wanted("x"),
        Wanted(task_of(other).task_id),
        Wanted(task_of(theirs).task_id),
        Wanted(weather.task_id),
        Wanted(car(dataset, 1).task_id, version=7),
        Wanted(car(dataset, 1).task_id, version=1),
    ]

    found = do(dataset, SUBMIT, wanted, team.ann)

    assert found == [
        "done", "already_taken", "invalid_transition", "label_deleted", "not_found", "not_found", "not_found",
        "value_missing", "stale_version", "done",
    ]  # fmt: skip
    assert look(dataset, 5) == look(dataset, 1) == [("submitted", None), ("ready", None)]


def test_unknown_and_anothers_are_never_told_apart(team: Team) -> None:
    dataset, other = make_dataset(team, (1,)), make_dataset(team, (1,))
    theirs = make_dataset(make_team("x"), (1,))
    wanted = [Wanted("x"), Wanted(""), Wanted(task_of(other).task_id), Wanted(task_of(theirs).task_id)]

    found = bulk(dataset, SUBMIT, wanted, by=team.admin)

    assert len({one.refused.problems for one in found}) == 1


def test_what_a_labeller_does_not_see_is_not_theirs(team: Team) -> None:
    dataset = make_dataset(team, (1, 1))
    give(dataset, "bob@example.com", "1", by=team.lead)
    give(dataset, "eve@example.com", "1", "QA", by=team.lead)
    wanted = [Wanted(task.task_id) for task in dataset.tasks.filter(stage__stage_id="Labelling").in_list_order()]

    assert do(dataset, SUBMIT, wanted, team.ann) == ["not_allowed", "done"]


@pytest.mark.parametrize(("name", "code"), [("ann", "four_eyes"), ("eve", "not_allowed"), ("customer", "not_allowed")])
def test_who_may_not_review_this_one(team: Team, name: str, code: str) -> None:
    dataset = make_dataset(team, (1,))
    give(dataset, "bob@example.com", "1", "QA", by=team.lead)
    actions.submit(car(dataset, 1), by=team.ann)

    assert do(dataset, ACCEPT, cars(dataset, 1), getattr(team, name)) == [code]


def test_the_same_twice_is_done_once(team: Team) -> None:
    dataset = make_dataset(team, (2,))

    assert do(dataset, SUBMIT, cars(dataset, 1, 2, 1), team.ann) == ["done", "done", "invalid_transition"]
    assert car(dataset, 1).events.count() == 2


def test_tasks_of_one_object_see_each_other(team: Team) -> None:
    dataset = make_qa_task(team, "accepted").dataset
    both = cars(dataset, 1, stage="QA") + cars(dataset, 1)

    assert do(dataset, Deed(Action.REOPEN, "The mirror."), both, team.lead) == ["done", "done"]
    assert [status for status, _who in look(dataset, 1)] == ["rejected", "waiting"]


def test_one_action_id_for_all(team: Team) -> None:
    dataset = make_dataset(team, (3,))

    do(dataset, Deed(Action.SUBMIT, "All fine."), cars(dataset, 1, 2, 3), team.ann)

    events = TaskEvent.objects.filter(action=Action.SUBMIT)
    assert len({event.action_id for event in events}) == 1
    assert {(event.comment, event.by.short_name) for event in events} == {("All fine.", "ann")}
    assert len(events) == 6


# --- nobody becomes an assignee ---------------------------------------------------------------------------------------


def test_accepting_leaves_what_was_free(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    actions.submit(car(dataset, 1), by=team.ann)

    assert do(dataset, ACCEPT, cars(dataset, 1), team.eve) == ["done"]
    assert look(dataset, 1) == [("accepted", "ann"), ("ready", None)]


def test_accepting_begins_what_is_theirs(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    give(dataset, "eve@example.com", "1", "QA", by=team.lead)
    actions.submit(car(dataset, 1), by=team.ann)

    assert do(dataset, ACCEPT, cars(dataset, 1), team.eve) == ["done"]
    assert look(dataset, 1) == [("accepted", "ann"), ("in_progress", "eve")]


def test_accepting_and_submitting_what_is_free(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    actions.submit(car(dataset, 1), by=team.ann)

    assert do(dataset, Deed(Action.ACCEPT, submit=True), cars(dataset, 1), team.eve) == ["done"]
    assert look(dataset, 1) == [("accepted", "ann"), ("accepted", None)]
    assert car(dataset, 1, "QA").submitted_by == team.users["eve"]


def test_rejecting_leaves_what_was_free(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    actions.submit(car(dataset, 1), by=team.ann)

    assert do(dataset, Deed(Action.REJECT, "Too wide."), cars(dataset, 1), team.eve) == ["done"]
    assert look(dataset, 1) == [("rejected", "ann"), ("waiting", None)]


def test_submitting_what_is_free_and_starting_it(team: Team) -> None:
    dataset = make_dataset(team, (2,))

    assert do(dataset, SUBMIT, cars(dataset, 1), team.ann) == ["done"]
    assert look(dataset, 1) == [("submitted", None), ("ready", None)]
    assert do(dataset, Deed(Action.START), cars(dataset, 2), team.ann) == ["nobodys_task"]
    give(dataset, "ann@example.com", "1", by=team.lead)
    assert do(dataset, Deed(Action.START), cars(dataset, 2), team.ann) == ["done"]


def test_a_barred_assignee_keeps_it(team: Team) -> None:
    dataset = make_dataset(team, (1,), allow_self_review=True)
    give(dataset, "ann@example.com", "1", "QA", by=team.lead)
    actions.submit(car(dataset, 1), by=team.ann)
    set_settings(dataset, allow_self_review=False, by=team.lead)

    assert do(dataset, Deed(Action.ACCEPT, submit=True), cars(dataset, 1), team.eve) == ["not_the_assignee"]
    assert do(dataset, ACCEPT, cars(dataset, 1), team.eve) == ["done"]
    assert look(dataset, 1) == [("accepted", "ann"), ("ready", "ann")]


def test_four_eyes_also_of_what_nobody_had(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    do(dataset, SUBMIT, cars(dataset, 1), team.ann)

    assert do(dataset, ACCEPT, cars(dataset, 1), team.ann) == ["four_eyes"]


# --- each entry wholly or not at all ----------------------------------------------------------------------------------


def test_accepting_and_submitting_without_a_value_leaves_the_chain(team: Team) -> None:
    dataset = make_dataset(team, (1,), frame_attributes=["weather"])
    weather = task_of(dataset, item__attribute__attribute_id="weather")
    set_value(weather, "rain", by=team.fixer)
    for task in (weather, car(dataset, 1)):
        actions.submit(task, by=team.ann)
    dataset.attributes.get().values.all().delete()
    kept = Task.objects.filter(item=weather.item_id).order_by("pk").values()
    before = list(kept)
    wanted = [Wanted(weather.task_id), *cars(dataset, 1), Wanted(weather.task_id)]

    found = do(dataset, Deed(Action.ACCEPT, submit=True), wanted, team.eve)

    assert found == ["value_missing", "done", "value_missing"]
    assert list(kept) == before
    assert do(dataset, ACCEPT, [Wanted(weather.task_id)], team.eve) == ["done"]


def test_in_the_last_stage_there_is_nothing_to_submit(team: Team) -> None:
    dataset = make_dataset(team, (2,), customer_review=True)
    make_qa_task(team, "submitted", dataset=dataset)
    actions.submit(car(dataset, 2), by=team.ann)
    wanted = cars(dataset, 1, stage="QA") + cars(dataset, 2)

    assert do(dataset, Deed(Action.ACCEPT, submit=True), wanted, team.admin) == ["no_next_task", "done"]


# --- the request as a whole -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "count", "code"),
    [
        (SUBMIT, 0, "invalid"),
        (SUBMIT, 1001, "invalid"),
        (Deed(Action.UNDO), 1, "invalid"),
        (Deed(Action.FINISH), 1, "invalid"),
        (Deed(Action.SUBMIT, submit=True), 1, "invalid"),
        (Deed(Action.SUBMIT, "x" * 10_001), 1, "too_long"),
        (Deed(Action.REJECT, reason="x" * 201), 1, "too_long"),
        (Deed(Action.REOPEN), 1, "comment_required"),
    ],
)
def test_what_is_wrong_with_all_of_it(team: Team, deed: Deed, count: int, code: str) -> None:
    dataset = make_dataset(team, (1,))

    for verb in (bulk, preview):
        assert outcome(verb, dataset, deed, [Wanted("x")] * count, by=team.admin) == code


@pytest.mark.parametrize(
    ("action", "names"),
    [
        ("start", {"admin", "lead", "ann"}),
        ("submit", {"admin", "lead", "ann"}),
        ("accept", {"admin", "lead", "ann", "customer"}),
        ("reject", {"admin", "lead", "ann", "customer"}),
        ("reopen", {"admin", "lead"}),
    ],
)
def test_the_role(team: Team, action: str, names: set[str]) -> None:
    dataset = make_dataset(team, (1,))
    deed = Deed(Action(action), "Because.")
    everyone = {"admin", "lead", "creator", "fixer", "ann", "customer", "reader"}

    found = {name for name in everyone if outcome(bulk, dataset, deed, [Wanted("x")], by=getattr(team, name)) == "done"}

    assert found == names
    assert outcome(bulk, dataset, Deed(Action.UNDO), [], by=team.reader) == "invalid"


def test_reasons_are_asked_for_once(team: Team) -> None:
    dataset = make_dataset(team, (1,), reject_reasons=["loose"], reason_required=True)
    actions.submit(car(dataset, 1), by=team.ann)
    wanted = cars(dataset, 1)

    assert outcome(bulk, dataset, Deed(Action.REJECT), wanted, by=team.eve) == "reason_required"
    assert outcome(bulk, dataset, Deed(Action.REJECT, reason="x"), wanted, by=team.eve) == "unknown_reason"
    assert do(dataset, Deed(Action.REJECT, reason="loose"), wanted, team.eve) == ["done"]
    assert car(dataset, 1).last_reason == "loose"


def test_a_done_dataset(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    stale = fresh(dataset)
    mark_labelling_done(dataset, by=team.lead)

    assert codes(bulk(stale, SUBMIT, cars(dataset, 1), by=team.ann)) == ["dataset_done"]


def test_the_settings_are_as_they_are_now(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    make_qa_task(team, "in_progress", dataset=dataset)
    stale = fresh(dataset)
    assert stale.pipeline
    set_settings(dataset, customer_review=True, by=team.lead)
    set_pipeline(fresh(dataset), [{"stage_id": one} for one in ("Labelling", "QA", "Audit")], by=team.lead)

    assert codes(bulk(stale, SUBMIT, cars(dataset, 1, stage="QA"), by=team.eve)) == ["done"]
    assert [status for status, _who in look(dataset, 1)] == ["accepted", "submitted", "ready"]
