"""What waits for a person in all datasets of a client together: My work.

The rules are those of the queue: what is counted here `queue.offer_next` gives, and nothing else. A few queries
answer for any number of datasets and tasks: see `tallies`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from datasets_app.ids import now
from datasets_app.models import Dataset, Member, Stage
from datasets_app.roles import Right

from .claims import WORKED_ON, not_skipped_by, unclaimed_for
from .models import Skip, Task
from .queue import ORDER
from .tallies import Pile, Place, Tallied, all_work, count, kind, together
from .workflow import Status

#: How many tasks of a stage are looked at in one place, and about how many in all of them.
MOST, MOST_OF_ALL = 1_000, 24_000
#: Where the work is in full swing, so many places of a stage have many tasks.
FULL_PLACES = 4
LEAST = 50
#: Where one's own work stands before that of others, four eyes bar them from all that is looked at: one look further.
FAR = 50_000
#: Nobody needs a longer list before they have done the first.
LISTED = 20
#: Where the queue finds what is nobody's, or counts as nobody's.
FREE = ("free", "given_up", "barred", "handed_over")
#: Where all that is looked at first can be one's own work. (Of others' tasks hardly any is ever barred: nobody looks
#: further for one.)
OF_MANY = ("ready", "free", "handed_over")
#: What is a person's already.
BEGUN = {"rejected": Status.REJECTED, "in_progress": Status.IN_PROGRESS}


@dataclass(slots=True)
class Group:
    """What can be started in one stage: assigned to the person, and free for them. `kind` is that of the queue."""

    stage: Stage
    kind: str
    mine: Pile
    free: Pile

    @property
    def all(self) -> Pile:
        return together([self.mine, self.free])


@dataclass(slots=True)
class Begun:
    """What is a person's already: the tasks whose clock began first, and by stage how many there are."""

    tasks: list[Task] = field(default_factory=list)
    by_stage: list[tuple[Stage, Pile]] = field(default_factory=list)

    @property
    def all(self) -> Pile:
        return together(pile for _stage, pile in self.by_stage)


@dataclass(slots=True)
class Workload:
    """What waits for a person, in the order in which the queue gives it."""

    sent_back: Begun = field(default_factory=Begun)
    in_progress: Begun = field(default_factory=Begun)
    ready: list[Group] = field(default_factory=list)
    review: list[Group] = field(default_factory=list)
    #: How many tasks the person has put aside for a while.
    skipped: int = 0
    #: Where there is nothing: the stages in which something is on its way to them, and how much.
    coming: list[tuple[Stage, Pile]] = field(default_factory=list)

    @property
    def parts(self) -> dict[str, Pile]:
        """Each list as one pile."""
        return {
            "sent_back": self.sent_back.all,
            "in_progress": self.in_progress.all,
            "ready": together(group.all for group in self.ready),
            "review": together(group.all for group in self.review),
        }

    @property
    def all(self) -> Pile:
        return together(self.parts.values())

    @property
    def own(self) -> Pile:
        """Without the work that is free: others can do it as well."""
        mine = [group.mine for group in self.ready]
        return together([self.sent_back.all, self.in_progress.all, *mine, self.parts["review"]])


def workload(member: Member) -> Workload:
    """Everything that waits for a member."""
    survey = Survey(member)
    found = survey.look()
    found.skipped = _skipped(member)
    if not found.all:
        found.coming = survey.coming()
    return found


def coming(member: Member) -> list[tuple[Any, Pile]]:
    """The stages in which something waits that is to be theirs, and how much. `stage.before`: what it waits for."""
    return Survey(member).coming()


def _datasets(member: Member) -> QuerySet[Dataset]:
    """The datasets in which the queue can have something for a member."""
    access = member.access
    able = access.in_datasets(Right.WORK) | access.in_datasets(Right.REVIEW_LAST)
    return Dataset.objects.filter(able, done_at=None)


def _skipped(member: Member) -> int:
    skips = Skip.objects.filter(user=member.user_id, until__gt=now(), task__deleted_at=None)
    return skips.filter(task__dataset__in=_datasets(member)).count()


class Survey:
    """One look at the stages of a member's datasets."""

    def __init__(self, member: Member) -> None:
        self.member = member
        stages = Stage.objects.filter(removed_at=None, dataset__in=_datasets(member)).select_related("dataset")
        stages = stages.annotate(open_to_me=Exists(member.access.stages.filter(pk=OuterRef("pk"))))
        self.stages: list[Any] = list(stages.order_by("dataset__dataset_name", "dataset", "position"))
        self._link()
        self.every = [stage.pk for stage in self.stages]
        self.open = [stage.pk for stage in self.stages if stage.open_to_me]
        self.followers = [stage.pk for stage in self.stages if stage.open_to_me and stage.before]
        self.last = [stage.pk for stage in self.stages if stage.is_last and self._may_review_last(stage)]
        fair = MOST_OF_ALL // (FULL_PLACES * max(1, len(self.stages)))
        self.most = min(MOST, max(LEAST, fair))

    def _link(self) -> None:
        """Each stage knows the one before it, and whether it is the last: they are all here, in order."""
        for before, stage in zip([None, *self.stages], self.stages, strict=False):
            stage.before, stage.is_last = None, True
            if before and before.dataset_id == stage.dataset_id:
                stage.before, before.is_last = before, False

    def _may_review_last(self, stage: Stage) -> bool:
        return self.member.access.may(Right.REVIEW_LAST, stage.dataset)

    # --- where the queue looks ----------------------------------------------------------------------------------------

    def _offered(self) -> QuerySet[Any]:
        """What others have in front of them, or the member has put aside, is not offered."""
        return Task.objects.filter(unclaimed_for(self.member), not_skipped_by(self.member), deleted_at=None)

    def _tasks(self, status: Status, **lookups: Any) -> QuerySet[Any]:
        return self._offered().filter(stage=OuterRef("pk"), status=status, **lookups).order_by(*ORDER)

    def _to_review(self) -> Q:
        return Q(handed_by__isnull=False) & self._other_eyes("handed_by")

    def _other_eyes(self, submitted_by: str) -> Q:
        return ~Q(**{submitted_by: self.member.user_id}) | Q(dataset__allow_self_review=True)

    def _places(self) -> list[Place]:
        me = self.member.user_id
        to_do = kind((Q(handed_by=None), "work"), (self._to_review(), "review"))
        barred = self._offered().filter(assignee=F("handed_by"), stage=OuterRef("pk")).order_by(*ORDER[1:])
        for_others = Q(status__in=WORKED_ON, dataset__allow_self_review=False) & ~Q(assignee=me)
        handed_over = self._tasks(Status.SUBMITTED).order_by(*ORDER[1:])
        to_check = kind((self._other_eyes("submitted_by"), "review"))
        return [
            Place("rejected", self.every, self._tasks(Status.REJECTED, assignee=me), all_work()),
            Place("in_progress", self.every, self._tasks(Status.IN_PROGRESS, assignee=me), to_do),
            Place("ready", self.every, self._tasks(Status.READY, assignee=me), to_do),
            Place("free", self.open, self._tasks(Status.READY, assignee=None), to_do),
            Place("given_up", self.open, self._tasks(Status.REJECTED, assignee=None), all_work()),
            Place("barred", self.followers, barred, kind((for_others, "review"))),
            Place("handed_over", self.last, handed_over, to_check, since="submitted_at"),
        ]

    # --- what is there ------------------------------------------------------------------------------------------------

    def look(self) -> Workload:
        """Everything in the four lists."""
        seen = self._count() if self.stages else {}
        return Workload(
            self._begun("rejected", seen),
            self._begun("in_progress", seen),
            self._groups("work", seen),
            self._groups("review", seen),
        )

    def _count(self) -> Tallied:
        places = self._places()
        seen = count(places, most=self.most)
        further = [
            replace(place, stages=[key for key in place.stages if seen[place.name][key].is_hidden])
            for place in places
            if place.name in OF_MANY
        ]
        for name, tallies in count([one for one in further if one.stages], most=FAR).items():
            seen[name] |= tallies
        return seen

    def _begun(self, place: str, seen: Tallied) -> Begun:
        piles = [(stage, together(self._piles(stage, seen, place))) for stage in self._of(seen)]
        by_stage = [(stage, pile) for stage, pile in piles if pile]
        if not by_stage:
            return Begun()
        stages = [stage.pk for stage, _pile in by_stage]
        tasks = self._offered().filter(stage__in=stages, status=BEGUN[place], assignee=self.member.user_id)
        if place == "in_progress":
            tasks = tasks.filter(Q(handed_by=None) | self._to_review())
        tasks = tasks.order_by("clock_start", "file_order", "item_order", "pk").for_page()  # type: ignore[attr-defined]
        return Begun(list(tasks.select_related("reviewed_by", "previous")[:LISTED]), by_stage)

    def _of(self, seen: Tallied) -> list[Any]:
        return self.stages if seen else []

    def _piles(self, stage: Stage, seen: Tallied, place: str) -> list[Pile]:
        return [seen[place][stage.pk].pile(name) for name in ("work", "review")]

    def _groups(self, name: str, seen: Tallied) -> list[Group]:
        """Assigned to the member first, then what is late longest, then what waits longest."""
        groups = []
        for stage in self._of(seen):
            free = [seen[place][stage.pk].pile(name) for place in FREE]
            groups.append(Group(stage, name, seen["ready"][stage.pk].pile(name), together(free)))
        return sorted((group for group in groups if group.all), key=_urgency)

    def coming(self) -> list[tuple[Stage, Pile]]:
        """What waits for an earlier stage: the member's, or free where they may work."""
        if not self.followers:
            return []
        waiting = self._tasks(Status.WAITING)
        mine = Place("mine", self.every, waiting.filter(assignee=self.member.user_id), all_work())
        free = Place("free", self.open, waiting.filter(assignee=None), all_work())
        seen = count([mine, free], most=self.most)
        piles = [(one, together(seen[place][one.pk].pile("work") for place in ("mine", "free"))) for one in self.stages]
        return [(stage, pile) for stage, pile in piles if pile]


def _urgency(group: Group) -> tuple[bool, bool, datetime, datetime]:
    everything, moment = group.all, now()
    return not group.mine, everything.due_at is None, everything.due_at or moment, everything.oldest or moment
