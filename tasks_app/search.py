"""What a few words find in a client: datasets, files and objects that the person sees.

Names of datasets are looked through, there are few; of everything else only what the database finds at once: whole
ids, and the beginnings of file names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import attrgetter, or_
from typing import TypeVar

from django.db.models import Q

from datasets_app.models import Dataset, File, Label, Member
from datasets_app.roles import Right

from .models import Task
from .querysets import LIST_ORDER, theirs
from .workflow import OPEN, Status

#: How many of each kind are shown.
SHOWN = 20
#: How many are looked at to find those that a person sees, who sees only their own.
LOOKED_AT = 40
Row = TypeVar("Row")
#: A part of an id means something from here on.
ID_PART = 4
#: Ids are longer than this, and words seldom are.
WHOLE_ID = 16


@dataclass(slots=True)
class Found:
    """What was found, so many of each kind at the most; the names of those of which there are more."""

    datasets: list[Dataset] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    #: The task of each object at which its work stands.
    objects: list[Task] = field(default_factory=list)
    more: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.datasets or self.files or self.objects)


def named(words: str, *, by: Member) -> Task | Dataset | None:
    """The task or dataset whose id this is, if the member sees it."""
    if len(words) < WHOLE_ID or not (words.isascii() and words.isalnum()):
        return None
    task = Task.objects.visible_to(by).filter(task_id=words).first()
    return task or Dataset.objects.visible_to(by).filter(dataset_id=words).first()


def search(words: str, *, by: Member) -> Found:
    """Datasets by a part of their name or the beginning of their id, files by the beginning of theirs, objects by
    their whole id."""
    found, seen = Found(), {one.pk: one for one in Dataset.objects.visible_to(by)}
    found.datasets = _cut(found, "datasets", [one for one in seen.values() if _fits(one, words)])
    found.files = _cut(found, "files", _files(words, seen, by))
    found.objects = _cut(found, "objects", _objects(words, seen, by))
    return found


def _cut(found: Found, name: str, rows: list[Row]) -> list[Row]:
    if len(rows) > SHOWN:
        found.more.add(name)
    return rows[:SHOWN]


def _fits(dataset: Dataset, words: str) -> bool:
    by_id = len(words) >= ID_PART and dataset.dataset_id.startswith(words)
    return by_id or words.casefold() in dataset.dataset_name.casefold()


def _files(words: str, seen: dict[int, Dataset], by: Member) -> list[File]:
    # Unordered: the first in the index are those whose names follow. Ordering by position would read all that fit.
    files = list(File.objects.filter(dataset__in=seen, file_id__startswith=words).order_by()[:LOOKED_AT])
    for file in files:
        file.dataset = seen[file.dataset_id]
    unsure = [file for file in files if not by.access.may(Right.READ, file.dataset)]
    own = _places_of_own_tasks(unsure, by)
    visible = [file for file in files if file not in unsure or (file.dataset_id, file.position) in own]
    return sorted(visible, key=attrgetter("dataset_id", "position"))


def _places_of_own_tasks(files: list[File], member: Member) -> set[tuple[int, int]]:
    """Which of these files, by dataset and position, have a task that is the member's or free for them: for its sake
    they see its chain."""
    if not files:
        return set()
    places: dict[int, list[int]] = {}
    for file in files:
        places.setdefault(file.dataset_id, []).append(file.position)
    here = reduce(or_, (Q(dataset=key, file_order__in=positions) for key, positions in places.items()))
    tasks = Task.objects.present().filter(here, theirs(member))
    return set(tasks.order_by().values_list("dataset_id", "file_order").distinct())


def _objects(words: str, seen: dict[int, Dataset], by: Member) -> list[Task]:
    labels = Label.objects.present().filter(dataset__in=seen, label_id=words)
    keys = list(labels.order_by().values_list("pk", flat=True)[:LOOKED_AT])
    if not keys:
        return []
    # First their keys, and the rest is done here: by what else is named SQLite would read all of a dataset.
    keys = list(Task.objects.filter(item__label__in=keys).order_by().values_list("pk", flat=True))
    tasks = [task for task in Task.objects.visible_to(by).filter(pk__in=keys).for_page() if task.deleted_at is None]
    return list(_where_it_stands(sorted(tasks, key=attrgetter(*LIST_ORDER))))


def _where_it_stands(tasks: Iterable[Task]) -> Iterable[Task]:
    """Of each item the task that somebody is to do next; where all is done, the last."""
    by_item: dict[int, list[Task]] = {}
    for task in tasks:
        by_item.setdefault(task.item_id, []).append(task)
    for chain in by_item.values():
        moving = [task for task in chain if task.status in OPEN or task.status == Status.SUBMITTED]
        yield moving[0] if moving else chain[-1]
