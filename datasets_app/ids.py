"""Opaque ids, and the clock: what every row of ours is stamped with."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

OPAQUE = r"[A-Za-z0-9]{1,64}"


def opaque_id() -> str:
    """24 characters of `[A-Za-z0-9]`, 96 random bits: an id that tells nothing and cannot be guessed."""
    return secrets.token_hex(12)


_clock: ContextVar[Callable[[], datetime]] = ContextVar("clock", default=lambda: datetime.now(UTC))


@contextmanager
def as_if_at(clock: Callable[[], datetime]) -> Iterator[None]:
    """Within it, `now()` is what this clock says: a story that is told, like the demo's, happened in the past."""
    token = _clock.set(clock)
    try:
        yield
    finally:
        _clock.reset(token)


def now() -> datetime:
    """This moment in UTC, in whole milliseconds: the precision that is stored, so a saved time equals the one set."""
    moment = _clock.get()()
    return moment - timedelta(microseconds=moment.microsecond % 1000)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def to_millis(moment: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return (moment - EPOCH) // MILLISECOND


def from_millis(millis: int) -> datetime:
    return EPOCH + timedelta(milliseconds=millis)
