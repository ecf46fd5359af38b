"""The demo: every status is there, its history is whole, and it never meets a real installation."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from datasets_app.acting import find_client
from datasets_app.demo import scenes
from datasets_app.ids import now
from datasets_app.models import AccessToken, Client, Dataset, File, Member
from datasets_app.roles import Role
from tasks_app import demo
from tasks_app.history import broken_links
from tasks_app.management.commands import demo as command
from tasks_app.models import Item, Task, TaskEvent
from tasks_app.workflow import Action, Status

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def demo_mode(settings, monkeypatch, tmp_path):
    """As `manage.py demo` finds it: its own mode, nothing of a real installation in the environment."""
    settings.MODE, settings.DATA_DIR, settings.MEDIA_ROOT = "demo", tmp_path, tmp_path / "media"
    for name in command.PRODUCTION:
        monkeypatch.delenv(name, raising=False)
    for name in ("frames", "sequence"):
        monkeypatch.setattr(demo, name, undrawn(getattr(scenes, name)))
    return tmp_path


def undrawn(make):
    """The same content with one small picture for all: drawing is tested where it belongs."""

    def made():
        found = make()
        found.pictures.update(dict.fromkeys(found.pictures, lambda: b"a picture"))
        return found

    return made


@pytest.mark.django_db
def test_demo_has_every_status_role_and_something_for_everyone(demo_mode, capsys):
    call_command("demo", "--no-serve")

    tasks = Task.objects.select_related("item")
    assert set(tasks.values_list("status", flat=True)) == set(Status)
    assert set(Member.objects.values_list("role", flat=True)) == set(Role)
    assert tasks.filter(status="rejected", assignee__email="ann@example.com", rework_count__gt=0).exists()
    assert tasks.filter(status="submitted", next__assignee__email="eve@example.com").count() > 10
    assert tasks.filter(status="submitted", stage__stage_id="Audit", dataset__customer_review=True).exists()
    assert tasks.filter(status="ready", assignee=None).exists()
    assert TaskEvent.objects.filter(action=Action.REOPEN).exists()
    assert 0 < Task.objects.delayed().count() < 20
    submitted, accepted = (tasks.filter(stage__position=0, status=one).count() for one in ("submitted", "accepted"))
    assert submitted > 2 * accepted
    assert all(file.picture for file in File.objects.all())
    assert demo.PASSWORD in capsys.readouterr().out
    check_history()


def check_history():
    """Every hash chain is whole, and nothing happened before what led to it."""
    assert not [item for item in Item.objects.all() if broken_links(item)]
    at = {}
    for event in TaskEvent.objects.order_by("pk"):
        assert at.get(event.item_id, event.at) <= event.at
        at[event.item_id] = event.at


@pytest.mark.django_db
def test_second_run_changes_nothing_and_shows_the_token_while_it_is_good(demo_mode, capsys):
    call_command("demo", "--no-serve")
    first = capsys.readouterr().out
    events = TaskEvent.objects.count()

    call_command("demo", "--no-serve")

    assert capsys.readouterr().out == first
    assert (Client.objects.count(), Dataset.objects.count(), TaskEvent.objects.count()) == (1, 2, events)
    AccessToken.objects.all().update(hash="gone")
    call_command("demo", "--no-serve")
    assert "create_token" in capsys.readouterr().out


@pytest.mark.django_db
def test_demo_people_can_sign_in_and_the_token_works(demo_mode):
    call_command("demo", "--no-serve")

    admin = authenticate(username="admin@example.com", password=demo.PASSWORD)
    assert admin is not None
    assert (admin.is_staff, admin.is_superuser) == (True, True)
    kept = demo_mode / "token.txt"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    token = AccessToken.objects.usable().get(hash=AccessToken.hash_of(kept.read_text().strip()))
    assert find_client(Client.objects.get().client_id, admin, token)[1].role == Role.ADMIN


@pytest.mark.django_db
def test_failed_build_leaves_nothing(demo_mode, monkeypatch):
    monkeypatch.setattr(demo, "_work_on_drive", lambda story: 1 / 0)
    before = now()

    with pytest.raises(ZeroDivisionError):
        call_command("demo", "--no-serve")

    assert not Client.objects.exists()
    assert now() > before


@pytest.mark.parametrize("name", command.PRODUCTION)
def test_demo_refuses_a_real_installation(demo_mode, monkeypatch, name):
    monkeypatch.setenv(name, "anything")

    with pytest.raises(CommandError, match=f"{name} is set") as refused:
        call_command("demo", "--no-serve")

    assert refused.value.returncode == 2


def test_demo_refuses_another_mode(demo_mode, settings):
    settings.MODE = "production"

    with pytest.raises(CommandError, match="FOUREYES_MODE is production") as refused:
        call_command("demo", "--no-serve")

    assert refused.value.returncode == 2


def test_demo_refuses_a_port_that_is_taken(demo_mode):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CommandError, match="Cannot listen") as refused:
        call_command("demo", "--port", str(taken.getsockname()[1]))

    assert refused.value.returncode == 2


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "1.5"])
def test_demo_refuses_a_port_that_is_none(demo_mode, port):
    with pytest.raises(CommandError, match="is not a port"):
        call_command("demo", f"--port={port}")


@pytest.mark.parametrize(
    ("host", "here", "url"),
    [
        ("127.0.0.1", True, "http://127.0.0.1:80"),
        ("localhost", True, "http://localhost:80"),
        ("::1", True, "http://[::1]:80"),
        ("0.0.0.0", False, "http://localhost:80"),
        ("192.0.2.4", False, "http://192.0.2.4:80"),
    ],
)
def test_loopback_is_told_from_the_network(host, here, url):
    assert command.is_loopback(host) == here
    assert command.url_of(host, 80) == url


def test_demo_starts_answers_and_stops_quietly(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    kept = {"PATH", "HOME", "VIRTUAL_ENV"}
    environment = {name: value for name, value in os.environ.items() if name in kept} | {"DATA_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert wait_for(f"http://127.0.0.1:{port}/api/docs", process) == 200
    finally:
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=60)

    # A worker that is stopped within a request says so: only our own end has to be quiet.
    assert process.returncode == 0
    assert "KeyboardInterrupt" not in errors
    assert f"http://127.0.0.1:{port}" in said


def wait_for(url, process, seconds=120):
    """The status that the page answers with, once it answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            time.sleep(0.1)
    return None
