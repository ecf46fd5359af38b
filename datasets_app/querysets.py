"""The vocabulary of reads. The first word is `visible_to(member)`: what is not in there does not exist for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from .ids import now
from .roles import Right

if TYPE_CHECKING:
    from .models import Member, User


class ClientQuerySet(models.QuerySet[Any]):
    def visible_to_user(self, user: User) -> Self:
        """The clients in which this user is a member."""
        return self.filter(members__user=user, members__left_at=None)


class MemberQuerySet(models.QuerySet[Any]):
    def present(self) -> Self:
        """Members who have not left, with a user who may sign in."""
        return self.filter(left_at=None, user__is_active=True)

    def with_scopes(self) -> Self:
        """A row for each role that they have in a dataset, themselves and by a group: for `Access.know_scopes`."""
        own = {"own_dataset": F("scopes__dataset"), "own_role": F("scopes__role")}
        by_group = {"group_dataset": F("user_groups__scopes__dataset"), "group_role": F("user_groups__scopes__role")}
        return self.annotate(**own, **by_group)


class DatasetQuerySet(models.QuerySet[Any]):
    def present(self) -> Self:
        return self.filter(deleted_at=None)

    def visible_to(self, member: Member) -> Self:
        """Datasets that the member may read, or in which they see a task of their own."""
        access = member.access
        visible = access.in_datasets(Right.READ)
        if Right.READ not in access.of_client:
            visible |= access.own_datasets()
        return self.filter(visible)

    def where(self, member: Member, right: Right) -> Self:
        """Datasets in which the member has this right."""
        return self.filter(member.access.in_datasets(right))


class LabelQuerySet(models.QuerySet[Any]):
    def present(self) -> Self:
        return self.filter(withdrawn_at=None)


class TokenQuerySet(models.QuerySet[Any]):
    def usable(self) -> Self:
        """Neither revoked nor expired, of a user who is active."""
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=now()),
            revoked_at=None,
            member__user__is_active=True,
            member__left_at=None,
        )

    def visible_to(self, member: Member) -> Self:
        """One's own; admins see those of the client."""
        mine = Q(member__client=member.client_id)
        if not member.access.may(Right.MEMBERS):
            mine &= Q(member=member)
        return self.filter(mine)
