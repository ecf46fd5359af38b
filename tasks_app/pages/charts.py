"""Charts as coordinates: numbers come in, places and words go out, templates write the SVG. No queries, no HTTP.

Across, places are in percent of the width, and letters keep their size: a chart fits a phone and a desk. A line is
drawn in a field of `SPAN` × `SPAN` that is stretched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import count
from typing import Any

from config.templatetags.foureyes import number
from datasets_app.ids import from_millis
from tasks_app.statistics import Share, Spread

SPAN = 1000
#: Bars of a chart, and lines of the table below it; beyond, one line says how many there are.
MOST_BARS, MOST_LINES = 12, 100
#: Letters of a name in a chart: more do not fit a phone. The table has all.
LETTERS, LETTERS_OF_STAGE = 26, 18
#: From one bar to the next, in pixels, and the height of a bar.
ROW = 38
#: Where the two plots of a timeline are: pixels from the top, and height.
TOTALS, COUNTS = (20, 120), (172, 64)
A = {"hour": "an hour", "day": "a day", "week": "a week", "month": "a month"}
#: Words that fit under a phone's chart, and lines across it.
MOST_TICKS, MOST_LEVELS = 5, 3

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


def duration(millis: float) -> str:
    """ "1.5 h": a length of time with two digits, where it has so many."""
    for size, word in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if millis >= size:
            count = millis / size
            return f"{count:.1f} {word}" if count < 9.95 and round(count, 1) % 1 else f"{count:.0f} {word}"
    return f"{millis / SECOND:.0f} s"


def percent(rate: float) -> str:
    """ "3.4 %", "12 %", "0 %"."""
    parts = 100 * rate
    return f"{parts:.1f} %" if 0 < parts < 9.95 and round(parts, 1) % 1 else f"{parts:.0f} %"


# --- over time --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bucket:
    """An hour, day, week or month: how many in it, and how many until its end."""

    label: str
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A word at a place: in percent of the width, or in pixels from the top. `anchor`: which end of it is there."""

    at: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Column:
    """A bar that stands, in units of the stretched field."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """How much there was in each span of time, and altogether."""

    unit: str
    buckets: list[Bucket]
    line: str
    area: str
    columns: list[Column]
    totals: list[Tick]
    counts: list[Tick]
    ticks: list[Tick]

    @property
    def count(self) -> int:
        return sum(bucket.count for bucket in self.buckets)


def timeline(
    found: Mapping[int, int], *, before: int, since: datetime | None, until: datetime, zone: tzinfo
) -> Timeline:
    """Counts by the millisecond at which a quarter of an hour began, from `since` (or the first) until now.

    `before`: how many there were before that. Days are those of the time zone.
    """
    first = since or from_millis(min(found))
    unit = _unit(until - first)
    by_start: dict[Any, int] = dict.fromkeys(_starts(unit, first, until, zone), 0)
    for millis, some in found.items():
        start = _start(unit, from_millis(millis), zone)
        by_start[start] = by_start.get(start, 0) + some
    buckets, total = [], before
    for start in sorted(by_start):
        total += by_start[start]
        buckets.append(Bucket(_word(unit, start, zone), by_start[start], total))
    return _drawn(unit, buckets, before)


def _drawn(unit: str, buckets: list[Bucket], before: int) -> Timeline:
    """The line from left to right, and a column for each span."""
    top, most = levels(buckets[-1].total), levels(max(bucket.count for bucket in buckets))
    wide = SPAN / len(buckets)
    heights = [before, *(bucket.total for bucket in buckets)]
    line = " ".join(f"{wide * place:.1f},{SPAN * (1 - total / top[-1]):.1f}" for place, total in enumerate(heights))
    columns = [
        Column(
            round(wide * (place + 0.15), 1), round(SPAN * (1 - bucket.count / most[-1]), 1), round(wide * 0.7, 1),
            round(SPAN * bucket.count / most[-1], 1), f"{bucket.label}: {number(bucket.count)}",
        )
        for place, bucket in enumerate(buckets)
    ]  # fmt: skip
    return Timeline(
        unit, buckets, f"M{line}", f"M0,{SPAN} L{line} L{SPAN},{SPAN}Z", columns,
        _lines(top, *TOTALS, "altogether"), _lines(most, *COUNTS, f"in {A[unit]}"), list(_ticks(buckets)),
    )  # fmt: skip


def _unit(length: timedelta) -> str:
    if length <= timedelta(days=2):
        return "hour"
    if length <= timedelta(days=100):
        return "day"
    return "week" if length <= timedelta(days=730) else "month"


def _start(unit: str, moment: datetime, zone: tzinfo) -> date | datetime:
    """The beginning of the hour, day, week or month of a moment."""
    local = moment.astimezone(zone)
    if unit == "hour":  # in UTC: when the clocks go back there are two of the same name
        return moment.astimezone(UTC) - timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
    day = local.date()
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _starts(unit: str, first: datetime, last: datetime, zone: tzinfo) -> Iterator[date | datetime]:
    """The beginnings of all hours, days, weeks or months from one moment to another."""
    start, end = _start(unit, first, zone), _start(unit, last, zone)
    while start <= end:
        yield start
        if unit == "month":
            start = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            start += {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}[unit]


def _word(unit: str, start: date | datetime, zone: tzinfo) -> str:
    if isinstance(start, datetime):
        return f"{start.astimezone(zone):%H:%M}"
    return f"{start:%b %Y}" if unit == "month" else f"{start.day} {start:%b}"


def _ticks(buckets: Sequence[Bucket]) -> Iterator[Tick]:
    """Words under some of the columns, the newest among them."""
    step = -(-len(buckets) // MOST_TICKS)
    for place in range((len(buckets) - 1) % step, len(buckets), step):
        at = 100 * (place + 0.5) / len(buckets)
        yield Tick(round(at, 2), buckets[place].label, "start" if at < 6 else "end" if at > 94 else "middle")


def levels(most: int) -> list[int]:
    """Round numbers from 0 to `most` or a little more, few of them: 0, 20, 40 for 31."""
    sizes = (step * 10**power for power in count() for step in (1, 2, 5))
    step = next(size for size in sizes if size * (MOST_LEVELS - 1) >= most)
    return list(range(0, max(most, 1) + step, step))[: max(-(-most // step), 1) + 1]


def _lines(values: Sequence[int], top: int, height: int, word: str) -> list[Tick]:
    """The lines across a plot, in pixels from the top; the highest says what is counted."""
    words = [number(value) for value in values]
    words[-1] += f" {word}"
    return [Tick(top + height * (1 - value / values[-1]), said) for value, said in zip(values, words, strict=True)]


# --- bars -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that lies: its words above it, its length in percent; `light`: a second, longer one behind it."""

    y: int
    label: str
    name: str
    value: str
    length: float
    light: float = 0.0


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a chart from top to bottom, and what is not shown."""

    bars: list[Bar]
    others: str = ""

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def share_bars(shares: Sequence[Share]) -> Bars:
    """A bar for each of the first shares, with how many and how often."""
    longest = max((share.rejected for share in shares), default=1)
    shown = [
        _bar(place, share.name, f"{number(share.rejected)} · {percent(share.rate)}", share.rejected / longest)
        for place, share in enumerate(shares[:MOST_BARS])
    ]
    rest = shares[MOST_BARS:]
    count = number(sum(share.rejected for share in rest))
    return Bars(shown, f"and {len(rest)} other{'s' * (len(rest) > 1)}: {count}" if rest else "")


def spread_bars(spreads: Sequence[tuple[str, Spread | None]], nothing: str) -> Bars:
    """Two bars for each: to the median, and behind it to where nine of ten are done."""
    longest = max((spread.ninetieth for _name, spread in spreads if spread), default=0) or 1
    bars = []
    for place, (name, spread) in enumerate(spreads):
        said, parts = nothing, (0.0, 0.0)
        if spread is not None:
            said, parts = words(spread), (spread.median / longest, spread.ninetieth / longest)
        bars.append(_bar(place, name, said, *parts, letters=LETTERS_OF_STAGE))
    return Bars(bars)


def words(spread: Spread) -> str:
    about = "about " if spread.every > 1 else ""
    return f"{about}{duration(spread.median)}, 9 of 10 in {duration(spread.ninetieth)}"


def _bar(place: int, name: str, value: str, length: float = 0.0, light: float = 0.0, letters: int = LETTERS) -> Bar:
    label = name if len(name) <= letters else f"{name[: letters - 1]}…"
    return Bar(place * ROW, label, name, value, round(100 * length, 2), round(100 * light, 2))
