"""The admin looks at everything and bypasses nothing: what it changes, it changes by the verbs."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from datasets_app.actions import put_value
from datasets_app.membership import create_token, set_group, set_scopes
from datasets_app.models import Member, User, UserGroup
from tasks_app import actions
from tasks_app.assignments import assign_files
from tasks_app.models import Task
from tests.admin_pages import sentences, sign_in, url
from tests.factories import ClientFactory, UserFactory, make_dataset, make_task

MODELS = [model for model in admin.site._registry if model._meta.app_label in ("datasets_app", "tasks_app")]
ADDED = {"client", "user", "member", "usergroup", "accesstoken", "datasetscope"}


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
    may_add = model._meta.model_name in ADDED - {"accesstoken" if who == "stranger" else "user"}
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


# --- the page between ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", ["", "nonsense", "0", "99999999999999999999", "1:x", ",,,", "9" * 18])
def test_nonsense_rows_do_nothing(boss, team, rows):
    response = boss.post(url(Member, "verb", "remove"), {"rows": rows, "apply": "1"})

    assert (response.status_code, sentences(response)) == (302, [])


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
