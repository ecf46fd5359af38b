"""How a person gets on at the desk: what they did last (for undo), how many and how fast. Kept in their session."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from datasets_app.ids import now, to_millis

KEY = "desk"
#: A pause longer than this ends a round of work: the count begins anew.
PAUSE_MILLIS = 15 * 60_000


@dataclass(slots=True)
class Pace:
    """One round of work in one place (a dataset and stage). Times are milliseconds since 1970 UTC."""

    place: str
    since: int = 0
    last: int = 0
    done: int = 0
    #: What was done last, for the button that takes it back.
    task_id: str = ""
    said: str = ""
    undo_until: int = 0

    @property
    def per_minute(self) -> float | None:
        """Decisions a minute, from the third on."""
        minutes = (self.last - self.since) / 60_000
        return (self.done - 1) / minutes if self.done >= 3 and minutes > 0 else None

    def minutes_for(self, left: int) -> int | None:
        """About how long the rest takes at this pace."""
        return round(left / self.per_minute) if self.per_minute else None

    @property
    def undo_seconds(self) -> int:
        """How long what was done last can still be undone."""
        return max(0, -(-(self.undo_until - _now()) // 1000))


def read_pace(session: SessionBase, place: str) -> Pace:
    """The round of work that goes on in this place, or a new one."""
    kept: dict[str, Any] = session.get(KEY) or {}
    if kept.get("place") != place or _now() - kept.get("last", 0) > PAUSE_MILLIS:
        return Pace(place)
    return Pace(**kept)


def decided(session: SessionBase, place: str, *, task_id: str, said: str, undo_seconds: int) -> Pace:
    """One more decision was made."""
    pace = read_pace(session, place)
    at = _now()
    pace.since, pace.last, pace.done = pace.since or at, at, pace.done + 1
    pace.task_id, pace.said, pace.undo_until = task_id, said, at + undo_seconds * 1000
    session[KEY] = asdict(pace)
    return pace


def undone(session: SessionBase, place: str) -> Pace:
    """The last decision was taken back: it does not count, and cannot be taken back again."""
    pace = read_pace(session, place)
    pace.done, pace.undo_until, pace.task_id, pace.said = max(0, pace.done - 1), 0, "", ""
    session[KEY] = asdict(pace)
    return pace


def _now() -> int:
    return to_millis(now()) or 0
