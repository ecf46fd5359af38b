"""Sharing files out evenly over several people. Pure: the same parcels and people give the same plan.

The promise, for files with objects and people of whom some may not have some files:

* Every file that one of the people may have is given to exactly one of them, never to one who is barred from it;
  what nobody of them may have is `left`, and said.
* Fair by objects, not by files: nobody has more objects than another who could take one of their files by more than
  the objects of the largest file. Where nobody is barred that means: by more than the largest file, ever. (Files
  without objects are shared evenly among themselves.)
* Where nobody is barred, or the bars leave room for it, everyone gets one run of files that follow each other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file by its number, how many objects are in it, and who must not have it."""

    number: int
    objects: int
    barred: frozenset[str] = frozenset()


@dataclass(slots=True)
class Plan:
    """The numbers that each of the people gets, in order; and those that nobody of them may have."""

    shares: dict[str, list[int]]
    left: list[int] = field(default_factory=list)


def share_out(parcels: Sequence[Parcel], people: Sequence[str]) -> Plan:
    """Who gets which of the parcels. People count in the order in which they are given."""
    names = tuple(dict.fromkeys(people))
    plan = Plan({name: [] for name in names})
    some = sorted(parcels, key=lambda parcel: parcel.number)
    plan.left = [parcel.number for parcel in some if parcel.barred.issuperset(names)]
    some = [parcel for parcel in some if not parcel.barred.issuperset(names)]
    if not some:
        return plan
    for name, held in (_in_runs(some, names) or _around_the_bars(some, names)).items():
        plan.shares[name] = sorted(parcel.number for parcel in held)
    return plan


def _weights(parcels: Sequence[Parcel]) -> dict[int, int]:
    """By number: objects first and, where they are equal, files. So a bound on weights is one on objects."""
    unit = len(parcels) + 2
    return {parcel.number: parcel.objects * unit + 1 for parcel in parcels}


# --- one run for each ---------------------------------------------------------------------------------------------


def _in_runs(parcels: Sequence[Parcel], people: Sequence[str]) -> dict[str, list[Parcel]] | None:
    """Even runs, each to someone who may have all of it. None where that is not possible."""
    weights = _weights(parcels)
    cuts = even_cuts([weights[parcel.number] for parcel in parcels], len(people))
    blocks = [list(parcels[low:high]) for low, high in pairwise(cuts)]
    barred = [frozenset[str]().union(*(parcel.barred for parcel in block)) for block in blocks]
    taken: dict[str, int] = {}
    for at in range(len(blocks)):
        if not _find_one(at, people, barred, taken, set()):
            return None
    return {name: blocks[taken[name]] for name in people}


def _find_one(
    at: int, people: Sequence[str], barred: Sequence[frozenset[str]], taken: dict[str, int], asked: set[str]
) -> bool:
    """Find somebody for a block; who has another one already may swap it for one of the rest (Kuhn's matching)."""
    able = [name for name in people if name not in barred[at]]
    for name in sorted(able, key=taken.__contains__):
        if name not in asked:
            asked.add(name)
            if name not in taken or _find_one(taken[name], people, barred, taken, asked):
                taken[name] = at
                return True
    return False


def even_cuts(weights: Sequence[int], parts: int) -> list[int]:
    """Where to cut a row of weights (above 0), so that no two parts differ by more than the largest weight.

    It is always possible (Bárány and Grinberg, "Block partitions of sequences"). With the largest `least` that
    every part can have, the ends that parts of `least` to `least + largest` reach are, for each part, all those
    between two: so they can be cut from the end backwards, each where it is nearest to the even share.
    """
    sums = [0, *accumulate(weights)]
    largest, least = max(weights), _most_for_the_least(sums, parts)
    low = high = 0
    reached = []
    for _part in range(parts):
        low = bisect_left(sums, sums[low] + least)
        high = bisect_right(sums, sums[high] + least + largest) - 1
        reached.append((low, high))
    cuts = [len(weights)]
    for part in range(parts - 1, 0, -1):
        low, high = reached[part - 1]
        low = max(low, bisect_left(sums, sums[cuts[-1]] - least - largest))
        high = min(high, bisect_right(sums, sums[cuts[-1]] - least) - 1)
        share = sums[-1] * part / parts
        cuts.append(min(range(low, high + 1), key=lambda end: abs(sums[end] - share)))
    return [0, *reversed(cuts)]


def _most_for_the_least(sums: list[int], parts: int) -> int:
    """The largest weight that each of so many parts of the row can have at least."""
    low, high = 0, sums[-1] // parts
    while low < high:
        middle = (low + high + 1) // 2
        end = 0
        for _part in range(parts):
            if end < len(sums):
                end = bisect_left(sums, sums[end] + middle)
        low, high = (middle, high) if end < len(sums) else (low, middle - 1)
    return low


# --- some are barred from some ------------------------------------------------------------------------------------

#: The parcels that somebody has, by who could have them.
Held = dict[tuple[str, ...], list[Parcel]]


def _around_the_bars(parcels: Sequence[Parcel], people: Sequence[str]) -> dict[str, list[Parcel]]:
    """First the files that fewest may have, in runs that level the loads; then moves while one makes it fairer."""
    weights = _weights(parcels)
    alike: Held = {}
    for parcel in parcels:
        alike.setdefault(tuple(name for name in people if name not in parcel.barred), []).append(parcel)
    held: dict[str, Held] = {name: {} for name in people}
    loads = dict.fromkeys(people, 0)
    for able, some in sorted(alike.items(), key=lambda one: (len(one[0]), one[1][0].number)):
        ends = _levelling([loads[name] for name in able], sum(weights[parcel.number] for parcel in some))
        given = 0
        for parcel in some:
            weight = weights[parcel.number]
            name = able[min(bisect_left(ends, given + weight / 2), len(able) - 1)]
            held[name].setdefault(able, []).append(parcel)
            loads[name] += weight
            given += weight
    while _move(held, loads, weights):
        pass
    return {name: [parcel for some in mine.values() for parcel in some] for name, mine in held.items()}


def _levelling(loads: Sequence[int], amount: int) -> list[float]:
    """How far each one's share of an amount reaches, if it is poured where least is."""
    low = sorted(loads)
    for count in range(len(low), 0, -1):
        level = (amount + sum(low[:count])) / count
        if level >= low[count - 1]:
            break
    return list(accumulate(max(0.0, level - load) for load in loads))


def _move(held: dict[str, Held], loads: dict[str, int], weights: dict[int, int]) -> bool:
    """Hand one parcel from somebody to somebody who has less even with it. The sum of squares shrinks: it ends."""
    for name in sorted(loads, key=lambda one: -loads[one]):
        for other in sorted(loads, key=loads.__getitem__):
            gap = loads[name] - loads[other]
            if gap <= 0:
                break
            for able, some in held[name].items():
                parcel = _lighter(some, gap, weights) if other in able else None
                if parcel is not None:
                    some.remove(parcel)
                    held[other].setdefault(able, []).append(parcel)
                    loads[name] -= weights[parcel.number]
                    loads[other] += weights[parcel.number]
                    return True
    return False


def _lighter(parcels: list[Parcel], gap: int, weights: dict[int, int]) -> Parcel | None:
    """One that weighs less than the gap; at an end where that is possible, so that runs stay runs."""
    if not parcels:
        return None
    for parcel in (parcels[-1], parcels[0]):
        if weights[parcel.number] < gap:
            return parcel
    lightest = min(parcels, key=lambda parcel: weights[parcel.number])
    return lightest if weights[lightest.number] < gap else None
