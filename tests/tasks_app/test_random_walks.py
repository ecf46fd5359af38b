"""People do whatever comes to their minds: the rules hold after each step, and the only errors are refusals."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from datasets_app.actions import (
    mark_labelling_done,
    set_pipeline,
    set_settings,
    set_stage,
    take_back_done,
    withdraw_labels,
)
from datasets_app.errors import Refused
from datasets_app.imports.store import store
from datasets_app.membership import add_member, remove_member, set_scopes, set_stage_people
from datasets_app.models import Dataset
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.editing import set_value
from tasks_app.history import broken_links
from tasks_app.models import Item, Task, TaskEvent
from tasks_app.sync import sync
from tests.factories import Team, all_rows, make_content, make_dataset

PEOPLE = ("admin", "lead", "fixer", "ann", "bob", "eve", "customer", "reader")
FITTING = {
    "ready": "submit start",
    "in_progress": "submit",
    "submitted": "accept accept reject",
    "rejected": "submit start",
}
STAGES = ("Labelling", "QA", "Audit", "X")
STEPS, SEEDS = 70, 8


class Walk:
    """One dataset and what people do to it, by the dice of a seed."""

    def __init__(self, team: Team, seed: int) -> None:
        self.team, self.dice = team, random.Random(seed)
        self.dataset = make_dataset(team, (2, 1), frame_attributes=["weather"])
        self.steps: list[Callable[[], object]] = [self.act] * 30 + [self.assign, self.value] * 3
        self.steps += [self.settings, self.people, self.stages, self.labels, self.done, self.limit]

    def anyone(self):
        return getattr(self.team, self.dice.choice(PEOPLE))

    def task(self) -> Task:
        return self.dice.choice(list(Task.objects.filter(dataset=self.dataset)))

    def fresh(self) -> Dataset:
        return Dataset.objects.get(pk=self.dataset.pk)

    def act(self) -> None:
        task, by = self.task(), self.anyone()
        if self.dice.random() < 0.7 and task.assignee is not None:
            by = next(getattr(self.team, name) for name, user in self.team.users.items() if user == task.assignee)
        name = self.dice.choice(FITTING.get(task.status, "reopen submit reject").split())
        if task.status == "submitted" and self.dice.random() < 0.7:
            by = self.team.admin if by.user_id != self.team.admin.user_id else self.team.lead
        words = {"submit": True} if name == "accept" and self.dice.random() < 0.3 else {}
        if name == "reopen":
            words, by = {"comment": "Look again."}, self.team.lead
        getattr(actions, name)(task, by=by, **words)

    def assign(self) -> None:
        entry = {
            "stage_id": self.dice.choice(STAGES),
            "email": self.dice.choice([None, *(f"{name}@example.com" for name in PEOPLE)]),
            "files": self.dice.choice(["1", "2", "1-2", "3"]),
        }
        assign_files(self.fresh(), [entry], by=self.team.lead)

    def value(self) -> None:
        set_value(self.task(), self.dice.choice(["sun", "rain", "not applicable"]), by=self.anyone())

    def settings(self) -> None:
        name = self.dice.choice(["customer_review", "allow_self_review", "review_changed"])
        set_settings(self.fresh(), by=self.team.lead, **{name: self.dice.random() < 0.5})

    def people(self) -> None:
        name, dataset = self.dice.choice(["ann", "bob", "eve", "lead"]), self.fresh()
        self.dice.choice(
            [
                lambda: remove_member(getattr(self.team, name), by=self.team.admin),
                lambda: add_member(self.team.client, self.team.users[name], "labeller", by=self.team.admin),
                lambda: add_member(self.team.client, self.team.users[name], "reader", by=self.team.admin),
                lambda: set_scopes(dataset, getattr(self.team, name), ["labeller"], by=self.team.admin),
                lambda: set_stage_people(self.dice.choice(dataset.pipeline), [self.anyone()], by=self.team.admin),
                lambda: set_stage_people(self.dice.choice(dataset.pipeline), [], by=self.team.admin),
            ]
        )()

    def stages(self) -> None:
        names = self.dice.sample(STAGES, self.dice.randint(1, 4))
        if self.dice.random() < 0.5:
            names = [stage.stage_id for stage in self.fresh().pipeline]
            names += [name for name in STAGES if name not in names][:1]
        set_pipeline(self.fresh(), [{"stage_id": name} for name in names], by=self.team.admin)

    def labels(self) -> None:
        if self.dice.random() < 0.5:
            keys = list(self.dataset.labels.values_list("pk", flat=True))
            withdraw_labels(self.dataset, self.dice.sample(keys, self.dice.randint(1, len(keys))), by=self.team.fixer)
        else:
            store(self.dataset, make_content(self.dice.choice([(2, 1), (3, 1), (1, 2, 1)])), by=self.team.fixer)

    def done(self) -> None:
        verb = mark_labelling_done if self.dice.random() < 0.2 else take_back_done
        verb(self.dataset, by=self.team.admin)

    def limit(self) -> None:
        limit = self.dice.choice([None, 60])
        set_stage(self.dice.choice(self.fresh().pipeline), time_limit_seconds=limit, by=self.team.admin)

    def step(self) -> bool:
        """Whether it was done. A refusal is an answer, any other error ends the test."""
        try:
            self.dice.choice(self.steps)()
        except Refused:
            return False
        return True


def check_rules(team: Team, dataset: Dataset) -> None:
    """What holds at any moment."""
    dataset = Dataset.objects.get(pk=dataset.pk)
    stages = [stage.pk for stage in dataset.pipeline]
    members = {team.users[name].pk: getattr(team, name) for name in team.users}
    chains: dict[int, list[Task]] = {}
    for task in Task.objects.filter(dataset=dataset).present().select_related("stage__dataset").in_list_order():
        chains.setdefault(task.item_id, []).append(task)
    for tasks in chains.values():
        assert [task.stage_id for task in tasks] == stages
        for previous, task in zip([None, *tasks], tasks, strict=False):
            handed_over = previous is None or previous.status in ("submitted", "accepted")
            assert task.previous_id == (previous and previous.pk)
            waits = previous is not None and previous.status == "submitted"
            assert task.handed_by_id == (previous.submitted_by_id if previous and waits else None)
            assert (task.status == "waiting") == (not handed_over)
            assert task.status not in ("submitted", "accepted") or previous is None or previous.status == "accepted"
            if task.assignee_id and task.status in ("waiting", "ready", "in_progress", "rejected"):
                assert members[task.assignee_id].access.may_work_in(task.stage)


def check_history(dataset: Dataset) -> None:
    for item in Item.objects.filter(dataset=dataset):
        assert broken_links(item) == []
    for task in Task.objects.filter(dataset=dataset):
        events = list(TaskEvent.objects.filter(task=task).order_by("version"))
        assert [event.version for event in events] == list(range(1, task.version + 1))
        assert [event.from_status for event in events[1:]] == [event.to_status for event in events[:-1]]
        assert (events[-1].to_status, events[-1].assignee_id) == (task.status, task.assignee_id)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_rules_hold_after_every_step(team, seed):
    walk = Walk(team, seed)

    done = 0
    for _ in range(STEPS):
        done += walk.step()
        check_rules(team, walk.dataset)

    check_history(walk.dataset)
    assert done >= 5


@pytest.mark.parametrize("seed", range(100, 103))
def test_syncing_after_every_step_changes_nothing(team, seed):
    walk = Walk(team, seed)

    for _ in range(STEPS // 2):
        walk.step()
        before = all_rows()
        sync(Dataset.objects.get(pk=walk.dataset.pk))
        assert all_rows() == before
