"""The admin looks at everything and bypasses nothing: what it changes, it changes by the verbs."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from datasets_app.actions import put_value
from datasets_app.membership import create_token, set_group, set_scopes
from datasets_app.models import AccessToken, Client, Dataset, DatasetScope, Member, Stage, User, UserGroup
from datasets_app.signals import rights_changed
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.models import Task
from tests.factories import ClientFactory, UserFactory, make_dataset, make_task, make_team, task_of

MODELS = [model for model in admin.site._registry if model._meta.app_label in ("datasets_app", "tasks_app")]
ADDED = {"client", "user", "member", "usergroup", "accesstoken", "datasetscope"}


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def sign_in(user) -> Browser:
    user.is_staff = True
    user.save()
    browser = Browser()
    browser.force_login(user)
    return browser


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def press(browser, row, verb, **words):
    """The button of a verb on the row's page."""
    return browser.post(url(type(row), "verb", verb), {"rows": str(row.pk), "one": "1", **words})


@pytest.fixture
def boss(team) -> Browser:
    """The operator who is also an admin of the team's client."""
    return sign_in(team.admin.user)


@pytest.fixture
def stranger(db) -> Browser:
    """An operator who is a member of no client."""
    return sign_in(UserFactory(email="operator@example.com", is_superuser=True))


@pytest.fixture
def everything(team):
    """At least one row of each model."""
    dataset = make_dataset(team, (2, 1), frame_attributes=["weather"], dataset_attributes=["city"])
    make_task(team, "accepted", dataset=make_dataset(team))
    group = UserGroup.objects.create(client=team.client, name="Night shift")
    set_group(group, [team.ann], by=None)
    set_scopes(dataset, team.ann, ["reader"], by=None)
    create_token(team.admin, "robot", by=None)
    put_value(dataset.attributes.first(), dataset.files.first(), "sun")
    entry = {"stage_id": "Labelling", "email": "ann@example.com", "files": "1"}
    assign_files(dataset, [entry], by=team.admin)
    return dataset


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
@pytest.mark.parametrize("who", ["boss", "stranger"])
def test_every_page_answers(everything, model, who, request):
    browser = request.getfixturevalue(who)
    row = model._default_manager.first()

    assert browser.get(url(model, "changelist")).status_code == 200
    assert browser.get(url(model, "changelist"), {"q": 'a "b c'}).status_code == 200
    assert browser.get(url(model, "change", row.pk)).status_code == 200
    assert browser.get(url(model, "history", row.pk)).status_code == 200
    assert browser.get(url(model, "delete", row.pk)).status_code == 403
    may_add = model._meta.model_name in ADDED - ({"accesstoken"} if who == "stranger" else set())
    assert browser.get(url(model, "add")).status_code == (200 if may_add else 403)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_page_needs_an_operator(team, model):
    browser = Browser()
    browser.force_login(team.admin.user)

    for page in (url(model, "changelist"), url(model, "add"), url(model, "change", 1)):
        response = browser.get(page)
        assert (response.status_code, response.url) == (302, f"{reverse('admin:login')}?next={page}")


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model is not User], ids=lambda model: model._meta.model_name
)
def test_operator_who_is_no_member_changes_nothing(everything, stranger, model):
    row = model._default_manager.first()
    before = list(model._default_manager.values().order_by("pk"))

    assert stranger.post(url(model, "change", row.pk), {"name": "mine", "role": "admin"}).status_code == 403
    assert stranger.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    stranger.post(url(model, "changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})

    assert list(model._default_manager.values().order_by("pk")) == before


def test_no_inline_style_or_script(everything, boss):
    for model in MODELS:
        for page in (url(model, "changelist"), url(model, "change", model._default_manager.first().pk)):
            html = boss.get(page).content.decode()
            assert " style=" not in html
            assert "<style" not in html
            assert " onclick=" not in html


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_lists_ask_as_many_questions_for_many_rows_as_for_few(team, boss, model):
    rows_for(team, 5)
    boss.get(url(model, "changelist"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        boss.get(url(model, "changelist"))

    rows_for(team, 30)
    with CaptureQueriesContext(connection) as many:
        boss.get(url(model, "changelist"))

    assert len(many) <= len(few) <= 12, [query["sql"] for query in many]


def rows_for(team, count):
    """So many rows of each model."""
    for number in range(count):
        name = f"{count}-{number}"
        member = team.add(f"user{name}", "labeller")
        create_token(member, "robot", by=None)
        group = UserGroup.objects.create(client=team.client, name=name)
        group.members.add(member)
        ClientFactory()
    dataset = make_dataset(team, (1,) * count, frame_attributes=["weather"], dataset_attributes=["city"])
    for member in Member.objects.filter(client=team.client, role="labeller"):
        set_scopes(dataset, member, ["reader"], by=None)
    for task in Task.objects.filter(dataset=dataset, stage__position=0, item__label__isnull=False):
        actions.submit(task, by=team.ann)


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

    results = told(response)
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
    assert "Your role here cannot manage members" in told(press(browser, team.ann, "remove", apply="1"))[0]


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
    assert "You are not a member of" in told(press(stranger, token, "revoke", apply="1"))[0]
    assert AccessToken.objects.usable().exists()


# --- datasets, stages, scopes ----------------------------------------------------------------------------------------


def settings_of(dataset, **changes):
    """The form of a dataset as a browser sends it."""
    words = {
        "dataset_name": dataset.dataset_name,
        "tags": "\n".join(dataset.tags),
        "reject_reasons": "\n".join(dataset.reject_reasons),
        "undo_seconds": dataset.undo_seconds,
        "lease_seconds": dataset.lease_seconds,
    }
    switches = ("customer_review", "allow_self_review", "review_changed", "reason_required")
    words |= {name: "on" for name in switches if getattr(dataset, name)} | changes
    return {name: value for name, value in words.items() if value is not None}


def test_settings_are_changed_by_the_verb(boss, team):
    dataset = make_dataset(team, customer_review=True)
    make_task(team, "accepted", dataset=dataset)
    actions.submit(task_of(dataset, "QA"), by=team.eve)

    words = settings_of(dataset, customer_review=None, reject_reasons="too large\n\n shifted ", tags="a\nb")
    words |= {"stages-TOTAL_FORMS": 1, "stages-0-id": dataset.stages.first().pk, "stages-0-title": "Mine"}
    assert boss.post(url(Dataset, "change", dataset.pk), words).status_code == 302

    dataset.refresh_from_db()
    assert (dataset.customer_review, dataset.reject_reasons, dataset.tags) == (
        False,
        ["too large", "shifted"],
        ["a", "b"],
    )
    assert task_of(dataset, "QA").status == "accepted"
    assert dataset.stages.first().title == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"lease_seconds": 1}, "lease_seconds"),
        ({"undo_seconds": 99999999}, "undo_seconds"),
        ({"reject_reasons": "x" * 201}, "up to 200 characters"),
        ({"dataset_name": ""}, "This field is required"),
        ({"undo_seconds": "nonsense"}, "whole number"),
    ],
)
def test_settings_that_are_refused_stand_in_the_form(boss, team, words, sentence):
    dataset = make_dataset(team)
    before = Dataset.objects.values().get()

    response = boss.post(url(Dataset, "change", dataset.pk), settings_of(dataset, **words))

    assert (response.status_code, sentence in response.content.decode()) == (200, True)
    assert Dataset.objects.values().get() == before


def test_dataset_is_done_open_again_and_deleted(boss, team):
    dataset = make_dataset(team)

    assert told(press(boss, dataset, "done")) == ["Dataset Street: marked as done."]
    press(boss, dataset, "not_done")
    press(boss, dataset, "delete")
    dataset.refresh_from_db()
    assert (dataset.done_at, dataset.deleted_at) == (None, None)

    press(boss, dataset, "delete", apply="1")

    dataset.refresh_from_db()
    assert dataset.deleted_by == team.admin.user
    page = boss.get(url(Dataset, "change", dataset.pk))
    assert (page.context["verbs"], page.context["has_absolute_url"]) == ([], False)
    assert boss.post(url(Dataset, "change", dataset.pk), settings_of(dataset)).status_code == 403


def test_view_on_site(boss, team):
    dataset = make_dataset(team)

    assert f'href="/datasets/{dataset.dataset_id}/"' in boss.get(url(Dataset, "change", dataset.pk)).content.decode()
    assert (
        f'href="/clients/{team.client.client_id}/"' in boss.get(url(Client, "change", team.client.pk)).content.decode()
    )


def test_stage_is_changed_by_the_verbs(boss, team):
    stage = make_dataset(team).stages.get(stage_id="Labelling")

    words = {"title": "First look", "can_edit": "on", "time_limit_seconds": 60, "members": [team.ann.pk]}
    assert boss.post(url(Stage, "change", stage.pk), words).status_code == 302

    stage.refresh_from_db()
    assert (stage.title, list(stage.members.all())) == ("First look", [team.ann])
    assert Task.objects.get(stage=stage).due_at is not None
    assert "above 0" in boss.post(url(Stage, "change", stage.pk), words | {"time_limit_seconds": 0}).content.decode()


def test_stage_takes_only_people_of_the_client(boss, team):
    stage = make_dataset(team).stages.get(stage_id="QA")

    response = boss.post(url(Stage, "change", stage.pk), {"members": [make_team("other-").ann.pk]})

    assert "Select a valid choice" in response.content.decode()


def test_scope_is_given_changed_and_taken_away(boss, team):
    dataset = make_dataset(team)
    calls = []
    rights_changed.connect(lambda **kwargs: calls.append(kwargs["by"]), weak=False, dispatch_uid="test")
    try:
        boss.post(url(DatasetScope, "add"), {"dataset": dataset.pk, "member": team.reader.pk, "role": "labeller"})
        scope = DatasetScope.objects.get()
        boss.post(url(DatasetScope, "change", scope.pk), {"role": "customer"})
        assert list(DatasetScope.objects.values_list("role", flat=True)) == ["customer"]
        press(boss, DatasetScope.objects.get(), "take_away")
    finally:
        rights_changed.disconnect(dispatch_uid="test")

    assert not DatasetScope.objects.exists()
    assert calls == [team.admin] * 3


def test_scope_refusals_stand_in_the_form(boss, team):
    dataset, other = make_dataset(team), make_team("other-")
    group = UserGroup.objects.create(client=team.client, name="Night shift")
    refused = {
        "exactly one of the two": {"member": team.ann.pk, "user_group": group.pk},
        "exactly one of": {},
        "is not of the client": {"member": other.ann.pk},
    }

    for sentence, words in refused.items():
        response = boss.post(url(DatasetScope, "add"), {"dataset": dataset.pk, "role": "reader", **words})
        assert sentence in response.content.decode()
    lead = sign_in(team.lead.user)
    response = lead.post(url(DatasetScope, "add"), {"dataset": dataset.pk, "member": team.ann.pk, "role": "admin"})
    assert "Only an admin of the client" in response.content.decode()
    assert not DatasetScope.objects.exists()


# --- the page between ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", ["", "nonsense", "0", "99999999999999999999", "1:x", ",,,", "9" * 18])
def test_nonsense_rows_do_nothing(boss, team, rows):
    response = boss.post(url(Member, "verb", "remove"), {"rows": rows, "apply": "1"})

    assert (response.status_code, told(response)) == (302, [])


def test_verbs_answer_posts_of_operators_only(boss, team):
    page = url(Member, "verb", "remove")
    assert boss.get(page).status_code == 405
    assert boss.post(url(Member, "verb", "nonsense")).status_code == 404
    plain = Browser()
    plain.force_login(team.lead.user)
    assert plain.post(page, {"rows": str(team.ann.pk), "apply": "1"}).status_code == 302
    assert team.ann.left_at is None
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(team.admin.user)
    assert strict.post(page, {"rows": str(team.ann.pk), "apply": "1"}).status_code == 403
