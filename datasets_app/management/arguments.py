"""What commands share: words on the command line become rows, or one sentence and exit code 2."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from django.core.management.base import CommandError
from django.db.models import Q
from tqdm import tqdm

from datasets_app.models import Client, Member


def refuse(sentence: str) -> NoReturn:
    """End the command: one sentence, exit code 2."""
    raise CommandError(sentence, returncode=2)


def client_of(word: str) -> Client:
    """The client with this client_id or name."""
    found = list(Client.objects.filter(Q(client_id=word) | Q(name=word))[:2])
    if not found:
        refuse(f"There is no client {word!r}: manage.py create_client makes one.")
    if len(found) > 1:
        refuse(f"Several clients are named {word!r}: give the client_id instead.")
    return found[0]


def member_of(client: Client, email: str) -> Member:
    """The member of a client with this email."""
    member = Member.objects.present().filter(client=client, user__email=email.lower()).select_related("user").first()
    if member is None:
        refuse(f"{email} is not a member of {client}.")
    return member


def bar(rows: Iterable[Any], what: str) -> Iterable[Any]:
    """A progress bar on standard error, where that is a terminal."""
    return tqdm(rows, desc=what, file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)
