"""The admin of clients, users, members, groups and tokens: each change is a verb's."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client as Browser
from django.urls import reverse

from datasets_app.membership import create_token
from datasets_app.models import AccessToken, Client, Member, User, UserGroup
from tests.admin_pages import press, sentences, sign_in, url
from tests.factories import UserFactory, make_task, make_team, task_of


@pytest.fixture
def boss(team) -> Browser:
    """The operator who is also an admin of the team's client."""
    return sign_in(team.admin.user)


@pytest.fixture
def stranger(db) -> Browser:
    """An operator who is a member of no client."""
    return sign_in(UserFactory(email="operator@example.com", is_superuser=True))


# --- clients, users, members, groups ---------------------------------------------------------------------------------


def test_operator_makes_a_client_and_its_first_admin(stranger, team):
    stranger.post(url(Client, "add"), {"name": "New"})
    client = Client.objects.get(name="New")

    words = {"client": client.pk, "user": team.ann.user.pk}
    assert (
        "You are not a member of New" in stranger.post(url(Member, "add"), words | {"role": "reader"}).content.decode()
    )
    assert stranger.post(url(Member, "add"), words | {"role": "admin"}).status_code == 302
    assert Member.objects.get(client=client).role == "admin"
    bob = {"client": client.pk, "user": team.bob.user.pk, "role": "admin"}
    assert "You are not a member of New" in stranger.post(url(Member, "add"), bob).content.decode()


def test_client_is_renamed_by_its_own_admin(boss, team):
    assert boss.post(url(Client, "change", team.client.pk), {"name": "Better"}).status_code == 302

    assert Client.objects.get(pk=team.client.pk).name == "Better"


def test_user_is_added_changed_and_given_a_password(stranger):
    words = {"email": "New@Example.com", "password1": "horse battery 9", "password2": "horse battery 9"}
    response = stranger.post(url(User, "add"), words | {"usable_password": "true"})
    assert response.status_code == 302
    user = User.objects.get(email="new@example.com")
    assert user.check_password("horse battery 9")

    stranger.post(url(User, "change", user.pk), {"email": "newer@example.com", "is_active": "on", "is_staff": "on"})
    user.refresh_from_db()
    assert (user.email, user.is_staff, user.is_superuser) == ("newer@example.com", True, False)

    password = reverse("admin:auth_user_password_change", args=[user.pk])
    new = {"password1": "another horse 7", "password2": "another horse 7", "usable_password": "true"}
    assert stranger.post(password, new).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another horse 7")


def test_user_needs_an_email_of_their_own(stranger, team):
    words = {"email": "ANN@example.com", "password1": "horse battery 9", "password2": "horse battery 9"}

    assert "already exists" in stranger.post(url(User, "add"), words | {"usable_password": "true"}).content.decode()


def test_only_superusers_make_and_change_superusers(boss, stranger, team):
    superuser = User.objects.get(email="operator@example.com")

    assert boss.post(url(User, "change", superuser.pk), {"email": "mine@example.com"}).status_code == 403
    boss.post(
        url(User, "change", team.ann.user.pk), {"email": "ann@example.com", "is_active": "on", "is_superuser": "on"}
    )
    assert not User.objects.get(email="ann@example.com").is_superuser


def test_switched_off_user_loses_open_tasks(stranger, team):
    task = make_task(team, "in_progress")

    stranger.post(url(User, "change", team.ann.user.pk), {"email": "ann@example.com"})

    task.refresh_from_db()
    assert (task.status, task.assignee) == ("ready", None)


def test_member_gets_another_role_by_the_verb(boss, team):
    task = make_task(team, "in_progress")

    assert boss.post(url(Member, "change", team.ann.pk), {"role": "reader"}).status_code == 302

    assert team.ann.role == "reader"
    assert task_of(task.dataset, pk=task.pk).assignee is None


def test_last_admin_stays_and_the_form_says_so(boss, team):
    response = boss.post(url(Member, "change", team.admin.pk), {"role": "reader"})

    assert "is the last admin of" in response.content.decode()
    assert team.admin.role == "admin"


def test_member_is_added_once_and_comes_back(boss, team):
    words = {"client": team.client.pk, "user": team.ann.user.pk, "role": "reader"}
    assert "is a member already" in boss.post(url(Member, "add"), words).content.decode()

    press(boss, team.ann, "remove", apply="1")
    assert team.ann.left_at is not None
    assert boss.post(url(Member, "add"), words).status_code == 302
    assert (team.ann.role, team.ann.left_at) == ("reader", None)


def test_removing_asks_first_and_tells_of_each(boss, team):
    rows = [team.ann.pk, team.admin.pk]
    page = boss.post(url(Member, "changelist"), {"action": "remove", "_selected_action": rows})
    assert "They lose every right" in page.content.decode()
    assert team.ann.left_at is None

    response = boss.post(url(Member, "verb", "remove"), {"rows": page.context["rows"], "apply": "1"})

    results = sentences(response)
    assert len(results) == 2
    assert any(one == f"Member ann@example.com in {team.client}: left." for one in results)
    assert any("is the last admin" in one for one in results)
    assert (team.ann.left_at is None, team.admin.left_at is None) == (False, True)


def test_who_is_not_an_admin_there_has_no_inputs_and_no_buttons(team):
    browser = sign_in(team.lead.user)

    page = browser.get(url(Member, "change", team.ann.pk))
    assert 'name="role"' not in page.content.decode()
    assert page.context["verbs"] == []
    assert browser.post(url(Member, "change", team.ann.pk), {"role": "admin"}).status_code == 403
    assert "Your role here cannot manage members" in sentences(press(browser, team.ann, "remove", apply="1"))[0]


def test_group_is_made_and_filled(boss, team):
    mallory = make_team("other-").ann
    boss.post(url(UserGroup, "add"), {"client": team.client.pk, "name": "Night shift"})
    group = UserGroup.objects.get()

    assert (
        "Select a valid choice"
        in boss.post(url(UserGroup, "change", group.pk), {"members": [mallory.pk]}).content.decode()
    )
    boss.post(url(UserGroup, "change", group.pk), {"members": [team.ann.pk, team.bob.pk]})

    assert set(group.members.all()) == {team.ann, team.bob}
    again = boss.post(url(UserGroup, "add"), {"client": team.client.pk, "name": "Night shift"})
    assert again.status_code == 200
    assert UserGroup.objects.count() == 1


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_token_is_made_for_oneself_and_shown_once(boss, team):
    words = {"member": team.admin.pk, "name": "robot", "role": "reader"}
    page = boss.post(url(AccessToken, "add"), words)

    secret = page.context["secret"]
    token = AccessToken.objects.get(hash=AccessToken.hash_of(secret))
    assert (token.member, token.role) == (team.admin, "reader")
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert secret not in boss.get(url(AccessToken, "changelist")).content.decode()
    assert secret not in str(LogEntry.objects.values_list("change_message", "object_repr"))
    assert not any(secret in str(value) for value in boss.session.values())
    assert not boss.cookies.get("messages")


def test_token_is_not_made_for_another(boss, team):
    response = boss.post(url(AccessToken, "add"), {"member": team.ann.pk, "name": "robot", "role": ""})

    assert "Select a valid choice" in response.content.decode()
    assert not AccessToken.objects.exists()


def test_token_form_says_what_is_wrong(boss, team):
    words = {"member": team.admin.pk, "name": "robot", "expires_at_0": "2020-01-01", "expires_at_1": "00:00"}

    assert "would have expired already" in boss.post(url(AccessToken, "add"), words).content.decode()


def test_tokens_are_revoked_by_their_member_and_by_admins(boss, team):
    token, _secret = create_token(team.ann, "robot", by=None)

    assert [verb.name for verb in boss.get(url(AccessToken, "change", token.pk)).context["verbs"]] == ["revoke"]
    press(boss, token, "revoke", apply="1")

    token.refresh_from_db()
    assert token.revoked_by == team.admin.user
    assert boss.get(url(AccessToken, "change", token.pk)).context["verbs"] == []


def test_tokens_of_a_client_where_one_is_not_are_left_alone(stranger, team):
    token, _secret = create_token(team.ann, "robot", by=None)

    assert stranger.get(url(AccessToken, "change", token.pk)).context["verbs"] == []
    assert "You are not a member of" in sentences(press(stranger, token, "revoke", apply="1"))[0]
    assert AccessToken.objects.usable().exists()
