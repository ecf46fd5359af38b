"""Import a dataset from annotation files: all or nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from datasets_app.actions import DEFAULT_PIPELINE, create_dataset
from datasets_app.errors import Refused
from datasets_app.imports.content import Content, ImportFailed
from datasets_app.imports.pictures import attach_pictures
from datasets_app.imports.readers import FORMATS, read
from datasets_app.imports.store import store
from datasets_app.management.arguments import bar, client_of, member_of, refuse
from datasets_app.models import Client, Dataset, File, Label, LabellingMode, Member, Shape
from tasks_app.models import Item, Task


def words(text: str) -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


class Command(BaseCommand):
    help = "Import annotation files into a dataset. The same import again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the annotation file or folder")
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument("--client", required=True, help="the client's name or client_id")
        parser.add_argument("--name", required=True, help="the dataset's name; one that is there gets what is new")
        parser.add_argument("--stages", type=words, help="stage_ids in order; the first can edit (Labelling,QA)")
        parser.add_argument("--mode", choices=LabellingMode.values, help="instead of what the format suggests")
        parser.add_argument("--images", type=Path, metavar="DIR", help="where the pictures are")
        parser.add_argument("--frame-attributes", type=words, default=[], metavar="A,B")
        parser.add_argument("--dataset-attributes", type=words, default=[], metavar="A,B")
        parser.add_argument("--by", metavar="EMAIL", help="the member in whose name the history says it was done")

    def handle(self, *args: Any, **options: Any) -> None:
        client = client_of(options["client"])
        by = member_of(client, options["by"]) if options["by"] else None
        if options["images"] is not None and not options["images"].is_dir():
            refuse(f"{options['images']} is not a folder.")
        try:
            dataset, pictures = self._import(client, by, options)
        except (ImportFailed, Refused) as error:
            refuse(str(error))
        _take_stock()
        tasks = Task.objects.filter(dataset=dataset).present().count()
        told = f"{dataset.dataset_name} ({dataset.dataset_id}): {tasks} tasks in {len(dataset.pipeline)} stages"
        told += f", {dataset.labels.count()} objects in {dataset.files.count()} files"
        self.stdout.write(told + (f", {pictures} pictures stored." if options["images"] else "."))

    def _import(self, client: Client, by: Member | None, options: dict[str, Any]) -> tuple[Dataset, int]:
        content = read(
            options["format"],
            options["path"],
            mode=options["mode"],
            frame_attributes=options["frame_attributes"],
            dataset_attributes=options["dataset_attributes"],
            progress=partial(bar, what="reading"),
        )
        with transaction.atomic():
            dataset = _dataset(client, content, by, options)
            store(dataset, content, by=by, progress=bar)
            pictures = attach_pictures(dataset, options["images"], progress=bar) if options["images"] else 0
        return dataset, pictures


def _take_stock() -> None:
    """PostgreSQL would plan as if nothing had been imported, until its autovacuum comes by."""
    if connection.vendor == "postgresql":
        tables = [model._meta.db_table for model in (File, Label, Shape, Item, Task)]
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")


def _dataset(client: Client, content: Content, by: Member | None, options: dict[str, Any]) -> Dataset:
    """The client's dataset of this name, or a new one."""
    found = list(Dataset.objects.present().filter(client=client, dataset_name=options["name"])[:2])
    if len(found) > 1:
        refuse(f"{client} has several datasets named {options['name']!r}: choose another name.")
    if not found:
        return create_dataset(
            client,
            options["name"],
            by=by,
            pipeline_spec=_pipeline(options["stages"]),
            labelling_mode=content.labelling_mode,
            dataset_type=content.dataset_type,
            dataset_format=options["format"],
        )
    there = [stage.stage_id for stage in found[0].pipeline]
    if options["stages"] is not None and options["stages"] != there:
        refuse(f"{found[0]} has the stages {', '.join(there)} already: leave --stages away.")
    return found[0]


def _pipeline(stages: list[str] | None) -> list[dict[str, Any]]:
    if stages is None:
        return DEFAULT_PIPELINE
    return [{"stage_id": stage, "can_edit": position == 0} for position, stage in enumerate(stages)]
