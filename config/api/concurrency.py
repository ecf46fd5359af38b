"""ETag and If-Match: a decision on what was seen before fails; and how many whole lists are read at a time."""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from datasets_app.errors import BadInput

MATCH = re.compile(r'(?:W/)?"(\d{1,9})"|(\d{1,9})')


def etag(version: int) -> str:
    return f'"{version}"'


def if_match(request: Request) -> int | None:
    """The version that the caller has seen: `"3"`, `W/"3"` or `3`. None: not said, or `*`."""
    said = request.META.get("HTTP_IF_MATCH", "").strip()
    if said in ("", "*"):
        return None
    found = MATCH.fullmatch(said)
    if found is None:
        raise BadInput.of("invalid", 'If-Match takes the version of the task, like "3".', "If-Match")
    return int(found[1] or found[2])


class Slot:
    """One of the few places in which a token or person reads a whole list.

    A locked file, so it counts over all processes of this machine and a crash frees it.
    """

    def __init__(self, who: str) -> None:
        folder = Path(tempfile.gettempdir()) / f"foureyes-lists-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        for number in range(settings.WHOLE_LISTS_AT_A_TIME):
            self._file = os.open(folder / f"{who}-{number}", os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                os.close(self._file)
        raise TooManyLists

    def close(self) -> None:
        """Free the place. Twice is the same as once."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class TooManyLists(Throttled):
    default_code = "too_many_lists"

    def __init__(self) -> None:
        most = settings.WHOLE_LISTS_AT_A_TIME
        super().__init__(wait=2)
        self.detail = f"{most} whole lists are read at a time: wait for one to end, or use limit and cursor."  # type: ignore[assignment]


class Streamed:
    """Text as a body that is sent while it is made. Closing it frees the slot, whether it was read or not."""

    def __init__(self, parts: Iterator[str], slot: Slot) -> None:
        self._parts, self._slot = _in_blocks(parts), slot

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        self._slot.close()


def _in_blocks(parts: Iterable[str], characters: int = 65_536) -> Iterator[bytes]:
    block, size = [], 0
    for part in parts:
        block.append(part)
        size += len(part)
        if size >= characters:
            yield "".join(block).encode()
            block, size = [], 0
    yield "".join(block).encode()
