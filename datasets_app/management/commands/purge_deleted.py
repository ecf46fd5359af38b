"""Remove the pictures of datasets that were deleted some time ago. Rows and history stay."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from datasets_app.ids import now
from datasets_app.management.arguments import bar, refuse
from datasets_app.models import File


class Command(BaseCommand):
    help = "Remove the stored pictures of datasets that were deleted at least so many days ago."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="how long ago a dataset was deleted at least (30)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["days"] <= 36_500:
            refuse("--days is a number of days, 0 or more.")
        until = now() - timedelta(days=options["days"])
        files = File.objects.filter(dataset__deleted_at__lte=until).exclude(picture="")
        removed = 0
        for file in bar(list(files), "pictures"):
            file.picture.delete(save=False)
            File.objects.filter(pk=file.pk).update(picture="")
            removed += 1
        self.stdout.write(f"{removed} pictures removed.")
