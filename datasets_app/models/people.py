"""Clients, users, members, groups and access tokens: whom everything belongs to and who acts."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from datasets_app.fields import MillisField
from datasets_app.ids import now, opaque_id
from datasets_app.querysets import ClientQuerySet, MemberQuerySet, TokenQuerySet
from datasets_app.roles import Role

if TYPE_CHECKING:
    from datasets_app.access import Access


class Client(models.Model):
    """A workspace: the tenant. Everything belongs to exactly one."""

    client_id = models.CharField(max_length=64, unique=True, default=opaque_id, editable=False)
    name = models.CharField(max_length=200)
    created_at = MillisField(default=now, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=str(username).lower())

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        user = self.model(email=email, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person or a program that signs in by email. Emails are kept in lower case: they compare without case."""

    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("operator", default=False, help_text="May sign in to the admin of the installation.")
    date_joined = MillisField(default=now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"

    class Meta:
        ordering = ["email"]
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case")]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = self.email.lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    @property
    def short_name(self) -> str:
        """The part before the @: what the pages call the person."""
        return self.email.partition("@")[0]


class Member(models.Model):
    """A user in a client, with a role there. Without a role: only what single datasets give."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices, blank=True, default="")
    created_at = MillisField(default=now, editable=False)
    #: A member who has left keeps their history and has no rights.
    left_at = MillisField(null=True, blank=True, editable=False)

    objects = MemberQuerySet.as_manager()

    #: The token that this member acts with, if any. It limits the rights and is named in the events.
    token: AccessToken | None = None
    _access: Access | None = None

    class Meta:
        ordering = ["user__email"]
        constraints = [
            models.UniqueConstraint(fields=["client", "user"], name="one_member_for_each_user_and_client"),
            models.CheckConstraint(condition=Q(role__in=["", *Role.values]), name="member_role_is_known"),
            models.CheckConstraint(condition=Q(left_at=None) | Q(role=""), name="member_who_left_has_no_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.client}"

    @property
    def access(self) -> Access:
        """The rights of this member, worked out once for each request."""
        if self._access is None:
            from datasets_app.access import Access  # a model cannot import what queries the models

            self._access = Access(self)
        return self._access


class UserGroup(models.Model):
    """Members of a client who are given rights or stages together."""

    user_group_id = models.CharField(max_length=64, unique=True, default=opaque_id, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="user_groups")
    name = models.CharField(max_length=200)
    members = models.ManyToManyField(Member, related_name="user_groups", blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["client", "name"], name="group_name_is_unique_in_its_client")]

    def __str__(self) -> str:
        return self.name


class AccessToken(models.Model):
    """A secret that acts as its member, limited to a role if it has one. The secret itself is never stored."""

    PREFIX = "4e_"

    token_id = models.CharField(max_length=64, unique=True, default=opaque_id, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True, default="")
    hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = MillisField(default=now, editable=False)
    expires_at = MillisField(null=True, blank=True)
    last_used_at = MillisField(null=True, blank=True, editable=False)
    revoked_at = MillisField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="token_revoked_at_and_by_go_together",
            ),
            models.CheckConstraint(condition=Q(role__in=["", *Role.values]), name="token_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def new_secret(cls) -> str:
        return cls.PREFIX + secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(secret: str) -> str:
        """SHA-256 is enough for 256 random bits: there is nothing to guess that a slow hash would protect."""
        return hashlib.sha256(secret.encode()).hexdigest()
