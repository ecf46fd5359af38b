"""Recording: one action changes some tasks of some items, each with an event, in one hash chain for each item."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from datasets_app.bulk import insert, update
from datasets_app.ids import now, opaque_id, to_millis
from datasets_app.models import Member

from .models import Item, Task, TaskEvent
from .workflow import Action

T = TypeVar("T")

#: Rows for each INSERT: under the 32,766 variables that SQLite takes in one statement.
BATCH = 1000


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size` rows, in order."""
    rows = iter(rows)
    while some := list(islice(rows, size)):
        yield some


def plain(value: Any) -> Any:
    """A column's value as JSON keeps it: a moment is its milliseconds."""
    return to_millis(value) if isinstance(value, datetime) else value


def event_hash(event: TaskEvent) -> str:
    """SHA-256 over the previous hash and all that the event says. Keys are sorted, so it can be worked out again."""
    said = [
        event.previous_hash, event.task_id, event.version, event.action, event.action_id, event.from_status,
        event.to_status, event.by_id, event.token_id, event.assignee_id, event.reason, event.comment, event.before,
        to_millis(event.at),
    ]  # fmt: skip
    if event.undoes:
        said.append(event.undoes)
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Recorder:
    """The events of one action: who, when, why, and one `action_id` for all of them. `by=None` is the system."""

    def __init__(self, *, by: Member | None, reason: str = "", comment: str = "") -> None:
        self.action_id = opaque_id()
        self.at = now()
        self.by = by
        self.reason = reason
        self.comment = comment
        self.events: list[TaskEvent] = []
        self._items: dict[int, Item] = {}

    def record(
        self,
        item: Item,
        task: Task,
        action: Action,
        *,
        from_status: str,
        before: dict[str, Any] | None = None,
        by_system: bool = False,
        undoes: str = "",
    ) -> None:
        """Add the event that made `task` what it is now. `item` is locked, or was created in this transaction."""
        by = None if by_system else self.by
        event = TaskEvent(
            task_id=task.pk,
            item_id=item.pk,
            version=task.version,
            action=action,
            action_id=self.action_id,
            undoes=undoes,
            from_status=from_status,
            to_status=task.status,
            by_id=by.user_id if by else None,
            token_id=by.token.pk if by and by.token else None,
            assignee_id=task.assignee_id,
            reason="" if by_system else self.reason,
            comment="" if by_system else self.comment,
            before={name: plain(value) for name, value in (before or {}).items()},
            at=self.at,
            previous_hash=item.last_hash,
        )
        event.hash = item.last_hash = event_hash(event)
        self._items[item.pk] = item
        self.events.append(event)

    def save(self) -> None:
        """Write the events, and the newest hash of each item."""
        update(list(self._items.values()), "last_hash")
        self.save_events()

    def save_events(self) -> None:
        """Write the events of items that are new and are saved with their hash."""
        insert(self.events)
        self.events, self._items = [], {}


def broken_links(item: Item) -> list[str]:
    """What is wrong with the chain of an item's events, as sentences; empty: it is whole."""
    wrong, previous = [], ""
    for event in TaskEvent.objects.filter(item=item).order_by("pk"):
        if event.previous_hash != previous:
            wrong.append(f"An event is missing before version {event.version} of {event.task_id}.")
        if event.hash != event_hash(event):
            wrong.append(f"Version {event.version} of {event.task_id} was changed.")
        previous = event.hash
    if previous != item.last_hash:
        wrong.append("The newest events are missing.")
    return wrong
