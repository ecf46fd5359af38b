"""People do whatever comes to their minds and take it back at once: all is as it was, and the rules hold."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks_app.bulk import Deed, Wanted, bulk
from tasks_app.models import Task, TaskEvent
from tasks_app.queue import offer_next
from tasks_app.undo import undo
from tasks_app.workflow import VERBS, Action

from .snapshots import state
from .test_random_walks import Walk, check_history, check_rules

STEPS, SEEDS = 50, 5


class WalkAndBack(Walk):
    """A walk in which, after a step, who did it may take it back."""

    def __init__(self, team, seed: int) -> None:
        super().__init__(team, seed)
        self.steps += [self.act] * 40 + [self.many] * 8 + [self.next] * 6 + [self.undo] * 4
        self.steps.remove(self.done)  # nothing can be taken back in a dataset that is done
        self.undone: Counter[str] = Counter()

    def many(self) -> None:
        tasks = self.dice.sample(list(Task.objects.filter(dataset=self.dataset)), 3)
        deed = Deed(self.dice.choice(VERBS), comment="Many.", submit=False)
        if deed.action == Action.ACCEPT and self.dice.random() < 0.4:
            deed = Deed(Action.ACCEPT, submit=True)
        bulk(self.fresh(), deed, [Wanted(task.task_id) for task in tasks], by=self.anyone())

    def next(self) -> None:
        offer_next(self.fresh(), by=self.anyone())

    def undo(self) -> None:
        """Some time later, when others may have built on it."""
        events = TaskEvent.objects.filter(action__in=VERBS, by__isnull=False).order_by("-pk")
        event = self.dice.choice(list(events[:3]) or [None])
        if event is not None:
            undo(event.task, by=getattr(self.team, self.name_of(event)))

    def name_of(self, event: TaskEvent) -> str:
        return next(name for name, user in self.team.users.items() if user.pk == event.by_id)

    def step_and_back(self) -> None:
        """A step of people, and an undo on each object that it touched: all is as it was before."""
        before, last = state(), TaskEvent.objects.order_by("-pk").first()
        while not self.step():
            pass
        events = TaskEvent.objects.filter(pk__gt=last.pk, action__in=VERBS, by__isnull=False)
        made = list(events.select_related("task", "by").order_by("pk"))
        if not made:
            return
        for event in {event.item_id: event for event in made}.values():
            undo(event.task, by=getattr(self.team, self.name_of(event)))
            self.undone[event.action] += 1
        assert state() == before


@pytest.mark.parametrize("seed", range(SEEDS))
def test_taken_back_at_once_all_is_as_it_was(team, seed):
    walk = WalkAndBack(team, seed)

    for _ in range(STEPS):
        for _ in range(walk.dice.randint(0, 2)):
            walk.step()
        walk.step_and_back()
        check_rules(team, walk.dataset)

    check_history(walk.dataset)
    assert sum(walk.undone.values()) >= 5
