"""One's own last action is taken back: every column of every task is what it was, and the history says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from datasets_app.actions import set_settings, set_stage
from datasets_app.ids import now
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.bulk import Deed, Wanted, bulk
from tasks_app.chains import read_chain
from tasks_app.editing import set_value
from tasks_app.history import broken_links
from tasks_app.models import Item, Task, TaskEvent
from tasks_app.undo import undo, undoable_until
from tasks_app.workflow import Action
from tests.factories import Team, chain_of, events_of, make_dataset, make_qa_task, make_task, outcome, refusal

from .offers import car, fresh, give
from .snapshots import state

pytestmark = pytest.mark.django_db
Step = Callable[[Team, Dataset], object]


def to(status: str) -> Step:
    return lambda team, dataset: make_task(team, status, dataset=dataset)


def qa_to(status: str) -> Step:
    return lambda team, dataset: make_qa_task(team, status, dataset=dataset)


def act(verb: str, name: str, stage: str = "Labelling", **words: object) -> Step:
    return lambda team, dataset: getattr(actions, verb)(car(dataset, 1, stage), by=getattr(team, name), **words)


def many(verb: str, name: str, *stages: str, **words: object) -> Step:
    def step(team: Team, dataset: Dataset) -> object:
        wanted = [Wanted(car(dataset, 1, stage).task_id) for stage in stages]
        found = bulk(fresh(dataset), Deed(Action(verb), **words), wanted, by=getattr(team, name))
        assert not any(one.refused for one in found)
        return found

    return step


def assigned(team: Team, dataset: Dataset) -> None:
    give(dataset, "ann@example.com", "1", by=team.lead)
    give(dataset, "eve@example.com", "1", "QA", by=team.lead)


def steps(*some: Step) -> Step:
    return lambda team, dataset: [step(team, dataset) for step in some]


LIKE_THIS: dict[str, tuple[Step, Step, str]] = {
    "start of a free task": (to("ready"), act("start", "ann"), "ann"),
    "start of one's own": (assigned, act("start", "ann"), "ann"),
    "start of a rejected one": (to("rejected"), act("start", "ann"), "ann"),
    "start before the review": (to("submitted"), act("start", "eve", "QA"), "eve"),
    "submit of a free task": (to("ready"), act("submit", "ann", comment="Two cars."), "ann"),
    "submit of one's own": (steps(assigned, to("ready")), act("submit", "ann"), "ann"),
    "submit of one in progress": (to("in_progress"), act("submit", "ann"), "ann"),
    "submit of a rejected one": (to("rejected"), act("submit", "ann"), "ann"),
    "submit in the last stage, finished": (qa_to("in_progress"), act("submit", "eve", "QA"), "eve"),
    "accept": (to("submitted"), act("accept", "eve"), "eve"),
    "accept of one's own review": (steps(assigned, to("submitted")), act("accept", "eve"), "eve"),
    "accept of what was begun": (steps(to("submitted"), act("start", "eve", "QA")), act("accept", "eve"), "eve"),
    "accept & submit": (to("submitted"), act("accept", "eve", submit=True), "eve"),
    "reject": (to("submitted"), act("reject", "eve", reason="loose", comment="Too wide."), "eve"),
    "reject of what was begun": (steps(to("submitted"), act("start", "eve", "QA")), act("reject", "eve"), "eve"),
    "reject, the second time": (
        steps(to("rejected"), act("submit", "ann")),
        act("reject", "eve", comment="Still."),
        "eve",
    ),
    "reopen": (to("accepted"), act("reopen", "lead", comment="The mirror."), "lead"),
    "reopen of all": (qa_to("accepted"), act("reopen", "lead", comment="The mirror."), "lead"),
    "reopen of the last": (qa_to("accepted"), act("reopen", "lead", "QA", comment="The mirror."), "lead"),
    "bulk submit of a free task": (to("ready"), many("submit", "ann", "Labelling"), "ann"),
    "bulk accept": (to("submitted"), many("accept", "eve", "Labelling"), "eve"),
    "bulk accept & submit": (to("submitted"), many("accept", "eve", "Labelling", submit=True), "eve"),
    "bulk reject": (to("submitted"), many("reject", "eve", "Labelling"), "eve"),
    "bulk reopen of both": (qa_to("accepted"), many("reopen", "lead", "QA", "Labelling", comment="x"), "lead"),
}


@pytest.mark.parametrize("what", LIKE_THIS)
def test_everything_is_as_it_was(team: Team, what: str) -> None:
    before, action, name = LIKE_THIS[what]
    dataset = set_stage(make_dataset(team, (1,)).pipeline[0], time_limit_seconds=3600, by=team.lead).dataset
    with time_machine.travel(now(), tick=False) as clock:
        before(team, dataset)
        kept = state()
        clock.shift(7)
        action(team, dataset)
        done = list(TaskEvent.objects.order_by("pk"))
        assert state() != kept

        clock.shift(7)
        undo(car(dataset, 1), by=getattr(team, name), comment="Wrong key.")

    assert state() == kept
    made = [event for event in done if event.action_id == done[-1].action_id]
    events = list(TaskEvent.objects.order_by("pk"))
    undone = events[len(done) :]
    assert [event.hash for event in events[: len(done)]] == [event.hash for event in done]
    assert {event.task_id for event in undone} == {event.task_id for event in made}
    assert len(undone) == len({event.task_id for event in made})
    assert {(event.action, event.undoes, event.by.short_name, event.comment) for event in undone} == {
        ("undo", made[0].action_id, name, "Wrong key.")
    }
    assert len({event.action_id for event in undone}) == 1
    check_history(dataset)


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_also_the_customers(team: Team, verb: str) -> None:
    task = make_qa_task(team, "submitted")
    kept = state()

    getattr(actions, verb)(task, by=team.customer)
    undo(task, by=team.customer)

    assert state() == kept


def test_also_what_waits_for_the_customer(team: Team) -> None:
    dataset = make_dataset(team, (1,), customer_review=True)
    task = make_qa_task(team, "in_progress", dataset=dataset)
    kept = state()

    actions.submit(task, by=team.eve)
    undo(task, by=team.eve)

    assert state() == kept


def test_a_free_task_that_was_bulk_rejected_by_the_customer(team: Team) -> None:
    dataset = make_dataset(team, (1,), customer_review=True)
    make_qa_task(team, "submitted", dataset=dataset)
    kept = state()
    many("reject", "customer", "QA")(team, dataset)

    undo(car(dataset, 1), by=team.customer)

    assert state() == kept


def check_history(dataset: Dataset) -> None:
    for item in Item.objects.filter(dataset=dataset):
        assert broken_links(item) == []
    for task in Task.objects.filter(dataset=dataset):
        events = events_of(task)
        assert [event.version for event in events] == list(range(1, task.version + 1))
        assert [event.from_status for event in events[1:]] == [event.to_status for event in events[:-1]]
        assert (events[-1].to_status, events[-1].assignee_id) == (task.status, task.assignee_id)


def test_the_due_time_is_by_the_present_limit(team: Team) -> None:
    dataset = make_dataset(team, (1,))
    set_stage(dataset.pipeline[0], time_limit_seconds=60, by=team.lead)
    task = make_task(team, "ready", dataset=dataset)
    actions.submit(task, by=team.ann)
    set_stage(fresh(dataset).pipeline[0], time_limit_seconds=600, by=team.lead)

    undo(task, by=team.ann)

    task = car(dataset, 1)
    assert task.due_at == task.clock_start + timedelta(seconds=600)


def test_only_this_object_goes_back(team: Team) -> None:
    dataset = make_dataset(team, (2,))
    wanted = [Wanted(car(dataset, number).task_id) for number in (1, 2)]
    kept = state(car(dataset, 1).item_id)
    bulk(dataset, Deed(Action.SUBMIT), wanted, by=team.ann)
    there = state(car(dataset, 2).item_id)

    undo(car(dataset, 1), by=team.ann)

    assert state(car(dataset, 1).item_id) == kept
    assert state(car(dataset, 2).item_id) == there


@pytest.mark.parametrize("stage", ["Labelling", "QA"])
def test_any_task_of_the_chain_names_it(team: Team, stage: str) -> None:
    dataset = make_task(team, "submitted").dataset
    kept = state()
    actions.accept(car(dataset, 1), by=team.eve)

    task = undo(car(dataset, 1, stage), by=team.eve)

    assert task == car(dataset, 1, stage)
    assert state() == kept


def test_the_answer_is_the_task_as_it_is(team: Team) -> None:
    task = make_task(team, "in_progress")

    found = undo(task, by=team.ann, version=task.version)

    fields = [field.attname for field in Task._meta.concrete_fields]
    now_there = Task.objects.get(pk=task.pk)
    assert [getattr(found, name) for name in fields] == [getattr(now_there, name) for name in fields]


def test_once_only_and_not_what_came_before(team: Team) -> None:
    task = make_task(team, "ready")
    actions.start(task, by=team.ann)
    actions.submit(task, by=team.ann)
    undo(task, by=team.ann)

    assert outcome(undo, task, by=team.ann) == "nothing_to_undo"
    assert [one.status for one in chain_of(task.dataset)] == ["in_progress", "waiting"]


def test_what_is_done_again_can_be_undone_again(team: Team) -> None:
    task = make_task(team, "ready")
    for _ in range(3):
        actions.submit(task, by=team.ann)
        kept = state()
        undo(task, by=team.ann)
        actions.submit(task, by=team.ann)
        undo(task, by=team.ann)

    assert state() != kept
    assert task.events.filter(action="undo").count() == 6
    check_history(task.dataset)


def test_what_was_undone_can_be_done_by_another(team: Team) -> None:
    task = make_task(team, "submitted")
    actions.reject(task, by=team.eve)
    undo(task, by=team.eve)

    assert outcome(actions.accept, task, by=team.bob) == "done"


def test_also_with_a_token(team: Team) -> None:
    task = make_task(team, "ready")
    actions.start(task, by=team.token_member("ann", "labeller"))

    undo(task, by=team.token_member("ann", ""))

    assert task.events.last().token.name == "test"
    assert broken_links(Item.objects.get(pk=task.item_id)) == []


def test_until_when(team: Team) -> None:
    dataset = set_settings(make_dataset(team, (1,)), undo_seconds=20, by=team.lead)
    with time_machine.travel(now(), tick=False) as clock:
        task = make_task(team, "in_progress", dataset=dataset)
        at = now()

        assert undoable_until(read_chain(task), by=team.ann) == at + timedelta(seconds=20)
        assert undoable_until(read_chain(task), by=team.bob) is None
        clock.shift(21)
        assert undoable_until(read_chain(task), by=team.ann) is None


def test_a_value_that_was_set_before_stays(team: Team) -> None:
    dataset = make_dataset(team, (0,), frame_attributes=["weather"])
    task = chain_of(dataset)[0]
    actions.start(task, by=team.ann)
    set_value(task, "rain", by=team.ann)
    actions.submit(task, by=team.ann)

    undo(task, by=team.ann)

    assert [one.status for one in chain_of(dataset)] == ["in_progress", "waiting"]
    assert outcome(actions.submit, task, by=team.ann) == "done"


def test_the_sentence_says_what_to_do(team: Team) -> None:
    assert "only your own last action" in str(refusal(undo, make_task(team), by=team.ann))
