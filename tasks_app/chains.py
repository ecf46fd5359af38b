"""The chain of an item: its tasks in stage order, locked for a writer or read for a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from datasets_app.models import Dataset, User

from .facts import Facts
from .models import Item, Task


@dataclass(slots=True)
class Chain:
    """The tasks of one item: `prev(t)`, `t`, `next(t)`."""

    item: Item
    tasks: list[Task]
    facts: Facts

    @property
    def dataset(self) -> Dataset:
        return self.item.dataset

    def same(self, task: Task) -> Task:
        """The task as it is in this chain: the object in hand may be stale."""
        return next(one for one in self.tasks if one.pk == task.pk)

    def previous(self, task: Task) -> Task | None:
        return next((one for one in self.tasks if one.pk == task.previous_id), None)

    def next(self, task: Task) -> Task | None:
        return next((one for one in self.tasks if one.previous_id == task.pk), None)

    @property
    def present(self) -> list[Task]:
        """Without those that were withdrawn, with their object or with their stage."""
        return [one for one in self.tasks if one.deleted_at is None]

    def later(self, task: Task) -> list[Task]:
        return [one for one in self.present if one.stage_order > task.stage_order]

    def reviewer(self, task: Task) -> User | None:
        """Who is to review a task: the assignee of the next one, unless four eyes bar them (then nobody)."""
        following = self.next(task)
        if following is None or following.assignee is None:
            return None
        if self.bars(following.assignee, task):
            return None
        return following.assignee

    def bars(self, user: User, task: Task) -> bool:
        """Four eyes: nobody reviews what they submitted."""
        return task.submitted_by_id == user.pk and not self.dataset.allow_self_review


def read_chain(task: Task) -> Chain:
    """The chain of a task as it is now, for reading."""
    return _chain(Item.objects.select_related("dataset", "attribute").get(pk=task.item_id))


def chain_of(task: Task) -> Chain:
    """The chain of a task that `for_page` has read, for showing: its item is not read again."""
    task.item.dataset = task.dataset
    return _chain(task.item)


def lock_chain(task: Task) -> Chain:
    """The chain of a task, locked until the transaction ends.

    What the rules ask is read after the lock: beside a row that was waited for, PostgreSQL gives others as they were.
    """
    Item.objects.locked().get(pk=task.item_id)
    return read_chain(task)


def read_chains(dataset: Dataset, item_keys: Iterable[int], *, lock: bool) -> dict[int, Chain]:
    """The chains of items of one dataset, by the item's key; locked in id order, or only read."""
    keys = sorted(set(item_keys))
    if lock:
        list(Item.objects.locked().filter(pk__in=keys))
    items = list(Item.objects.select_related("attribute").filter(pk__in=keys))
    for item in items:
        item.dataset = dataset
    return {chain.item.pk: chain for chain in _chains(items)}


def _chain(item: Item) -> Chain:
    return next(iter(_chains([item])))


def _chains(items: list[Item]) -> list[Chain]:
    facts = Facts(items)
    chains = {item.pk: Chain(item, [], facts) for item in items}
    tasks = Task.objects.filter(item__in=items).order_by("item_id", "stage_order")
    for task in tasks.select_related("stage", "assignee", "submitted_by", "claimed_by"):
        chain = chains[task.item_id]
        task.item, task.dataset, task.stage.dataset = chain.item, chain.dataset, chain.dataset
        chain.tasks.append(task)
    return list(chains.values())
