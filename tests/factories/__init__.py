"""Rows for tests. Ann labels, eve reviews, mallory belongs to another client; states are reached by real verbs."""

from .content import make_content
from .people import ClientFactory, Team, UserFactory, make_member, make_team
from .tasks import make_dataset, make_task, task_of

__all__ = [
    "ClientFactory",
    "Team",
    "UserFactory",
    "make_content",
    "make_dataset",
    "make_member",
    "make_task",
    "make_team",
    "task_of",
]
