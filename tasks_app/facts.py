"""What the rules ask of the database beside the tasks, asked once for all items in hand: for one or for a thousand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q

from datasets_app.ids import now
from datasets_app.models import AttributeValue, Member, Stage
from datasets_app.stage_people import StagePeople

from .models import Item, TaskEvent
from .workflow import Action

#: How long "a moment ago" is: who loses a free task within it is told so (409), later it is simply not theirs (403).
MOMENT = timedelta(seconds=10)


class Facts:
    """Facts about some items of one dataset, whose rows are locked or only shown."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = list(items)
        self._may_work: dict[tuple[int, int], bool] = {}

    @cached_property
    def with_value(self) -> set[int]:
        """The keys of items of attributes that have a value. A sequence's may also be values of its frames."""
        items = [item for item in self.items if item.attribute_id is not None]
        if not items:
            return set()
        in_files = Q(file__in={item.file_id for item in items if item.file_id is not None})
        values = AttributeValue.objects.filter(attribute__in={item.attribute_id for item in items})
        found = set(values.filter(in_files).values_list("attribute_id", "file_id"))
        whole = {item.attribute_id for item in items if item.file_id is None}
        some = set(values.filter(attribute__in=whole).values_list("attribute_id", flat=True).distinct())
        return {
            item.pk
            for item in items
            if (item.attribute_id in some if item.file_id is None else (item.attribute_id, item.file_id) in found)
        }

    def know_value(self, *, has_value: bool) -> None:
        """Whether the only item has a value is known: it is not asked for."""
        self.with_value = {item.pk for item in self.items if has_value}

    @cached_property
    def _changes(self) -> list[tuple[int, int | None, datetime]]:
        keys = [item.pk for item in self.items]
        events = TaskEvent.objects.filter(item__in=keys, action=Action.CHANGE).order_by()
        return list(events.values_list("item_id", "by_id", "at"))

    def changed_by(self, member: Member, item: Item, since: datetime) -> bool:
        """Whether the member changed the label or value since then."""
        return any(key == item.pk and who == member.user_id and at >= since for key, who, at in self._changes)

    @cached_property
    def lately(self) -> list[TaskEvent]:
        """What people did a moment ago, oldest first."""
        keys = [item.pk for item in self.items]
        events = TaskEvent.objects.filter(item__in=keys, by__isnull=False, at__gte=now() - MOMENT)
        return list(events.select_related("by").order_by("pk"))

    def may_work(self, user_key: int, stage: Stage) -> bool:
        """Whether a user is a member here who may work in the stage."""
        asked = (user_key, stage.pk)
        if asked not in self._may_work:
            self._may_work[asked] = self._works(user_key, stage)
        return self._may_work[asked]

    def _works(self, user_key: int, stage: Stage) -> bool:
        if len(self.items) > 1:
            member = self._members.get(user_key)
            return member is not None and self._people.may_work(member, stage)
        member = Member.objects.present().filter(client=stage.dataset.client_id, user=user_key).first()
        return member is not None and member.access.may_work_in(stage)

    @cached_property
    def _people(self) -> StagePeople:
        return StagePeople(self.items[0].dataset)

    @cached_property
    def _members(self) -> dict[int, Member]:
        return {member.user_id: member for member in self._people.all.values()}
