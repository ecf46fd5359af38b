"""The endpoints of the queue: what to do next, putting it aside, taking it back, and many at once."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.errors import STATUS, body
from config.api.parsers import SmallJSONParser
from config.api.views import ApiViewSet, actor
from datasets_app.acting import find_dataset
from datasets_app.errors import BadInput
from datasets_app.models import Dataset, Member, Stage
from tasks_app import policies
from tasks_app.bulk import Answer, Deed, Wanted, bulk, check_right_to
from tasks_app.models import Task
from tasks_app.queue import offer_next
from tasks_app.resource import json_rows
from tasks_app.workflow import VERBS, Action

from . import serializers
from .schema import ERRORS


class QueueViewSet(ApiViewSet):
    """What there is to do in a dataset."""

    parser_classes = (SmallJSONParser,)

    @extend_schema(request=serializers.NextBody, responses={200: serializers.Offer, 204: None, **ERRORS})
    def next(self, request: Request, dataset_id: str) -> HttpResponse:
        """The next task for you, claimed: nobody else is given it while you are at it. 204: there is none now.

        Yours that were rejected come first, then those in progress, those assigned to you and ready, and free ones.
        `task` is the one that is or becomes yours; `review_task` the one to accept or reject for it, where it is a
        review (in the last stage they are the same).
        """
        dataset, member = find_dataset(dataset_id, *actor(request))
        said = self.body(serializers.NextBody, lambda: policies.check_takes_part(dataset, by=member))
        policies.check_takes_part(dataset, by=member)
        stage = find_stage(dataset, said["stage_id"]) if said["stage_id"] else None
        offer = offer_next(dataset, by=member, stage=stage, kind=said["kind"])
        if offer is None:
            return Response(status=204)
        rows = resources([task.pk for task in (offer.task, offer.review) if task])
        review = rows[offer.review.task_id] if offer.review else None
        return Response({"task": rows[offer.task.task_id], "review_task": review})

    @extend_schema(request=serializers.BulkBody, responses={200: serializers.BulkAnswers, **ERRORS})
    def bulk(self, request: Request, dataset_id: str) -> HttpResponse:
        """One action on up to 1,000 tasks. The good ones happen, the refused ones say why; an answer for each, in
        order. Nobody becomes an assignee by it."""
        dataset, member = find_dataset(dataset_id, *actor(request))
        said = self.body(serializers.BulkBody, lambda: _check_role(request, dataset, member))
        deed = Deed(Action(said["action"]), said["comment"] or "", said["reason"] or "", said["submit"])
        wanted = [Wanted(one["task_id"], one.get("version")) for one in said["tasks"]]
        answers = bulk(dataset, deed, wanted, by=member)
        done = Task.objects.filter(dataset=dataset, task_id__in=[one.task_id for one in answers if not one.refused])
        rows = resources(list(done.values_list("pk", flat=True)))
        return Response({"results": [_result(one, rows) for one in answers]})


def find_stage(dataset: Dataset, stage_id: str) -> Stage:
    """The stage of a dataset. Raises `BadInput`."""
    for stage in dataset.pipeline:
        if stage.stage_id == stage_id:
            return stage
    raise BadInput.of("unknown_stage", f"There is no stage {stage_id} here.", "stage_id")


def resources(keys: list[int]) -> dict[str, Any]:
    """The TaskResources of tasks with these keys, by task_id."""
    found = [json.loads(row) for row in json_rows(Task.objects.filter(pk__in=keys).order_by(), few=True)]
    return {row["task_id"]: row for row in found}


def _check_role(request: Request, dataset: Dataset, member: Member) -> None:
    """The role can never do this, whatever else the body says."""
    policies.check_takes_part(dataset, by=member)
    said = request.data.get("action") if isinstance(request.data, dict) else None
    if isinstance(said, str) and said in set(VERBS):
        check_right_to(Action(said), dataset, by=member)


def _result(one: Answer, rows: dict[str, Any]) -> dict[str, Any]:
    if one.refused is None:
        return {"task_id": one.task_id, "status_code": 200, "task": rows[one.task_id]}
    status = STATUS[one.refused.kind]
    return {"task_id": one.task_id, "status_code": status, "errors": body(status, *one.refused.problems)["errors"]}
