"""The page of settings, opened a while ago: what others changed since is not overwritten by it."""

import pytest
from django.core import signing

from datasets_app.actions import set_settings
from tasks_app import actions
from tasks_app.models import Task
from tests.factories import all_rows, make_dataset, task_of
from tests.pages import signed_in, told
from tests.settings_pages import carried, changed, opened, page_of, send, text, wrong

MARKED = ["Nothing was saved: mend what is marked."]


@pytest.fixture
def dataset(team):
    return make_dataset(team)


def wait_for_the_customer(team, dataset, *labels):
    for label in labels:
        task = task_of(dataset, item__label__label_id=label)
        actions.submit(task, by=team.ann)
        actions.accept(task, by=team.eve, submit=True)


def waiting(dataset):
    return Task.objects.filter(dataset=dataset, stage__stage_id="QA", status="submitted").count()


# --- settings ---------------------------------------------------------------------------------------------------------


def test_what_waits_for_the_customer_is_not_finished_by_an_old_page(team, dataset):
    old = opened(team, dataset, "review")
    set_settings(dataset, by=team.lead, customer_review=True)
    wait_for_the_customer(team, dataset, "car:1")

    answer = send(team, dataset, "review", "admin", shown=old, review_changed="on")

    assert answer.status_code == 302
    dataset.refresh_from_db()
    assert (dataset.customer_review, dataset.review_changed) == (True, True)
    assert waiting(dataset) == 1


@pytest.mark.parametrize(
    ("section", "said", "theirs", "kept"),
    [
        ("name", {"dataset_name": "Street", "tags": "mine"}, {"dataset_name": "Road"}, {"tags": ["mine"]}),
        ("name", {"dataset_name": "Mine", "tags": ""}, {"tags": ["theirs"]}, {"dataset_name": "Mine"}),
        ("reasons", {"reason_required": "on"}, {"reject_reasons": ["loose"]}, {"reason_required": True}),
        (
            "times",
            {"undo_seconds": "60", "lease_seconds": "900"},
            {"lease_seconds": 300},
            {"undo_seconds": 60},
        ),
    ],
)
def test_only_what_was_touched_is_saved(team, dataset, section, said, theirs, kept):
    old = opened(team, dataset, section)
    set_settings(dataset, by=team.lead, **theirs)

    assert send(team, dataset, section, "admin", shown=old, **said).status_code == 302

    dataset.refresh_from_db()
    expected = theirs | kept
    assert {name: getattr(dataset, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("section", "said", "theirs", "sentence"),
    [
        ("name", {"dataset_name": "Mine", "tags": ""}, {"dataset_name": "Road"}, changed("name", "Road")),
        ("name", {"dataset_name": "Street", "tags": "mine"}, {"tags": ["a", "b"]}, changed("tags", "a, b")),
        (
            "reasons",
            {"reject_reasons": "mine"},
            {"reject_reasons": ["loose", "tight"]},
            changed("reject reasons", "loose, tight"),
        ),
        (
            "times",
            {"undo_seconds": "60", "lease_seconds": "900"},
            {"undo_seconds": 0},
            changed("undo seconds", "0"),
        ),
    ],
)
def test_what_both_changed_is_refused_and_can_then_be_saved(team, dataset, section, said, theirs, sentence):
    old = opened(team, dataset, section)
    set_settings(dataset, by=team.lead, **theirs)
    before = all_rows()

    answer = send(team, dataset, section, "admin", shown=old, **said)

    assert (answer.status_code, wrong(answer), told(answer)) == (409, [sentence], MARKED)
    assert next(word for word in said.values() if word not in ("", "Street")) in text(answer)
    assert all_rows() == before
    again = send(team, dataset, section, "admin", shown=carried(answer, section), **said)
    assert again.status_code == 302
    dataset.refresh_from_db()
    assert all(getattr(dataset, name) != value for name, value in theirs.items())


def test_what_is_as_wanted_already_disturbs_nobody(team, dataset):
    old = opened(team, dataset, "reasons")
    set_settings(dataset, by=team.lead, reject_reasons=["loose"], reason_required=True)

    answer = send(team, dataset, "reasons", "admin", shown=old, reject_reasons="loose", reason_required="on")

    assert answer.status_code == 302


def test_a_refusal_for_another_cause_does_not_forget_what_was_shown(team, dataset):
    old = opened(team, dataset, "name")
    set_settings(dataset, by=team.lead, tags=["theirs"])

    first = send(team, dataset, "name", "admin", shown=old, dataset_name="", tags="mine")
    second = send(team, dataset, "name", "admin", shown=carried(first, "name"), dataset_name="Road", tags="mine")

    assert (first.status_code, wrong(first)) == (400, ["This field is required."])
    assert (second.status_code, wrong(second)) == (409, [changed("tags", "theirs")])


def test_a_refused_page_shows_what_is_there_where_nothing_was_touched(team, dataset):
    old = opened(team, dataset, "name")
    set_settings(dataset, by=team.lead, tags=["theirs"])

    answer = send(team, dataset, "name", "admin", shown=old, dataset_name="", tags="")

    assert ">\ntheirs</textarea>" in text(answer)
    send(team, dataset, "name", "admin", shown=carried(answer, "name"), dataset_name="Road", tags="theirs")
    dataset.refresh_from_db()
    assert (dataset.dataset_name, dataset.tags) == ("Road", ["theirs"])


@pytest.mark.parametrize("broken", ["", "zzz", "a:b:c", "[" * 5000, "other section"])
def test_without_what_was_shown_nothing_is_saved(team, dataset, broken):
    broken = opened(team, dataset, "times") if broken == "other section" else broken
    before = all_rows()

    answer = send(team, dataset, "name", "admin", shown=broken, dataset_name="Typed", tags="")

    assert answer.status_code == 400
    assert told(answer)[0].startswith("This form does not say what it showed")
    assert 'value="Street"' in text(answer)
    assert all_rows() == before


def test_a_form_of_an_older_version_is_asked_again(team, dataset):
    old = signing.dumps({"dataset_name": "Street"}, salt=f"settings {dataset.dataset_id} name")

    assert send(team, dataset, "name", "admin", shown=old, dataset_name="Typed", tags="").status_code == 400


# --- finishing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "those"), [(1, "task that waits"), (2, "2 tasks that wait")])
def test_work_is_finished_only_where_that_was_ticked(team, count, those):
    dataset = make_dataset(team, (3,), customer_review=True)
    wait_for_the_customer(team, dataset, *["car:1", "car:2"][:count])
    before = all_rows()

    answer = send(team, dataset, "review", review_changed="on")

    sentence = f"This would finish the {those} for the customer: tick below that you mean it."
    assert (answer.status_code, wrong(answer)) == (400, [sentence])
    assert f"Finish the {those} for the customer" in text(answer)
    assert all_rows() == before
    again = send(team, dataset, "review", shown=carried(answer, "review"), review_changed="on", finish="on")
    assert again.status_code == 302
    dataset.refresh_from_db()
    assert (dataset.customer_review, dataset.review_changed, waiting(dataset)) == (False, True, 0)


def test_what_came_to_wait_since_the_page_was_opened_is_asked_about(team):
    dataset = make_dataset(team, customer_review=True)
    old = opened(team, dataset, "review")
    assert 'name="finish"' not in text(signed_in(team, "lead").get(page_of(dataset)))
    wait_for_the_customer(team, dataset, "car:1")

    assert send(team, dataset, "review", shown=old).status_code == 400
    assert waiting(dataset) == 1


def test_no_tick_is_asked_for_what_finishes_nothing(team):
    dataset = make_dataset(team, customer_review=True)
    wait_for_the_customer(team, dataset, "car:1")

    answer = send(team, dataset, "review", customer_review="on", allow_self_review="on")

    assert (answer.status_code, waiting(dataset)) == (302, 1)
    empty = make_dataset(team, customer_review=True)
    assert send(team, empty, "review").status_code == 302
