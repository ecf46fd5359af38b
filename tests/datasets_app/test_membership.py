"""Members, groups, scopes, people of stages, and access tokens."""

from datetime import timedelta

import pytest
import time_machine

from datasets_app.ids import now
from datasets_app.membership import (
    add_member,
    create_token,
    remove_member,
    revoke_token,
    set_group,
    set_scopes,
    set_stage_people,
)
from datasets_app.models import AccessToken, DatasetScope, Member, UserGroup
from tests.factories import UserFactory, make_dataset, make_team, outcome

NOT_ADMINS = ("lead", "creator", "fixer", "ann", "customer", "reader")


def test_a_user_is_one_member_whose_role_changes(team):
    add_member(team.client, team.users["ann"], "reader", by=team.admin)

    assert Member.objects.filter(client=team.client, user=team.users["ann"]).count() == 1
    assert team.ann.role == "reader"


def test_who_left_has_no_role_and_can_come_back(team):
    remove_member(team.ann, by=team.admin)
    assert (team.ann.role, team.ann.left_at is None) == ("", False)

    add_member(team.client, team.users["ann"], "labeller", by=team.admin)

    assert (team.ann.role, team.ann.left_at) == ("labeller", None)


def test_who_leaves_loses_scopes_groups_and_stages(team):
    dataset, group = make_dataset(team), UserGroup.objects.create(client=team.client, name="night shift")
    set_scopes(dataset, team.ann, ["reader"], by=team.lead)
    set_group(group, [team.ann], by=team.admin)
    set_stage_people(dataset.stages.first(), [team.ann, team.bob], by=team.lead)

    remove_member(team.ann, by=team.admin)

    assert not team.ann.scopes.exists()
    assert not team.ann.user_groups.exists()
    assert not team.ann.stages.exists()


@pytest.mark.parametrize("leave", [lambda t: remove_member(t.admin, by=t.admin), lambda t: t.add("admin", "reader")])
def test_the_last_admin_stays(team, leave):
    assert outcome(leave, team) == "last_admin"

    assert team.admin.role == "admin"


def test_one_of_two_admins_may_go(team):
    team.add("adele", "admin")

    assert outcome(remove_member, team.admin, by=team.adele) == "done"
    assert outcome(remove_member, team.adele, by=None) == "last_admin"


def test_an_admin_who_cannot_sign_in_does_not_count(team):
    adele = team.add("adele", "admin")
    adele.user.is_active = False
    adele.user.save()

    assert outcome(remove_member, team.admin, by=team.admin) == "last_admin"


@pytest.mark.parametrize("name", NOT_ADMINS)
def test_only_admins_manage_members(team, name):
    by = getattr(team, name)

    assert outcome(add_member, team.client, UserFactory(), "reader", by=by) == "not_allowed"
    assert outcome(remove_member, team.bob, by=by) == "not_allowed"
    assert outcome(set_group, UserGroup(client=team.client, name="x"), [], by=by) == "not_allowed"


def test_an_admin_of_another_client_manages_nobody_here(team):
    stranger = make_team("other-").admin

    assert outcome(add_member, team.client, stranger.user, "admin", by=stranger) == "not_allowed"
    assert outcome(remove_member, team.ann, by=stranger) == "not_allowed"


@pytest.mark.parametrize("role", ["owner", "ADMIN", None, 3])
def test_unknown_roles_are_refused(team, role):
    assert outcome(add_member, team.client, UserFactory(), role, by=team.admin) == "unknown_role"


def test_scopes_are_made_to_be_these(team):
    dataset = make_dataset(team)
    set_scopes(dataset, team.reader, ["labeller", "customer"], by=team.lead)

    set_scopes(dataset, team.reader, ["customer", "labels_admin"], by=team.lead)

    assert set(DatasetScope.objects.values_list("role", flat=True)) == {"customer", "labels_admin"}


@pytest.mark.parametrize(("name", "code"), [("admin", "done"), ("lead", "not_allowed"), ("ann", "not_allowed")])
def test_only_an_admin_of_the_client_makes_admins_of_a_dataset(team, name, code):
    assert outcome(set_scopes, make_dataset(team), team.bob, ["admin"], by=getattr(team, name)) == code


def test_people_of_other_clients_get_no_scopes_groups_or_stages(team):
    dataset, stranger = make_dataset(team), make_team("other-").ann
    group = UserGroup.objects.create(client=team.client, name="night shift")

    assert outcome(set_scopes, dataset, stranger, ["reader"], by=team.lead) == "unknown_member"
    assert outcome(set_group, group, [stranger], by=team.admin) == "unknown_member"
    assert outcome(set_stage_people, dataset.stages.first(), [stranger], by=team.lead) == "unknown_member"


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_a_secret_is_shown_once_and_stored_hashed(team):
    token, secret = create_token(team.ann, "exporter", by=team.ann)

    assert secret.startswith("4e_")
    assert token.hash == AccessToken.hash_of(secret)
    assert secret not in str(AccessToken.objects.values().get(pk=token.pk))


def test_no_two_secrets_are_the_same():
    assert len({AccessToken.new_secret() for _ in range(100)}) == 100


@pytest.mark.parametrize("name", ["admin", "lead", "bob"])
def test_everyone_makes_tokens_for_themselves_only_admins_too(team, name):
    assert outcome(create_token, team.ann, "exporter", by=getattr(team, name)) == "not_allowed"


def test_a_token_makes_no_token(team):
    member = team.token_member("ann", "")

    assert outcome(create_token, member, "another", by=member) == "not_allowed"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"name": ""}, "required"),
        ({"name": "   "}, "required"),
        ({"name": "x" * 101}, "too_long"),
        ({"name": "a\x00b"}, "null_character"),
        ({"role": "owner"}, "unknown_role"),
        ({"expires_at": "now"}, "invalid"),
    ],
)
def test_what_a_token_cannot_be(team, words, code):
    words = {"name": "exporter", **words}
    if "expires_at" in words:
        words["expires_at"] = now()

    assert outcome(create_token, team.ann, by=team.ann, **words) == code


def test_a_token_ends_when_it_expires_is_revoked_or_its_member_leaves(team):
    expiring, _secret = create_token(team.ann, "a", by=team.ann, expires_at=now() + timedelta(hours=1))
    revoked, _secret = create_token(team.ann, "b", by=team.ann)
    create_token(team.bob, "c", by=team.bob)
    staying, _secret = create_token(team.eve, "d", by=team.eve)

    revoke_token(revoked, by=team.ann)
    remove_member(team.bob, by=team.admin)

    with time_machine.travel(now() + timedelta(hours=2)):
        assert set(AccessToken.objects.usable()) == {staying}
    assert set(AccessToken.objects.usable()) == {staying, expiring}


def test_who_comes_back_does_not_find_the_old_tokens_working(team):
    create_token(team.ann, "exporter", by=team.ann)
    remove_member(team.ann, by=team.admin)

    add_member(team.client, team.users["ann"], "labeller", by=team.admin)

    assert not AccessToken.objects.usable().exists()


@pytest.mark.parametrize(
    ("name", "code"), [("ann", "done"), ("admin", "done"), ("bob", "not_allowed"), ("lead", "not_allowed")]
)
def test_a_token_is_revoked_by_its_member_or_an_admin(team, name, code):
    token, _secret = create_token(team.ann, "exporter", by=team.ann)

    assert outcome(revoke_token, token, by=getattr(team, name)) == code

    token.refresh_from_db()
    assert token.revoked_by == (team.users[name] if code == "done" else None)


def test_an_admin_of_another_client_revokes_nothing_here(team):
    token, _secret = create_token(team.ann, "exporter", by=team.ann)

    assert outcome(revoke_token, token, by=make_team("other-").admin) == "not_allowed"


def test_revoking_twice_keeps_who_did_it_first(team):
    token, _secret = create_token(team.ann, "exporter", by=team.ann)
    revoke_token(token, by=team.ann)

    revoke_token(token, by=team.admin)

    token.refresh_from_db()
    assert token.revoked_by == team.users["ann"]


def test_one_sees_ones_own_tokens_and_admins_those_of_the_client(team):
    make_team("other-").token("ann")
    for name in ("ann", "bob"):
        team.token(name)

    seen = {name: AccessToken.objects.visible_to(getattr(team, name)).count() for name in ("ann", "admin", "reader")}

    assert seen == {"ann": 1, "admin": 2, "reader": 0}
