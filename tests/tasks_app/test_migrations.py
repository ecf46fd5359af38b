"""What migrations do with the rows that are there."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tasks_app import actions
from tasks_app.models import Task
from tests.factories import make_dataset, make_team, task_of

BEFORE, AFTER = ("tasks_app", "0004_indexes_that_lists_read_alone"), ("tasks_app", "0005_handed_by")


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_a_review_is_found_after_it():
    team = make_team()
    dataset = make_dataset(team, (3,))
    actions.submit(task_of(dataset, item__label__label_id="car:1"), by=team.ann)
    actions.submit(task_of(dataset, item__label__label_id="car:2"), by=team.bob)
    actions.accept(task_of(dataset, item__label__label_id="car:2"), by=team.eve)
    known = dict(Task.objects.values_list("pk", "handed_by"))
    try:
        MigrationExecutor(connection).migrate([BEFORE])
    finally:
        MigrationExecutor(connection).migrate([AFTER])

    assert dict(Task.objects.values_list("pk", "handed_by")) == known
    assert list(filter(None, known.values())) == [team.ann.user_id]
