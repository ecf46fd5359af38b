"""Changes of what tasks are about: the value of an attribute task, and what a change does to the tasks."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from datasets_app.actions import check_value, put_value
from datasets_app.errors import BadInput
from datasets_app.models import Member

from . import policies
from .actions import check_version, write_many
from .chains import lock_chain
from .history import Recorder
from .models import Task
from .workflow import OPEN, Action, Status


def set_value(task: Task, value: Any, *, by: Member, version: int | None = None) -> Task:
    """Set the value of an attribute task. The same value again changes nothing."""
    with transaction.atomic():
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
            recorder = Recorder(by=by)
            mark_changed(chain.present, recorder, frozen_too=not policies.may_edit(chain, by=by))
            recorder.save()
        return task


def mark_changed(tasks: list[Task], recorder: Recorder, *, frozen_too: bool) -> None:
    """A label or value has changed: raise the version of open and submitted tasks, so that a decision on what was
    seen before fails, and mark what was handed over. Accepted tasks are marked too where the change was not the
    work of their chain (`frozen_too`)."""
    changes: list[tuple[Task, dict[str, Any]]] = []
    for task in tasks:
        if task.status in OPEN:
            changes.append((task, {}))
        elif task.status == Status.SUBMITTED or (task.status == Status.ACCEPTED and frozen_too):
            changes.append((task, {"label_changed_since_submit": True}))
    write_many(recorder, Action.CHANGE, changes)
