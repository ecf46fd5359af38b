"""Datasets, their stages, and the roles that are given for one dataset."""

from __future__ import annotations

from functools import cached_property

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from datasets_app.fields import MillisField
from datasets_app.ids import now, opaque_id
from datasets_app.querysets import DatasetQuerySet
from datasets_app.roles import Role

from .people import Client, Member, User, UserGroup


class LabellingMode(models.TextChoices):
    FRAME_BY_FRAME = "frame_by_frame", "Frame by frame"
    LABEL_BY_LABEL = "label_by_label", "Label by label"


class DatasetType(models.TextChoices):
    IMAGES = "images", "Images"
    VIDEO = "video", "Video"
    THREE_D = "3d", "3D"


def both_or_neither(first: str, second: str, name: str) -> models.CheckConstraint:
    """Two columns that are set together: a time and its person."""
    return models.CheckConstraint(
        condition=Q(**{first: None, second: None}) | Q(**{f"{first}__isnull": False, f"{second}__isnull": False}),
        name=name,
    )


class Dataset(models.Model):
    """A labelling job: files, labels, attributes and a pipeline."""

    dataset_id = models.CharField(max_length=64, unique=True, default=opaque_id, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="datasets")
    dataset_name = models.CharField(max_length=200)
    dataset_type = models.CharField(max_length=10, choices=DatasetType.choices, default=DatasetType.IMAGES)
    dataset_format = models.CharField(max_length=50, blank=True, default="")
    labelling_mode = models.CharField(
        max_length=20, choices=LabellingMode.choices, default=LabellingMode.FRAME_BY_FRAME, editable=False
    )
    tags = models.JSONField(default=list, blank=True)

    customer_review = models.BooleanField(default=False)
    allow_self_review = models.BooleanField(default=False)
    review_changed = models.BooleanField(
        "changed in review goes to an admin or the customer",
        default=False,
        help_text="A task whose label the finisher changed stays submitted, for an admin or a customer to accept.",
    )
    reject_reasons = models.JSONField("reasons to reject", default=list, blank=True)
    reason_required = models.BooleanField("rejecting needs a reason", default=False)
    undo_seconds = models.PositiveIntegerField(default=30, validators=[MaxValueValidator(86_400)])
    lease_seconds = models.PositiveIntegerField(
        default=900, validators=[MinValueValidator(10), MaxValueValidator(86_400)]
    )

    created_at = MillisField(default=now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    done_at = MillisField("labelling done at", null=True, blank=True, editable=False)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    deleted_at = MillisField(null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(labelling_mode__in=LabellingMode.values), name="labelling_mode_is_known"
            ),
            models.CheckConstraint(condition=Q(dataset_type__in=DatasetType.values), name="dataset_type_is_known"),
            both_or_neither("done_at", "done_by", "dataset_done_at_and_by_go_together"),
            both_or_neither("deleted_at", "deleted_by", "dataset_deleted_at_and_by_go_together"),
        ]

    def __str__(self) -> str:
        return self.dataset_name

    @cached_property
    def pipeline(self) -> list[Stage]:
        """The stages in order, read once for each object in hand."""
        return list(self.stages.filter(removed_at=None).order_by("position"))

    @property
    def is_sequence(self) -> bool:
        return self.labelling_mode == LabellingMode.LABEL_BY_LABEL


class Stage(models.Model):
    """One step of a dataset's pipeline. Its `stage_id` is never renamed, its title can be."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="stages")
    stage_id = models.CharField(max_length=100, editable=False)
    title = models.CharField(max_length=100, blank=True, default="")
    position = models.PositiveIntegerField(editable=False)
    can_edit = models.BooleanField(default=False)
    time_limit_seconds = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    #: A removed stage is kept for the sake of its tasks' history; adding its stage_id again brings it back.
    removed_at = MillisField(null=True, blank=True, editable=False)
    members = models.ManyToManyField(Member, related_name="stages", blank=True)
    user_groups = models.ManyToManyField(UserGroup, related_name="stages", blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "stage_id"], name="stage_id_is_unique_in_its_dataset"),
            models.UniqueConstraint(
                fields=["dataset", "position"], condition=Q(removed_at=None), name="one_stage_at_each_position"
            ),
            models.CheckConstraint(condition=~Q(stage_id=""), name="stage_id_is_not_empty"),
            models.CheckConstraint(
                condition=Q(time_limit_seconds=None) | Q(time_limit_seconds__gt=0), name="time_limit_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.stage_id


class DatasetScope(models.Model):
    """A role that a member or a group has in one dataset, beside what they have in the client."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="scopes")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, blank=True, related_name="scopes")
    user_group = models.ForeignKey(UserGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="scopes")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(member=None, user_group__isnull=False) | Q(member__isnull=False, user_group=None),
                name="scope_is_of_a_member_or_a_group",
            ),
            models.UniqueConstraint(fields=["dataset", "member", "role"], name="scope_of_a_member_once"),
            models.UniqueConstraint(fields=["dataset", "user_group", "role"], name="scope_of_a_group_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="scope_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.member or self.user_group}: {self.role}"
