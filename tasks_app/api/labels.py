"""The endpoint of one label: found in what the caller sees, corrected by one verb, answered as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.concurrency import etag, if_match
from config.api.parsers import SmallJSONParser
from config.api.views import ApiViewSet, actor
from datasets_app import labels
from datasets_app.acting import find_dataset
from datasets_app.errors import BadInput, NotAllowed, NotFound
from datasets_app.imports.checks import MAX_FILE_ID, text_problem
from datasets_app.models import Dataset, File, Label, LabelType, Member, Shape
from tasks_app.corrections import (
    change_label,
    check_has_boxes,
    draw_label,
    stage_of,
    withdraw_label,
)
from tasks_app.models import Task

from .schema import ERRORS
from .serializers import Text

DEFAULT_SET = "default"
PARAMETERS = [
    OpenApiParameter(
        "label_id", str, OpenApiParameter.PATH, description="Category, colon, integer, like `car:4` (URL-encoded)."
    ),
    OpenApiParameter("file_id", str, description="The file; needed where the id is in more than one, and to draw."),
    OpenApiParameter("labelSetId", str, default=DEFAULT_SET, description="The label set."),
    OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description='The version of the label seen, like "3".'),
]


class LabelCorrection(serializers.Serializer[Any]):
    """What may be changed of a label; what is not named stays. Other fields of a LabelResource may be sent along as
    they are stored (a `version` counts like If-Match); where they say something else the request is refused."""

    label_category_id = serializers.CharField(required=False, help_text="The `label_id` stays as it is.")
    attributes = serializers.DictField(required=False, allow_null=True)
    box = serializers.ListField(
        child=serializers.FloatField(), min_length=4, max_length=4, required=False, help_text="[x, y, width, height]"
    )


class LabelResource(LabelCorrection):
    """One object in one file. What was imported and is not understood stands beside these fields."""

    dataset_id = serializers.CharField()
    file_id = serializers.CharField()
    label_id = serializers.CharField()
    label_category_id = serializers.CharField()
    label_type = serializers.ChoiceField(LabelType.choices)
    label_set_id = serializers.CharField()
    stage_id = Text(help_text="Where the work on it stands: the first stage that is not accepted, or the last one.")
    sensor_id = serializers.CharField(allow_blank=True)
    labeller_email = serializers.CharField(allow_blank=True)
    attributes = serializers.DictField(allow_null=True)
    box = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    polygons = serializers.JSONField(allow_null=True)
    three_d_bbox = serializers.DictField(allow_null=True)
    create_time_millis = serializers.IntegerField()
    update_time_millis = serializers.IntegerField()
    version = serializers.IntegerField()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is about. `label` is None where there is none with this id; `file` where none was named."""

    dataset: Dataset
    member: Member
    label_id: str
    label_set_id: str
    file: File | None
    label: Label | None


class LabelViewSet(ApiViewSet):
    """Small corrections of one label."""

    parser_classes = (SmallJSONParser,)

    @extend_schema(request=LabelCorrection, responses={200: LabelResource, **ERRORS}, parameters=PARAMETERS)
    def change(self, request: Request, dataset_id: str, label_id: str) -> HttpResponse:
        """Change the category, the attributes or the box of a label. An id that is not there yet is drawn, with its
        `box` and `file_id`, in datasets of single frames: that is 200 too. The ETag is the label's version."""
        asked = self._asked(dataset_id, label_id)
        said = self.sent()
        if not isinstance(said, dict):
            raise BadInput.of("invalid", "Send an object with what is to change.")
        labels.check_depth(said)
        version = if_match(request)
        if version is None:
            version = _version_said(said)
        shape = _draw(asked, said, version) if asked.label is None else _change(asked, asked.label, said, version)
        resource = labels.label_resource(shape, stage_of(shape.label))
        return JsonResponse(resource, headers={"ETag": etag(shape.label.version)})

    @extend_schema(responses={204: None, **ERRORS}, parameters=PARAMETERS)
    def withdraw(self, request: Request, dataset_id: str, label_id: str) -> Response:
        """Withdraw a label, in a sequence the whole track. Nothing is erased; its tasks leave the lists."""
        asked = self._asked(dataset_id, label_id)
        if asked.label is None:
            raise NotFound("label")
        if asked.file is not None and asked.dataset.is_sequence:
            detail = "A track is withdrawn as a whole: leave file_id out, or correct it in the tool that made it."
            raise BadInput.of("whole_track", detail, "file_id")
        withdraw_label(asked.label, by=asked.member, version=if_match(request))
        return Response(status=204)

    def _asked(self, dataset_id: str, label_id: str) -> Asked:
        """404, then 403; nothing that is said beyond the address has been looked at."""
        dataset, member = find_dataset(dataset_id, *actor(self.request))
        file = _file(dataset, self.request.query_params.get("file_id", ""))
        label_set_id = self.request.query_params.get("labelSetId") or DEFAULT_SET
        found = labels.labels_with_id(dataset, label_id, label_set_id, file)
        if not found and self.request.method == "DELETE":
            raise NotFound("label")
        tasks = Task.objects.in_dataset(dataset, member).filter(item__label__in=found)
        seen = set(tasks.values_list("item__label", flat=True))
        if found and not seen:
            raise NotAllowed("This label is not one of yours. Ask a lead to assign it to you.")
        found = [label for label in found if label.pk in seen]
        labels.check_right_to_correct(dataset, by=member)
        if len(found) > 1:
            raise _file_required(f"{label_id} is in {len(found)} files")
        return Asked(dataset, member, label_id, label_set_id, file, found[0] if found else None)


def _file(dataset: Dataset, file_id: str) -> File | None:
    if not file_id:
        return None
    file = None if text_problem(file_id, MAX_FILE_ID) else dataset.files.filter(file_id=file_id).first()
    if file is None:
        raise NotFound("file")
    return file


def _file_required(why: str) -> BadInput:
    return BadInput.of("file_required", f"{why}: name the one that is meant, with ?file_id=….", "file_id")


def _version_said(said: Mapping[str, Any]) -> int | None:
    version = said.get("version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        raise BadInput.of("invalid", "version is the whole number that the label had when it was seen.", "version")
    return version


def _correctable(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name in labels.CORRECTABLE}


def _change(asked: Asked, label: Label, said: Mapping[str, Any], version: int | None) -> Shape:
    shape = _shape(asked, label, said)
    labels.check_others(said, labels.label_resource(shape, None))
    return change_label(shape, _correctable(said), by=asked.member, version=version)


def _shape(asked: Asked, label: Label, said: Mapping[str, Any]) -> Shape:
    """The shape that is meant: in the file that is named, of the sensor and the person that the body names."""
    label.dataset = asked.dataset
    shapes = list(label.shapes.filter(**{"file": asked.file} if asked.file else {}).select_related("file"))
    for shape in shapes:
        shape.label = label
    if len({shape.file_id for shape in shapes}) > 1:
        if set(said) & {"attributes", "box"}:
            raise _file_required(f"{label.label_id} is in {len(shapes)} files")
        shapes = shapes[:1]  # the category is that of the whole track
    names = [name for name in ("sensor_id", "labeller_email") if said.get(name) is not None]
    named = [shape for shape in shapes if all(getattr(shape, name) == said[name] for name in names)]
    if len(named or shapes) > 1:
        detail = f"{label.label_id} has {len(shapes)} shapes in this file: name its sensor_id and labeller_email."
        raise BadInput.of("ambiguous", detail)
    return (named or shapes)[0]


def _draw(asked: Asked, said: Mapping[str, Any], version: int | None) -> Shape:
    check_has_boxes(asked.dataset)
    if asked.file is None:
        raise _file_required(f"There is no {asked.label_id}; to draw it, a file is needed")
    labels.check_others(
        said,
        {
            "dataset_id": asked.dataset.dataset_id,
            "file_id": asked.file.file_id,
            "label_id": asked.label_id,
            "label_type": LabelType.BOX,
            "label_set_id": asked.label_set_id,
            "sensor_id": "",
            "labeller_email": asked.member.user.email,
        },
    )
    return draw_label(
        asked.file,
        _correctable(said),
        by=asked.member,
        label_id=asked.label_id,
        label_set_id=asked.label_set_id,
        version=version,
    )
