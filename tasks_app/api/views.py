"""The endpoints of tasks: find in what the caller sees, call one action, answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.concurrency import etag, if_match
from config.api.parsers import SmallJSONParser
from config.api.views import ApiViewSet, actor
from datasets_app.acting import find_client, find_dataset
from datasets_app.actions import check_right, check_text
from datasets_app.errors import BadInput, NotAllowed
from datasets_app.models import Member, User
from datasets_app.roles import Right
from tasks_app import actions, policies
from tasks_app.acting import find_task
from tasks_app.assignments import assign_files, assign_labels, saved_file_tasks, saved_label_tasks
from tasks_app.chains import read_chain
from tasks_app.claims import skip
from tasks_app.editing import set_value
from tasks_app.events import event_resource, history
from tasks_app.models import Task
from tasks_app.resource import DELAYED_COLUMNS, json_rows
from tasks_app.undo import undo
from tasks_app.workflow import Action

from . import lists, serializers
from .schema import ERRORS, LIST_PARAMETERS, WITHOUT_EMAIL

Verb = Callable[..., Task]
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description='The version seen, like "3".')


def answer(task: Task, *, with_next: bool = False) -> HttpResponse:
    """The TaskResource as it is now, with its version as ETag."""
    wanted = Q(pk=task.pk) | Q(previous=task) if with_next else Q(pk=task.pk)
    text, *following = json_rows(Task.objects.filter(wanted).order_by("stage_order"), few=True)
    version = json.loads(text)["version"]  # of what is answered: someone may have written since
    if following:
        text = f'{text[:-1]}, "next_task": {following[0]}}}'
    return HttpResponse(text, content_type="application/json", headers={"ETag": etag(version)})


class TaskViewSet(ApiViewSet):
    """One task, its history and its verbs."""

    lookup_url_kwarg = "task_id"
    parser_classes = (SmallJSONParser,)

    @extend_schema(responses={200: serializers.TaskResource, **ERRORS})
    def retrieve(self, request: Request, task_id: str) -> HttpResponse:
        """One task. The ETag is its version."""
        task, _member = find_task(task_id, *actor(request))
        return answer(task)

    @extend_schema(responses={200: serializers.EventList, **ERRORS})
    @action(detail=True)
    def events(self, request: Request, task_id: str) -> Response:
        """The history of a task, oldest first."""
        task, _member = find_task(task_id, *actor(request))
        return Response({"events": [event_resource(event) for event in history(task)]})

    @extend_schema(
        request=serializers.Comment, responses={200: serializers.TaskResource, **ERRORS}, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, task_id: str) -> HttpResponse:
        """Start working on a ready or rejected task. A free one becomes yours."""
        return self._act(task_id, Action.START, actions.start, serializers.Comment)

    @extend_schema(
        request=serializers.Comment, responses={200: serializers.TaskResource, **ERRORS}, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, task_id: str) -> HttpResponse:
        """Hand a task over to the next stage."""
        return self._act(task_id, Action.SUBMIT, actions.submit, serializers.Comment)

    @extend_schema(
        request=serializers.AcceptBody,
        responses={200: serializers.AcceptedTaskResource, **ERRORS},
        parameters=[IF_MATCH],
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, task_id: str) -> HttpResponse:
        """Verify a submitted task; with `"submit": true` also submit the next one: both or neither."""
        return self._act(task_id, Action.ACCEPT, actions.accept, serializers.AcceptBody)

    @extend_schema(
        request=serializers.RejectBody, responses={200: serializers.TaskResource, **ERRORS}, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, task_id: str) -> HttpResponse:
        """Send a submitted task back for rework."""
        return self._act(task_id, Action.REJECT, actions.reject, serializers.RejectBody)

    @extend_schema(
        request=serializers.Comment, responses={200: serializers.TaskResource, **ERRORS}, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, task_id: str) -> HttpResponse:
        """Send an accepted task back, with a comment."""
        return self._act(task_id, Action.REOPEN, actions.reopen, serializers.Comment)

    @extend_schema(
        request=serializers.Comment, responses={200: serializers.TaskResource, **ERRORS}, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, task_id: str) -> HttpResponse:
        """Take back what you did last to this object, within the dataset's `undo_seconds`."""
        task, member = find_task(task_id, *actor(request))
        check_role = partial(policies.check_takes_part, task.dataset, by=member)
        said = self.body(serializers.Comment, check_role)
        return answer(undo(task, by=member, comment=said["comment"] or "", version=self._version(check_role)))

    @extend_schema(request=None, responses={200: serializers.TaskResource, **ERRORS})
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, task_id: str) -> HttpResponse:
        """Put a task aside: your claim ends, and `next` does not offer it to you for a while."""
        task, member = find_task(task_id, *actor(request))
        return answer(skip(task, by=member))

    @extend_schema(
        request=serializers.ValueBody, responses={200: serializers.TaskResource, **ERRORS}, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["put"])
    def value(self, request: Request, task_id: str) -> HttpResponse:
        """Set the value of an attribute task."""
        task, member = find_task(task_id, *actor(request))
        check_role = partial(policies.check_right_to_change, read_chain(task), by=member)
        said = self.body(serializers.ValueBody, check_role)
        return answer(set_value(task, said["value"], by=member, version=self._version(check_role)))

    def _act(self, task_id: str, name: Action, verb: Verb, serializer: type[serializers.Comment]) -> HttpResponse:
        task, member = find_task(task_id, *actor(self.request))
        check_role = partial(_check_role, task, name, member)
        said = self.body(serializer, check_role)
        version = self._version(check_role)
        task = verb(task, by=member, version=version, **{key: value or "" for key, value in said.items()})
        return answer(task, with_next=bool(said.get("submit")))

    def _version(self, check_role: Callable[[], object]) -> int | None:
        try:
            return if_match(self.request)
        except BadInput:
            check_role()
            raise


def _check_role(task: Task, name: Action, member: Member) -> None:
    policies.check_role(read_chain(task), task, name, by=member)


class DatasetTasksViewSet(ApiViewSet):
    """The tasks of a dataset, and who is to do them."""

    @extend_schema(responses={200: serializers.TaskList, **ERRORS}, parameters=LIST_PARAMETERS)
    def tasks(self, request: Request, dataset_id: str) -> Any:
        """All tasks of a dataset, in list order; with `limit` a page of them."""
        dataset, member = find_dataset(dataset_id, *actor(request))
        tasks = Task.objects.in_dataset(dataset, member).present()
        return lists.respond(lists.read(request, tasks, member=member, dataset=dataset), lists.tasks_whole)

    @extend_schema(request=serializers.FileTasks, responses={204: None, **ERRORS})
    def assign_files(self, request: Request, dataset_id: str) -> Response:
        """Change and save the assignments of files: all of them or none."""
        return self._assign(dataset_id, "file_tasks", assign_files)

    @extend_schema(responses={200: serializers.FileTasks, **ERRORS})
    def file_tasks(self, request: Request, dataset_id: str) -> Response:
        """The saved assignments of files."""
        dataset = self._readable(dataset_id)
        return Response({"file_tasks": saved_file_tasks(dataset)})

    @extend_schema(request=serializers.LabelTasks, responses={204: None, **ERRORS})
    def assign_labels(self, request: Request, dataset_id: str) -> Response:
        """Change and save the assignments of labels and of attributes at dataset level: all of them or none."""
        return self._assign(dataset_id, "label_tasks", assign_labels)

    @extend_schema(responses={200: serializers.LabelTasks, **ERRORS})
    def label_tasks(self, request: Request, dataset_id: str) -> Response:
        """The saved assignments of labels and of attributes at dataset level."""
        dataset = self._readable(dataset_id)
        return Response({"label_tasks": saved_label_tasks(dataset)})

    def _assign(self, dataset_id: str, field: str, assign: Callable[..., None]) -> Response:
        dataset, member = find_dataset(dataset_id, *actor(self.request))
        check_right(member, Right.ASSIGN, dataset)
        said = self.sent()
        if not isinstance(said, dict) or field not in said:
            raise BadInput.of("required", f'Send an object with the list "{field}".', field)
        assign(dataset, said[field], by=member)
        return Response(status=204)

    def _readable(self, dataset_id: str) -> Any:
        dataset, member = find_dataset(dataset_id, *actor(self.request))
        check_right(member, Right.READ, dataset)
        return dataset


class ClientTasksViewSet(ApiViewSet):
    """The tasks of a client: of one user, or those that are late."""

    @extend_schema(
        responses={200: serializers.UserTasks, **ERRORS},
        parameters=[*WITHOUT_EMAIL, OpenApiParameter("email", str, description="The user; your own without it.")],
    )
    def user_tasks(self, request: Request, client_id: str) -> Any:
        """The tasks of a user: those at frame level are file tasks, those at dataset level label tasks."""
        _client, member = find_client(client_id, *actor(request))
        user = _user_to_show(member, request.query_params.get("email", ""))
        tasks = Task.objects.visible_to(member).present().of_user(user)
        return lists.respond(lists.read(request, tasks, member=member, without=("email",)), lists.user_tasks_whole)

    @extend_schema(responses={200: serializers.DelayedTasks, **ERRORS}, parameters=LIST_PARAMETERS)
    def delayed_tasks(self, request: Request, client_id: str) -> Any:
        """The tasks that are late."""
        _client, member = find_client(client_id, *actor(request))
        tasks = Task.objects.visible_to(member).present().delayed()
        listed = lists.read(request, tasks, member=member, columns=DELAYED_COLUMNS)
        return lists.respond(listed, lists.delayed_whole, lists.delayed_some)


def _user_to_show(member: Member, email: str) -> User:
    """Everyone sees their own tasks; those of others need the right to assign, or full read."""
    if not email or email.lower() == member.user.email:
        return member.user
    if not (member.access.may_anywhere(Right.READ) or member.access.may_anywhere(Right.ASSIGN)):
        raise NotAllowed("You can see your own tasks only.")
    check_text(email, "email", 254)
    other = Member.objects.filter(client=member.client, user__email=email.lower()).select_related("user").first()
    if other is None:
        raise BadInput.of("unknown_member", f"{email} is not a member of this client.", "email")
    return other.user
