"""Pictures of the demo for tests in a browser. Drawing them takes longer than most tests: each is drawn once."""

from __future__ import annotations

from functools import cache

from django.core.files.base import ContentFile

from datasets_app.demo.scenes import DemoDataset, frames, sequence
from datasets_app.imports.store import store
from datasets_app.models import Dataset

SCENES = {"frames": frames, "sequence": sequence}


def fill(dataset: Dataset, scenes: str, count: int) -> None:
    """Give a dataset so many of these scenes, with their labels and pictures."""
    store(dataset, _scenes(scenes, count).content, by=None)
    for file in dataset.files.all():
        file.picture.save("x.jpg", ContentFile(_picture(scenes, count, file.file_id)))


@cache
def _scenes(scenes: str, count: int) -> DemoDataset:
    return SCENES[scenes](count=count)


@cache
def _picture(scenes: str, count: int, file_id: str) -> bytes:
    return _scenes(scenes, count).pictures[file_id]()
