"""The task that someone asks for, and who they are."""

from __future__ import annotations

from datasets_app.acting import acting_member
from datasets_app.errors import NotAllowed, NotFound
from datasets_app.models import AccessToken, Member, User
from datasets_app.roles import Right

from .models import Task


def find_task(task_id: str, user: User, token: AccessToken | None = None) -> tuple[Task, Member]:
    """The task with this id and who acts. Raises `NotFound` where its dataset is not visible, and `NotAllowed`
    where the dataset is but the task is not theirs to see."""
    task = Task.objects.for_page().filter(task_id=task_id, dataset__deleted_at=None).first()
    if task is None:
        raise NotFound("task")
    try:
        member = acting_member(task.dataset.client, user, token)
    except NotFound as error:
        raise NotFound("task") from error
    if member.access.may(Right.READ, task.dataset) or Task.objects.visible_to(member).filter(pk=task.pk).exists():
        return task, member
    if not member.access.sees(task.dataset):
        raise NotFound("task")
    raise NotAllowed("This task is not one of yours. Ask a lead to assign it to you.")
