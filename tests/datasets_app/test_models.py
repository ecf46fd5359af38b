"""Invariants live in the database: each constraint of both apps is violated once, and none is forgotten."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from datasets_app.ids import now
from datasets_app.models import (
    AccessToken,
    Attribute,
    AttributeValue,
    Client,
    Dataset,
    DatasetScope,
    File,
    Label,
    Member,
    Shape,
    Stage,
    User,
    UserGroup,
)
from tasks_app.models import Assignment, Item, Skip, Task, TaskEvent
from tests.factories import make_dataset, make_team, task_of

NAMED = {
    constraint.name: constraint
    for label in ("datasets_app", "tasks_app")
    for model in apps.get_app_config(label).get_models()
    for constraint in model._meta.constraints
}


def copy(row, **changes):
    """The same row once more, with changes."""
    fields = [field for field in row._meta.concrete_fields if not (field.unique and field.has_default())]
    values = {field.attname: getattr(row, field.attname) for field in fields if not field.primary_key}
    type(row)._base_manager.create(**values | changes)


def change(model, **changes):
    """All rows of a model, changed behind the back of its methods."""
    models.QuerySet(model).update(**changes)


def create(model, **columns):
    model._base_manager.create(**columns)


def scene():
    """One row of each kind at least, and a value, a scope, a group and assignments."""
    team = make_team()
    dataset = make_dataset(team, (2,), frame_attributes=["weather"], dataset_attributes=["city"])
    make_dataset(team, (1,), mode="label_by_label")
    return team, dataset


EVENT = {"version": 1, "action": "start", "action_id": "a", "to_status": "ready", "hash": "h"}

VIOLATIONS = {
    # people
    "user_email_is_lower_case": lambda t, d: change(User, email="ANN@example.com"),
    "one_member_for_each_user_and_client": lambda t, d: copy(t.ann),
    "member_role_is_known": lambda t, d: change(Member, role="owner"),
    "member_who_left_has_no_role": lambda t, d: change(Member, left_at=now(), role="admin"),
    "group_name_is_unique_in_its_client": lambda t, d: [create(UserGroup, client=t.client, name="x") for _ in "12"],
    "token_revoked_at_and_by_go_together": lambda t, d: create(AccessToken, member=t.ann, revoked_at=now()),
    "token_role_is_known": lambda t, d: create(AccessToken, member=t.ann, role="owner"),
    # datasets
    "labelling_mode_is_known": lambda t, d: change(Dataset, labelling_mode="x"),
    "dataset_type_is_known": lambda t, d: change(Dataset, dataset_type="x"),
    "dataset_done_at_and_by_go_together": lambda t, d: change(Dataset, done_at=now()),
    "dataset_deleted_at_and_by_go_together": lambda t, d: change(Dataset, deleted_by=t.ann.user),
    "stage_id_is_unique_in_its_dataset": lambda t, d: copy(d.stages.first(), position=7),
    "one_stage_at_each_position": lambda t, d: copy(d.stages.first(), stage_id="x"),
    "stage_id_is_not_empty": lambda t, d: change(Stage, stage_id=""),
    "time_limit_is_positive": lambda t, d: change(Stage, time_limit_seconds=0),
    "scope_is_of_a_member_or_a_group": lambda t, d: create(DatasetScope, dataset=d, role="reader"),
    "scope_of_a_member_once": lambda t, d: [create(DatasetScope, dataset=d, role="reader", member=t.ann) for _ in "12"],
    "scope_of_a_group_once": lambda t, d: [
        create(DatasetScope, dataset=d, role="reader", user_group=group)
        for group in [UserGroup.objects.create(client=t.client, name="x")] * 2
    ],
    "scope_role_is_known": lambda t, d: create(DatasetScope, dataset=d, role="owner", member=t.ann),
    # content
    "file_id_is_unique_in_its_dataset": lambda t, d: copy(d.files.first(), position=7),
    "one_file_at_each_position": lambda t, d: copy(d.files.first(), file_id="x"),
    "one_label_for_each_object_of_a_frame": lambda t, d: copy(d.labels.first()),
    "one_label_for_each_track": lambda t, d: copy(Label.objects.get(file=None)),
    "label_type_is_known": lambda t, d: change(Label, label_type="x"),
    "one_shape_for_each_label_file_and_maker": lambda t, d: copy(Shape.objects.first()),
    "attribute_id_is_unique_in_its_dataset": lambda t, d: copy(d.attributes.first(), position=7),
    "one_attribute_at_each_position": lambda t, d: copy(d.attributes.first(), attribute_id="x"),
    "attribute_level_is_known": lambda t, d: change(Attribute, level="x"),
    "one_value_for_each_attribute_and_file": lambda t, d: [
        create(AttributeValue, attribute=d.attributes.first(), file=d.files.get(), value="sun") for _ in "12"
    ],
    "one_value_for_each_attribute_as_a_whole": lambda t, d: [
        create(AttributeValue, attribute=d.attributes.first(), value="sun") for _ in "12"
    ],
    # items and tasks
    "item_is_of_a_label_or_an_attribute": lambda t, d: change(Item, label=None),
    "one_item_for_each_attribute_and_file": lambda t, d: copy(Item.objects.get(attribute__level="frame")),
    "one_item_for_each_attribute_as_a_whole": lambda t, d: copy(Item.objects.get(attribute__level="dataset")),
    "one_task_for_each_item_and_stage": lambda t, d: copy(task_of(d)),
    "task_status_is_one_of_six": lambda t, d: change(Task, status="done"),
    "task_submitted_at_and_by_go_together": lambda t, d: change(Task, submitted_at=now()),
    "task_reviewed_at_and_by_go_together": lambda t, d: change(Task, reviewed_by=t.ann.user),
    "task_handed_over_was_submitted": lambda t, d: change(Task, status="submitted"),
    "task_in_progress_has_an_assignee": lambda t, d: change(
        Task, status="in_progress", started_from="ready", clock_start=now()
    ),
    "task_started_only_in_progress": lambda t, d: change(Task, started_from="ready"),
    "task_accepted_is_finished": lambda t, d: change(Task, finished_at=now()),
    "task_open_has_a_clock": lambda t, d: change(Task, clock_start=None),
    "task_due_only_while_open": lambda t, d: change(Task, due_at=now()),
    "task_claim_expires": lambda t, d: change(Task, claim_expires_at=now()),
    "one_skip_for_each_task_and_user": lambda t, d: [
        create(Skip, task=task_of(d), user=t.ann.user, until=now()) for _ in "12"
    ],
    "task_is_not_its_own_previous": lambda t, d: change(Task, previous=models.F("id")),
    # history and assignments
    "one_event_for_each_version_of_a_task": lambda t, d: copy(TaskEvent.objects.first()),
    "event_action_is_known": lambda t, d: copy(TaskEvent.objects.first(), version=7, action="x"),
    "event_of_an_undo_says_what_it_undoes": lambda t, d: copy(TaskEvent.objects.first(), version=7, action="undo"),
    "event_to_status_is_one_of_six": lambda t, d: copy(TaskEvent.objects.first(), version=7, to_status="x"),
    "event_from_status_is_one_of_six": lambda t, d: copy(TaskEvent.objects.first(), version=7, from_status="x"),
    "assignment_is_of_a_file_an_item_or_all": lambda t, d: create(
        Assignment, dataset=d, stage=d.stages.first(), user=t.ann.user
    ),
    "one_assignment_for_each_stage_and_file": lambda t, d: [
        create(Assignment, dataset=d, stage=d.stages.first(), user=t.ann.user, file=d.files.get()) for _ in "12"
    ],
    "one_assignment_for_each_stage_and_item": lambda t, d: [
        create(Assignment, dataset=d, stage=d.stages.first(), user=t.ann.user, item=d.items.first()) for _ in "12"
    ],
    "one_assignment_of_all_tracks_for_each_stage": lambda t, d: [
        create(Assignment, dataset=d, stage=d.stages.first(), user=t.ann.user, all_tracks=True) for _ in "12"
    ],
}


def test_no_constraint_is_forgotten():
    assert set(VIOLATIONS) == set(NAMED)


@pytest.mark.parametrize("name", VIOLATIONS)
def test_the_database_refuses(db, name):
    team, dataset = scene()

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        VIOLATIONS[name](team, dataset)

    if connection.vendor == "postgresql" or isinstance(NAMED[name], models.CheckConstraint):
        assert name in str(refused.value)
    else:
        assert "UNIQUE" in str(refused.value)


@pytest.mark.parametrize("email", ["Ann@Example.com", "ANN@EXAMPLE.COM"])
def test_emails_compare_without_case(db, email):
    User.objects.create_user("ann@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(email)

    assert User.objects.get_by_natural_key(email).email == "ann@example.com"


@pytest.mark.parametrize("model", [Client, Dataset, UserGroup, AccessToken, Task])
def test_ids_that_others_see_are_opaque_and_unique(model):
    (field,) = [one for one in model._meta.concrete_fields if one.name.endswith("_id") and one.max_length == 64]

    assert field.unique
    assert field.default().isalnum()


def test_a_stage_that_was_removed_leaves_its_position(db):
    stage = make_dataset(make_team()).stages.first()
    Stage.objects.filter(pk=stage.pk).update(removed_at=now())

    copy(stage, stage_id="x", removed_at=None)

    assert Stage.objects.filter(position=stage.position).count() == 2


def test_files_are_in_order(db):
    dataset = make_dataset(make_team(), [0] * 12)

    assert [file.position for file in File.objects.filter(dataset=dataset)] == list(range(1, 13))
