"""Give files, tracks and attributes to people: all or nothing, and for what comes later too."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q, QuerySet

from datasets_app.actions import check_right, lock, lock_rights
from datasets_app.errors import BadInput
from datasets_app.models import Client, Dataset, Member, Stage
from datasets_app.roles import Right

from .assignment_entries import ALL, Entries, Facts, Wanted
from .claims import lost_claims
from .creation import Assigned, locked_tasks
from .errors import DatasetDone
from .history import batched
from .models import Assignment, Task
from .workflow import OPEN, Action, Status
from .writing import UNCLAIMED, Changes

#: Targets that are looked up by one query.
CHUNK = 1_000


def assign_files(dataset: Dataset, entries: object, *, by: Member) -> None:
    """Change and save the assignments of files (frame level). Raises `BadInput` with a problem for each bad entry."""
    _assign(dataset, entries, "file_tasks", by=by)


def assign_labels(dataset: Dataset, entries: object, *, by: Member) -> None:
    """Change and save the assignments of labels, and of attributes at dataset level. Raises as `assign_files`."""
    _assign(dataset, entries, "label_tasks", by=by)


@transaction.atomic
def assign(dataset: Dataset, entries: Mapping[str, object], *, by: Member) -> None:
    """`assign_files` and `assign_labels` in one (`entries`: by field, file_tasks and label_tasks): both or neither."""
    check_right(by, Right.ASSIGN, dataset)
    for field, some in entries.items():
        _assign(dataset, some, field, by=by)


def check_assignments(
    dataset: Dataset, entries: object, field: str, *, by: Member, facts: Facts | None = None
) -> Assigned:
    """Refuse what `assign_files` and `assign_labels` (`field`: file_tasks, label_tasks) would refuse, and save nothing.

    Returns who would have what. `facts`: what the caller has read of the dataset already.
    """
    check_right(by, Right.ASSIGN, dataset)
    _wanted, assigned = _checked(dataset, entries, field, facts or Facts(dataset))
    return assigned


@transaction.atomic
def _assign(dataset: Dataset, entries: object, field: str, *, by: Member) -> None:
    check_right(by, Right.ASSIGN, dataset)
    lock_rights(dataset.client)
    dataset = lock(dataset)
    wanted, assigned = _checked(dataset, entries, field, Facts(dataset))
    _save(dataset, wanted)
    _reach(dataset, wanted, assigned, by)


def _checked(dataset: Dataset, entries: object, field: str, facts: Facts) -> tuple[Wanted, Assigned]:
    """What the entries ask for, and who has what once it is saved. Raises `BadInput` with every problem there is."""
    if dataset.done_at is not None:
        raise DatasetDone
    read = Entries(dataset, field, facts)
    wanted = read.wanted(entries)
    assigned = facts.assigned_with(wanted)
    if not dataset.allow_self_review:
        read.check_four_eyes(wanted, assigned)
    if read.problems:
        raise BadInput(*read.problems)
    return wanted, assigned


def _save(dataset: Dataset, wanted: Wanted) -> None:
    """The rows are what was asked for; "all tracks" replaces what single tracks of the stage had."""
    by_stage: dict[tuple[int, str], list[int]] = {}
    for stage_key, kind, key in wanted:
        by_stage.setdefault((stage_key, kind), []).append(key)
    for (stage_key, kind), keys in by_stage.items():
        rows = Assignment.objects.filter(dataset=dataset, stage=stage_key)
        if kind == ALL:
            rows.filter(Q(all_tracks=True) | Q(item__label__isnull=False)).delete()
        for some in batched(keys, CHUNK) if kind != ALL else ():
            rows.filter(**{f"{kind}__in": some}).delete()
    Assignment.objects.bulk_create(
        (
            Assignment(
                dataset=dataset,
                stage_id=stage_key,
                user=user,
                file_id=key if kind == "file" else None,
                item_id=key if kind == "item" else None,
                all_tracks=kind == ALL,
            )
            for (stage_key, kind, key), user in wanted.items()
            if user is not None
        ),
        batch_size=CHUNK,
    )


def _reach(dataset: Dataset, wanted: Wanted, assigned: Assigned, by: Member) -> None:
    """The tasks that exist there get the person; accepted ones keep theirs."""
    changes = Changes(by=by)
    by_stage: dict[tuple[int, str], list[int]] = {}
    for stage_key, kind, key in wanted:
        by_stage.setdefault((stage_key, kind), []).append(key)
    for (stage_key, kind), keys in by_stage.items():
        tasks = Task.objects.filter(dataset=dataset, stage=stage_key, deleted_at=None).exclude(status=Status.ACCEPTED)
        if kind == ALL:
            _give(tasks.filter(item__label__isnull=False), assigned, changes)
        for some in batched(keys, CHUNK) if kind != ALL else ():
            place = {"item__file__in": some} if kind == "file" else {"item__in": some}
            _give(tasks.filter(**place), assigned, changes)


def _give(tasks: QuerySet[Task], assigned: Assigned, changes: Changes) -> None:
    for some in locked_tasks(tasks):
        given = []
        for task in some:
            user_key = assigned.to(task.stage, task.item)
            if task.assignee_id != user_key:
                given.append((task, _handed_to(task, user_key)))
        changes.write_many(Action.ASSIGN, given)
        changes.save()


def _handed_to(task: Task, user_key: int | None) -> dict[str, object]:
    """The columns of a task that another person gets: one in progress is what it was before start."""
    columns: dict[str, object] = {"assignee_id": user_key}
    if task.status == Status.IN_PROGRESS:
        columns["status"] = Status(task.started_from)
    return columns


@transaction.atomic
def release_lost(client: Client, *, by: Member | None) -> None:
    """People whose rights have ended lose their open tasks, assignments and claims there: they are free again."""
    lock_rights(client)
    losable = Q(status__in=[*OPEN, Status.WAITING], deleted_at=None)
    tasks = Task.objects.filter(losable, dataset__client=client, assignee__isnull=False)
    saved = Assignment.objects.filter(dataset__client=client)
    pairs = set(tasks.order_by().values_list("assignee_id", "stage_id").distinct())
    pairs |= set(saved.order_by().values_list("user_id", "stage_id").distinct())
    lost, claims = _without_rights(client, pairs), lost_claims(client)
    # As every writer of many items does: first the datasets, in order, then the items. No deadlock.
    stages = {stage for _user, stage in lost} | {task.stage.pk for task in claims}
    concerned = Dataset.objects.filter(stages__in=stages).values("pk")
    list(Dataset.objects.filter(pk__in=concerned).select_for_update().order_by("pk"))
    changes = Changes(by=by)
    for user_key, stage_key in lost:
        saved.filter(user=user_key, stage=stage_key).delete()
        for some in locked_tasks(tasks.filter(assignee=user_key, stage=stage_key)):
            changes.write_many(Action.ASSIGN, [(task, _handed_to(task, None)) for task in some])
            changes.save()
    for task in claims:
        for _locked in locked_tasks(Task.objects.filter(pk=task.pk)):
            Task.objects.filter(pk=task.pk, claimed_by=task.claimed_by_id).update(**UNCLAIMED)


def _without_rights(client: Client, pairs: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of pairs of user and stage: those in which the user may not work any more."""
    members = Member.objects.present().filter(client=client, user__in={user for user, _stage in pairs})
    by_user = {member.user_id: member for member in members}
    stages = Stage.objects.select_related("dataset").in_bulk({stage for _user, stage in pairs})
    lost = []
    for user, stage in sorted(pairs):
        member = by_user.get(user)
        if member is None or not member.access.may_work_in(stages[stage]):
            lost.append((user, stage))
    return lost


def saved_file_tasks(dataset: Dataset) -> list[dict[str, object]]:
    """The saved assignments of files, in the form in which they are sent: one entry for each stage and person."""
    found: dict[tuple[str, str], list[str]] = {}
    rows = Assignment.objects.filter(dataset=dataset, file__isnull=False)
    for stage_id, email, file_id in rows.values_list("stage__stage_id", "user__email", "file__file_id"):
        found.setdefault((stage_id, email), []).append(file_id)
    return [{"stage_id": stage, "email": email, "file_ids": files} for (stage, email), files in found.items()]


def saved_label_tasks(dataset: Dataset) -> list[dict[str, object]]:
    """The saved assignments at dataset level, in the form in which they are sent."""
    entries: list[dict[str, object]] = []
    rows = Assignment.objects.filter(dataset=dataset, file=None).select_related(
        "stage", "user", "item__label", "item__attribute"
    )
    labels: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        head: dict[str, object] = {"stage_id": row.stage.stage_id, "email": row.user.email}
        if row.all_tracks:
            entries.append(head | {"all": True})
        elif row.item is not None and row.item.label is not None:
            label = row.item.label
            labels.setdefault((row.stage.stage_id, row.user.email, label.label_set_id), []).append(label.label_id)
        elif row.item is not None and row.item.attribute is not None:
            entries.append(head | {"attribute_id": row.item.attribute.attribute_id})
    for (stage_id, email, label_set_id), label_ids in labels.items():
        entries.append({"stage_id": stage_id, "email": email, "label_ids": label_ids, "label_set_id": label_set_id})
    return entries
