"""The same on SQLite, in a file: one writer at a time, and nobody is told something else for it."""

import pytest

from .test_races_bulk import test_many_against_many_in_the_opposite_order
from .test_races_next import (
    team,
    test_a_crowd_for_a_while,
    test_eight_people_get_different_ones,
    test_eight_people_of_two_stages_leave_nothing,
    test_next_against_a_decision,
    test_next_against_skipping,
    test_the_same_person_twice_gets_the_same,
    test_undo_against_a_decision_on_it,
)

__all__ = [
    "team",
    "test_a_crowd_for_a_while",
    "test_eight_people_get_different_ones",
    "test_eight_people_of_two_stages_leave_nothing",
    "test_many_against_many_in_the_opposite_order",
    "test_next_against_a_decision",
    "test_next_against_skipping",
    "test_the_same_person_twice_gets_the_same",
    "test_undo_against_a_decision_on_it",
]
pytestmark = pytest.mark.django_db(transaction=True)
