"""Moments are whole milliseconds since 1970 UTC in the database, and aware datetimes in Python."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets_app.fields import MillisField
from datasets_app.ids import from_millis, now, opaque_id, to_millis
from datasets_app.models import Client

FIELD = MillisField()
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))


@settings(deadline=None)
@given(MOMENTS)
def test_a_moment_comes_back_to_the_millisecond(moment):
    again = from_millis(to_millis(moment))

    assert timedelta(0) <= moment - again < timedelta(milliseconds=1)


@settings(deadline=None)
@given(st.integers(-(10**12), 10**13))
def test_milliseconds_come_back_exactly(millis):
    assert to_millis(from_millis(millis)) == millis


def test_now_is_what_is_stored():
    moment = now()

    assert moment.tzinfo is UTC
    assert from_millis(to_millis(moment)) == moment


def test_another_time_zone_is_the_same_moment():
    in_delft = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))

    assert FIELD.get_prep_value(in_delft) == to_millis(datetime(2026, 7, 1, 10, tzinfo=UTC))


def test_the_database_holds_an_integer(db):
    client = Client.objects.create(name="Delft")

    with connection.cursor() as cursor:
        cursor.execute("SELECT created_at FROM datasets_app_client WHERE id = %s", [client.pk])
        (stored,) = cursor.fetchone()

    assert stored == to_millis(client.created_at)
    assert Client.objects.get(pk=client.pk).created_at == client.created_at


def test_moments_are_compared_and_ordered_by_the_database(db):
    early = Client.objects.create(name="Early", created_at=from_millis(1_000))
    late = Client.objects.create(name="Late", created_at=from_millis(2_000))

    assert list(Client.objects.filter(created_at__lt=from_millis(2_000))) == [early]
    assert list(Client.objects.order_by("-created_at")) == [late, early]


@pytest.mark.parametrize("value", [10**18, -(10**18), "yesterday", "2026-13-01"])
def test_what_is_no_moment_is_refused(value):
    with pytest.raises(ValidationError):
        FIELD.to_python(value)


def test_nothing_is_nothing():
    assert FIELD.get_prep_value(None) is None
    assert FIELD.to_python(None) is None


def test_opaque_ids_are_letters_and_digits_and_differ():
    ids = {opaque_id() for _ in range(1_000)}

    assert len(ids) == 1_000
    assert all(one.isalnum() and one.isascii() and len(one) == 24 for one in ids)
