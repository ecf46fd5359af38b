"""Clients, users, members, groups and access tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from config.admin import HappenedFilter, ViewOnlyAdmin, is_operator
from datasets_app.errors import BadInput
from datasets_app.membership import add_member, create_token, remove_member, revoke_token, set_group
from datasets_app.models import AccessToken, Client, Member, User, UserGroup
from datasets_app.roles import Right, Role
from datasets_app.signals import rights_changed

from .forms import VerbForm, VerbFormAdmin
from .verbs import Verb, acting, memberships


@admin.register(Client)
class ClientAdmin(VerbFormAdmin):
    """Operators make clients; what a client is called, its own admins change."""

    right = Right.MEMBERS
    can_add = can_change = ("name",)
    fields = ("name", "client_id", "created_at")
    list_display = ("name", "client_id", "created_at")
    search_fields = ("name", "client_id")

    def client_of(self, row: Client) -> Client:
        return row

    def view_on_site(self, row: Client) -> str:
        return f"/clients/{row.client_id}/"

    def perform(self, request: HttpRequest, form: VerbForm) -> Client:
        client: Client = form.instance
        client.name = form.cleaned_data["name"]
        client.full_clean()
        client.save()
        return client


class UserCreation(AdminUserCreationForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = User
        fields = ("email",)


class UserChange(UserChangeForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = User
        fields = ("email", "password", "is_active", "is_staff", "is_superuser")


@admin.register(User)
class UserAdmin(ViewOnlyAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Superusers make users, set passwords and say who is an operator; other operators look.

    Whoever sets a password can act as that person, in any client: being an operator alone is no role in one.
    """

    form = UserChange
    add_form = UserCreation
    fieldsets = (
        (None, {"fields": ("email", "password", "is_active")}),
        ("Installation", {"fields": ("is_staff", "is_superuser")}),
        ("Dates", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)
    list_display = ("email", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email",)
    ordering = ("email",)
    filter_horizontal = ()

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("date_joined", "last_login")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Who may not sign in any more has no rights, so their open tasks become free in every client."""
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data:
            for member in obj.memberships.select_related("client"):
                rights_changed.send(User, client=member.client, by=None)


def _is_superuser(request: HttpRequest) -> bool:
    return is_operator(request) and bool(getattr(request.user, "is_superuser", False))


@admin.register(Member)
class MemberAdmin(VerbFormAdmin):
    """Who is in which client, with which role. A superuser gives a client without an admin its first one."""

    right = Right.MEMBERS
    can_add = ("client", "user", "role")
    can_change = ("role",)
    fields = ("client", "user", "role", "created_at", "left_at")
    list_display = ("user", "client", "role", "left_at")
    list_filter = ("role", ("left_at", HappenedFilter), "client")
    list_select_related = ("user", "client")
    search_fields = ("user__email", "client__name")
    autocomplete_fields = ("client", "user")
    verbs = (
        Verb(
            "remove",
            "Take out of the client",
            "left",
            remove_member,
            Right.MEMBERS,
            fits=lambda member: member.left_at is None,
            question="They lose every right and token of this client, and their open tasks become free. "
            "What they did stays in the history.",
        ),
    )

    def perform(self, request: HttpRequest, form: VerbForm) -> Member:
        words, role = form.cleaned_data, form.cleaned_data["role"]
        if form.instance.pk:
            return add_member(form.instance.client, form.instance.user, role, by=acting(request, form.instance.client))
        client, user = words["client"], words["user"]
        if role == Role.ADMIN and _is_superuser(request) and not _has_admin(client):
            return add_member(client, user, role, by=None)
        by = acting(request, client)
        if Member.objects.filter(client=client, user=user, left_at=None).exists():
            raise BadInput.of("duplicate", f"{user} is a member already: change the role there.", "user")
        return add_member(client, user, role, by=by)


def _has_admin(client: Client) -> bool:
    """Somebody who may sign in is its admin: then it is not the operators' business who else is."""
    return Member.objects.present().filter(client=client, role=Role.ADMIN).exists()


@admin.register(UserGroup)
class UserGroupAdmin(VerbFormAdmin):
    right = Right.MEMBERS
    can_add = ("client", "name")
    can_change = ("members",)
    fields = ("name", "client", "user_group_id", "members")
    list_display = ("name", "client", "user_group_id")
    list_filter = ("client",)
    list_select_related = ("client",)
    search_fields = ("name", "user_group_id")
    autocomplete_fields = ("client",)
    filter_horizontal = ("members",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "members" in form.base_fields:
            form.base_fields["members"].queryset = people_of(obj.client)
        return form

    def perform(self, request: HttpRequest, form: VerbForm) -> UserGroup:
        if form.instance.pk:
            group = form.instance
            set_group(group, form.cleaned_data["members"], by=acting(request, group.client))
            return group
        group = UserGroup(client=form.cleaned_data["client"], name=form.cleaned_data["name"])
        by = acting(request, group.client)
        group.full_clean()
        group.save()
        set_group(group, [], by=by)
        return group


def people_of(client: Client) -> QuerySet[Member]:
    """The present members of a client, to choose from."""
    return Member.objects.present().filter(client=client).select_related("user", "client")


@admin.register(AccessToken)
class AccessTokenAdmin(VerbFormAdmin):
    """Everyone makes tokens for themselves only. The secret is shown on the one page that answers."""

    can_add = ("member", "name", "role", "expires_at")
    fields = (
        "name",
        "member",
        "role",
        "token_id",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
        "revoked_by",
    )
    list_display = ("name", "member", "role", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", HappenedFilter), "member__client")
    list_select_related = ("member__user", "member__client", "revoked_by")
    search_fields = ("name", "token_id", "member__user__email")
    verbs = (
        Verb(
            "revoke",
            "Revoke",
            "revoked",
            revoke_token,
            Right.READ_OWN,
            fits=lambda token: token.revoked_at is None,
            question="Programs that use it are turned away from now on.",
        ),
    )

    def client_of(self, row: AccessToken) -> Client:
        return row.member.client

    def may(self, request: HttpRequest, row: AccessToken, right: Right) -> bool:
        """One's own, and as an admin those of the client."""
        member = memberships(request).get(row.member.client_id)
        return member is not None and (member == row.member or member.access.may(Right.MEMBERS))

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_operator(request) and bool(memberships(request))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "member":
            own = [member.pk for member in memberships(request).values()]
            kwargs["queryset"] = Member.objects.filter(pk__in=own).select_related("user", "client")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def perform(self, request: HttpRequest, form: VerbForm) -> AccessToken:
        member: Member = form.cleaned_data["member"]
        expires_at: datetime | None = form.cleaned_data["expires_at"]
        by = acting(request, member.client)
        name, role = form.cleaned_data["name"], form.cleaned_data["role"]
        token, secret = create_token(member, name, by=by, role=role, expires_at=expires_at)
        request._secret = secret  # type: ignore[attr-defined]
        return token

    def response_add(self, request: HttpRequest, obj: AccessToken, *args: Any, **kwargs: Any) -> HttpResponse:
        """No redirect: a message that waits for the next page would be stored."""
        context = self.admin_site.each_context(request) | {
            "title": f"The token {obj} is made",
            "opts": self.opts,
            "token": obj,
            "secret": request._secret,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/token_made.html", context)
