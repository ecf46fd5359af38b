"""Forms of the admin that save by calling a verb: what it refuses stands in the form, and nothing has changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest

from config.admin import is_operator
from datasets_app.errors import Refused
from datasets_app.roles import Right

from .verbs import VerbAdmin

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm


class VerbForm(ModelForm):
    """Calls `perform(form)` as the last check. The verb, not the model, judges what came in, and saves it."""

    perform: Callable[[VerbForm], Model]

    def _post_clean(self) -> None:
        if self.errors:
            return
        try:
            self.instance = self.perform(self)
        except Refused as refused:
            for problem in refused.problems:
                self.add_error(problem.attr if problem.attr in self.fields else None, problem.detail)
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages))

    @property
    def changed_values(self) -> dict[str, Any]:
        """What the form changes."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class VerbFormAdmin(VerbAdmin):
    """A model whose form calls a verb, too. Who may not use the verb reads the same page without inputs."""

    form = VerbForm
    #: The right that the form's verb asks for.
    right: Right
    #: What the form can change, and what it asks for to add a row (nothing: rows are not added here).
    can_change: tuple[str, ...] = ()
    can_add: tuple[str, ...] = ()

    def perform(self, request: HttpRequest, form: VerbForm) -> Model:
        """Save what the form says, by a verb. Returns the row."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self.can_add) and is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        able = bool(self.can_change) and is_operator(request)
        return able and (obj is None or self.may(request, obj, self.right))

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return super().get_fields(request, obj) if obj else self.can_add

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [name for name in self.get_fields(request, obj) if name not in self.can_change] if obj else ()

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"perform": partial(self.perform, request)})

    def get_inline_instances(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """Inlines only show. They take no part in a POST: what is wrong there could not undo the form's verb."""
        return [] if request.method == "POST" else super().get_inline_instances(request, obj)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """The form's verb has saved it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The form's verb has saved it."""


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(one) for one in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().to_python(value) or "").splitlines())
        return [line for line in lines if line]

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        for line in value:
            super().run_validators(line)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))
