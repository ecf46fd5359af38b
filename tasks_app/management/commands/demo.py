"""`manage.py demo`: a whole Foureyes to try out, on this machine alone."""

from __future__ import annotations

import os
import socket
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication
from tqdm import tqdm

from tasks_app import demo, demo_screen

HOST = "127.0.0.1"
PORT = 8000
#: Processes, not threads: with threads SQLite's slowest answers took ten times as long.
WORKERS = 2
PRODUCTION = ("DATABASE_URL", "SECRET_KEY")
T = TypeVar("T")


class Command(BaseCommand):
    help = "Build the demo where there is none yet, and serve it on this machine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=port_number, default=PORT, help="the port to listen on (%(default)s)")
        parser.add_argument("--host", default=HOST, help="the address to listen on (%(default)s: this machine only)")
        parser.add_argument("--no-serve", action="store_true", help="only build it")

    def handle(self, *args: Any, host: str, port: int, no_serve: bool, **options: Any) -> None:
        refuse_production()
        if not no_serve:
            check_address(host, port)
        try:
            prepare()
        except KeyboardInterrupt:
            sys.exit(130)
        self.stdout.write(demo_screen.screen(url_of(host, port), kept_token()))
        if not is_loopback(host):
            self.stderr.write(f"Anyone who reaches {host} can sign in: the passwords above are known to all.")
        if not no_serve:
            self.stdout.write("\nCtrl-C stops it.")
            self.stdout.flush()
            connections.close_all()  # the workers are forked: each opens a connection of its own
            Server(host, port).run()


def port_number(word: str) -> int:
    if not word.isdecimal() or not 0 < int(word) < 65_536:
        raise ArgumentTypeError(f"{word!r} is not a port: write a number from 1 to 65535.")
    return int(word)


def refuse_production() -> None:
    """The demo's passwords are known to all: it never touches the data of a real installation."""
    found = [name for name in PRODUCTION if os.environ.get(name)]
    if found:
        names = " and ".join(found)
        words = f"{names} {'is' if len(found) == 1 else 'are'} set, as for a real installation"
        raise CommandError(f"{words}: the demo runs without, on a SQLite file of its own.", returncode=2)
    if settings.MODE != "demo":
        raise CommandError(f"FOUREYES_MODE is {settings.MODE}: the demo runs only as demo. Unset it.", returncode=2)


def check_address(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = f"Cannot listen on {host}, port {port} ({error.strerror})"
            raise CommandError(f"{why}: choose another with --port.", returncode=2) from error


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def url_of(host: str, port: int) -> str:
    """Where a browser on this machine finds it; 0.0.0.0 is every address, so also this machine's own."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{'localhost' if host in ('0.0.0.0', '::') else name}:{port}"  # noqa: S104


def prepare() -> None:
    """The database has its tables and the demo's content. All or nothing: killed halfway, it begins anew."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        if not demo.is_built():
            keep_token(demo.build(progress))


def progress(rows: Iterable[T], what: str) -> Iterable[T]:
    """A bar on stderr, if someone looks at it."""
    return tqdm(rows, desc=what, disable=None, leave=False, file=sys.stderr)


def token_file() -> Path:
    return Path(settings.DATA_DIR) / "token.txt"


def keep_token(secret: str) -> None:
    """The demo's token is shown again by the next start; nobody else on the machine can read it."""
    token_file().unlink(missing_ok=True)
    token_file().touch(mode=0o600)
    token_file().write_text(secret + "\n")


def kept_token() -> str:
    return token_file().read_text().strip() if token_file().exists() else ""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn in this process: Django is loaded already, and the workers are forked from it."""

    def __init__(self, host: str, port: int) -> None:
        self.bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        chosen = {
            "bind": self.bind,
            "workers": WORKERS,
            "preload_app": True,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        application = get_wsgi_application()
        _ = get_resolver().url_patterns  # imported once here, not by each worker's first request
        return application
