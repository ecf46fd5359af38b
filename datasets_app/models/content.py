"""What a dataset holds: files, labels with their shapes, attributes with their values."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from datasets_app.fields import MillisField
from datasets_app.ids import now
from datasets_app.querysets import LabelQuerySet

from .datasets import Dataset

#: "Not applicable" is a value of any attribute.
NOT_APPLICABLE = "not applicable"


class LabelType(models.TextChoices):
    BOX = "box", "box"
    POLYGON = "polygon", "polygon"
    LANE = "lane", "lane"
    POINT = "point", "point"
    BOX_3D = "3d_bbox", "3D box"
    POLYLINE_3D = "3d_polyline", "3D polyline"
    POLYGON_3D = "3d_polygon", "3D polygon"
    POINT_3D = "3d_point", "3D point"
    INSTANCE_POINT_3D = "3d_instance_point", "3D instance point"
    SEGMENTATION_2D = "2d_segmentation", "2D segmentation"


def picture_path(file: File, name: str) -> str:
    """Where a file's picture is stored: under ids of ours, never under a name that came in."""
    return f"pictures/{file.dataset.dataset_id}/{file.position:07d}{name[name.rfind('.') :].lower()}"


class File(models.Model):
    """One frame: an image, a point cloud. `file_id` is its path in the dataset; positions count from 1."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="files")
    file_id = models.CharField(max_length=512, editable=False)
    position = models.PositiveIntegerField(editable=False)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    picture = models.FileField(upload_to=picture_path, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "file_id"], name="file_id_is_unique_in_its_dataset"),
            models.UniqueConstraint(fields=["dataset", "position"], name="one_file_at_each_position"),
        ]

    def __str__(self) -> str:
        return self.file_id


class Label(models.Model):
    """One object. In single-frame datasets it belongs to a file; in sequences it is a track across files."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="labels")
    file = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="labels")
    label_set_id = models.CharField(max_length=100, default="default")
    label_id = models.CharField(max_length=220)
    label_category_id = models.CharField(max_length=200, blank=True)
    label_type = models.CharField(max_length=20, choices=LabelType.choices)
    created_at = MillisField(default=now, editable=False)
    updated_at = MillisField(default=now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    withdrawn_at = MillisField(null=True, blank=True, editable=False)

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "label_set_id", "label_id", "file"],
                condition=Q(file__isnull=False),
                name="one_label_for_each_object_of_a_frame",
            ),
            models.UniqueConstraint(
                fields=["dataset", "label_set_id", "label_id"],
                condition=Q(file=None),
                name="one_label_for_each_track",
            ),
            models.CheckConstraint(condition=Q(label_type__in=LabelType.values), name="label_type_is_known"),
        ]

    def __str__(self) -> str:
        return self.label_id


class Shape(models.Model):
    """The geometry of a label in one file. A file can hold two: a person's and an interpolated one."""

    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="shapes")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="shapes")
    sensor_id = models.CharField(max_length=100, blank=True, default="")
    labeller_email = models.CharField(max_length=254, blank=True, default="")
    geometry = models.JSONField(default=dict)
    attributes = models.JSONField(null=True, blank=True)
    extra = models.JSONField(default=dict, blank=True, help_text="What was imported and is not understood.")
    created_at = MillisField(default=now, editable=False)
    updated_at = MillisField(default=now, editable=False)

    class Meta:
        ordering = ["file__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["label", "file", "sensor_id", "labeller_email"], name="one_shape_for_each_label_file_and_maker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} in {self.file}"


class Attribute(models.Model):
    """A property that the dataset defines: of each frame, or of the dataset as a whole."""

    class Level(models.TextChoices):
        FRAME = "frame", "frame attribute"
        DATASET = "dataset", "dataset attribute"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="attributes")
    attribute_id = models.CharField(max_length=100, editable=False)
    level = models.CharField(max_length=10, choices=Level.choices, editable=False)
    options = models.JSONField(default=list, blank=True, help_text="The values to choose from. Empty: any text.")
    position = models.PositiveIntegerField(editable=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "attribute_id"], name="attribute_id_is_unique_in_its_dataset"),
            models.UniqueConstraint(fields=["dataset", "position"], name="one_attribute_at_each_position"),
            models.CheckConstraint(condition=Q(level__in=["frame", "dataset"]), name="attribute_level_is_known"),
        ]

    def __str__(self) -> str:
        return self.attribute_id

    def accepts(self, value: Any) -> bool:
        """Whether a value is one of the options, or a list of some of them; "not applicable" always is."""
        if value == NOT_APPLICABLE or not self.options:
            return True
        if isinstance(value, list):
            return bool(value) and all(one in self.options for one in value)
        return value in self.options


class AttributeValue(models.Model):
    """The value of an attribute: in one file, or (no file) of the dataset or the whole sequence."""

    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="values")
    file = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="attribute_values")
    value = models.JSONField()
    updated_at = MillisField(default=now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attribute", "file"],
                condition=Q(file__isnull=False),
                name="one_value_for_each_attribute_and_file",
            ),
            models.UniqueConstraint(
                fields=["attribute"], condition=Q(file=None), name="one_value_for_each_attribute_as_a_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attribute}: {self.value}"
