"""What can be refused, and why: one sentence a person can act on. Nothing here knows HTTP.

`kind` says in which order refusals come and, in `config/api/errors.py`, which status code they get.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    BAD_INPUT = "bad_input"
    STALE = "stale"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `attr` names the field, where it is one."""

    code: str
    detail: str
    attr: str | None = None


class Refused(Exception):
    """The system says no, and nothing has changed."""

    kind: Kind = Kind.CONFLICT

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(problem.detail for problem in problems))
        self.problems = problems


class BadInput(Refused):
    """What came in is wrong, whatever the state of things."""

    kind = Kind.BAD_INPUT

    @classmethod
    def of(cls, code: str, detail: str, attr: str | None = None) -> BadInput:
        return cls(Problem(code, detail, attr))


class NotAllowed(Refused):
    """This person may not, though someone else may."""

    kind = Kind.FORBIDDEN

    def __init__(self, detail: str, code: str = "not_allowed") -> None:
        super().__init__(Problem(code, detail))


class Conflict(Refused):
    """Not in this state."""

    kind = Kind.CONFLICT

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(Problem(code, detail))


class NotFound(Refused):
    """Unknown, or not visible: never told apart."""

    kind = Kind.NOT_FOUND

    def __init__(self, what: str) -> None:
        super().__init__(Problem("not_found", f"There is no such {what}, or you cannot see it."))
