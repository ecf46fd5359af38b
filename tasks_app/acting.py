"""The task that someone asks for, and who they are."""

from __future__ import annotations

from datasets_app.acting import member_who_sees
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
        member = member_who_sees(task.dataset, user, token)
    except NotFound as error:
        raise NotFound("task") from error
    if (
        not member.access.may(Right.READ, task.dataset)
        and not Task.objects.visible_to(member).filter(pk=task.pk).exists()
    ):
        raise NotAllowed("This task is not one of yours. Ask a lead to assign it to you.")
    return task, member
