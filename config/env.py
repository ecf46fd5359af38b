"""The environment, read strictly: what is missing or nonsense stops the start with a sentence."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

MODES = ("production", "demo", "test")
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


def mode() -> str:
    """production unless FOUREYES_MODE says demo or test. pytest means test: it loads settings before any conftest."""
    found = os.environ.get("FOUREYES_MODE", "test" if "PYTEST_VERSION" in os.environ else "production")
    if found not in MODES:
        raise ImproperlyConfigured(f"FOUREYES_MODE is {found!r}: it has to be one of {', '.join(MODES)}.")
    return found


def switch(name: str, default: bool) -> bool:
    """A setting that is on or off."""
    word = os.environ.get(name, str(default)).strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {word!r}: write true or false.")


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least `least`."""
    word = os.environ.get(name, str(default)).strip()
    if not (word.isascii() and word.isdecimal()) or int(word) < least:
        raise ImproperlyConfigured(f"{name} is {word!r}: write a whole number, {least} or more.")
    return int(word)


def names(name: str, default: str = "") -> list[str]:
    """A list of words, separated by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def secret_key(data_dir: Path, *, required: bool) -> str:
    """SECRET_KEY. The demo makes one and keeps it in its folder, so that people stay signed in."""
    if key := os.environ.get("SECRET_KEY", ""):
        return key
    if required:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to a long random text that stays the same between starts; "
            "or, to work on the demo's data, set FOUREYES_MODE=demo."
        )
    kept = data_dir / "secret_key"
    if not kept.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(50))
    return kept.read_text()


def data_dir(base_dir: Path, *, temporary: bool) -> Path:
    """DATA_DIR: where SQLite's file and the pictures are. Tests have one of their own that goes with them."""
    if temporary:
        folder = tempfile.mkdtemp(prefix="foureyes-test-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)
    return Path(os.environ.get("DATA_DIR") or base_dir / ".foureyes")


def database(data_dir: Path) -> dict[str, Any]:
    """DATABASE_URL as Django wants it, with the settings under which each database keeps our promises."""
    try:
        config = dict(env.db_url("DATABASE_URL", default=f"sqlite:///{data_dir / 'foureyes.sqlite3'}"))
    except (KeyError, ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured("DATABASE_URL is no address of a sqlite or postgres database.") from error
    engine = config.get("ENGINE", "")
    options = config.setdefault("OPTIONS", {})
    seconds = number("DATABASE_TIMEOUT_SECONDS", 20, least=1)
    if engine.endswith("sqlite3"):
        if Path(str(config["NAME"])).parent == data_dir:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # a new installation begins without it
        # WAL without IMMEDIATE fails under load with "database is locked"; FULL: what was answered survives a crash.
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": seconds,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; "
            # INSERT OR REPLACE fires the triggers that close the event log, too.
            "PRAGMA recursive_triggers=ON;",
        }
    elif engine.endswith("postgresql"):
        most = number("DATABASE_CONNECTIONS", 4, least=1)
        options["pool"] = {"min_size": 1, "max_size": most, "timeout": 5}
        # A writer that waits longer is told "busy" (503) instead of hanging.
        options["options"] = f"-c lock_timeout={seconds}s"
    else:
        raise ImproperlyConfigured("DATABASE_URL has to be of sqlite or postgres.")
    return config
