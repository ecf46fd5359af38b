"""The commands of an installation's operator: a first client, and tokens."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from datasets_app.models import AccessToken, Client, Member, User
from tests.factories import ClientFactory, UserFactory

GOOD = "correct horse battery"


@pytest.fixture
def typed(monkeypatch):
    """`typed(text)` is what comes in on stdin."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def refusal(*words: str) -> str:
    """The one sentence with which a command refuses; the exit code is 2."""
    with pytest.raises(CommandError) as refused:
        call_command(*words)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.django_db
def test_create_client_makes_the_first_admin(typed, capsys):
    typed(f"{GOOD}\n")

    call_command("create_client", "Acme", "--admin", "Ann@Example.com", "--password-stdin")

    client = Client.objects.get()
    assert capsys.readouterr() == (f"{client.client_id}\n", "")
    member = Member.objects.get(client=client)
    assert (member.user.email, member.role) == ("ann@example.com", "admin")
    assert authenticate(username="ann@example.com", password=GOOD) == member.user
    assert not member.user.is_staff


@pytest.mark.django_db
def test_create_client_without_password_says_what_to_do(capsys):
    call_command("create_client", "Acme", "--admin", "ann@example.com")

    assert "manage.py changepassword ann@example.com" in capsys.readouterr().err
    assert not User.objects.get().has_usable_password()


@pytest.mark.django_db
def test_create_client_takes_a_user_there_is(typed):
    ann = UserFactory(email="ann@example.com", password="kept")

    call_command("create_client", "Acme", "--admin", "ANN@example.com")

    assert Member.objects.get().user == ann
    assert User.objects.get().password == "kept"


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["nonsense", "", "a@b", "a" * 250 + "@example.com"])
def test_create_client_refuses_what_is_no_email(email):
    assert refusal("create_client", "Acme", "--admin", email)
    assert (Client.objects.count(), User.objects.count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "", "ann@example.com", "password1234"])
def test_create_client_refuses_a_weak_password(typed, password):
    typed(password)

    assert "password" in refusal("create_client", "Acme", "--admin", "ann@example.com", "--password-stdin")
    assert (Client.objects.count(), User.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_create_client_refuses_what_would_surprise(typed):
    ClientFactory(name="Acme")
    UserFactory(email="ann@example.com")
    typed(GOOD)

    assert "There is a client Acme already" in refusal("create_client", "Acme", "--admin", "bob@example.com")
    assert "--password-stdin" in refusal("create_client", "New", "--admin", "ann@example.com", "--password-stdin")
    assert refusal("create_client", "", "--admin", "ann@example.com")
    assert refusal("create_client", "x" * 201, "--admin", "ann@example.com")


def test_create_token_prints_the_secret_only(team, capsys):
    words = ("--client", team.client.client_id, "--name", "robot", "--role", "reader", "--days", "30")
    call_command("create_token", "Ann@example.com", *words)

    said = capsys.readouterr()
    token = AccessToken.objects.get(hash=AccessToken.hash_of(said.out.strip()))
    assert said.err == ""
    assert (token.member, token.name, token.role) == (team.ann, "robot", "reader")
    assert (token.expires_at - token.created_at).days in (29, 30)


def test_create_token_takes_the_name_of_a_client(team):
    call_command("create_token", "ann@example.com", "--client", team.client.name, "--name", "robot")

    assert AccessToken.objects.get().expires_at is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nobody@example.com"], "nobody@example.com is not a member of"),
        (["ann@example.com", "--client", "nothing"], "There is no client nothing."),
        (["ann@example.com", "--role", "king"], "'king' is not a role"),
        (["ann@example.com", "--name", " "], "Give the token a name"),
        (["ann@example.com", "--name", "x" * 101], "100 are the most"),
        (["ann@example.com", "--days", "0"], "--days is 0"),
        (["ann@example.com", "--days", "99999999"], "--days is 99999999"),
    ],
)
def test_create_token_refuses_nonsense(team, words, sentence):
    assert sentence in refusal("create_token", "--client", team.client.client_id, "--name", "robot", *words)
    assert not AccessToken.objects.exists()


def test_create_token_refuses_a_name_that_two_clients_have(team):
    ClientFactory(name=team.client.name)

    assert "give the client_id" in refusal(
        "create_token", "ann@example.com", "--client", team.client.name, "--name", "x"
    )


def test_create_token_refuses_who_has_left(team):
    Member.objects.filter(pk=team.ann.pk).update(role="", left_at=team.client.created_at)

    words = ("--client", team.client.client_id, "--name", "robot")
    assert "is not a member" in refusal("create_token", "ann@example.com", *words)
