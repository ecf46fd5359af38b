"""The Delayed page: how much is late where and with whom, and the tasks, worst first."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets_app.actions import set_stage
from datasets_app.ids import now
from datasets_app.membership import set_stage_people
from tasks_app.models import Task
from tests.factories import make_dataset, make_team
from tests.pages import rows_in, signed_in, told

MOST_QUERIES = 12


def delayed(team, query="", *, who="reader"):
    return signed_in(team, who).get(f"/clients/{team.client.client_id}/delayed/{query}")


def be_late(dataset, hours, **lookups):
    """These tasks are late by so many hours, one hour more each."""
    tasks = Task.objects.filter(dataset=dataset, status__in=["ready", "in_progress"], **lookups).order_by("-pk")
    for more, task in enumerate(tasks):
        Task.objects.filter(pk=task.pk).update(due_at=now() - timedelta(hours=hours + more, minutes=1))


def grid(response):
    """The rows of the summary, as they read."""
    (table,) = re.findall(r'<table class="table table-late">.*?</table>', response.content.decode(), re.DOTALL) or [""]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]


def links(response):
    """The addresses of the summary's figures."""
    (table,) = re.findall(r'<table class="table table-late">.*?</table>', response.content.decode(), re.DOTALL)
    return [unescape(address) for address in re.findall(r'href="([^"]+)"', table)]


@pytest.fixture
def street(team):
    """Labelling: two of ann's and one of nobody's are late."""
    dataset = make_dataset(team, (3,))
    mine = list(Task.objects.filter(dataset=dataset, stage__stage_id="Labelling")[:2])
    Task.objects.filter(pk__in=[task.pk for task in mine]).update(assignee=team.users["ann"])
    be_late(dataset, 5)
    return dataset


def test_how_much_is_late_by_stage_and_person(team, street):
    other = make_dataset(team, (1,))
    set_stage(other.pipeline[0], title="Draw", by=None)
    be_late(other, 50)

    assert grid(delayed(team)) == [
        ["Dataset", "Stage", "Everyone", "ann", "nobody"],
        ["Street", "Draw", "1 2 d late", "", "1 2 d late"],
        ["Street", "Labelling", "3 7 h late", "2 7 h late", "1 5 h late"],
    ]


def test_each_figure_leads_to_its_tasks(team, street):
    be_late(make_dataset(team, (4,)), 1)
    browser = signed_in(team, "reader")

    found = [rows_in(browser.get(address)) - 2 for address in links(delayed(team))]  # two rows are the summary's

    assert found == [3, 1, 2, 4, 4]


def test_a_filter_is_marked_and_taken_off(team, street):
    query = f"?dataset_id={street.dataset_id}&stage_id=Labelling&email=ann@example.com"
    address = f"/clients/{team.client.client_id}/delayed/"
    page = delayed(team, query).content.decode()

    assert re.findall(r'<a href="([^"]+)" aria-current="true">\d', page) == [
        address + query.replace("&", "&amp;").replace("@", "%40")
    ]
    assert all(words in page for words in ("Dataset: Street", "Stage: Labelling", "Assignee: ann@example.com"))
    assert f'href="{address}?stage_id=Labelling&amp;email=ann%40example.com"' in page
    assert f'href="{address}?dataset_id={street.dataset_id}&amp;stage_id=Labelling"' in page


def test_the_delay_is_what_a_row_begins_with(team, street):
    page = delayed(team).content.decode()

    found = re.findall(r'class="delay"><time datetime="[^"]+" title="[^"]+">([^<]+)</time></td><th scope="row"', page)
    assert found == ["7 h late", "6 h late", "5 h late"]


def test_a_page_of_a_filtered_list_stays_in_it(team):
    dataset = make_dataset(team, (70,))
    be_late(dataset, 1)
    be_late(make_dataset(team, (10,)), 1)
    browser, seen = signed_in(team, "reader"), 0
    address = f"/clients/{team.client.client_id}/delayed/?dataset_id={dataset.dataset_id}"

    while address:
        page = browser.get(address, headers={"HX-Request": "true"}).content.decode()
        seen += page.count('class="delay"')
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(following[1]) if following else ""

    assert seen == 70
    assert "<html" not in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?stage_id=lost", "There is no stage lost here."),
        ("?email=zz@zz.zz", "zz@zz.zz is not a member of this client."),
    ],
)
def test_a_wrong_filter_is_told(team, street, query, sentence):
    response = delayed(team, query)

    assert response.status_code == 400
    assert told(response) == [sentence]


def test_a_dataset_of_others_does_not_exist(team, street):
    stranger = make_dataset(make_team("other-"))

    assert delayed(team, f"?dataset_id={stranger.dataset_id}").status_code == 404
    assert delayed(team, "?dataset_id=%00").status_code == 404


def test_a_labeller_sees_what_is_late_in_their_own_chains(team):
    dataset = make_dataset(team, (3,))
    set_stage_people(dataset.pipeline[0], [team.ann, team.bob], by=team.admin)
    set_stage_people(dataset.pipeline[1], [team.eve], by=team.admin)
    tasks = list(Task.objects.filter(dataset=dataset, stage__stage_id="Labelling"))
    for task, name in zip(tasks, ("ann", "bob", "bob"), strict=True):
        Task.objects.filter(pk=task.pk).update(assignee=team.users[name])
    be_late(dataset, 1)

    assert grid(delayed(team, who="ann"))[1:] == [["Street", "Labelling", "1 3 h late", "1 3 h late"]]
    assert grid(delayed(team, who="bob"))[1:] == [["Street", "Labelling", "2 2 h late", "2 2 h late"]]
    assert len(grid(delayed(team, who="lead"))[0]) == 5


def test_where_nothing_is_late_it_says_why(team):
    dataset = make_dataset(team)

    assert "No stage here has a time limit, so nothing can be." in delayed(team).content.decode()
    assert "Choose a dataset" not in delayed(team).content.decode()
    assert "Choose a dataset" in delayed(team, who="lead").content.decode()
    set_stage(dataset.pipeline[0], time_limit_seconds=60, by=None)
    assert "Everything that is open is within the time limit of its stage." in delayed(team).content.decode()


def test_a_filter_without_rows_says_so(team, street):
    page = delayed(team, "?stage_id=QA").content.decode()

    assert "No task fits these filters." in page


def test_many_people_and_stages_are_summed_up(team):
    dataset = make_dataset(team, (12,))
    for number, task in enumerate(Task.objects.filter(dataset=dataset, stage__stage_id="Labelling")):
        Task.objects.filter(pk=task.pk).update(assignee=team.add(f"worker{number}", "labeller").user)
    be_late(dataset, 1)
    for _number in range(20):
        be_late(make_dataset(team), 0)

    response = delayed(team)

    head, worst, *others = grid(response)
    assert head[-1] == "5 others"
    assert (worst[2], worst[-1]) == ("12 12 h late", "5")
    assert len(others) == 19
    assert "and 1 more stage:" in response.content.decode()


@pytest.mark.parametrize("objects", [10, 300])
def test_it_costs_few_queries_however_much_is_late(team, objects):
    dataset = make_dataset(team, (objects,), frame_attributes=["weather"])
    Task.objects.filter(dataset=dataset, status="ready").update(due_at=now() - timedelta(hours=1))
    browser = signed_in(team, "reader")

    with CaptureQueriesContext(connection) as queries:
        browser.get(f"/clients/{team.client.client_id}/delayed/?dataset_id={dataset.dataset_id}&stage_id=Labelling")

    assert len(queries) <= MOST_QUERIES
