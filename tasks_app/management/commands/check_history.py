"""`manage.py check_history`: is the history whole? Works out every hash again."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from tqdm import tqdm

from datasets_app.models import Dataset
from tasks_app.history import broken_links
from tasks_app.models import Item


class Command(BaseCommand):
    help = "Verify the hash chains of all histories, or of one dataset's. Exit code 1: something is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dataset", metavar="ID", help="only the items of the dataset with this dataset_id")

    def handle(self, *args: Any, dataset: str | None, **options: Any) -> None:
        items = self.items(dataset)
        broken = 0
        rows = items.order_by("pk").iterator()
        for item in tqdm(rows, desc="Checking", total=items.count(), disable=None, leave=False, file=sys.stderr):
            wrong = broken_links(item)
            broken += bool(wrong)
            for sentence in wrong:
                self.stdout.write(f"{item.dataset} ({item.dataset.dataset_id}), {item}: {sentence}")
        if broken:
            raise CommandError(f"The histories of {broken} items are broken.", returncode=1)
        self.stdout.write(f"The histories of {items.count()} items are whole.")

    def items(self, dataset_id: str | None) -> QuerySet[Item]:
        items = Item.objects.select_related("dataset", "label", "attribute", "file")
        if dataset_id is None:
            return items
        dataset = Dataset.objects.filter(dataset_id=dataset_id).first()
        if dataset is None:
            raise CommandError(f"There is no dataset {dataset_id}.", returncode=2)
        return items.filter(dataset=dataset)
