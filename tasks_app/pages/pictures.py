"""Pictures, only for those who see the dataset: there is no public address of them."""

from __future__ import annotations

from pathlib import PurePath

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from datasets_app.acting import find_dataset
from datasets_app.errors import NotFound
from datasets_app.models import Dataset, File, Member
from datasets_app.pages.frame import SignedIn
from datasets_app.roles import Right
from tasks_app.models import Task

#: Nothing else is served, whatever a file calls itself: an SVG or HTML would run in our name.
TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}

#: How long a browser shows a picture again without asking; then it asks whether it has changed (304).
KEPT_SECONDS = 300


@login_required
@require_safe
def picture(request: SignedIn, dataset_id: str, position: int) -> HttpResponseBase:
    """The picture of one file."""
    dataset, member = find_dataset(dataset_id, request.user)
    file = File.objects.filter(dataset=dataset, position=position).exclude(picture="").first()
    name = str(file.picture.name) if file else ""
    content_type = TYPES.get(PurePath(name).suffix.lower())
    if file is None or content_type is None or not _sees(member, dataset, file):
        raise NotFound("picture")
    try:
        size, changed_at = file.picture.size, file.picture.storage.get_modified_time(name)
    except FileNotFoundError as error:
        raise NotFound("picture") from error
    etag = quote_etag(f"{file.pk}-{size}-{int(changed_at.timestamp() * 1000)}")
    response: HttpResponseBase | None = get_conditional_response(
        request, etag=etag, last_modified=int(changed_at.timestamp())
    )
    if response is None:
        response = FileResponse(file.picture.open("rb"), content_type=content_type)
    response["ETag"] = etag
    # While an object is looked at, its frame is not asked for again: the next one stands at once. `Vary: Cookie`
    # (the session's) keeps it from whoever signs in after; rights that end do so in a few minutes here.
    response["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _sees(member: Member, dataset: Dataset, file: File) -> bool:
    """Those who see only their own chains get the frames of these; an object across files is in all of them."""
    if member.access.may(Right.READ, dataset):
        return True
    tasks = Task.objects.in_dataset(dataset, member).present()
    return tasks.filter(Q(item__file=file) | Q(item__file=None)).exists()
