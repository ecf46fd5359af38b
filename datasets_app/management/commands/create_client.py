"""`manage.py create_client`: how a real installation begins."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from datasets_app.membership import add_member
from datasets_app.models import Client, User
from datasets_app.roles import Role


class Command(BaseCommand):
    help = "Make a client with its first admin. Prints the client_id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="how the client is called")
        parser.add_argument(
            "--admin", required=True, metavar="EMAIL", help="its first admin: a new user, or one there is"
        )
        parser.add_argument("--password-stdin", action="store_true", help="read a new user's password from stdin")

    def handle(self, *args: Any, name: str, admin: str, password_stdin: bool, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
        try:
            with transaction.atomic():
                client = create_client(name)
                user = find_or_create_user(admin, password)
                add_member(client, user, Role.ADMIN, by=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        self.stdout.write(client.client_id)
        if not user.has_usable_password():
            self.stderr.write(f"{user} has no password yet. To set one: manage.py changepassword {user}")


def create_client(name: str) -> Client:
    """A new client. Another of the same name would be hard to tell from it."""
    if there := Client.objects.filter(name=name).first():
        raise CommandError(f"There is a client {name} already: its client_id is {there.client_id}.", returncode=2)
    client = Client(name=name)
    client.full_clean()
    client.save()
    return client


def find_or_create_user(email: str, password: str | None) -> User:
    """The user with this email. Raises `ValidationError` if it is no email, or the password is too weak."""
    if there := User.objects.filter(email=email.lower()).first():
        if password is not None:
            raise CommandError(f"{there} has an account already: leave --password-stdin out.", returncode=2)
        return there
    user = User(email=email)
    user.clean_fields(exclude=["password"])
    if password is None:
        user.set_unusable_password()
    else:
        validate_password(password, user)
        user.set_password(password)
    user.save()
    return user
