"""Pages of people: signing in, their clients, their access tokens, light or dark."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from datasets_app.acting import find_client
from datasets_app.errors import BadInput, NotFound, Refused
from datasets_app.ids import now
from datasets_app.membership import create_token, revoke_token
from datasets_app.models import AccessToken, Member
from datasets_app.roles import Right

from .forms import SignInForm, TokenForm
from .frame import SignedIn, frame

A_YEAR = 365 * 86_400
TOKENS_PER_PAGE = 50


class SignIn(LoginView):
    """Sign in by email. A fragment that needs it sends the whole page here."""

    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)


@login_required
@require_safe
def clients(request: SignedIn) -> HttpResponse:
    """The clients of whoever is signed in; of the only one, what there is to do."""
    found = Member.objects.present().filter(user=request.user).select_related("client").order_by("client__name", "pk")
    members = list(found)
    if len(members) == 1:
        return redirect("work", members[0].client.client_id)
    return render(request, "datasets_app/clients.html", {"members": members})


@login_required
@require_safe
def keys(request: SignedIn) -> HttpResponse:
    """The keys of every page, on a page: where a script shows them in place, nobody needs it."""
    return render(request, "datasets_app/keys.html")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: SignedIn, client_id: str) -> HttpResponse:
    """The access tokens of a person in a client, and a form for a new one. Admins see those of the client."""
    _client, member = find_client(client_id, request.user)
    form, secret, status = TokenForm(request.POST or None), "", 200
    if request.method == "POST":
        secret = _make_token(form, member)
        status = 200 if secret else 400
    found = AccessToken.objects.visible_to(member).select_related("member__user", "revoked_by")
    context = frame(member, "tokens") | {
        "form": TokenForm() if secret else form,
        "secret": secret,
        "page": Paginator(found, TOKENS_PER_PAGE).get_page(request.GET.get("page")),
        "of_everyone": member.access.may(Right.MEMBERS),
        "now": now(),
    }
    response = render(request, "datasets_app/tokens.html", context, status=status)
    response["Cache-Control"] = "no-store"  # the secret is shown this once
    return response


def _make_token(form: TokenForm, member: Member) -> str:
    """The secret of the new token; nothing where the form is wrong, which then says why."""
    if not form.is_valid():
        return ""
    days = form.cleaned_data["days"]
    expires_at = now() + timedelta(days=days) if days else None
    try:
        _token, secret = create_token(
            member, form.cleaned_data["name"], by=member, role=form.cleaned_data["role"], expires_at=expires_at
        )
    except BadInput as refused:
        for problem in refused.problems:
            form.add_error(problem.attr if problem.attr in form.fields else None, problem.detail)
        return ""
    return secret


@login_required
@require_POST
def token_revoke(request: SignedIn, client_id: str, token_id: str) -> HttpResponse:
    _client, member = find_client(client_id, request.user)
    token = AccessToken.objects.visible_to(member).select_related("member").filter(token_id=token_id).first()
    if token is None:
        raise NotFound("token")
    try:
        revoke_token(token, by=member)
        messages.success(request, f"Revoked {token.name}: programs that use it are refused from now on.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("tokens", client_id)


#: What a person may choose, each remembered by a cookie: it works without scripts and signed out.
CHOICES = {"theme": ("system", "light", "dark"), "keys": ("on", "off")}


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system has it; and whether single keys do something."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "clients")
    for name, values in CHOICES.items():
        chosen = request.POST.get(name)
        if chosen in values:
            response.set_cookie(name, chosen, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response
