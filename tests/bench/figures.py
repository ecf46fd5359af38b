"""What is asked and what it took: figures without a database."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ORDERINGS = ("list", "-updated", "due")
#: The deep page begins behind so many items: page 1,000 of 50 each.
DEEP = 50_000


@dataclass(frozen=True)
class Measured:
    """One address, asked several times."""

    who: str
    query: str
    ordering: str
    deep: bool
    milliseconds: float
    #: Of these, what this process computed (with SQLite: all). More than that is waiting, or a busy machine.
    computing: float
    queries: int
    size: int
    rows: int


def median(run: Callable[[], object], runs: int) -> tuple[float, float]:
    """Milliseconds, by the clock and of computing, after one run to warm up."""
    run()
    clock, computing = [], []
    for _ in range(runs):
        started = time.perf_counter(), time.process_time()
        run()
        clock.append((time.perf_counter() - started[0]) * 1000)
        computing.append((time.process_time() - started[1]) * 1000)
    return statistics.median(clock), statistics.median(computing)


def report(found: list[Measured], limit: float) -> int:
    """The slowest of each viewer and ordering, then the verdict."""
    worst: dict[tuple[str, str, bool], Measured] = {}
    for one in found:
        key = (one.who, one.ordering, one.deep)
        if key not in worst or worst[key].milliseconds < one.milliseconds:
            worst[key] = one
    heads = f"{'slowest, ms':>12}{'computing':>10}{'queries':>9}{'kB':>7}{'rows':>6}"
    print(f"\n{'who':24}{'ordering':10}{'page':7}{heads}  filters")
    for one in worst.values():
        print(line(one))
    slow = [one for one in found if one.milliseconds > limit]
    typical = statistics.median(one.milliseconds for one in found)
    print(f"\n{len(found)} pages, {typical:.0f} ms in the middle, {max(one.milliseconds for one in found):.0f} ms the "
          f"slowest, {max(one.queries for one in found)} queries and {max(one.size for one in found) / 1000:.0f} kB at "
          f"the most.")  # fmt: skip
    print(f"{len(slow)} took longer than {limit:.0f} ms." if slow else f"All under {limit:.0f} ms.")
    for one in sorted(slow, key=lambda one: -one.milliseconds):
        print(line(one))
    return 1 if slow else 0


def line(one: Measured) -> str:
    page = "deep" if one.deep else "first"
    numbers = f"{one.milliseconds:12.0f}{one.computing:10.0f}{one.queries:9}{one.size / 1000:7.0f}{one.rows:6}"
    return f"{one.who:24}{one.ordering:10}{page:7}{numbers}  {one.query or '-'}"


def addresses(singles: dict[str, list[str]], *, pairs: bool = True) -> Iterator[str]:
    """Nothing, each single filter, and the usual pairs."""
    yield ""
    for filters in singles.values():
        yield from filters
    if not pairs:
        return
    for one, other in (("status", "stage"), ("status", "person"), ("stage", "person")):
        yield from (f"{first}&{second}" for first in singles[one] for second in singles[other])
