"""What this app does when the datasets change: in the same transaction, so that both happen or neither."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from datasets_app.changes import Change
from datasets_app.models import Client, Dataset, Member
from datasets_app.signals import content_changed, rights_changed

from .assignments import release_lost
from .sync import sync


@receiver(content_changed)
def follow_content(sender: Any, *, dataset: Dataset, by: Member | None, change: Change, **kwargs: Any) -> None:
    sync(dataset, by=by, change=change)


@receiver(rights_changed)
def follow_rights(sender: Any, *, client: Client, by: Member | None, **kwargs: Any) -> None:
    release_lost(client, by=by)
