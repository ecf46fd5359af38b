"""Rows for tests. Ann labels, eve reviews, mallory belongs to another client; states are reached by real verbs."""

from .content import make_content
from .people import ClientFactory, Team, UserFactory, make_member, make_team
from .rows import all_rows, chain_of, events_of, outcome, refusal, statuses, undone
from .tasks import make_dataset, make_qa_task, make_task, shape_of, task_of, walk

__all__ = [
    "ClientFactory",
    "Team",
    "UserFactory",
    "all_rows",
    "chain_of",
    "events_of",
    "make_content",
    "make_dataset",
    "make_member",
    "make_qa_task",
    "make_task",
    "make_team",
    "outcome",
    "refusal",
    "shape_of",
    "statuses",
    "task_of",
    "undone",
    "walk",
]
