"""Claims: a task that someone has in front of them is given to nobody else meanwhile.

A claim changes no status, version, event or assignee, and ends by itself. Any change of the task's status or
assignee ends it too: `writing` sees to that. `policies.check_claim` is what others run into.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from datasets_app.ids import now
from datasets_app.models import Client, Dataset, Member
from datasets_app.roles import Right

from . import policies
from .chains import Chain, lock_chain, read_chain
from .models import Skip, Task
from .workflow import OPEN, Status
from .writing import UNCLAIMED

#: Someone can work on it, or the customer decide on it.
CLAIMABLE = (*OPEN, Status.SUBMITTED)
#: Of a task after one that is submitted. Its person may have started it before deciding on that one.
WORKED_ON = (Status.READY, Status.IN_PROGRESS)


def unclaimed_for(member: Member) -> Q:
    """Of tasks: not claimed by somebody else."""
    return Q(claimed_by=None) | Q(claimed_by=member.user_id) | Q(claim_expires_at__lte=now())


def not_skipped_by(member: Member) -> Q:
    """Of tasks: not put aside by the member a while ago."""
    return ~Q(Exists(Skip.objects.filter(task=OuterRef("pk"), user=member.user_id, until__gt=now())))


def claim(task: Task, *, by: Member) -> bool:
    """Claim a task as it is in hand, or renew the claim. False: it has changed, or is somebody else's meanwhile, or
    there is nothing to be done about it."""
    until = now() + timedelta(seconds=task.dataset.lease_seconds)
    free = Task.objects.filter(unclaimed_for(by), pk=task.pk, version=task.version, deleted_at=None)
    return free.filter(status__in=CLAIMABLE).update(claimed_by=by.user_id, claim_expires_at=until) == 1


def renew(dataset: Dataset, *, by: Member) -> None:
    """The member is at work in a dataset: the leases of their live claims there begin anew."""
    at = now()
    # The dataset's key as a sum: PostgreSQL would look through the dataset, and the claims of a person are few.
    live = Task.objects.alias(of=F("dataset_id") + 0).filter(of=dataset.pk, claimed_by=by.user_id)
    live.filter(claim_expires_at__gt=at).update(claim_expires_at=at + timedelta(seconds=dataset.lease_seconds))


def release(dataset: Dataset, *, by: Member, but: Iterable[int] = ()) -> None:
    """End the member's claims in a dataset, but for tasks with these keys."""
    with transaction.atomic(savepoint=False):
        # What another writer holds is passed over: who waits for nobody is part of no deadlock.
        free = Task.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        if keys := _held(free, dataset, by).difference(but):
            Task.objects.filter(pk__in=keys).update(**UNCLAIMED)


def _held(tasks: QuerySet[Task], dataset: Dataset, by: Member) -> set[int]:
    """The keys of the member's claims in a dataset. They are few: the database is not asked to look through the
    dataset for them, as PostgreSQL would."""
    rows = tasks.filter(claimed_by=by.user_id).order_by().values_list("pk", "dataset_id")
    return {key for key, dataset_key in rows if dataset_key == dataset.pk}


def end_on(item_keys: Iterable[int], *, by: Member) -> None:
    """The member has decided on these items, which are locked: their claims there end."""
    Task.objects.filter(item__in=list(item_keys), claimed_by=by.user_id).update(**UNCLAIMED)


def lost_claims(client: Client) -> list[Task]:
    """The claimed tasks of a client whose holders have lost the right to work on them, or to decide on them."""
    claimed = Task.objects.filter(dataset__client=client, claimed_by__isnull=False).select_related("stage__dataset")
    members = Member.objects.present().filter(client=client, user__in=claimed.values("claimed_by"))
    by_user = {member.user_id: member for member in members}
    return [task for task in claimed if not _may_hold(by_user.get(task.claimed_by_id), task)]


def _may_hold(member: Member | None, task: Task) -> bool:
    if member is None:
        return False
    if task.status == Status.SUBMITTED:
        return member.access.may(Right.REVIEW_LAST, task.stage.dataset)
    return member.access.may_work_in(task.stage)


def skip(task: Task, *, by: Member) -> Task:
    """Put a task aside: the member's claim ends, and it is not offered to them again for the time of a lease.
    A task that is to be reviewed stands for the one that the review would give them."""
    with transaction.atomic():
        chain = lock_chain(task)
        task = chain.same(task)
        policies.check_takes_part(chain.dataset, by=by)
        policies.check_alive(chain, task)
        aside = to_own(chain, task)
        until = now() + timedelta(seconds=chain.dataset.lease_seconds)
        Skip.objects.update_or_create(task=aside, user=by.user, defaults={"until": until})
        end_on([chain.item.pk], by=by)
        return task


def skips(dataset: Dataset, *, by: Member) -> int:
    """How many tasks of a dataset the member has put aside."""
    return Skip.objects.filter(task__dataset=dataset, user=by.user_id, until__gt=now()).count()


def take_back_skips(dataset: Dataset, *, by: Member) -> int:
    """Everything that the member has put aside in a dataset is offered again. Returns how much that was."""
    return Skip.objects.filter(task__dataset=dataset, user=by.user_id).delete()[0]


def to_own(chain: Chain, task: Task) -> Task:
    """The task that whoever works on this one will own: of a submitted task that is the next one."""
    return (chain.next(task) or task) if task.status == Status.SUBMITTED else task


def to_review(chain: Chain, task: Task) -> Task | None:
    """The task to be decided on for the sake of this one: the one before, or in the last stage itself."""
    previous = chain.previous(task)
    if task.status in WORKED_ON and previous is not None and previous.status == Status.SUBMITTED:
        return previous
    return task if task.status == Status.SUBMITTED and chain.next(task) is None else None


def open_for(task: Task, *, by: Member, besides: Iterable[int] = ()) -> bool:
    """Claim what this task is about for someone who has opened it; their other claims in the dataset end, but for
    those on the tasks with the keys `besides`: nobody holds more than they look at. False: somebody else has it."""
    chain = read_chain(task)
    owned = to_own(chain, chain.same(task))
    release(chain.dataset, by=by, but={owned.pk, *besides})
    return claim(owned, by=by)
