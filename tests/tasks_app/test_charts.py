"""Charts as coordinates: pure functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from datasets_app.ids import to_millis
from tasks_app.pages.charts import MOST_BARS, SPAN, Tick, duration, levels, percent, share_bars, spread_bars, timeline
from tasks_app.statistics import Share, Spread

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


def drawn(moments, *, before=0, since=None, until=NOON, zone=UTC):
    counts = {to_millis(moment): count for moment, count in moments.items()}
    return timeline(counts, before=before, since=since, until=until, zone=zone)


@pytest.mark.parametrize(
    ("millis", "words"),
    [
        (0, "0 s"), (59 * SECOND, "59 s"), (MINUTE, "1 min"), (90 * MINUTE, "1.5 h"), (3 * HOUR, "3 h"),
        (23 * HOUR, "23 h"), (2.81 * DAY, "2.8 d"), (9.96 * DAY, "10 d"), (400 * DAY, "400 d"),
    ],
)  # fmt: skip
def test_durations_have_two_digits(millis, words):
    assert duration(millis) == words


@pytest.mark.parametrize(("rate", "words"), [(0, "0 %"), (0.034, "3.4 %"), (0.12, "12 %"), (0.05, "5 %"), (1, "100 %")])
def test_rates_are_percent(rate, words):
    assert percent(rate) == words


@pytest.mark.parametrize(
    ("most", "lines"),
    [
        (0, [0, 1]), (1, [0, 1]), (2, [0, 1, 2]), (3, [0, 2, 4]), (5, [0, 5]), (31, [0, 20, 40]), (100, [0, 50, 100]),
        (101, [0, 100, 200]), (187_000, [0, 100_000, 200_000]),
    ],
)  # fmt: skip
def test_lines_across_are_few_and_round(most, lines):
    assert levels(most) == lines


# --- over time ----------------------------------------------------------------------------------------------------


def test_days_without_anything_stand_between_the_others():
    chart = drawn({NOON - timedelta(days=3): 2, NOON - timedelta(days=1): 5}, before=10)

    assert [(one.label, one.count, one.total) for one in chart.buckets] == [
        ("25 Mar", 2, 12), ("26 Mar", 0, 12), ("27 Mar", 5, 17), ("28 Mar", 0, 17),
    ]  # fmt: skip
    assert (chart.unit, chart.count) == ("day", 7)


def test_a_day_begins_at_midnight_of_the_time_zone():
    evening = datetime(2026, 3, 26, 23, 15, tzinfo=UTC)

    here, there = (drawn({evening: 1}, until=NOON + timedelta(days=1), zone=zone) for zone in (UTC, BERLIN))

    assert [(one.label, one.count) for one in here.buckets[:2]] == [("26 Mar", 1), ("27 Mar", 0)]
    assert [(one.label, one.count) for one in there.buckets[:2]] == [("27 Mar", 1), ("28 Mar", 0)]


def test_when_the_clocks_go_back_an_hour_is_there_twice():
    start = datetime(2026, 10, 24, 23, tzinfo=UTC)  # 01:00 in Berlin
    chart = drawn({start + timedelta(hours=1): 3, start + timedelta(hours=2): 4}, since=start,
                  until=start + timedelta(hours=3), zone=BERLIN)  # fmt: skip

    assert [(one.label, one.count) for one in chart.buckets] == [
        ("01:00", 0), ("02:00", 3), ("02:00", 4), ("03:00", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "unit", "most"),
    [(1, "hour", 25), (2, "hour", 49), (3, "day", 4), (90, "day", 91), (365, "week", 54), (3000, "month", 101)],
)
def test_the_span_says_how_fine_the_columns_are(days, unit, most):
    chart = drawn({NOON - timedelta(days=days): 1})

    assert chart.unit == unit
    assert 3 < len(chart.buckets) <= most
    assert 1 < len(chart.ticks) <= 5
    assert chart.ticks[-1].label == chart.buckets[-1].label


def test_the_line_ends_at_the_sum_and_everything_is_inside():
    chart = drawn({NOON - timedelta(days=day): day for day in range(1, 20)}, before=3)
    points = [tuple(map(float, point.split(","))) for point in chart.line[1:].split()]

    assert points[0] == (0, 985)  # 3 of 200
    assert points[-1] == (SPAN, 35)  # 193 of 200
    assert all(0 <= x <= SPAN and 0 <= y <= SPAN for x, y in points)
    assert all(one.x >= 0 and one.x + one.width <= SPAN for one in chart.columns)
    assert all(one.y >= 0 and one.y + one.height == pytest.approx(SPAN) for one in chart.columns)
    assert chart.totals == [Tick(140, "0"), Tick(80, "100"), Tick(20, "200 altogether")]


# --- bars ---------------------------------------------------------------------------------------------------------


def test_the_longest_bar_is_the_most():
    chart = share_bars([Share("car", 40, 400), Share("bus", 10, 20)])

    assert [(one.label, one.value, one.length) for one in chart.bars] == [
        ("car", "40 · 10 %", 100), ("bus", "10 · 50 %", 25),
    ]  # fmt: skip
    assert chart.others == ""


def test_beyond_twelve_bars_a_line_says_how_many():
    shares = [Share(f"kind {number}", 20 - number, 100) for number in range(14)]

    assert len(share_bars(shares).bars) == MOST_BARS
    assert share_bars(shares).others == "and 2 others: 15"
    assert share_bars(shares[:13]).others == "and 1 other: 8"


def test_long_names_are_cut_and_kept():
    (bar,) = share_bars([Share("a category with a very long name", 1, 1)]).bars

    assert bar.label == "a category with a very lo…"
    assert bar.name == "a category with a very long name"


def test_times_have_two_bars_and_say_when_they_are_measured():
    work, sampled = Spread(HOUR, 4 * HOUR, 9), Spread(HOUR, 2 * HOUR, 9, every=7)
    chart = spread_bars([("Labelling: work", work), ("QA: work", sampled), ("QA: review", None)], "none yet")

    assert [(one.value, one.length, one.light) for one in chart.bars] == [
        ("1 h, 9 of 10 in 4 h", 25, 100), ("about 1 h, 9 of 10 in 2 h", 25, 50), ("none yet", 0, 0),
    ]  # fmt: skip


def test_times_of_nothing_have_no_length():
    (bar,) = spread_bars([("QA: work", Spread(0, 0, 1))], "none yet").bars

    assert (bar.length, bar.light) == (0, 0)
