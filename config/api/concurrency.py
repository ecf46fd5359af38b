"""ETag and If-Match: a decision on what was seen before fails; and how many whole lists are read at a time."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Generator, Iterable, Iterator

from django.conf import settings
from rest_framework.exceptions import ErrorDetail, Throttled
from rest_framework.request import Request

from datasets_app.errors import BadInput

MATCH = re.compile(r'(?:W/)?"([0-9]{1,9})"|([0-9]{1,9})')


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

    A locked file, so it counts over all processes of this machine and a crash frees it. It is in our own folder:
    in /tmp another user of the machine could put a file or a link of that name first.
    """

    def __init__(self, who: str) -> None:
        self._file: int | None = None
        folder = settings.DATA_DIR / "lists"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(settings.WHOLE_LISTS_AT_A_TIME):
            opened = os.open(folder / f"{who}-{number}", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(opened)
            else:
                self._file = opened
                return
        raise TooManyLists

    def close(self) -> None:
        """Free the place. Twice is the same as once."""
        opened, self._file = self._file, None
        if opened is not None:
            os.close(opened)

    def __del__(self) -> None:
        self.close()  # a middleware may put another response in the place of ours, and nobody closes that one


class TooManyLists(Throttled):
    default_code = "too_many_lists"

    def __init__(self) -> None:
        most = settings.WHOLE_LISTS_AT_A_TIME
        super().__init__(wait=2)
        sentence = f"{most} whole lists are read at a time: wait for one to end, or use limit and cursor."
        self.detail = ErrorDetail(sentence, self.default_code)


class Streamed:
    """Text as a body that is sent while it is made. Closing it ends the reading and frees the slot, whether it was
    read to the end, a bit or not at all."""

    def __init__(self, parts: Iterator[str], slot: Slot) -> None:
        self._parts, self._slot = _in_blocks(parts), slot

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        self._parts.close()
        self._slot.close()


def _in_blocks(parts: Iterable[str], characters: int = 65_536) -> Generator[bytes]:
    block, size = [], 0
    for part in parts:
        block.append(part)
        size += len(part)
        if size >= characters:
            yield "".join(block).encode()
            block, size = [], 0
    yield "".join(block).encode()
