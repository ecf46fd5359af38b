"""`manage.py create_token`: an access token for a member, printed this once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from datasets_app.errors import Refused
from datasets_app.ids import now
from datasets_app.membership import create_token
from datasets_app.models import Client, Member

MAX_DAYS = 36_500


class Command(BaseCommand):
    help = "Make an access token for a member of a client. Prints the secret, and nothing else, on stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whom the token acts as")
        parser.add_argument("--client", required=True, help="the client's client_id or name")
        parser.add_argument("--name", required=True, help="which program uses it")
        parser.add_argument("--role", default="", help="what it may do at the most (default: all that the member may)")
        parser.add_argument("--days", type=int, help="how long it is good (default: until it is revoked)")

    def handle(self, *args: Any, email: str, client: str, name: str, role: str, days: int | None, **rest: Any) -> None:
        if days is not None and not 0 < days <= MAX_DAYS:
            raise CommandError(f"--days is {days}: write a number from 1 to {MAX_DAYS}.", returncode=2)
        expires_at = now() + timedelta(days=days) if days else None
        member = find_member(find_client(client), email)
        try:
            _token, secret = create_token(member, name, by=None, role=role, expires_at=expires_at)
        except Refused as refused:
            raise CommandError(str(refused), returncode=2) from refused
        self.stdout.write(secret)


def find_client(word: str) -> Client:
    """The client with this client_id or name."""
    found: list[Client] = list(Client.objects.filter(Q(client_id=word) | Q(name=word))[:2])
    if not found:
        raise CommandError(f"There is no client {word}.", returncode=2)
    if len(found) > 1:
        raise CommandError(f"There are several clients {word}: give the client_id instead.", returncode=2)
    return found[0]


def find_member(client: Client, email: str) -> Member:
    member = Member.objects.present().select_related("user", "client").filter(client=client, user__email=email.lower())
    found = member.first()
    if found is None:
        raise CommandError(f"{email} is not a member of {client}.", returncode=2)
    return found
