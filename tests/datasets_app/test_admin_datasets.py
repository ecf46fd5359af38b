"""The admin of datasets, stages and scopes: each change is a verb's."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from datasets_app.models import Client, Dataset, DatasetScope, Stage, UserGroup
from datasets_app.signals import rights_changed
from tasks_app import actions
from tasks_app.models import Task
from tests.admin_pages import press, sentences, sign_in, url
from tests.factories import UserFactory, make_dataset, make_task, make_team, task_of


@pytest.fixture
def boss(team) -> Browser:
    """The operator who is also an admin of the team's client."""
    return sign_in(team.admin.user)


@pytest.fixture
def stranger(db) -> Browser:
    """An operator who is a member of no client."""
    return sign_in(UserFactory(email="operator@example.com", is_superuser=True))


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

    assert sentences(press(boss, dataset, "done")) == ["Dataset Street: marked as done."]
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
