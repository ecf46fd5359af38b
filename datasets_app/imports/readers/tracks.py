"""Numbers and categories of tracks, where a format does not have them as the contract does."""

from __future__ import annotations

from collections.abc import Iterable

MAX_DIGITS = 15

#: Which object an id names: the video (empty where ids count across videos) and the id.
TrackKey = tuple[str, str]


def numbers_of(keys: Iterable[TrackKey]) -> dict[TrackKey, int]:
    """A number for each key, the same whenever the same input is read.

    The ids themselves, if each is a plain decimal number and no two mean the same one ("7" and "007", or 7 in two
    videos); otherwise all are counted from 1 in the order in which they first appear.
    """
    ordered = dict.fromkeys(keys)
    if all(track.isascii() and track.isdigit() and len(track) <= MAX_DIGITS for _, track in ordered):
        numbers = {key: int(key[1]) for key in ordered}
        if len(set(numbers.values())) == len(numbers):
            return numbers
    return {key: number for number, key in enumerate(ordered, start=1)}
