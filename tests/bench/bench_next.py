"""How long the next task takes at the server, of a dataset with 400,000: `POST /datasets/{id}/tasks/next`.

    uv run python -m tests.bench.bench_next                    SQLite
    uv run python -m tests.bench.bench_next --db postgres      a PostgreSQL that it starts itself

Exit code 1: something took longer than --limit.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from .bench_dataset_page import set_up
from .figures import median

#: What is asked for, and how it reads in the table.
ASKED: dict[str, dict[str, str]] = {
    "anything": {},
    "Labelling": {"stage_id": "Labelling"},
    "QA": {"stage_id": "QA"},
    "QA, reviews": {"stage_id": "QA", "kind": "review"},
    "work": {"kind": "work"},
}


def arguments(said: list[str] | None) -> Namespace:
    parser = ArgumentParser(description="Measure the next task.")
    parser.add_argument("--db", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--tasks", type=int, default=400_000)
    parser.add_argument("--runs", type=int, default=20, help="of which the median is taken, after one to warm up")
    parser.add_argument("--limit", type=float, default=50, help="milliseconds (%(default)s)")
    parser.add_argument("--keep", type=Path, help="SQLite: the file to use again, or to make")
    options = parser.parse_args(said)
    options.mot17 = None
    return options


def main(said: list[str] | None = None) -> int:
    options = arguments(said)
    with ExitStack() as running:
        set_up(options, running)
        slowest = measure(options)
    print(f"The slowest took {slowest:.0f} ms; {options.limit:.0f} ms are wanted.")
    return 1 if slowest > options.limit else 0


def measure(options: Namespace) -> float:
    """Prints a line for each person and question; the slowest of the medians, in milliseconds."""
    from django.test import Client

    from .crowd import viewers_of
    from .measuring import build

    dataset, slowest = build(options), 0.0
    address = f"/api/v2/datasets/{dataset.dataset_id}/tasks/next"
    print(f"{dataset.tasks.count():,} tasks\n{'who':24}{'asks for':16}{'ms':>8}{'computing':>11}  answer")
    for who, member in viewers_of(dataset).items():
        browser = Client(SERVER_NAME="localhost")
        browser.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        for name, body in ASKED.items():
            ask = partial(browser.post, address, body, content_type="application/json")
            clock, computing = median(ask, options.runs)
            print(f"{who:24}{name:16}{clock:8.1f}{computing:11.1f}  {ask().status_code}")
            slowest = max(slowest, clock)
    return slowest


if __name__ == "__main__":
    sys.exit(main())
