"""Model fields of our own."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from .ids import from_millis, to_millis

if TYPE_CHECKING:
    DateTimeField = models.DateTimeField[Any, Any]
else:
    DateTimeField = models.DateTimeField


class MillisField(DateTimeField):
    """A moment: an aware datetime in Python, an integer of milliseconds since 1970 UTC in the database.

    The integer is what the API answers, so the database can build a row's JSON without any formatting, and
    SQLite and PostgreSQL write the same (PostgreSQL's own timestamps end in `+00:00`, Python's in `Z`).
    """

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def db_type(self, connection: Any) -> str:
        return "bigint"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> datetime | None:
        return None if value is None else from_millis(value)

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or isinstance(value, int):
            return value
        moment = self.to_python(value)
        if moment is None:
            return None
        return to_millis(moment if timezone.is_aware(moment) else timezone.make_aware(moment))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> int | None:
        return value if prepared else self.get_prep_value(value)

    def to_python(self, value: Any) -> datetime | None:
        try:
            return from_millis(value) if isinstance(value, int) else super().to_python(value)
        except OverflowError as error:
            raise ValidationError("This moment is out of range.") from error
