"""What the pages of one dataset share: its name, its facts, and the tabs that this member may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from datasets_app.models import Dataset, Member, Stage
from datasets_app.pages.frame import frame
from datasets_app.roles import Right
from tasks_app.policies import takes_part


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a dataset, by the name of its address, and the right that it asks for (None: seeing the dataset)."""

    url_name: str
    label: str
    right: Right | None = None


TABS = (
    Tab("dataset", "Work"),
    Tab("dataset-assignments", "Assignments", Right.ASSIGN),
    Tab("dataset-progress", "Progress", Right.READ),
    Tab("dataset-settings", "Settings", Right.ASSIGN),
)


def dataset_frame(dataset: Dataset, member: Member, tab: str) -> dict[str, Any]:
    """What `tasks_app/dataset_page.html` needs. `tab`: the name of the address that is open."""
    tabs = [one for one in TABS if one.right is None or member.access.may(one.right, dataset)]
    return frame(member, "datasets") | {
        "dataset": dataset,
        "tabs": tabs,
        "tab": tab,
        "may_assign": member.access.may(Right.ASSIGN, dataset),
        "desks": _desks(dataset, member),
    }


def _desks(dataset: Dataset, member: Member) -> list[Stage]:
    """The stages in which this member can sit down: who only decides for the customer, in the last one."""
    if dataset.done_at is not None or not takes_part(member, dataset):
        return []
    stages = dataset.pipeline
    return stages if member.access.may(Right.WORK, dataset) else stages[-1:]
