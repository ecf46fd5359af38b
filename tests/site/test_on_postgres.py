"""The run on SQLite includes one on PostgreSQL, of the tests that say something about it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.postgres import missing_reason

ROOT = Path(__file__).resolve().parents[2]


def test_the_database_is_the_one_that_was_asked_for(db, pytestconfig):
    vendors = {"sqlite": "sqlite", "postgres": "postgresql"}

    assert connection.vendor == vendors[pytestconfig.getoption("--db")]


def test_sqlite_is_a_file_as_in_real_life(db):
    if connection.vendor != "sqlite":
        pytest.skip("this run is on PostgreSQL")

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
    assert "memory" not in str(connection.settings_dict["NAME"])


@pytest.mark.timeout(1200)
def test_what_is_marked_postgres_passes_on_postgres(pytestconfig):
    if pytestconfig.getoption("--db") == "postgres":
        pytest.skip("this run is on PostgreSQL")
    if missing_reason() and not os.environ.get("CI"):
        pytest.skip(missing_reason())

    done = run_on_postgres()

    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed is not None
    assert int(passed[1]) > 0


def run_on_postgres() -> subprocess.CompletedProcess[str]:
    """The same tests in a process of their own, which starts a PostgreSQL and stops it."""
    ours = ("PYTEST_", "COV_", "FOUREYES_", "DJANGO_", "DATABASE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    options = ["--db", "postgres", "-m", "postgres", "-n0", "-p", "no:cacheprovider", "-q"]
    command = [sys.executable, "-m", "pytest", *options, str(ROOT / "tests")]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
