"""Requests to assign that are malformed, contradictory or hostile: 400 each time, quickly, and nothing is saved."""

import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets_app.actions import withdraw_labels
from datasets_app.errors import BadInput
from tasks_app.assignments import assign_files, assign_labels
from tasks_app.models import Assignment
from tests.factories import make_dataset, make_team, outcome, refusal, undone

ANN, BOB, EVE = ({"email": f"{name}@example.com"} for name in ("ann", "bob", "eve"))
LABELLING, QA = {"stage_id": "Labelling"}, {"stage_id": "QA"}


@pytest.fixture
def sequence(team):
    return make_dataset(team, (3, 3), mode="label_by_label", frame_attributes=["weather"], dataset_attributes=["city"])


def code(verb, dataset, entries, by):
    refused = refusal(verb, dataset, entries, by=by)
    assert isinstance(refused, BadInput)
    assert not Assignment.objects.exists()
    return refused.problems[0].code


@pytest.mark.parametrize(
    "ranges",
    [
        "", ",", "-", "1-", "-1", "1--2", "1,,2", "1,", ",1", "0", "0-1", "2-1", "1-5", "5", "1.0", "1e3", "+1", "one",
        "1-2-3", "1 2", "99999999999999999999", "1-4294967296", "1-999999999", "٠", "²", "1\x002", "1;2",
        "1," * 49_999 + "11x", "1," * 100_000 + "1", "9" * 200_000, "1" + " " * 200_000 + "x", "1-" * 100_000,
    ],
    ids=lambda ranges: repr(ranges[:20]),
)  # fmt: skip
def test_a_broken_range_is_refused_quickly(team, ranges):
    dataset = make_dataset(team, (1, 1, 1, 1))
    began = time.monotonic()

    found = code(assign_files, dataset, [LABELLING | ANN | {"files": ranges}], team.lead)

    assert found in ("broken_range", "duplicate")
    assert time.monotonic() - began < 1


def test_many_ranges_over_everything_are_refused_quickly(team):
    dataset = make_dataset(team, [0] * 300)
    began = time.monotonic()

    found = code(assign_files, dataset, [LABELLING | ANN | {"files": "1-300," * 9_000 + "1"}] * 100, team.lead)

    assert found == "duplicate"
    assert time.monotonic() - began < 5


def test_too_many_entries_are_refused(team):
    dataset = make_dataset(team)

    assert code(assign_files, dataset, [LABELLING | ANN | {"files": "1"}] * 10_001, team.lead) == "too_many"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([{"label_id": "car:1"}, {"label_id": "car:1"}], "duplicate"),
        ([{"label_ids": ["car:1", "car:1"]}], "duplicate"),
        ([{"all": True}, {"all": True}], "duplicate"),
        ([{"all": True}, {"label_id": "car:1"}], "duplicate"),
        ([{"label_id": "car:1"}, {"all": True}], "duplicate"),
        ([{"attribute_id": "city"}, {"attribute_id": "city"}], "duplicate"),
        ([{"label_id": "car:9"}], "unknown_label"),
        ([{"label_id": "car:1", "label_set_id": "other"}], "unknown_label"),
        ([{"label_id": "car:1", "label_set_id": ["default"]}], "unknown_label"),
        ([{"attribute_id": "colour"}], "unknown_attribute"),
        ([{"attribute_id": "a\x00b"}], "invalid"),
        ([{"attribute_id": ["city"]}], "invalid"),
        ([{"all": False}], "invalid"),
        ([{"all": 1}], "invalid"),
        ([{"label_id": ["car:1"]}], "invalid"),
        ([{"label_ids": "car:1"}], "invalid"),
        ([{"label_ids": []}], "invalid"),
        ([{"label_ids": [None]}], "invalid"),
        ([{"file_id": "000001.png"}], "invalid"),
    ],
)
def test_what_does_not_fit_a_sequence(team, sequence, entries, expected):
    assert code(assign_labels, sequence, [LABELLING | ANN | entry for entry in entries], team.lead) == expected


def test_a_frame_attribute_of_single_frames_is_the_wrong_level(team):
    dataset = make_dataset(team, (1,), frame_attributes=["weather"])

    assert code(assign_labels, dataset, [LABELLING | ANN | {"attribute_id": "weather"}], team.lead) == "wrong_level"


@pytest.mark.parametrize("attribute_id", ["a\x00b", None, 3, {"a": 1}])
def test_a_malformed_attribute_of_single_frames_is_refused(team, attribute_id):
    dataset = make_dataset(team, (1,), dataset_attributes=["city"])
    entries = [LABELLING | ANN | {"attribute_id": attribute_id}]

    assert code(assign_labels, dataset, entries, team.lead) == "invalid"


def test_a_withdrawn_track_is_unknown(team, sequence):
    withdraw_labels(sequence, [sequence.labels.get(label_id="car:1").pk], by=None)

    assert code(assign_labels, sequence, [LABELLING | ANN | {"label_id": "car:1"}], team.lead) == "unknown_label"


@pytest.mark.parametrize(
    ("saved", "asked"),
    [
        ({"all": True}, {"all": True}),
        ({"all": True}, {"label_id": "car:2"}),
        ({"label_id": "car:2"}, {"label_id": "car:2"}),
        ({"label_id": "car:2"}, {"all": True}),
        ({"attribute_id": "city"}, {"attribute_id": "city"}),
    ],
)
def test_four_eyes_on_tracks_and_attributes(team, sequence, saved, asked):
    assign_labels(sequence, [QA | ANN | saved], by=team.lead)

    assert outcome(assign_labels, sequence, [LABELLING | ANN | asked], by=team.lead) == "four_eyes"


@pytest.mark.parametrize(
    ("saved", "asked"),
    [
        ({"all": True}, {"attribute_id": "city"}),
        ({"label_id": "car:2"}, {"label_id": "car:1"}),
        ({"attribute_id": "city"}, {"all": True}),
    ],
)
def test_four_eyes_are_about_the_same_object(team, sequence, saved, asked):
    assign_labels(sequence, [QA | ANN | saved], by=team.lead)

    assert outcome(assign_labels, sequence, [LABELLING | ANN | asked], by=team.lead) == "done"


def test_a_track_of_another_is_no_conflict_with_all(team, sequence):
    assign_labels(sequence, [QA | ANN | {"all": True}], by=team.lead)
    assign_labels(sequence, [QA | EVE | {"label_id": "car:1"}], by=team.lead)

    assert outcome(assign_labels, sequence, [LABELLING | ANN | {"label_id": "car:1"}], by=team.lead) == "done"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "stage_id": st.just("Labelling") | JSON,
        "email": st.sampled_from(["ann@example.com", "ANN@example.com", None]) | JSON,
        "file_id": st.just("000001.png") | JSON,
        "file_ids": st.lists(st.just("000002.png") | JSON, max_size=3) | JSON,
        "files": st.from_regex(r"[0-9,\- ]{0,8}") | JSON,
        "label_id": st.just("car:1") | JSON,
        "label_ids": st.lists(st.just("car:2") | JSON, max_size=3) | JSON,
        "label_set_id": st.just("default") | JSON,
        "attribute_id": st.sampled_from(["city", "weather"]) | JSON,
        "all": st.booleans() | JSON,
    },
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("mode", ["frame_by_frame", "label_by_label"])
def test_whatever_comes_in_is_done_or_refused_as_bad_input(db, once, mode, data):
    team, datasets = once
    verb = data.draw(st.sampled_from([assign_files, assign_labels]))
    entries = data.draw(st.lists(ENTRY, max_size=3) | JSON)

    with undone(), suppress(BadInput):
        verb(datasets[mode], entries, by=team.lead)


@pytest.fixture
def once(db):
    """One client with a dataset of each kind, for all examples."""
    team = make_team()
    kinds = ("frame_by_frame", "label_by_label")
    return team, {
        mode: make_dataset(team, (2, 2), mode=mode, frame_attributes=["weather"], dataset_attributes=["city"])
        for mode in kinds
    }
