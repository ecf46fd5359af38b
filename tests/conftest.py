"""How the tests run: on SQLite, or with `--db postgres` on a real PostgreSQL that they start themselves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.base.operations import BaseDatabaseOperations
from rest_framework.test import APIClient

from tasks_app import append_only
from tests.factories import Team, make_team
from tests.postgres import running_postgres

#: How the controlling process tells its workers where PostgreSQL is.
HANDED_ON = "FOUREYES_TEST_DATABASE"
#: Real annotation files beside the checkout; their licences forbid copies.
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
running = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=["sqlite", "postgres"], default="sqlite", help="the database to test on")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--db") == "sqlite":
        use_database(settings.DATABASES["default"] | {"TEST": {"NAME": str(settings.DATA_DIR / "test.sqlite3")}})
        return
    if not hasattr(config, "workerinput"):
        server = running.enter_context(running_postgres())
        os.environ[HANDED_ON] = json.dumps(server.settings())
    use_database(json.loads(os.environ[HANDED_ON]))


def pytest_unconfigure(config: pytest.Config) -> None:
    running.close()


def use_database(database: dict[str, Any]) -> None:
    """Make this the database, before anybody has connected to the one of the settings."""
    settings.DATABASES = {"default": database}
    connections._settings = None  # else the one that it has read already is used again
    connections.__dict__.pop("settings", None)
    if hasattr(connections._connections, "default"):
        del connections["default"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of PostgreSQL run on PostgreSQL: `tests/site/test_on_postgres.py` sees to it in the other run. What asks
    no database, and what a browser shows, is the same on both: those run once, on SQLite."""
    on_sqlite = config.getoption("--db") == "sqlite"
    wanted = [bool(not item.get_closest_marker("postgres")) if on_sqlite else _asks_it(item) for item in items]
    config.hook.pytest_deselected(items=[item for item, runs in zip(items, wanted, strict=True) if not runs])
    items[:] = [item for item, runs in zip(items, wanted, strict=True) if runs]


def _asks_it(item: pytest.Item) -> bool:
    """Whether a test asks the database, and not only through a browser."""
    fixtures = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures or item.get_closest_marker("django_db")) and not item.get_closest_marker("browser")


@pytest.fixture(autouse=True, scope="session")
def _flush_opens_the_event_log() -> Iterator[None]:
    """Only the test runner may empty the closed event log, after a test with real commits."""
    plain = BaseDatabaseOperations.execute_sql_flush

    def flush(self: Any, sql_list: list[str]) -> None:
        append_only.run(append_only.REMOVE, self.connection)
        plain(self, sql_list)
        append_only.run(append_only.INSTALL, self.connection)

    BaseDatabaseOperations.execute_sql_flush = flush
    yield
    BaseDatabaseOperations.execute_sql_flush = plain


@pytest.fixture
def team(db: None) -> Team:
    """A client with ann, bob and eve (labellers) and one person in every other role."""
    return make_team()


@pytest.fixture
def api() -> ApiClients:
    return ApiClients()


class ApiClients:
    """`api(team, "ann")` is a program with a token of ann's."""

    def __call__(self, team: Team, name: str, **token: Any) -> APIClient:
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {team.token(name, **token)}")
        return client


@pytest.fixture
def shared_data() -> Path:
    if not DATA.is_dir():
        pytest.skip("the real annotation files (../shared/data) are not on this machine")
    return DATA
