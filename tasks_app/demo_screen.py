"""What `manage.py demo` prints: where it is, who can sign in, and three requests to try."""

from __future__ import annotations

from datasets_app.models import AccessToken, Member
from datasets_app.roles import Role

from . import policies
from .chains import read_chain
from .demo import PASSWORD, PEOPLE, email_of
from .models import Task
from .workflow import Action, Status

NO_TOKEN = "(none: manage.py create_token admin@example.com --client Demo --name try)"  # noqa: S105
#: How many tasks are looked at to find one for an example.
FEW = 50


def screen(url: str, secret: str) -> str:
    """The whole text. `secret` is admin's token, if it is still known."""
    usable = bool(secret) and AccessToken.objects.usable().filter(hash=AccessToken.hash_of(secret)).exists()
    parts = [
        f"Foureyes: {url}  (API: {url}/api/docs, admin: {url}/admin/)",
        people(),
        f"Token of {email_of('admin')}:  {secret if usable else NO_TOKEN}",
        requests(url, secret if usable else "$TOKEN"),
    ]
    return "\n\n".join(parts)


def people() -> str:
    width = max(len(email_of(name)) for name in PEOPLE)
    lines = [f"  {email_of(name):{width}}  {Role(role).label}" for name, role in PEOPLE.items()]
    return "\n".join([f"People (password of each: {PASSWORD})", *lines])


def requests(url: str, secret: str) -> str:
    """Three curl lines that work as they stand: list, submit, accept."""
    dataset = Task.objects.values_list("dataset__dataset_id", flat=True).order_by("dataset_id").first()
    head = f'curl -H "Authorization: Bearer {secret}"'
    lines = [
        f'{head} "{url}/api/v2/datasets/{dataset}/tasks?status=submitted&limit=3"',
        f"{head} -X POST {url}/api/v2/tasks/{example(Action.SUBMIT, Status.READY)}/submit",
        f"{head} -X POST {url}/api/v2/tasks/{example(Action.ACCEPT, Status.SUBMITTED)}/accept",
    ]
    return "\n".join([f"Dataset: {dataset}", "", "To try:", *lines])


def example(action: Action, status: Status) -> str:
    """A task on which admin can do this now."""
    admin = Member.objects.present().select_related("user", "client").filter(user__email=email_of("admin")).first()
    if admin is None:
        return "<task_id>"
    free = {"next__assignee": None} if action == Action.ACCEPT else {"assignee": None}
    tasks = Task.objects.present().filter(status=status, item__label__isnull=False, **free)
    chains = ((task, read_chain(task)) for task in tasks.in_list_order()[:FEW])
    able = (task for task, chain in chains if policies.can(chain, chain.same(task), action, by=admin))
    found: Task | None = next(able, None)
    return found.task_id if found else "<task_id>"
