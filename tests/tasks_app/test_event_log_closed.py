"""Events are never changed and never deleted: not through a model, not through a queryset, not by SQL."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError, QuerySet

from tasks_app.models import Task, TaskEvent
from tasks_app.models.events import HistoryIsClosed
from tests.factories import all_rows, make_task

EVENTS = "tasks_app_taskevent"


@pytest.fixture
def event(team):
    return TaskEvent.objects.filter(task=make_task(team, "submitted")).last()


def refused_by_the_database(sql):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def settle():
    """Foreign keys are checked now and not at the end: until then PostgreSQL truncates nothing at all."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.save(),
        lambda event: event.save(update_fields=["comment"]),
        lambda event: event.save(force_update=True),
        lambda event: event.delete(),
        lambda event: TaskEvent.objects.update(comment="x"),
        lambda event: TaskEvent.objects.filter(pk=event.pk).update(comment="x"),
        lambda event: TaskEvent.objects.bulk_update([event], ["comment"]),
        lambda event: TaskEvent.objects.all().delete(),
        lambda event: TaskEvent.objects.filter(pk=event.pk).delete(),
        lambda event: TaskEvent.objects.filter(pk=event.pk)._raw_delete("default"),
        lambda event: TaskEvent.objects.update_or_create(pk=event.pk, defaults={"comment": "x"}),
        lambda event: event.task.events.all().delete(),
        lambda event: event.task.events.update(comment="x"),
    ],
)
def test_the_model_refuses(event, change):
    event.comment = "Fine."
    before = all_rows()

    with pytest.raises(HistoryIsClosed), transaction.atomic():
        change(event)

    assert all_rows() == before


def test_a_task_with_history_cannot_be_deleted(event):
    with pytest.raises(DatabaseError), transaction.atomic():
        Task.objects.filter(pk=event.task_id).delete()


def test_a_queryset_that_is_not_ours_is_stopped_by_the_database(event):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        QuerySet(TaskEvent).update(comment="x")


def test_deleting_a_user_or_token_does_not_touch_it(event, team):
    with pytest.raises(ProtectedError), transaction.atomic():
        team.ann.user.delete()


def test_sql_cannot_update(event):
    refused_by_the_database(f"UPDATE {EVENTS} SET comment = 'Fine.' WHERE id = {event.pk}")


def test_sql_cannot_delete(event):
    refused_by_the_database(f"DELETE FROM {EVENTS} WHERE id = {event.pk}")


def test_sql_cannot_delete_everything(event):
    refused_by_the_database(f"DELETE FROM {EVENTS}")


@pytest.mark.postgres
def test_sql_cannot_truncate(event):
    settle()

    refused_by_the_database(f"TRUNCATE {EVENTS}")


@pytest.mark.postgres
def test_sql_cannot_truncate_what_events_hang_on(event):
    settle()

    refused_by_the_database("TRUNCATE tasks_app_task CASCADE")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has INSERT OR REPLACE")
def test_no_event_is_replaced_by_another(event):
    refused_by_the_database(f"INSERT OR REPLACE INTO {EVENTS} SELECT * FROM {EVENTS} WHERE id = {event.pk}")
