"""Who is to do what: the assignment of a file, an item or all tracks in a stage to a person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from datasets_app.fields import MillisField
from datasets_app.ids import now
from datasets_app.models import Dataset, File, Stage, User

from .tasks import Item


class Assignment(models.Model):
    """It belongs to the file (or item) and the stage: it reaches the tasks that exist and those that come later."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="assignments")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    file = models.ForeignKey(File, on_delete=models.CASCADE, null=True, blank=True, related_name="assignments")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, blank=True, related_name="assignments")
    #: Neither file nor item: every track of the dataset, also late ones.
    all_tracks = models.BooleanField(default=False)
    created_at = MillisField(default=now)

    class Meta:
        ordering = ["stage__position", "file__position", "item_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file__isnull=False, item=None, all_tracks=False)
                | Q(file=None, item__isnull=False, all_tracks=False)
                | Q(file=None, item=None, all_tracks=True),
                name="assignment_is_of_a_file_an_item_or_all",
            ),
            models.UniqueConstraint(
                fields=["stage", "file"], condition=Q(file__isnull=False), name="one_assignment_for_each_stage_and_file"
            ),
            models.UniqueConstraint(
                fields=["stage", "item"], condition=Q(item__isnull=False), name="one_assignment_for_each_stage_and_item"
            ),
            models.UniqueConstraint(
                fields=["stage"], condition=Q(all_tracks=True), name="one_assignment_of_all_tracks_for_each_stage"
            ),
        ]

    def __str__(self) -> str:
        subject = self.file or self.item or "all tracks"
        return f"{subject} in {self.stage}: {self.user}"
