"""Many at once are like one by one, and cost the database no more questions."""

from __future__ import annotations

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import set_stage
from datasets_app.errors import Refused
from datasets_app.models import Dataset, Member
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.bulk import Answer, Deed, Wanted, bulk, preview
from tasks_app.models import Task, TaskEvent
from tasks_app.workflow import VERBS, Action
from tasks_app.writing import due_at
from tests.factories import Team, make_dataset, outcome

from .offers import fresh

pytestmark = pytest.mark.django_db
SUBMIT = Deed(Action.SUBMIT)


def codes(answers: list[Answer]) -> list[str]:
    return [one.refused.problems[0].code if one.refused else "done" for one in answers]


# --- equal to one by one ----------------------------------------------------------------------------------------------


def single(dataset: Dataset, deed: Deed, wanted: Wanted, by: Member) -> str:
    """The verb of one task, as the API would call it."""
    task = Task.objects.filter(dataset=dataset, task_id=wanted.task_id).first()
    words: dict[str, object] = {"comment": deed.comment, "version": wanted.version}
    if deed.action == Action.REJECT:
        words["reason"] = deed.reason
    if deed.action == Action.ACCEPT:
        words["submit"] = deed.submit
    try:
        getattr(actions, deed.action)(task, by=by, **words)
    except Refused as refused:
        return refused.problems[0].code
    return "done"


def twins(team: Team, seed: int) -> list[Dataset]:
    """Two datasets in the same state: everything is assigned, so that nothing is there to be taken."""
    found = []
    for _ in range(2):
        dice = random.Random(seed)
        dataset = make_dataset(team, (4, 3), stages=("Labelling", "QA", "Audit"), customer_review=seed % 2 == 0)
        people = [["ann", "bob"], ["eve", "lead"], ["admin", "bob"]]
        for stage, names in zip(dataset.pipeline, people, strict=True):
            set_stage(stage, time_limit_seconds=dice.choice([None, 60]), by=team.lead)
            for file in ("1", "2"):
                name = dice.choice(names if file == "1" or stage.position != 2 else ["admin"])
                entry = {"stage_id": stage.stage_id, "email": f"{name}@example.com", "files": file}
                outcome(assign_files, fresh(dataset), [entry], by=team.lead)
        for _ in range(40):
            task = dice.choice(list(dataset.tasks.order_by("pk")))
            name = dice.choice(["ann", "bob", "eve", "lead", "admin", "customer"])
            verb = dice.choice(VERBS)
            single(dataset, Deed(verb, "So."), Wanted(task.task_id), getattr(team, name))
        found.append(fresh(dataset))
    return found


SAME = (
    "status", "started_from", "assignee_id", "rework_count", "last_reason", "last_comment", "changed_in_review",
    "label_changed_since_submit", "version", "submitted_by_id", "reviewed_by_id",
)  # fmt: skip
PLACE = ("file_order", "item_order", "stage_order")


def shape(dataset: Dataset) -> list[tuple[object, ...]]:
    """Where everything stands, without what differs between twins: keys, ids and moments."""
    rows = dataset.tasks.order_by(*PLACE)
    moments = ("ready_at", "clock_start", "due_at", "submitted_at", "reviewed_at", "finished_at", "deleted_at")
    return [(*(getattr(one, n) for n in SAME), *(getattr(one, n) is None for n in moments)) for one in rows]


def events(dataset: Dataset) -> list[tuple[object, ...]]:
    rows = TaskEvent.objects.filter(task__dataset=dataset).select_related("task").order_by("item_id", "pk")
    return [(e.task.stage_order, e.version, e.action, e.from_status, e.to_status, e.by_id, e.comment) for e in rows]


@pytest.mark.parametrize("seed", range(12))
def test_many_at_once_are_like_one_by_one(team: Team, seed: int) -> None:
    one, other = twins(team, seed)
    assert shape(one) == shape(other)
    dice = random.Random(seed)
    order = [list(dataset.tasks.order_by("file_order", "item_order", "stage_order")) for dataset in (one, other)]
    # Free tasks would be taken one by one, and not all at once: that alone differs, and is tested above.
    free = {number for number, task in enumerate(order[0]) if task.assignee_id is None}

    for _ in range(6):
        deed = Deed(dice.choice(VERBS), "Many.", submit=False)
        if deed.action == Action.ACCEPT:
            deed = Deed(Action.ACCEPT, "Many.", submit=dice.random() < 0.5)
        picked = [n for n in dice.choices(range(len(order[0])), k=8) if not free & {n, n + 1}]
        name = dice.choice(["ann", "bob", "eve", "lead", "admin", "customer"])
        versions = [dice.choice([None, None, 1, 2, 3]) for _ in picked]
        wanted = [[Wanted(order[d][n].task_id, v) for n, v in zip(picked, versions, strict=True)] for d in (0, 1)]
        allowed = outcome(preview, one, deed, wanted[0] or [Wanted("x")], by=getattr(team, name)) == "done"
        if not allowed or not picked:
            continue
        many = codes(bulk(fresh(one), deed, wanted[0], by=getattr(team, name)))
        singly = [single(other, deed, wish, getattr(team, name)) for wish in wanted[1]]
        seen = [code if code != "not_allowed" else mark for code, mark in zip(many, singly, strict=True)]
        assert seen == singly
        assert shape(one) == shape(other)
        assert events(one) == events(other)


# --- cost -------------------------------------------------------------------------------------------------------------


def spread(dataset: Dataset, members: int, team: Team) -> None:
    """Versions, clocks, due times and people that differ from task to task."""
    for stage in fresh(dataset).pipeline:
        set_stage(stage, time_limit_seconds=3600, by=team.lead)
    for number, task in enumerate(dataset.tasks.select_related("stage").order_by("pk")):
        user = team.users[f"worker{number % members}"] if task.stage_order == 0 else team.users["eve"]
        clock = task.clock_start and task.clock_start.replace(microsecond=number % 900 * 1000)
        due = due_at(task.status, clock, task.stage)
        Task.objects.filter(pk=task.pk).update(assignee=user, clock_start=clock, due_at=due, version=50 + number % 40)


@pytest.mark.parametrize("count", [20, 200])
@pytest.mark.parametrize("action", ["submit", "accept", "reject"])
def test_the_number_of_queries_does_not_grow(team: Team, count: int, action: str) -> None:
    for number in range(20):
        team.add(f"worker{number}", "labeller")
    dataset = make_dataset(team, (count,), mode="frame_by_frame")
    wanted = [Wanted(task_id) for task_id in dataset.tasks.filter(stage_order=0).values_list("task_id", flat=True)]
    deed, by = Deed(Action(action)), team.eve
    if action != "submit":
        bulk(fresh(dataset), SUBMIT, wanted, by=team.ann)
        spread(dataset, 20, team)
    dataset = fresh(dataset)

    with CaptureQueriesContext(connection) as captured:
        found = bulk(dataset, deed, wanted, by=by)

    assert set(codes(found)) == {"done"}
    assert len(captured) <= 25
