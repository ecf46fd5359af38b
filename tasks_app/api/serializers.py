"""What goes in and out, declared: for checking bodies and for the OpenAPI schema. The rows are made by `resource`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tasks_app.bulk import MAX_TASKS
from tasks_app.models import TaskType
from tasks_app.queue import KINDS
from tasks_app.workflow import VERBS, Action, Status


class Millis(serializers.IntegerField):
    """Milliseconds since 1970 UTC; null where it has not happened."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)


class Text(serializers.CharField):
    """Text, or null where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)


class TaskResource(serializers.Serializer[Any]):
    """The work on one item in one stage."""

    task_id = serializers.CharField()
    client_id = serializers.CharField()
    dataset_id = serializers.CharField()
    stage_id = serializers.CharField()
    task_type = serializers.ChoiceField(TaskType.choices)
    level = serializers.ChoiceField([("frame", "frame"), ("dataset", "dataset")])
    file_id = Text()
    label_set_id = Text()
    label_id = Text()
    label_type = Text()
    label_category_id = Text()
    attribute_id = Text()
    value = serializers.JSONField(allow_null=True)
    status = serializers.ChoiceField(Status.choices)
    email = Text(help_text="The assignee.")
    submitted_by = Text()
    reviewed_by = Text()
    rework_count = serializers.IntegerField()
    last_reason = Text()
    last_comment = Text()
    changed_in_review = serializers.BooleanField()
    label_changed_since_submit = serializers.BooleanField()
    previous_task_id = Text()
    previous_status = serializers.ChoiceField(Status.choices, allow_null=True)
    next_task_id = Text()
    create_time_millis = serializers.IntegerField()
    ready_time_millis = Millis()
    submit_time_millis = Millis()
    review_time_millis = Millis()
    finish_time_millis = Millis()
    due_time_millis = Millis()
    update_time_millis = serializers.IntegerField()
    deleted_time_millis = Millis()
    version = serializers.IntegerField()


class DelayedTaskResource(TaskResource):
    """A task that is late, and by how much."""

    delay_millis = serializers.IntegerField()


class AcceptedTaskResource(TaskResource):
    """With `"submit": true` also the next task of the chain, as it is now."""

    next_task = TaskResource(required=False)


class TaskList(serializers.Serializer[Any]):
    tasks = TaskResource(many=True)
    next_cursor = Text(required=False)


class UserTasks(serializers.Serializer[Any]):
    file_tasks = TaskResource(many=True)
    label_tasks = TaskResource(many=True)
    next_cursor = Text(required=False)


class DelayedTasks(serializers.Serializer[Any]):
    """The published page spells the field with a space; `delayed_tasks` carries the same list."""

    delayed_tasks = DelayedTaskResource(many=True)
    next_cursor = Text(required=False)

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"delayed tasks": DelayedTaskResource(many=True, required=False)}


class EventResource(serializers.Serializer[Any]):
    """One line of a task's history."""

    version = serializers.IntegerField()
    action = serializers.ChoiceField(Action.choices)
    action_id = serializers.CharField()
    undoes = Text(help_text="Of an undo: the `action_id` that it took back.")
    from_status = serializers.ChoiceField(Status.choices, allow_null=True)
    to_status = serializers.ChoiceField(Status.choices)
    by = Text(help_text="Null: the system.")
    token = Text(help_text="The name of the access token that was used.")
    email = Text(help_text="The assignee from then on.")
    reason = Text()
    comment = Text()
    time_millis = serializers.IntegerField()
    previous_hash = Text()
    hash = serializers.CharField()


class EventList(serializers.Serializer[Any]):
    events = EventResource(many=True)


class Strict(serializers.Serializer[Any]):
    """A body that is an object; members of it that we do not know are ignored."""


class Words(serializers.CharField):
    """Text of a person. A number is none: it is refused, not turned into one. Null is nothing said."""

    default_error_messages = {"invalid": "This has to be a text, in quotation marks."}

    def __init__(self, **kwargs: Any) -> None:
        nothing: dict[str, Any] = {"allow_blank": True, "allow_null": True, "default": ""}
        nothing_said = {} if kwargs.get("required") else nothing
        super().__init__(**{"trim_whitespace": False, "required": False} | nothing_said | kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class YesOrNo(serializers.BooleanField):
    """`true` or `false`. "yes" is neither: no decision is made on a guess."""

    default_error_messages = {"invalid": "This has to be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Comment(Strict):
    comment = Words()


class AcceptBody(Comment):
    submit = YesOrNo(required=False, default=False)


class RejectBody(Comment):
    reason = Words()


class ValueBody(Strict):
    value = serializers.JSONField()


class NextBody(Strict):
    stage_id = Words(help_text="Only this stage.")
    kind = serializers.ChoiceField(KINDS, required=False, allow_null=True, default=None)


class Offer(serializers.Serializer[Any]):
    """What is claimed for you, and the task to decide on for it."""

    task = TaskResource()
    review_task = TaskResource(allow_null=True)


class WantedTask(serializers.Serializer[Any]):
    task_id = Words(required=True)
    version = serializers.IntegerField(required=False, allow_null=True, min_value=0, help_text="As with If-Match.")


class BulkBody(RejectBody):
    """Either `tasks` or `task_ids`."""

    action = serializers.ChoiceField([(str(verb), verb.label) for verb in VERBS])
    submit = YesOrNo(required=False, default=False)
    tasks = serializers.ListField(child=WantedTask(), required=False, max_length=MAX_TASKS)
    task_ids = serializers.ListField(child=Words(required=True), required=False, max_length=MAX_TASKS)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if ("tasks" in said) == ("task_ids" in said):
            raise serializers.ValidationError({"tasks": "Send either tasks or task_ids."})
        return {"tasks": [{"task_id": task_id} for task_id in said.pop("task_ids", [])]} | said


class BulkAnswer(serializers.Serializer[Any]):
    """What became of one task: the task as it is now, or why not."""

    task_id = serializers.CharField()
    status_code = serializers.IntegerField()
    task = TaskResource(required=False)

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"errors": Problem(many=True, required=False)}


class BulkAnswers(serializers.Serializer[Any]):
    results = BulkAnswer(many=True)


class FileTask(serializers.Serializer[Any]):
    """One of `file_id`, `file_ids` and `files` (positions from 1, like `1-4,5,6-11`)."""

    stage_id = serializers.CharField()
    email = Text(help_text="Null takes the assignment away.")
    file_id = serializers.CharField(required=False)
    file_ids = serializers.ListField(child=serializers.CharField(), required=False)
    files = serializers.CharField(required=False)


class FileTasks(serializers.Serializer[Any]):
    file_tasks = FileTask(many=True)


class LabelTask(serializers.Serializer[Any]):
    """One of `label_id`, `label_ids`, `attribute_id` and `all`."""

    stage_id = serializers.CharField()
    email = Text(help_text="Null takes the assignment away.")
    label_set_id = serializers.CharField(required=False, default="default")
    label_id = serializers.CharField(required=False)
    label_ids = serializers.ListField(child=serializers.CharField(), required=False)
    attribute_id = serializers.CharField(required=False)
    all = serializers.BooleanField(required=False, help_text="Every track, also late ones.")


class LabelTasks(serializers.Serializer[Any]):
    label_tasks = LabelTask(many=True)


class Problem(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField(help_text="A sentence that says what to do.")
    attr = Text()


class ErrorResource(serializers.Serializer[Any]):
    """The one shape of an error."""

    type = serializers.ChoiceField(["validation_error", "client_error", "server_error"])

    def get_fields(self) -> dict[str, Any]:
        # A serializer's own `errors` are those of checking it, so the field cannot be declared as usual.
        return super().get_fields() | {"errors": Problem(many=True)}
