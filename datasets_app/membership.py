"""Verbs on people: members and their roles, groups, roles in one dataset, people of a stage, access tokens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from .actions import check_right, check_text, lock_rights
from .errors import BadInput, Conflict, NotAllowed
from .ids import now
from .models import AccessToken, Client, Dataset, DatasetScope, Member, Stage, User, UserGroup
from .roles import Right, Role
from .signals import rights_changed


def check_role(role: str, *, none_too: bool = False) -> None:
    if role not in Role.values and not (none_too and role == ""):
        raise BadInput.of("unknown_role", f"{role!r} is not a role. Roles are: {', '.join(Role.values)}.", "role")


@transaction.atomic
def add_member(client: Client, user: User, role: str, *, by: Member | None) -> Member:
    """Make a user a member, or give a member another role; who had left comes back."""
    _check_same_client(by, client)
    check_right(by, Right.MEMBERS)
    check_role(role, none_too=True)
    lock_rights(client)
    member, _created = Member.objects.select_for_update(of=("self",)).get_or_create(client=client, user=user)
    _keep_an_admin(member, role)
    member.role, member.left_at = role, None
    member.save(update_fields=["role", "left_at"])
    rights_changed.send(Member, client=client, by=by)
    return member


@transaction.atomic
def remove_member(member: Member, *, by: Member | None) -> None:
    """Take every right and token away; open tasks become free. What they did stays in the history."""
    _check_same_client(by, member.client)
    check_right(by, Right.MEMBERS)
    lock_rights(member.client)
    _keep_an_admin(member, "")
    member.role, member.left_at = "", now()
    member.save(update_fields=["role", "left_at"])
    member.scopes.all().delete()
    member.user_groups.clear()
    member.stages.clear()
    # Who comes back does not find them working again.
    member.tokens.filter(revoked_at=None).update(revoked_at=now(), revoked_by=(by or member).user)
    rights_changed.send(Member, client=member.client, by=by)


def _keep_an_admin(member: Member, role: str) -> None:
    admins = Member.objects.present().filter(client=member.client, role=Role.ADMIN)
    if role != Role.ADMIN and set(admins) == {member}:
        raise Conflict(
            "last_admin", f"{member.user} is the last admin of {member.client}: make someone else one first."
        )


@transaction.atomic
def set_group(group: UserGroup, members: Iterable[Member], *, by: Member | None) -> None:
    """Make these the members of a group."""
    _check_same_client(by, group.client)
    check_right(by, Right.MEMBERS)
    group.members.set(_of_client(members, group.client))
    rights_changed.send(Member, client=group.client, by=by)


@transaction.atomic
def set_scopes(dataset: Dataset, who: Member | UserGroup, roles: Iterable[str], *, by: Member | None) -> None:
    """Make these the roles that a member or a group has in one dataset, beside what they have in the client."""
    check_right(by, Right.ASSIGN, dataset)
    roles = list(roles)
    for role in roles:
        check_role(role)
        if by is not None and role == Role.ADMIN and not by.access.may(Right.MEMBERS):
            raise NotAllowed("Only an admin of the client can make someone an admin of a dataset.")
    if who.client_id != dataset.client_id:
        raise BadInput.of("unknown_member", f"{who} is not of the client {dataset.client}.")
    holder = {"member": who} if isinstance(who, Member) else {"user_group": who}
    DatasetScope.objects.filter(dataset=dataset, **holder).exclude(role__in=roles).delete()
    for role in roles:
        DatasetScope.objects.get_or_create(dataset=dataset, role=role, **holder)
    rights_changed.send(Member, client=dataset.client, by=by)


@transaction.atomic
def set_stage_people(
    stage: Stage,
    members: Iterable[Member] | None,
    user_groups: Iterable[UserGroup] | None = (),
    *,
    by: Member | None,
) -> None:
    """Make these the people of a stage; `None`: those who are. Nobody: everyone whose role may work."""
    check_right(by, Right.ASSIGN, stage.dataset)
    if members is not None:
        stage.members.set(_of_client(members, stage.dataset.client))
    if user_groups is not None:
        stage.user_groups.set(_of_client(user_groups, stage.dataset.client))
    rights_changed.send(Member, client=stage.dataset.client, by=by)


def _of_client(rows: Iterable[Any], client: Client) -> list[Any]:
    found = list(rows)
    for row in found:
        if row.client_id != client.pk:
            raise BadInput.of("unknown_member", f"{row} is not of the client {client}.")
    return found


def _check_same_client(by: Member | None, client: Client) -> None:
    if by is not None and by.client_id != client.pk:
        raise NotAllowed(f"You are not a member of {client}.")


def create_token(
    member: Member, name: str, *, by: Member | None, role: str = "", expires_at: datetime | None = None
) -> tuple[AccessToken, str]:
    """A new token and its secret, which is shown this once. Everyone makes them for themselves only."""
    if by is not None and by.pk != member.pk:
        raise NotAllowed("Everyone makes access tokens for themselves only.")
    if by is not None and by.token is not None:
        raise NotAllowed("A token cannot make another one: sign in to do that.")
    check_text(name, "name", 100)
    if not name.strip():
        raise BadInput.of("required", "Give the token a name that says which program uses it.", "name")
    check_role(role, none_too=True)
    if expires_at is not None and expires_at <= now():
        raise BadInput.of("invalid", "The token would have expired already: choose a later day.", "expires_at")
    secret = AccessToken.new_secret()
    token = AccessToken(member=member, name=name.strip(), role=role, expires_at=expires_at)
    token.hash = AccessToken.hash_of(secret)
    token.save()
    return token, secret


def revoke_token(token: AccessToken, *, by: Member) -> None:
    """End a token now: one's own, or as an admin any of the client. Twice is the same as once."""
    mine = token.member_id == by.pk
    if not mine and not (by.access.may(Right.MEMBERS) and token.member.client_id == by.client_id):
        raise NotAllowed("You can revoke your own tokens; admins can revoke those of their client.")
    AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now(), revoked_by=by.user)
