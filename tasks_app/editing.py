"""Changes of what tasks are about: the value of an attribute task, and what a change does to the tasks."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from datasets_app.actions import check_value, lock, put_value
from datasets_app.errors import BadInput
from datasets_app.models import Member

from . import policies
from .actions import check_version, start, submit
from .chains import Chain, lock_chain
from .models import Task
from .workflow import OPEN, Action, Status
from .writing import Changes


def set_value(task: Task, value: Any, *, by: Member, version: int | None = None) -> Task:
    """Set the value of an attribute task. The same value again changes nothing."""
    with transaction.atomic():
        lock(task.dataset)  # as whatever changes the content does, an import too: first the dataset, then the item
        chain = lock_chain(task)
        task = chain.same(task)
        policies.check_right_to_change(chain, by=by)
        if chain.item.attribute is None:
            raise BadInput.of("not_an_attribute", "This task is about an object: only attribute tasks have a value.")
        check_value(chain.item.attribute, value)
        check_version(task, version)
        policies.check_alive(chain, task)
        policies.check_can_change(chain, by=by)
        if put_value(chain.item.attribute, chain.item.file, value):
            note_change(chain, by=by)
        return task


def submit_value(task: Task, value: Any, *, by: Member, comment: str = "", version: int | None = None) -> Task:
    """Answer an attribute task in one go: start it where it is ready, set the value, submit. All or nothing."""
    with transaction.atomic():
        lock(task.dataset)
        chain = lock_chain(task)
        if chain.same(task).status == Status.READY and chain.item.attribute is not None:
            check_value(chain.item.attribute, value)
            start(task, by=by, version=version)
            version = None
        set_value(task, value, by=by, version=version)
        return submit(task, by=by, comment=comment)


def note_change(chain: Chain, *, by: Member) -> None:
    """This person has changed what a locked chain is about."""
    changes = Changes(by=by)
    mark_changed(chain.present, changes, frozen_too=not policies.may_edit(chain, by=by))
    changes.save()


def mark_changed(tasks: list[Task], changes: Changes, *, frozen_too: bool) -> None:
    """A label or value has changed: raise the version of open and submitted tasks, so that a decision on what was
    seen before fails, and mark what was handed over. Accepted tasks are marked too where the change was not the
    work of their chain (`frozen_too`)."""
    marked: list[tuple[Task, dict[str, Any]]] = []
    for task in tasks:
        if task.status in OPEN:
            marked.append((task, {}))
        elif task.status == Status.SUBMITTED or (task.status == Status.ACCEPTED and frozen_too):
            marked.append((task, {"label_changed_since_submit": True}))
    changes.write_many(Action.CHANGE, marked)
