"""The page of a dataset's settings: what it shows, saves and refuses; what was typed stays."""

import re
from html import unescape

import pytest

from datasets_app.actions import set_settings
from datasets_app.membership import set_stage_people
from datasets_app.models import UserGroup
from tasks_app import actions
from tasks_app.models import Task
from tests.factories import all_rows, make_dataset, make_team, task_of
from tests.pages import HOSTILE, signed_in, told
from tests.settings_pages import page_of, send, wrong


@pytest.fixture
def dataset(team):
    return make_dataset(team)


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "status"), [("admin", 200), ("lead", 200), ("ann", 403), ("fixer", 403)])
def test_it_is_for_those_who_may_set(team, dataset, name, status):
    before = all_rows()

    assert signed_in(team, name).get(page_of(dataset)).status_code == status
    answer = send(team, dataset, "name", name, dataset_name="Road")
    assert answer.status_code == (302 if status == 200 else 403)
    assert (all_rows() == before) == (status == 403)


def test_another_client_sees_nothing(team, dataset):
    stranger = make_team("other-")

    assert signed_in(stranger, "admin").get(page_of(dataset)).status_code == 404
    assert send(stranger, dataset, "name", "admin", dataset_name="x").status_code == 404


# --- sections ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "said", "columns"),
    [
        ("name", {"dataset_name": " Road ", "tags": "a\n\n b "}, {"dataset_name": "Road", "tags": ["a", "b"]}),
        ("review", {"customer_review": "on"}, {"customer_review": True, "allow_self_review": False}),
        ("review", {"allow_self_review": "on", "review_changed": "on"}, {"review_changed": True}),
        ("reasons", {"reject_reasons": " loose\r\ntight \r\n"}, {"reject_reasons": ["loose", "tight"]}),
        ("reasons", {"reason_required": "on"}, {"reject_reasons": [], "reason_required": True}),
        ("times", {"undo_seconds": "0", "lease_seconds": "10"}, {"undo_seconds": 0, "lease_seconds": 10}),
    ],
)
def test_each_section_is_saved_by_itself(team, section, said, columns):
    dataset = make_dataset(team, reject_reasons=["cut off"])
    others = {"reject_reasons": ["cut off"], "dataset_name": "Street", "undo_seconds": 30} | columns

    assert send(team, dataset, section, **said)["Location"] == page_of(dataset)

    dataset.refresh_from_db()
    found = {name: getattr(dataset, name) for name in others}
    assert found == others


@pytest.mark.parametrize(
    ("section", "said", "sentence"),
    [
        ("name", {"dataset_name": ""}, "This field is required."),
        ("name", {"dataset_name": "x" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
        ("reasons", {"reject_reasons": "loose\ntight\nloose"}, "The reason loose stands twice."),
        ("reasons", {"reject_reasons": "x" * 201}, "Reasons are a list of texts of up to 200 characters."),
        (
            "reasons",
            {"reject_reasons": "\n".join(f"reason {number}" for number in range(21))},
            "21 reasons are too many to choose from: 20 are the most.",
        ),
        ("times", {"undo_seconds": "-1", "lease_seconds": "900"}, "Ensure this value is greater than or equal to 0."),
        ("times", {"undo_seconds": "30", "lease_seconds": "9"}, "Ensure this value is greater than or equal to 10."),
    ],
)
def test_what_is_refused_is_not_saved_and_stays_typed(team, dataset, section, said, sentence):
    before = all_rows()

    answer = send(team, dataset, section, **said)

    assert answer.status_code == 400
    assert wrong(answer) == [sentence]
    assert told(answer) == ["Nothing was saved: mend what is marked."]
    typed = next(iter(said.values()))
    assert typed in unescape(answer.content.decode())
    assert all_rows() == before


@pytest.mark.parametrize("section", ["", "zzz", "stage", "pipeline"])
def test_a_form_that_says_nothing_is_refused(team, dataset, section):
    before = all_rows()

    assert send(team, dataset, section, stage="Gone", act="remove").status_code == 400
    assert all_rows() == before


def test_what_was_typed_is_written_as_text(team, dataset):
    answer = send(team, dataset, "reasons", reject_reasons=f"{HOSTILE}\n{HOSTILE}")

    assert HOSTILE not in answer.content.decode()
    assert wrong(answer) == [f"The reason {HOSTILE} stands twice."]


# --- what a switch does -----------------------------------------------------------------------------------------------


def test_switching_customer_review_off_says_first_what_it_finishes(team):
    dataset = make_dataset(team, (3,), customer_review=True)
    for label in ("car:1", "car:2"):
        make_qa_task_of(team, dataset, label)

    page = signed_in(team, "lead").get(page_of(dataset)).content.decode()

    assert "Switching it off finishes 2 tasks that wait now." in re.sub(r"<[^>]+>", "", page)
    assert "Finish the 2 tasks that wait for the customer" in page
    send(team, dataset, "review", finish="on")
    assert Task.objects.filter(stage__stage_id="QA", status="accepted").count() == 2
    assert "Switching it off" not in signed_in(team, "lead").get(page_of(dataset)).content.decode()


def make_qa_task_of(team, dataset, label):
    task = task_of(dataset, item__label__label_id=label)
    actions.submit(task, by=team.ann)
    actions.accept(task, by=team.eve, submit=True)
    return task_of(dataset, "QA", item=task.item)


@pytest.mark.parametrize("switched", ["customer_review", "review_changed"])
def test_the_number_is_the_one_that_is_finished(team, switched):
    dataset = make_dataset(team, (3,), customer_review=True)
    tasks = [make_qa_task_of(team, dataset, label) for label in ("car:1", "car:2", "car:3")]
    Task.objects.filter(pk=tasks[0].pk).update(changed_in_review=True)
    if switched == "review_changed":
        set_settings(dataset, by=None, review_changed=True, customer_review=False)
        expected, keeps = 1, {}
    else:
        set_settings(dataset, by=None, review_changed=True)
        expected, keeps = 2, {"review_changed": "on"}
    before = Task.objects.filter(status="accepted").count()
    words = re.sub(r"<[^>]+>", "", signed_in(team, "lead").get(page_of(dataset)).content.decode())

    send(team, dataset, "review", finish="on", **keeps)

    assert re.findall(r"Switching it off finishes (\d+) task", words) == [str(expected)]
    assert Task.objects.filter(status="accepted").count() - before == expected


# --- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 20])
def test_the_queries_do_not_grow(team, count, django_assert_max_num_queries):
    dataset = make_dataset(team, (3,) * count, stages=[f"Stage {number}" for number in range(count)])
    for number in range(count):
        team.add(f"p{number}", "labeller")
        UserGroup.objects.create(client=team.client, name=f"group {number}")
    set_stage_people(dataset.pipeline[0], [team.eve, team.ann], UserGroup.objects.all(), by=None)
    browser = signed_in(team, "lead")

    with django_assert_max_num_queries(11):
        page = browser.get(page_of(dataset))

    assert len(page.content) < 150_000
