"""One event for each change of a task, in a chain of hashes that shows what was tampered with."""

from collections import Counter

import pytest
from django.db import connection

from datasets_app.ids import to_millis
from tasks_app import actions, append_only
from tasks_app.assignments import assign_files
from tasks_app.history import broken_links
from tasks_app.models import Item, Task, TaskEvent
from tests.factories import chain_of, events_of, make_dataset, make_qa_task, make_task, task_of, walk


def tamper(sql, *params):
    """Change the event log behind the back of its triggers."""
    append_only.run(append_only.REMOVE, connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
    append_only.run(append_only.INSTALL, connection)


def test_each_version_of_each_task_has_one_event(team):
    dataset = make_dataset(team, (2, 1), stages=("Labelling", "QA", "Audit"))
    walk(team, dataset, 3)
    actions.reopen(chain_of(dataset)[0], by=team.lead, comment="Look again.")

    for task in Task.objects.filter(dataset=dataset):
        assert [event.version for event in events_of(task)] == list(range(1, task.version + 1))


def test_events_tell_the_whole_path_of_the_status(team):
    task = make_qa_task(team, "rejected")

    events = events_of(task)

    assert [(event.action, event.from_status, event.to_status) for event in events] == [
        ("create", "", "waiting"),
        ("submit", "waiting", "ready"),
        ("accept", "ready", "in_progress"),
        ("submit", "in_progress", "submitted"),
        ("reject", "submitted", "rejected"),
    ]
    assert [event.from_status for event in events[1:]] == [event.to_status for event in events[:-1]]


def test_one_action_is_one_action_id_and_the_next_another(team):
    make_task(team, "accepted")

    ids = Counter(TaskEvent.objects.values_list("action_id", flat=True))

    assert sorted(ids.values()) == [2, 2, 2]  # created, submitted, accepted: two tasks each


def test_an_event_says_who_when_why_and_with_which_token(team):
    task = make_task(team, "submitted")
    by = team.token_member("eve", "labeller")

    task = actions.reject(task, by=by, reason="cut off", comment="The mirror.")

    event = events_of(task)[-1]
    assert (event.by, event.token, event.assignee_id) == (team.eve.user, by.token, team.ann.user_id)
    assert (event.reason, event.comment) == ("cut off", "The mirror.")
    assert event.at == task.updated_at == task.reviewed_at


def test_before_holds_what_the_changed_columns_were(team):
    task = make_task(team, "submitted")

    after = actions.reject(task, by=team.eve, reason="cut off")

    before = events_of(after)[-1].before
    assert before["status"] == "submitted"
    assert (before["rework_count"], before["last_reason"], before["reviewed_by_id"]) == (0, "", None)
    assert before["clock_start"] == to_millis(task.clock_start)
    assert {name for name in before if getattr(task, name) != getattr(after, name)} >= {"status", "clock_start"}


def test_before_is_enough_to_restore_the_task(team):
    task = make_task(team, "submitted")
    columns = {field.attname for field in Task._meta.concrete_fields} - {"version", "updated_at", "due_at"}

    after = actions.reject(task, by=team.eve, reason="cut off", comment="The mirror.")

    changed = {name for name in columns if getattr(task, name) != getattr(after, name)}
    assert changed <= set(events_of(after)[-1].before)


def test_the_hash_chain_of_an_item_is_whole(team):
    dataset = make_dataset(team, (2,), dataset_attributes=["city"])
    walk(team, dataset, 2)
    entry = {"stage_id": "QA", "email": "eve@example.com", "files": "1"}
    assign_files(dataset, [entry], by=team.lead)

    assert [broken_links(item) for item in Item.objects.all()] == [[], [], []]


@pytest.mark.parametrize(
    "column",
    ["comment = 'Fine.'", "reason = 'x'", "by_id = NULL", "at = at + 1", "to_status = 'accepted'", "action_id = 'x'"],
)
def test_a_changed_event_shows(team, column):
    task = make_task(team, "rejected")
    event = events_of(task)[-1]

    tamper(f"UPDATE tasks_app_taskevent SET {column} WHERE id = %s", event.pk)

    assert broken_links(task.item) == [f"Version {event.version} of {task.pk} was changed."]


def test_a_removed_event_shows(team):
    task = make_task(team, "rejected")

    tamper("DELETE FROM tasks_app_taskevent WHERE id = %s", events_of(task)[1].pk)

    assert any("missing" in sentence for sentence in broken_links(task.item))


def test_the_end_cut_off_shows(team):
    task = make_task(team, "submitted")
    newest = TaskEvent.objects.filter(item=task.item).order_by("pk").last()

    tamper("DELETE FROM tasks_app_taskevent WHERE id = %s", newest.pk)

    assert broken_links(task.item) == ["The newest events are missing."]


def test_two_events_that_are_swapped_show(team):
    task = make_task(team, "rejected")
    first, second = events_of(task)[1:3]

    for old, new in ((first.pk, -1), (second.pk, first.pk), (-1, second.pk)):
        tamper("UPDATE tasks_app_taskevent SET id = %s WHERE id = %s", new, old)

    assert broken_links(task.item)


def test_creation_is_recorded_too(team):
    dataset = make_dataset(team, (1,))

    events = events_of(task_of(dataset, "QA"))

    assert [(event.action, event.from_status, event.to_status) for event in events] == [("create", "", "waiting")]


def test_what_changes_nothing_records_nothing(team):
    dataset = make_dataset(team)
    entry = {"stage_id": "QA", "email": "eve@example.com", "files": "1"}
    assign_files(dataset, [entry], by=team.lead)
    events = TaskEvent.objects.count()

    assign_files(dataset, [entry], by=team.lead)

    assert TaskEvent.objects.count() == events
