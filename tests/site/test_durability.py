"""An answer of 2xx survives `kill -9` at any moment: a real server, real requests, a real kill."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datasets_app.membership import add_member, create_token
from tests.factories import ClientFactory, UserFactory, Team, make_dataset
team = Team(ClientFactory())
team.add("ann", "labeller")
dataset = make_dataset(team, (400,))
print(dataset.dataset_id, team.token("ann"))
"""
LOOK = """
import django; django.setup()
from tasks_app.history import broken_links
from tasks_app.models import Item, Task, TaskEvent
print(*Task.objects.filter(status="submitted").values_list("task_id", flat=True))
assert TaskEvent.objects.filter(action="submit", to_status="submitted").count() == Task.objects.filter(
    status="submitted").count()
assert not [link for item in Item.objects.all() for link in broken_links(item)]
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An installation of its own on SQLite, with the settings of a real one."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {"DATA_DIR": str(tmp_path), "SECRET_KEY": "x" * 60, "HTTPS": "off", "ALLOWED_HOSTS": "127.0.0.1"}
    return kept | own | {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT)}


def python(code: str, environment: dict[str, str]) -> list[str]:
    ran = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


@pytest.fixture
def installation(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], int, str, str]]:
    dataset_id, secret = python(PREPARE, environment)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL)
    yield server, port, dataset_id, secret
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def ask(port: int, secret: str, method: str, path: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, f"/api/v2/{path}", headers={"Authorization": f"Bearer {secret}"})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def listed(port: int, secret: str, dataset_id: str) -> list[str]:
    """The ready tasks, as soon as the server answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            status, body = ask(port, secret, "GET", f"datasets/{dataset_id}/tasks?status=ready&fields=task_id")
        except OSError:
            time.sleep(0.1)
        else:
            assert status == 200, body
            return [task["task_id"] for task in body["tasks"]]
    pytest.fail("the server did not come up")


def test_what_was_acknowledged_is_there_after_kill_9(
    installation: tuple[subprocess.Popen[bytes], int, str, str], environment: dict[str, str]
) -> None:
    server, port, dataset_id, secret = installation
    tasks = listed(port, secret, dataset_id)
    acknowledged: list[str] = []

    def work(some: list[str]) -> None:
        for task_id in some:
            try:
                status, _body = ask(port, secret, "POST", f"tasks/{task_id}/submit")
            except (OSError, http.client.HTTPException, ValueError):
                return
            if status == 200:
                acknowledged.append(task_id)

    workers = [threading.Thread(target=work, args=(tasks[number::4],)) for number in range(4)]
    for worker in workers:
        worker.start()
    while len(acknowledged) < 60:
        time.sleep(0.01)
    os.killpg(server.pid, signal.SIGKILL)
    for worker in workers:
        worker.join()

    submitted = set(python(LOOK, environment))
    assert set(acknowledged) <= submitted
    assert len(submitted) < len(tasks)  # it was killed in the middle of the work
