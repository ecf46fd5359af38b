"""What somebody saw when they decided: a change that was made on the sight of something else is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import Problem, Refused

#: The code of this refusal.
CHANGED = "changed_meanwhile"
#: What a person calls it, where that is not the name of the column.
WORDS = {"dataset_name": "name", "time_limit_seconds": "time limit", "members": "people", "user_groups": "groups"}


def check_shown(shown: Mapping[str, Any] | None, wanted: Mapping[str, Any], present: Mapping[str, Any]) -> None:
    """Nothing that is wanted replaces what was not shown. What is as wanted already disturbs nobody.

    Without `shown` whatever is there is replaced. To be called with `present` read under the lock.
    """
    if shown is None:
        return
    wrong = [
        Problem(CHANGED, _sentence(name, present[name]), name)
        for name, value in wanted.items()
        if present[name] != value and (name not in shown or shown[name] != present[name])
    ]
    if wrong:
        raise Refused(*wrong)


def _sentence(name: str, value: Any) -> str:
    what = WORDS.get(name, name.replace("_", " "))
    return f"Somebody has changed the {what} meanwhile, to: {_read(name, value)}. Look at it again and save anew."


def _read(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if value is None or value == "":
        return "none"
    return f"{value} seconds" if name == "time_limit_seconds" else str(value)
