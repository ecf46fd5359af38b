"""Numbers in formats that are lines of text."""

from __future__ import annotations

from datasets_app.imports.checks import refuse, show
from datasets_app.imports.geometry import MAX_NUMBER


def to_number(text: str, name: str, where: str) -> float:
    """The number that a text says, an int where it is whole ("912", "912.0"); `name` is what it is called."""
    try:
        # Python also takes 1_000 and the digits of other scripts; the formats do not.
        value = float(text) if text.isascii() and "_" not in text else None
    except ValueError:
        value = None
    if value is None or not -MAX_NUMBER <= value <= MAX_NUMBER:  # which NaN fails as well
        refuse(where, f"has {name} {show(text)}, which is not a number from -1e12 to 1e12")
    return tidy(value)


def to_whole(text: str, name: str, where: str, *, lowest: int = 0, highest: int = int(MAX_NUMBER)) -> int:
    """The whole number that a text says, within limits."""
    value = to_number(text, name, where)
    if not isinstance(value, int) or not lowest <= value <= highest:
        refuse(where, f"has {name} {show(text)}, which is not a whole number from {lowest} to {highest}")
    return value


def tidy(value: float) -> float:
    """912 instead of 912.0: what was written as a whole number stays one."""
    whole = int(value)
    return whole if whole == value else value
