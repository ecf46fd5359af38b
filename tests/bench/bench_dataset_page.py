"""How long the dataset's page takes at the server: each ordering, each filter, the usual pairs, the first page and a
deep one, for those who see everything and those who see their own chains.

    uv run python -m tests.bench.bench_dataset_page                    SQLite, 400,000 tasks
    uv run python -m tests.bench.bench_dataset_page --db postgres      a PostgreSQL that it starts itself
    uv run python -m tests.bench.bench_dataset_page --mot17 FOLDER     MOT's own annotation files, frame by frame

Exit code 1: something took longer than --limit.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path

from .figures import report


def arguments(said: list[str] | None) -> Namespace:
    parser = ArgumentParser(description="Measure the dataset's page.")
    parser.add_argument("--db", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--tasks", type=int, default=400_000)
    parser.add_argument("--mot17", type=Path, help="a folder with MOT's annotation files, instead of made ones")
    parser.add_argument("--runs", type=int, default=7, help="of which the median is taken, after one to warm up")
    parser.add_argument("--limit", type=float, default=150, help="milliseconds (%(default)s)")
    parser.add_argument("--singles", action="store_true", help="no pairs of filters")
    parser.add_argument("--who", help="only this viewer")
    parser.add_argument("--keep", type=Path, help="SQLite: the file to use again, or to make")
    return parser.parse_args(said)


def main(said: list[str] | None = None) -> int:
    options = arguments(said)
    with ExitStack() as running:
        set_up(options, running)
        from .measuring import build, measure  # these need the settings

        started = time.monotonic()
        dataset = build(options)
        print(f"{options.db}: ready after {time.monotonic() - started:.0f} s")
        found = list(measure(dataset, options))
    return report(found, options.limit)


def set_up(options: Namespace, running: ExitStack) -> None:
    """The settings of tests, on a database of our own."""
    import django

    if options.db == "postgres":
        from tests.postgres import running_postgres

        os.environ["DATABASE_URL"] = running.enter_context(running_postgres()).url()
    else:
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="foureyes-bench-"))
        os.environ["DATABASE_URL"] = f"sqlite:///{options.keep or Path(folder) / 'bench.sqlite3'}"
    os.environ["FOUREYES_MODE"] = "test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()


if __name__ == "__main__":
    sys.exit(main())
