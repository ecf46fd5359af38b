"""Tokens and sessions in the hands of someone who should not have them (any more)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from datasets_app.membership import add_member, create_token, remove_member, revoke_token
from datasets_app.models import AccessToken
from tasks_app.models import Task
from tests.conftest import ApiClients
from tests.factories import Team, all_rows, make_dataset, make_task, make_team

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


def bearing(authorization: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=authorization)
    return client


def session_of(team: Team, name: str, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    client.force_login(team.users[name], settings.AUTHENTICATION_BACKENDS[-1])
    return client


def lists(team: Team) -> str:
    return f"/api/v2/clients/{team.client.client_id}/user_tasks?limit=1"


# --- tokens --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization",
    [
        *(
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Bearer 4e_",
            "bearer  ",
            "Basic YW5uOmFubg==",
            "Token {secret}",
            "{secret}",
        ),
        *("Bearer {secret}x", "Bearer {short}", "Bearer {upper}", 'Bearer "{secret}"', "Bearer {secret} {secret}"),
        *("Bearer {hash}", "Bearer \xff\xfe", "Bearer ' OR 1=1 --", "Bearer %00", "Bearer " + "x" * 20_000, "Bearer,x"),
    ],
)
def test_a_header_that_is_no_token_is_401(team: Team, authorization: str) -> None:
    secret = team.token("ann")
    parts = {"secret": secret, "short": secret[:-1], "upper": secret.upper(), "hash": AccessToken.hash_of(secret)}

    response = bearing(authorization.format(**parts)).get(lists(team))

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert secret not in response.content.decode()


@pytest.mark.parametrize("scheme", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer  {} "])
def test_the_scheme_compares_without_case(team: Team, scheme: str) -> None:
    assert bearing(scheme.format(team.token("ann"))).get(lists(team)).status_code == 200


def test_a_bad_token_is_not_helped_by_a_good_session(team: Team) -> None:
    ann = session_of(team, "ann")

    response = ann.get(lists(team), HTTP_AUTHORIZATION="Bearer nonsense")

    assert response.status_code == 401


def test_a_revoked_token_is_401_at_once(team: Team, api: ApiClients) -> None:
    ann = api(team, "ann")
    assert ann.get(lists(team)).status_code == 200

    revoke_token(AccessToken.objects.get(), by=team.admin)

    assert ann.get(lists(team)).status_code == 401


def test_an_expired_token_is_401(team: Team) -> None:
    secret = team.token("ann", expires_at=datetime.now(UTC) + timedelta(hours=1))
    before = bearing(f"Bearer {secret}").get(lists(team)).status_code

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, seconds=1)):
        after = bearing(f"Bearer {secret}").get(lists(team)).status_code

    assert (before, after) == (200, 401)


def test_a_deactivated_user_has_neither_token_nor_session(team: Team, api: ApiClients) -> None:
    token, session = api(team, "ann"), session_of(team, "ann")

    team.users["ann"].is_active = False
    team.users["ann"].save()

    assert token.get(lists(team)).status_code == 401
    assert session.get(lists(team)).status_code == 401
    assert session.get(f"/clients/{team.client.client_id}/").status_code == 302


def test_who_left_is_a_stranger(team: Team, api: ApiClients) -> None:
    task = make_task(team)
    token, session = api(team, "ann"), session_of(team, "ann")

    remove_member(team.ann, by=team.admin)

    assert token.get(lists(team)).status_code == 401
    assert session.get(lists(team)).status_code == 404
    assert session.post(f"/api/v2/tasks/{task.task_id}/submit").status_code == 404
    assert session.get(f"/tasks/{task.task_id}/").status_code == 404


def test_a_token_works_in_its_own_client_only(team: Team, api: ApiClients) -> None:
    others = make_team("other-")
    add_member(others.client, team.users["ann"], "admin", by=None)
    task, dataset = make_task(others), make_dataset(others)
    ann = api(team, "ann")

    assert session_of(team, "ann").get(lists(others)).status_code == 200
    assert ann.get(lists(others)).status_code == 404
    assert ann.get(f"/api/v2/tasks/{task.task_id}").status_code == 404
    assert ann.get(f"/api/v2/datasets/{dataset.dataset_id}/tasks").status_code == 404


def test_a_token_of_a_demoted_member_has_the_present_rights(team: Team, api: ApiClients) -> None:
    task = make_task(team)
    lead = api(team, "lead")

    team.add("lead", "reader")

    assert lead.post(f"/api/v2/tasks/{task.task_id}/start").status_code == 403


def test_events_name_the_token(team: Team) -> None:
    task = make_task(team)
    token, secret = create_token(team.ann, "night import", by=team.ann)
    ann = bearing(f"Bearer {secret}")

    ann.post(f"/api/v2/tasks/{task.task_id}/start")

    events = ann.get(f"/api/v2/tasks/{task.task_id}/events").json()["events"]
    assert (events[-1]["by"], events[-1]["token"]) == ("ann@example.com", "night import")
    assert token.hash not in ann.get(f"/api/v2/tasks/{task.task_id}/events").content.decode()


def test_pages_do_not_take_tokens(team: Team) -> None:
    client = bearing(f"Bearer {team.token('admin')}")

    response = client.get(f"/clients/{team.client.client_id}/")

    assert response.status_code == 302
    assert "/login/" in response["Location"]


# --- sessions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "verb", "body"),
    [
        *(("post", verb, "{}") for verb in ("start", "submit", "accept", "reject", "reopen")),
        ("put", "value", '{"value": "x"}'),
    ],
)
def test_a_session_needs_csrf_to_change_anything(team: Team, method: str, verb: str, body: str) -> None:
    task = make_task(team)
    admin = session_of(team, "admin", enforce_csrf_checks=True)
    before = all_rows()

    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        path = f"/api/v2/tasks/{task.task_id}/{verb}"
        response = getattr(admin, method)(path, body, content_type=content_type)
        assert response.status_code in (400, 403)  # 400: a multipart body without a boundary
        assert response.json()["errors"][0]["detail"]

    assert all_rows() == before


@pytest.mark.parametrize("field", ["file_tasks", "label_tasks"])
def test_a_session_needs_csrf_to_assign(team: Team, field: str) -> None:
    dataset = make_dataset(team)
    admin = session_of(team, "admin", enforce_csrf_checks=True)

    response = admin.post(f"/api/v2/datasets/{dataset.dataset_id}/{field}", {field: []}, "application/json")

    assert response.status_code == 403


def test_a_session_with_csrf_may_act(team: Team) -> None:
    task = make_task(team)
    ann = session_of(team, "ann", enforce_csrf_checks=True)
    secret = ann.get(f"/tasks/{task.task_id}/") and ann.cookies[settings.CSRF_COOKIE_NAME].value

    path = f"/api/v2/tasks/{task.task_id}/start"
    forged = ann.post(path, "{}", "application/json", HTTP_X_CSRFTOKEN="x" * len(secret))
    right = ann.post(path, "{}", "application/json", HTTP_X_CSRFTOKEN=secret)

    assert (forged.status_code, right.status_code) == (403, 200)


def test_a_session_is_refused_in_the_same_order_as_a_token(team: Team) -> None:
    task = make_task(team)
    reader, mallory = session_of(team, "reader"), session_of(make_team("other-"), "admin")
    path = f"/api/v2/tasks/{task.task_id}/start"

    for body, content_type in (
        ("{", "application/json"),
        ("a", "text/plain"),
        ("a=b", "application/x-www-form-urlencoded"),
    ):
        assert mallory.post(path, body, content_type).status_code == 404
        assert reader.post(path, body, content_type).status_code == 403


def test_a_token_needs_no_csrf(team: Team) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {team.token('ann')}")

    assert client.post(f"/api/v2/tasks/{make_task(team).task_id}/start").status_code == 200


def test_signing_in_changes_the_session(team: Team) -> None:
    ann = team.users["ann"]
    ann.set_password(PASSWORD)
    ann.save()
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    planted = client.cookies[settings.SESSION_COOKIE_NAME].value

    response = client.post(reverse("login"), {"username": ann.email, "password": PASSWORD})

    fresh = client.cookies[settings.SESSION_COOKIE_NAME]
    assert response.status_code == 302
    assert fresh.value != planted
    assert fresh["httponly"]
    assert fresh["samesite"] == "Lax"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(team: Team, target: str) -> None:
    ann = team.users["ann"]
    ann.set_password(PASSWORD)
    ann.save()

    response = Client().post(reverse("login"), {"username": ann.email, "password": PASSWORD, "next": target})

    assert response.status_code == 302
    assert "evil" not in response["Location"]
    assert "javascript" not in response["Location"]


# --- methods -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_HTTP_METHOD", "HTTP_X_METHOD_OVERRIDE"])
def test_no_header_makes_a_get_an_action(team: Team, api: ApiClients, header: str) -> None:
    task = make_task(team)

    response = api(team, "ann").get(f"/api/v2/tasks/{task.task_id}/start?_method=POST", **{header: "POST"})

    assert response.status_code == 405
    assert Task.objects.get(pk=task.pk).status == "ready"


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PATCH", "DELETE", "CONNECT", "PROPFIND", "get", "X" * 300])
def test_other_methods_are_405_and_name_those_that_there_are(team: Team, api: ApiClients, method: str) -> None:
    task = make_task(team)

    response = api(team, "ann").generic(method, f"/api/v2/tasks/{task.task_id}/start")

    assert response.status_code == 405
    assert "POST" in response["Allow"]
    assert response.json()["errors"][0]["code"] == "method_not_allowed"
