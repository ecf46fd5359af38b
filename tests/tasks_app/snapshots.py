"""What an undo is to bring back: every column of every task of a chain, but those that never go back."""

from __future__ import annotations

from typing import Any

from tasks_app.models import Task

#: These only grow, or are no part of a task's state.
NEVER_BACK = {"version", "updated_at", "claimed_by_id", "claim_expires_at"}


def state(*item_keys: int) -> dict[int, dict[str, Any]]:
    """The tasks of these items (none: of all), by key."""
    tasks = Task.objects.filter(item__in=item_keys) if item_keys else Task.objects.all()
    return {
        row["id"]: {name: value for name, value in row.items() if name not in NEVER_BACK}
        for row in tasks.order_by("pk").values()
    }
