"""Forms of people: signing in, access tokens."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from datasets_app.roles import Role

LONGEST_DAYS = 3650


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "No account has this email and password. Upper and lower case of the password count.",
        "inactive": "This account was closed. Ask an admin of the installation to open it again.",
    }

    username = forms.EmailField(
        label="Email", max_length=254, widget=forms.EmailInput({"autofocus": True, "autocomplete": "username"})
    )


class TokenForm(forms.Form):
    """A new access token."""

    name = forms.CharField(max_length=100, help_text="Which program uses it.")
    role = forms.ChoiceField(
        label="Limited to the role",
        choices=[("", "no limit: all that you may"), *Role.choices],
        required=False,
        help_text="It may what you may and this role may, never more.",
    )
    days = forms.IntegerField(
        label="Expires in days",
        min_value=1,
        max_value=LONGEST_DAYS,
        required=False,
        help_text="Empty: never.",
    )
