"""Pages of people: signing in, clients, access tokens, theme; and the pages of errors."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from datasets_app.ids import now
from datasets_app.membership import create_token
from datasets_app.models import AccessToken, User
from tests.factories import ClientFactory, make_member, make_team
from tests.pages import HOSTILE, signed_in, told

TOKENS = "/clients/{}/tokens/"


def tokens_of(team):
    return TOKENS.format(team.client.client_id)


def secret_in(response) -> str:
    found = re.findall(r'value="(4e_[^"]+)"', response.content.decode())
    return found[0] if found else ""


# --- signing in and out -------------------------------------------------------------------------------------------


@pytest.fixture
def person(db):
    return User.objects.create_user("ann@example.com", "correct horse battery")


@pytest.mark.parametrize("email", ["ann@example.com", "Ann@Example.COM"])
def test_signing_in_by_email_without_case(person, client, email):
    response = client.post("/login/?next=/somewhere/", {"username": email, "password": "correct horse battery"})

    assert (response.status_code, response["Location"]) == (302, "/somewhere/")


def test_a_wrong_password_is_told_without_saying_which_part_is_wrong(person, client):
    for email in ("ann@example.com", "nobody@example.com"):
        response = client.post("/login/", {"username": email, "password": "wrong"})
        assert told(response) == ["No account has this email and password. Upper and lower case of the password count."]


def test_signing_in_leads_to_no_other_host(person, client):
    said = {"username": "ann@example.com", "password": "correct horse battery", "next": "https://evil.example/"}

    assert client.post("/login/", said)["Location"] == "/"


def test_signing_out_needs_a_post(team):
    browser = signed_in(team, "ann")

    assert browser.get("/logout/").status_code == 405
    assert browser.post("/logout/")["Location"] == "/login/"
    assert browser.get("/").status_code == 302


def test_a_fragment_that_needs_signing_in_sends_the_whole_page(client, db):
    response = client.get("/login/?next=/x/", headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == "/login/?next=/x/"


@pytest.mark.parametrize("page", ["/login/", "/admin/login/"])
@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=2)
def test_guessing_is_stopped(person, client, page):
    for email in ("ann@example.com", "ANN@example.com"):
        response = client.post(page, {"username": email, "password": "wrong"})
    right = client.post(page, {"username": "Ann@example.com", "password": "correct horse battery"})

    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()
    assert right.status_code == 429
    assert "_auth_user_id" not in client.session


@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=2)
def test_who_guesses_locks_nobody_else_out(person, client):
    for _ in range(3):
        client.post("/login/", {"username": "eve@example.com", "password": "wrong"})

    response = client.post("/login/", {"username": "ann@example.com", "password": "correct horse battery"})

    assert response.status_code == 302


def test_private_pages_are_asked_for_anew(team):
    response = signed_in(team, "ann").get(f"/clients/{team.client.client_id}/")

    assert response["Cache-Control"] == "private, no-cache"


# --- clients ------------------------------------------------------------------------------------------------------


def test_the_only_client_is_opened_at_once(team):
    assert signed_in(team, "ann").get("/")["Location"] == f"/clients/{team.client.client_id}/my-work/"


def test_several_clients_are_listed_and_no_others(team):
    second = ClientFactory(name=HOSTILE)
    make_member(second, "ann", "reader")
    ClientFactory(name="Not hers")

    page = signed_in(team, "ann").get("/").content.decode()

    assert team.client.name in page
    assert "&lt;script&gt;" in page
    assert HOSTILE not in page
    assert "Not hers" not in page


def test_without_a_client_the_page_says_whom_to_ask(person, client):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    assert "Ask an admin" in client.get("/").content.decode()


# --- access tokens ------------------------------------------------------------------------------------------------


def test_the_secret_of_a_token_is_shown_once_and_works(team):
    browser = signed_in(team, "ann")

    response = browser.post(tokens_of(team), {"name": "nightly export", "role": "reader", "days": "7"})

    secret = secret_in(response)
    assert response["Cache-Control"] == "no-store"
    assert Client().get("/api/v2/tasks/x", headers={"Authorization": f"Bearer {secret}"}).status_code == 404
    token = AccessToken.objects.get()
    assert (token.name, token.role, token.member) == ("nightly export", "reader", team.ann)
    assert now() + timedelta(days=6) < token.expires_at < now() + timedelta(days=8)
    assert secret_in(browser.get(tokens_of(team))) == ""


@pytest.mark.parametrize(
    ("said", "field"),
    [({"name": ""}, "name"), ({"name": "x", "days": "0"}, "days"), ({"name": "x", "role": "king"}, "role"),
     ({"name": "x\x00"}, "name"), ({"name": "   "}, "name"), ({"name": "x", "days": "9" * 30}, "days")],
)  # fmt: skip
def test_a_token_that_is_wrong_is_not_made(team, said, field):
    response = signed_in(team, "ann").post(tokens_of(team), said)

    assert response.status_code == 400
    assert field in response.context["form"].errors
    assert not AccessToken.objects.exists()


def test_a_person_sees_and_revokes_their_own_tokens_only(team):
    mine, _secret = create_token(team.ann, "mine", by=team.ann)
    other, _secret = create_token(team.bob, "not mine", by=team.bob)
    browser = signed_in(team, "ann")

    assert "not mine" not in browser.get(tokens_of(team)).content.decode()
    assert browser.post(f"{tokens_of(team)}{other.token_id}/revoke/").status_code == 404
    done = browser.post(f"{tokens_of(team)}{mine.token_id}/revoke/", follow=True)
    assert told(done) == ["Revoked mine: programs that use it are refused from now on."]
    assert AccessToken.objects.get(revoked_at=None) == other


def test_an_admin_sees_and_revokes_those_of_the_client_only(team):
    of_ann, _secret = create_token(team.ann, HOSTILE, by=team.ann)
    other_team = make_team("other-")
    elsewhere, _secret = create_token(other_team.ann, "elsewhere", by=other_team.ann)
    browser = signed_in(team, "admin")

    page = browser.get(tokens_of(team)).content.decode()

    assert "&lt;script&gt;" in page
    assert HOSTILE not in page
    assert "elsewhere" not in page
    assert browser.post(f"{tokens_of(team)}{elsewhere.token_id}/revoke/").status_code == 404
    browser.post(f"{tokens_of(team)}{of_ann.token_id}/revoke/")
    assert AccessToken.objects.get(pk=of_ann.pk).revoked_by == team.users["admin"]


def test_expired_and_revoked_tokens_say_so(team):
    create_token(team.ann, "old", by=team.ann)
    AccessToken.objects.update(expires_at=now() - timedelta(days=2))

    assert "expired" in signed_in(team, "ann").get(tokens_of(team)).content.decode()


# --- theme --------------------------------------------------------------------------------------------------------


def test_the_theme_is_remembered(client, db):
    response = client.post("/theme/", {"theme": "dark", "next": "/login/"})

    assert response["Location"] == "/login/"
    assert 'data-theme="dark"' in client.get("/login/").content.decode()


def test_single_keys_are_turned_off_and_on(client, db):
    client.post("/theme/", {"keys": "off", "next": "/login/"})
    off = client.get("/login/").content.decode()
    client.post("/theme/", {"keys": "on", "next": "/login/"})

    assert " data-keys-off" in off
    assert " data-keys-off" not in client.get("/login/").content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_theme_leads_to_no_other_host(client, db, back):
    response = client.post("/theme/", {"theme": HOSTILE, "next": back})

    assert response["Location"] == "/"
    assert "theme" not in response.cookies


# --- errors -------------------------------------------------------------------------------------------------------


def test_unknown_pages_are_404_in_the_look(client, db):
    response = client.get("/nothing/here/")

    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_a_missing_csrf_token_is_told(team):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(team.users["ann"], backend="django.contrib.auth.backends.ModelBackend")

    response = browser.post(tokens_of(team), {"name": "x"})

    assert response.status_code == 403
    assert "This form was open for too long" in response.content.decode()


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_a_body_that_is_too_large_is_413(team):
    form = "application/x-www-form-urlencoded"

    response = signed_in(team, "ann").post(tokens_of(team), "name=" + "x" * 5000, content_type=form)

    assert response.status_code == 413
    assert "Too large" in response.content.decode()


def test_a_busy_database_is_503(team, monkeypatch):
    def busy(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr("config.errors.is_busy", lambda error: str(error) == "database is locked")
    monkeypatch.setattr("datasets_app.pages.views.find_client", busy)
    response = signed_in(team, "ann").get(tokens_of(team))

    assert (response.status_code, response["Retry-After"]) == (503, "1")


def test_a_broken_page_tells_no_details(team, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("datasets_app.pages.views.find_client", broken)
    browser = signed_in(team, "ann")
    browser.raise_request_exception = False

    response = browser.get(tokens_of(team))

    assert response.status_code == 500
    assert "hunter2" not in response.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_errors_of_the_api_are_json_whoever_answers(rf, status):
    from config import errors

    request = rf.get("/api/v2/x")
    answer = {
        400: lambda: errors.bad_request(request, Exception()),
        403: lambda: errors.csrf_failure(request),
        404: lambda: errors.page_not_found(request, Exception()),
        500: lambda: errors.server_error(request),
    }[status]()

    assert answer.status_code == status
    assert json.loads(answer.content)["errors"][0]["detail"]
