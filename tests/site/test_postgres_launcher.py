"""The launcher of the tests' PostgreSQL: it answers, it keeps its promises, it leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
import pytest

from tests.postgres import DEBIAN, PostgresServer, Source, find_binaries, missing_reason, running_postgres

pytestmark = pytest.mark.skipif(bool(missing_reason()), reason=missing_reason())

ROOT = Path(__file__).resolve().parents[2]

KILLED = """
import os, signal
from tests.postgres import running_postgres
with running_postgres() as server:
    print(server.pid, server.socket_dir, flush=True)
    os.kill(os.getpid(), signal.{signal})
    signal.pause()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_postgres() as running:
        yield running


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until_gone(pid: int, folder: Path) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not is_running(pid) and not folder.exists():
            return True
        time.sleep(0.05)
    return False


def show(connection: psycopg.Connection[tuple[str]], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    return row[0] if row else ""


@pytest.mark.parametrize("source", ["debian", "wheel"])
def test_server_answers_and_is_gone_afterwards(source: Source) -> None:
    binaries = find_binaries(source)

    with running_postgres(binaries=binaries) as server, psycopg.connect(server.conninfo()) as connection:
        answer = connection.execute("SELECT 1").fetchone()

    assert answer == (1,)
    assert not is_running(server.pid)
    assert not server.socket_dir.parent.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_binaries_that_the_server_user_cannot_run_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    binaries = find_binaries("wheel")
    monkeypatch.setattr("tests.postgres._can_run", lambda *_: False)
    if binaries is None or binaries.is_relative_to(DEBIAN):
        pytest.skip("Debian's binaries find their files by fixed paths that everyone can read")

    with running_postgres(binaries=binaries) as server, psycopg.connect(server.conninfo()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)

    assert server.binaries != binaries
    assert not server.binaries.exists()


def test_server_listens_on_its_socket_only(server: PostgresServer) -> None:
    with psycopg.connect(server.conninfo()) as connection:
        assert show(connection, "listen_addresses") == ""
        assert show(connection, "unix_socket_directories") == str(server.socket_dir)
        assert show(connection, "server_encoding") == "UTF8"


def test_fast_gives_up_durability_and_slow_keeps_it(server: PostgresServer) -> None:
    with running_postgres(fast=False) as durable, psycopg.connect(durable.conninfo()) as connection:
        assert [show(connection, name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3
    with psycopg.connect(server.conninfo()) as connection:
        assert [show(connection, name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["off"] * 3


def test_url_means_the_same_to_django_environ(server: PostgresServer) -> None:
    parsed = environ.Env.db_url_config(server.url("foureyes"))

    ours = server.settings("foureyes")
    assert {key: parsed[key] or "" for key in ours} == ours


@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT", "SIGTERM"])
def test_nothing_stays_when_the_tests_are_killed(how: str) -> None:
    child = subprocess.run(
        [sys.executable, "-c", KILLED.format(signal=how)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    pid, socket_dir = child.stdout.split()

    assert child.returncode != 0
    assert wait_until_gone(int(pid), Path(socket_dir).parent)


def test_an_error_in_the_block_stops_the_server() -> None:
    with pytest.raises(ZeroDivisionError), running_postgres() as server:
        raise ZeroDivisionError

    assert not is_running(server.pid)
