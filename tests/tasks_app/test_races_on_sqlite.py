"""The same promise on SQLite, in a file: two threads with connections of their own, one wins."""

import pytest

from .test_races import (
    team,
    test_accept_against_assigning_the_same_chain,
    test_accept_and_reject,
    test_an_import_and_an_action,
    test_two_accepts,
    test_two_admins_do_not_remove_each_other,
    test_two_starts_of_a_free_task,
    test_two_submits,
)

__all__ = [
    "team",
    "test_accept_against_assigning_the_same_chain",
    "test_accept_and_reject",
    "test_an_import_and_an_action",
    "test_two_accepts",
    "test_two_admins_do_not_remove_each_other",
    "test_two_starts_of_a_free_task",
    "test_two_submits",
]
pytestmark = pytest.mark.django_db(transaction=True)
