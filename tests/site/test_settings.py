"""Settings: safe by default, strict about the environment, and databases under the promised conditions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client

from config import env

ROOT = Path(settings.BASE_DIR)
KEY = "k" * 50
SHOWN = """
import json
from django.conf import settings as s
names = '''DEBUG SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SECURE_SSL_REDIRECT SESSION_COOKIE_HTTPONLY
SECURE_HSTS_SECONDS SECURE_HSTS_INCLUDE_SUBDOMAINS ALLOWED_HOSTS
SECURE_PROXY_SSL_HEADER SESSION_COOKIE_SAMESITE AXES_ENABLED'''
print(json.dumps({name: getattr(s, name) for name in names.split()}))
"""


def started(tmp_path: Path, code: str = SHOWN, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process of its own with this environment and nothing else of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {"DJANGO_SETTINGS_MODULE": "config.settings", "DATA_DIR": str(tmp_path)} | environment
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def shown(tmp_path: Path, **environment: str) -> dict[str, Any]:
    process = started(tmp_path, **environment)
    assert process.returncode == 0, process.stderr
    found: dict[str, Any] = json.loads(process.stdout)
    return found


# --- production ----------------------------------------------------------------------------------------------


def test_production_does_not_start_without_a_secret_key(tmp_path: Path) -> None:
    process = started(tmp_path)

    assert process.returncode != 0
    last = process.stderr.strip().splitlines()[-1]
    assert "SECRET_KEY is not set." in last
    assert "FOUREYES_MODE=demo" in last
    assert list(tmp_path.iterdir()) == []


def test_production_is_safe_by_default(tmp_path: Path) -> None:
    found = shown(tmp_path, SECRET_KEY=KEY)

    assert found == {
        "DEBUG": False,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SECURE_HSTS_SECONDS": 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
        "ALLOWED_HOSTS": [],
        "SECURE_PROXY_SSL_HEADER": None,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "AXES_ENABLED": True,
    }


def test_switches_are_read_from_the_environment(tmp_path: Path) -> None:
    switched = {
        "HTTPS": "off",
        "HSTS_SECONDS": "31536000",
        "BEHIND_PROXY": "1",
        "ALLOWED_HOSTS": "a.example, b.example",
    }

    found = shown(tmp_path, SECRET_KEY=KEY, **switched)

    assert found["SESSION_COOKIE_SECURE"] is found["SECURE_SSL_REDIRECT"] is False
    assert (found["SECURE_HSTS_SECONDS"], found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]) == (31_536_000, True)
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert found["ALLOWED_HOSTS"] == ["a.example", "b.example"]


def test_a_new_installation_makes_its_folder(tmp_path: Path) -> None:
    code = "import django; django.setup(); from django.db import connection as c; c.ensure_connection(); print('open')"

    answer = started(tmp_path, code, SECRET_KEY="x" * 50, DATA_DIR=str(tmp_path / "new" / "data"))

    assert answer.stdout.strip() == "open", answer.stderr
    assert (tmp_path / "new" / "data").stat().st_mode & 0o077 == 0


def test_the_demo_keeps_a_key_of_its_own(tmp_path: Path) -> None:
    code = "from django.conf import settings; print(settings.SECRET_KEY, settings.DEBUG)"

    first, second = (started(tmp_path, code, FOUREYES_MODE="demo").stdout.split() for _ in range(2))

    assert first == second
    assert len(first[0]) > 40
    assert first[1] == "False"
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("FOUREYES_MODE", "debug"), ("DEBUG", "perhaps"), ("HTTPS", "2"), ("HSTS_SECONDS", "a year")),
        *(("MAX_BODY_BYTES", "64MB"), ("WHOLE_LISTS_AT_A_TIME", "-1"), ("DATABASE_URL", "mysql://a@b/c")),
    ],
)
def test_nonsense_stops_the_start_with_a_sentence(tmp_path: Path, name: str, value: str) -> None:
    process = started(tmp_path, **({"SECRET_KEY": KEY} | {name: value}))

    assert process.returncode != 0
    last = process.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert name in last


def test_djangos_own_checks_for_deployment_pass(tmp_path: Path) -> None:
    code = "import django; from django.core.management import call_command as call; django.setup(); "
    code += "call('check', deploy=True, fail_level='ERROR')"

    process = started(tmp_path, code, SECRET_KEY=KEY * 2, ALLOWED_HOSTS="a.example", HSTS_SECONDS="31536000")

    assert process.returncode == 0, process.stderr
    assert "security.W" not in process.stderr.replace("security.W009", "")  # our key has one letter


# --- reading -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("Yes", True), (" ON ", True), ("0", False), ("", False)])
def test_switches_have_words(monkeypatch: pytest.MonkeyPatch, word: str, meant: bool) -> None:
    monkeypatch.setenv("SOMETHING", word)

    assert env.switch("SOMETHING", not meant) is meant


@pytest.mark.parametrize("word", ["x", "-1", "1.5", "1e3", "²", ""])
def test_numbers_are_whole(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("SOMETHING", word)

    with pytest.raises(ImproperlyConfigured, match=r"SOMETHING is .*: write a whole number"):
        env.number("SOMETHING", 1)


# --- databases -----------------------------------------------------------------------------------------------


def test_sqlite_waits_writes_ahead_and_survives_a_crash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/a.sqlite3")

    options = env.database(tmp_path)["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_postgres_has_a_pool_and_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ann:secret@db.example:5433/foureyes")
    monkeypatch.setenv("DATABASE_TIMEOUT_SECONDS", "7")
    monkeypatch.setenv("DATABASE_CONNECTIONS", "9")

    found = env.database(tmp_path)

    assert (found["ENGINE"], found["HOST"], found["PORT"]) == ("django.db.backends.postgresql", "db.example", 5433)
    assert found["OPTIONS"]["pool"]["max_size"] == 9
    assert "lock_timeout=7s" in found["OPTIONS"]["options"]


@pytest.mark.django_db
def test_the_database_in_use_keeps_the_promises() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            asked = ["PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA foreign_keys"]
            expected: list[Any] = ["wal", 2, 1]
        else:
            asked, expected = ["SHOW server_encoding", "SHOW transaction_isolation"], ["UTF8", "read committed"]
        found = [cursor.execute(question) and cursor.fetchone()[0] for question in asked]

    assert found == expected


# --- headers -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/login/", "/nothing/", "/api/v2/nothing", "/api/docs", "/api/schema", "/admin/login/"]
)
def test_every_answer_has_the_headers_of_safety(path: str) -> None:
    response = Client().get(path)

    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";") if part.strip())
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_an_unknown_host_is_refused_in_the_shape_of_the_place() -> None:
    api = Client().get("/api/v2/nothing", HTTP_HOST="evil.example")
    page = Client().get("/login/", HTTP_HOST="evil.example")

    assert (api.status_code, page.status_code) == (400, 400)
    assert api.json()["errors"][0]["code"] == "invalid"
    assert "evil.example" not in page.content.decode()


@pytest.mark.django_db
def test_the_door_reads_any_content_type() -> None:
    from config.wsgi import readable

    kinds = {"application/json; charset=hex": "application/json", "a/b; x*=nothing'y'z": "application/octet-stream"}

    assert {kind: readable(kind) for kind in kinds} == kinds
    assert readable("multipart/form-data; boundary=x") == "multipart/form-data; boundary=x"
