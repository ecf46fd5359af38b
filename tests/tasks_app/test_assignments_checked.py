"""Assignments can be checked without saving: the same refusals, the same result, no row changed."""

import pytest

from datasets_app.actions import mark_labelling_done
from datasets_app.errors import BadInput
from tasks_app.assignments import assign, assign_files, assign_labels, check_assignments
from tasks_app.creation import Assigned
from tasks_app.models import Assignment
from tests.factories import all_rows, make_dataset, outcome, refusal

ANN, BOB, EVE, NOBODY = (
    {"email": email} for email in ("ann@example.com", "bob@example.com", "eve@example.com", None)
)  # fmt: skip
LABELLING, QA = {"stage_id": "Labelling"}, {"stage_id": "QA"}
FILES, LABELS = "file_tasks", "label_tasks"


@pytest.fixture
def sequence(team):
    return make_dataset(team, (3, 3), mode="label_by_label", dataset_attributes=["city"])


@pytest.mark.parametrize(
    "entries",
    [
        [LABELLING | ANN | {"files": "1-3"}],
        [LABELLING | NOBODY | {"files": "1-2"}, QA | ANN | {"files": "1-2"}],
        [LABELLING | ANN | {"files": "4"}],
    ],
)
def test_what_a_check_of_files_foretells_is_what_is_saved(team, entries):
    dataset = make_dataset(team, (1, 1, 1, 1))
    assign_files(dataset, [LABELLING | ANN | {"files": "1-2"}, QA | EVE | {"files": "1-4"}], by=team.lead)
    before = all_rows()

    foretold = check_assignments(dataset, entries, FILES, by=team.lead)

    assert all_rows() == before
    assign_files(dataset, entries, by=team.lead)
    assert foretold.users == Assigned(dataset).users


@pytest.mark.parametrize(
    "entries",
    [
        [LABELLING | BOB | {"all": True}],
        [LABELLING | NOBODY | {"all": True}],
        [LABELLING | NOBODY | {"label_id": "car:1"}, LABELLING | BOB | {"label_ids": ["car:2", "car:3"]}],
        [QA | EVE | {"attribute_id": "city"}],
    ],
)
def test_what_a_check_of_tracks_foretells_is_what_is_saved(team, sequence, entries):
    said = [LABELLING | ANN | {"all": True}, QA | BOB | {"attribute_id": "city"}]
    assign_labels(sequence, said, by=team.lead)
    assign_labels(sequence, [LABELLING | EVE | {"label_ids": ["car:1", "car:2"]}], by=team.lead)

    foretold = check_assignments(sequence, entries, LABELS, by=team.lead)

    assign_labels(sequence, entries, by=team.lead)
    assert foretold.users == Assigned(sequence).users


def test_a_check_names_each_bad_entry_by_its_position(team):
    dataset = make_dataset(team, (1, 1))
    assign_files(dataset, [QA | ANN | {"files": "2"}], by=team.lead)
    entries = [
        LABELLING | BOB | {"files": "1"},
        LABELLING | ANN | {"files": "2"},
        QA | EVE | {"files": "1-3"},
        QA | {"files": "1", "email": "reader@example.com"},
    ]

    refused = refusal(check_assignments, dataset, entries, FILES, by=team.lead)

    assert isinstance(refused, BadInput)
    assert sorted((problem.attr, problem.code) for problem in refused.problems) == [
        ("file_tasks.1.email", "four_eyes"),
        ("file_tasks.2.files", "broken_range"),
        ("file_tasks.3.email", "not_in_stage"),
    ]


def test_who_may_not_assign_may_not_check(team):
    dataset = make_dataset(team)

    assert outcome(check_assignments, dataset, [], FILES, by=team.ann) == "not_allowed"
    mark_labelling_done(dataset, by=team.lead)
    dataset.refresh_from_db()
    assert outcome(check_assignments, dataset, [], FILES, by=team.lead) == "dataset_done"


def test_files_and_attributes_are_assigned_together_or_not_at_all(team):
    dataset = make_dataset(team, (1,), dataset_attributes=["city"])
    files = [LABELLING | ANN | {"files": "1"}]

    wrong = {FILES: files, LABELS: [LABELLING | BOB | {"attribute_id": "town"}]}
    assert outcome(assign, dataset, wrong, by=team.lead) == "unknown_attribute"
    assert not Assignment.objects.exists()

    assert (
        outcome(assign, dataset, wrong | {LABELS: [LABELLING | BOB | {"attribute_id": "city"}]}, by=team.lead) == "done"
    )
    assert Assignment.objects.count() == 2
    assert outcome(assign, dataset, {}, by=team.ann) == "not_allowed"


def test_checking_many_people_costs_no_query_for_each(team, django_assert_max_num_queries):
    for number in range(10):
        team.add(f"p{number}", "labeller")
    dataset = make_dataset(team, [0] * 10)
    entries = [LABELLING | {"email": f"p{number}@example.com", "files": str(number + 1)} for number in range(10)]

    with django_assert_max_num_queries(7):
        check_assignments(dataset, entries, FILES, by=team.lead)
