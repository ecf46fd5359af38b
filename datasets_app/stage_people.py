"""Who may work in which stage of a dataset: everyone of the client at once, by two queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import F, QuerySet, Value

from .models import Dataset, DatasetScope, Member, Stage
from .roles import CLIENT_ONLY, Right, rights_of_role

NOBODY = Value(0)


@dataclass(slots=True)
class Listed:
    """Whom a stage names: members by themselves, groups, and all the members that this makes."""

    members: set[int] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)
    everyone: set[int] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        return not (self.members or self.groups)


class StagePeople:
    """The members of a dataset's client, and what the dataset and its stages say of them. For reading."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    @cached_property
    def all(self) -> dict[int, Member]:
        """Every member by key, also those who have left: they may still be named somewhere."""
        members = Member.objects.filter(client=self.dataset.client_id).select_related("user")
        return {member.pk: member for member in members}

    @cached_property
    def present(self) -> dict[str, Member]:
        """By email: who has not left and may sign in."""
        there = (member for member in self.all.values() if member.left_at is None and member.user.is_active)
        return {member.user.email: member for member in there}

    def email_of(self, user_key: int | None) -> str | None:
        """Of a user who is or was a member."""
        return self._emails.get(user_key) if user_key else None

    @cached_property
    def _emails(self) -> dict[int, str]:
        return {member.user_id: member.user.email for member in self.all.values()}

    @cached_property
    def able(self) -> set[int]:
        """The keys of members whose role, in the client or in this dataset, may work."""
        return {member.pk for member in self.present.values() if Right.WORK in rights_of_role(member.role)} | {
            member_key
            for stage_key, _group_key, member_key, role in self._links
            if not stage_key and Right.WORK in rights_of_role(role) - CLIENT_ONLY
        }

    @cached_property
    def listed(self) -> dict[int, Listed]:
        """By stage key."""
        found = {stage.pk: Listed() for stage in self.dataset.pipeline}
        for stage_key, group_key, member_key, _role in self._links:
            if stage_key in found:
                stage = found[stage_key]
                (stage.groups if group_key else stage.members).add(group_key or member_key)
                stage.everyone.add(member_key)
        return found

    def may_work(self, member: Member, stage: Stage) -> bool:
        """As `member.access.may_work_in(stage)`."""
        listed = self.listed[stage.pk]
        return member.pk in self.able and (listed.is_open or member.pk in listed.everyone)

    def workers(self, stage: Stage) -> Iterator[str]:
        """The emails of those who may work in a stage, in order."""
        return (email for email, member in self.present.items() if self.may_work(member, stage))

    @cached_property
    def _links(self) -> list[tuple[int, int, int, str]]:
        """(stage, group, member, role), 0 or "" where there is none: roles in the dataset, people of its stages."""
        scopes = DatasetScope.objects.filter(dataset=self.dataset).order_by()
        members = Stage.members.through.objects.filter(stage__dataset=self.dataset)
        groups = Stage.user_groups.through.objects.filter(stage__dataset=self.dataset)
        parts = (
            _links(scopes.filter(member__isnull=False), NOBODY, NOBODY, F("member"), F("role")),
            # A group without members has a row too (without a member): its stage is not open.
            _links(scopes.filter(member=None), NOBODY, F("user_group"), F("user_group__members"), F("role")),
            _links(members, F("stage"), NOBODY, F("member"), Value("")),
            _links(groups, F("stage"), F("usergroup"), F("usergroup__members"), Value("")),
        )
        rows = parts[0].union(*parts[1:], all=True)
        return [(stage, group, member or 0, role) for stage, group, member, role in rows]


def _links(rows: QuerySet, stage: F | Value, group: F | Value, member: F | Value, role: F | Value) -> QuerySet:  # type: ignore[type-arg]
    return rows.annotate(of=stage, by=group, who=member, what=role).values_list("of", "by", "who", "what")
