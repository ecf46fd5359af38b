"""Pictures of files: checked, measured, and stored under names of ours."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from django.core.files.base import ContentFile
from PIL import Image, UnidentifiedImageError

from datasets_app.changes import Progress, quiet
from datasets_app.models import Dataset, File

from .content import ImportFailed

#: What a browser shows and Pillow reads safely: format -> ending.
ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
MAX_PIXELS = 200_000_000
MAX_BYTES = 100_000_000


def attach_pictures(dataset: Dataset, folder: Path, *, progress: Progress = quiet) -> int:
    """Store the picture of each file that has one in the folder, by its path or by its name. Returns how many."""
    root = folder.resolve()
    stored = 0
    for file in progress(list(dataset.files.all()), "pictures"):
        path = _find(root, file.file_id)
        if path is not None and put_picture(file, path.read_bytes(), path.name):
            stored += 1
    return stored


def put_picture(file: File, data: bytes, name: str) -> bool:
    """Store one picture and its size. Returns whether it is another one than before. Raises `ImportFailed`."""
    image_format, width, height = measured(data, name)
    if file.picture and file.picture.size == len(data):
        with file.picture.open("rb") as there:
            if there.read() == data:
                return False
    old = file.picture.name if file.picture else ""
    file.width, file.height = width, height
    file.picture.save(f"picture{ENDINGS[image_format]}", ContentFile(data), save=False)
    file.save(update_fields=["picture", "width", "height"])
    if old and old != file.picture.name:
        file.picture.storage.delete(old)
    return True


def measured(data: bytes, name: str) -> tuple[str, int, int]:
    """Format, width and height of a picture that is one. Raises `ImportFailed`."""
    if len(data) > MAX_BYTES:
        raise ImportFailed(f"{name} has {len(data):,} bytes: {MAX_BYTES:,} are the most for one picture.")
    try:
        with Image.open(BytesIO(data), formats=list(ENDINGS)) as image:
            image_format, (width, height) = str(image.format), image.size
            if width * height > MAX_PIXELS:
                raise ImportFailed(f"{name} has {width} × {height} pixels: that is too large.")
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ImportFailed(f"{name} is not a JPEG, PNG or WebP picture that can be read.") from error
    return image_format, width, height


def _find(root: Path, file_id: str) -> Path | None:
    """The picture of a file in a folder; never anything outside of it."""
    for candidate in (root / file_id, root / Path(file_id).name):
        path = candidate.resolve()
        if path.is_relative_to(root) and path.is_file():
            return path
    return None
