"""The one place that writes a task that is there: its columns, its version, its event.

A `Changes` is what one action does. It changes the task objects in hand at once, so that the next step of the same
action sees them, and the database when it is saved: one statement for all tasks that change alike, and one for the
events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from datasets_app.errors import Refused
from datasets_app.models import Member, Stage

from .chains import Chain
from .errors import StaleVersion
from .history import BATCH, Recorder, batched
from .models import Task
from .workflow import OPEN, Action, Status

#: Columns that follow from others or are no part of the history: undo does not bring them back.
NOT_KEPT = frozenset({"due_at", "claimed_by_id", "claim_expires_at"})
UNCLAIMED = {"claimed_by_id": None, "claim_expires_at": None}
#: Whatever changes one of these ends a claim.
ENDS_CLAIM = frozenset({"status", "assignee_id", "deleted_at"})

#: Different versions that one statement expects: SQLite takes conditions up to a depth of 1,000.
VERSIONS = 200


@dataclass(slots=True)
class Write:
    """What is to be written of one task: the version that it must still have, and columns."""

    task: Task
    expected: int
    columns: dict[str, Any] = field(default_factory=dict)


class Changes(Recorder):
    """The changes of one action: who, when, why, which columns of which tasks. `by=None` is the system.

    `assigns`: whether a free task becomes the actor's; where many are done at once it does not.
    """

    def __init__(self, *, by: Member | None, reason: str = "", comment: str = "", assigns: bool = True) -> None:
        super().__init__(by=by, reason=reason, comment=comment)
        self.assigns = assigns
        self._writes: dict[int, Write] = {}
        #: Tasks that came to wait for their review, or no longer do, by key.
        self._handed: dict[int, Task] = {}

    @property
    def actor(self) -> Member:
        """The member who acts: the verbs of people always have one."""
        assert self.by is not None
        return self.by

    def write(self, action: Action, task: Task, *, by_system: bool = False, undoes: str = "", **columns: Any) -> None:
        """Change columns of a task whose item is locked. What follows from them follows, unless `undoes` says that
        a state of before is brought back as it was."""
        columns = self._restored(task, columns) if undoes else self._completed(task, columns)
        before = {name: getattr(task, name) for name in columns if name not in NOT_KEPT}
        from_status = task.status
        write = self._writes.setdefault(task.pk, Write(task, task.version))
        for name, value in columns.items():
            setattr(task, name, value)
            write.columns[name] = value
        task.version, task.updated_at = task.version + 1, self.at
        if Status.SUBMITTED in (from_status, task.status):
            self._handed[task.pk] = task
        self.record(task.item, task, action, from_status=from_status, before=before, by_system=by_system, undoes=undoes)

    def write_many(
        self, action: Action, changes: Iterable[tuple[Task, dict[str, Any]]], *, by_system: bool = False
    ) -> None:
        """`write` for each of these."""
        for task, columns in changes:
            self.write(action, task, by_system=by_system, **columns)

    def _completed(self, task: Task, columns: dict[str, Any]) -> dict[str, Any]:
        """The columns with those that follow from them: the clock, the due time, what it was started from, the
        end of a claim."""
        if task.claimed_by_id is not None and ENDS_CLAIM.intersection(columns):
            columns |= UNCLAIMED
        if "status" not in columns:
            return columns
        if columns["status"] != Status.IN_PROGRESS and task.started_from:
            columns["started_from"] = ""
        if columns["status"] in (Status.READY, Status.REJECTED) and task.status != Status.IN_PROGRESS:
            columns.setdefault("clock_start", self.at)
        if columns["status"] == Status.READY and task.status == Status.WAITING:
            columns.setdefault("ready_at", self.at)
        due = due_at(columns["status"], columns.get("clock_start", task.clock_start), task.stage)
        return columns if due == task.due_at else columns | {"due_at": due}

    def _restored(self, task: Task, columns: dict[str, Any]) -> dict[str, Any]:
        """A state of before, with the due time by the present limit of the stage. It is nobody's claim."""
        status, clock_start = (columns.get(name, getattr(task, name)) for name in ("status", "clock_start"))
        return columns | {"due_at": due_at(status, clock_start, task.stage)} | UNCLAIMED

    @contextmanager
    def attempt(self, chain: Chain) -> Iterator[None]:
        """What is done inside to the tasks of a chain is done wholly or, where it is refused, not at all."""
        kept = [(task, dict(task.__dict__)) for task in chain.tasks]
        writes = {task.pk: self._writes.get(task.pk) for task in chain.tasks}
        writes = {key: replace(one, columns=dict(one.columns)) if one else None for key, one in writes.items()}
        events, last_hash = len(self.events), chain.item.last_hash
        try:
            yield
        except Refused:
            for task, columns in kept:
                task.__dict__.clear()
                task.__dict__.update(columns)
            for key, write in writes.items():
                self._writes.pop(key, None)
                if write is not None:
                    self._writes[key] = write
            del self.events[events:]
            chain.item.last_hash = last_hash
            raise

    def save(self) -> None:
        """Write the tasks, each with the version that it is expected to have, and the events. Where a lock did not
        hold, `StaleVersion` is raised."""
        self._hand_on()
        handed, self._handed = list(self._handed), {}
        alike: dict[tuple[Any, ...], list[Write]] = {}
        for write in self._writes.values():
            key = (write.task.version - write.expected, *sorted(write.columns.items()))
            alike.setdefault(key, []).append(write)
        for (steps, *columns), writes in alike.items():
            new = {**dict(columns), "version": F("version") + steps, "updated_at": self.at}
            for some in batched(writes, BATCH):
                for rows, count in _as_expected(some):
                    if rows.update(**new) != count:
                        raise StaleVersion(some[0].task)
        for keys in batched(handed, BATCH):
            hand_on(Task.objects.filter(previous__in=keys))
        self._writes = {}
        super().save()

    def _hand_on(self) -> None:
        """What the next tasks are to know is written with what else is written of them: PostgreSQL checks all foreign
        keys of a row that is written twice, and would wait for whoever has locked the dataset."""
        for write in self._writes.values():
            before = self._handed.pop(write.task.previous_id or 0, None)
            if before is not None:
                waits = before.status == Status.SUBMITTED
                write.columns["handed_by_id"] = before.submitted_by_id if waits else None


def _as_expected(writes: Iterable[Write]) -> Iterator[tuple[QuerySet[Task], int]]:
    """The rows of these writes where each has the version that it is expected to have, and how many they are."""
    keys: dict[int, list[int]] = {}
    for write in writes:
        keys.setdefault(write.expected, []).append(write.task.pk)
    for some in batched(keys.items(), VERSIONS):
        conditions = (Q(version=version, pk__in=tasks) for version, tasks in some)
        yield Task.objects.filter(reduce(or_, conditions)), sum(len(tasks) for _version, tasks in some)


def hand_on(tasks: QuerySet[Task]) -> None:
    """These tasks know whose work waits for a review in the task before them."""
    submitted = Task.objects.filter(pk=OuterRef("previous"), status=Status.SUBMITTED)
    tasks.update(handed_by=Subquery(submitted.values("submitted_by")[:1]))


def due_at(status: str, clock_start: datetime | None, stage: Stage) -> datetime | None:
    """When a task is late: null in statuses in which nobody works on it, and without a limit."""
    if stage.time_limit_seconds is None or status not in OPEN or clock_start is None:
        return None
    return clock_start + timedelta(seconds=stage.time_limit_seconds)
