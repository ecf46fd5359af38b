"""Sharing out evenly: deterministic, complete, fair by objects, and never past four eyes where another could."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks_app.ranges import BrokenRange, positions, read_ranges, runs, written
from tasks_app.sharing import Parcel, even_cuts, share_out

PEOPLE = ["ann", "bob", "eve", "joe", "kim"]
OBJECTS = st.lists(st.integers(0, 30), max_size=40)
SOME = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=5, unique=True)


def parcels_of(objects, barred=None):
    barred = barred or {}
    return [Parcel(at, count, frozenset(barred.get(at, ()))) for at, count in enumerate(objects, 1)]


@st.composite
def barred_parcels(draw):
    """Files, each with the people who have it in a stage beside."""
    objects = draw(OBJECTS)
    beside = st.sets(st.sampled_from(PEOPLE), max_size=3)
    return [Parcel(at, count, frozenset(draw(beside))) for at, count in enumerate(objects, 1)]


def loads(plan, parcels):
    objects = {parcel.number: parcel.objects for parcel in parcels}
    return {name: sum(objects[number] for number in numbers) for name, numbers in plan.shares.items()}


@given(parcels=barred_parcels(), people=SOME)
def test_the_same_again_is_the_same_plan(parcels, people):
    assert share_out(parcels, people) == share_out(list(reversed(parcels)), [*people, *people])


@given(parcels=barred_parcels(), people=SOME)
def test_every_file_goes_to_exactly_one_who_may_have_it(parcels, people):
    plan = share_out(parcels, people)

    given_out = sorted(number for numbers in plan.shares.values() for number in numbers)
    assert sorted(given_out + plan.left) == [parcel.number for parcel in parcels]
    assert set(plan.shares) == set(people)
    for parcel in parcels:
        holders = [name for name, numbers in plan.shares.items() if parcel.number in numbers]
        assert not set(holders) & parcel.barred
        assert (parcel.number in plan.left) == (set(people) <= parcel.barred)


@given(objects=OBJECTS, people=SOME)
def test_no_two_people_differ_by_more_than_the_largest_file(objects, people):
    parcels = parcels_of(objects)

    plan = share_out(parcels, people)

    found = loads(plan, parcels).values()
    assert max(found) - min(found) <= max(objects, default=0)
    assert all(len(runs(numbers)) <= 1 for numbers in plan.shares.values())


@settings(max_examples=300)
@given(parcels=barred_parcels(), people=SOME)
def test_whoever_could_take_a_file_has_at_most_the_largest_file_less(parcels, people):
    plan = share_out(parcels, people)

    found, by_number = loads(plan, parcels), {parcel.number: parcel for parcel in parcels}
    largest = max((parcel.objects for parcel in parcels), default=0)
    for name, numbers in plan.shares.items():
        for other in people:
            if any(other not in by_number[number].barred for number in numbers):
                assert found[name] - found[other] <= largest


@given(count=st.integers(0, 40), people=SOME)
def test_files_without_objects_are_shared_by_files(count, people):
    plan = share_out(parcels_of([0] * count), people)

    lengths = [len(numbers) for numbers in plan.shares.values()]
    assert max(lengths) - min(lengths) <= 1


@given(weights=st.lists(st.integers(1, 50), min_size=1, max_size=30), parts=st.integers(1, 12))
def test_cuts_are_in_order_and_even(weights, parts):
    cuts = even_cuts(weights, parts)

    sums = [sum(weights[low:high]) for low, high in pairwise(cuts)]
    assert (cuts[0], cuts[-1], len(cuts)) == (0, len(weights), parts + 1)
    assert cuts == sorted(cuts)
    assert max(sums) - min(sums) <= max(weights)


def test_the_review_of_what_the_same_people_labelled_goes_crosswise():
    labelling = {number: ["ann"] if number <= 50 else ["bob"] for number in range(1, 101)}
    parcels = parcels_of([3] * 100, labelling)

    plan = share_out(parcels, ["ann", "bob"])

    assert {name: written(numbers) for name, numbers in plan.shares.items()} == {"ann": "51-100", "bob": "1-50"}


def test_a_third_person_takes_from_both():
    labelling = {number: ["ann"] if number <= 50 else ["bob"] for number in range(1, 101)}
    parcels = parcels_of([3] * 100, labelling)

    plan = share_out(parcels, ["ann", "bob", "eve"])

    assert sorted(loads(plan, parcels).values()) == [99, 99, 102]
    assert all(len(runs(numbers)) == 1 for numbers in plan.shares.values())


def test_many_files_are_shared_at_once():
    people = [f"p{number:02}" for number in range(20)]
    labelled = {number: [people[number // 500]] for number in range(1, 10_000)}
    parcels = parcels_of([number * 7919 % 23 for number in range(1, 10_000)], labelled)
    began = time.monotonic()

    plan = share_out(parcels, people)

    assert time.monotonic() - began < 5
    assert max(loads(plan, parcels).values()) - min(loads(plan, parcels).values()) <= 22
    assert all(len(runs(numbers)) == 1 for numbers in plan.shares.values())


def test_files_that_were_dealt_out_one_by_one_are_reviewed_quickly_too():
    people = [f"p{number:02}" for number in range(20)]
    parcels = parcels_of([number % 23 for number in range(3000)], {n: [people[n % 20]] for n in range(1, 3001)})
    began = time.monotonic()

    plan = share_out(parcels, people)

    assert time.monotonic() - began < 5
    assert max(loads(plan, parcels).values()) - min(loads(plan, parcels).values()) <= 22


# --- ranges -------------------------------------------------------------------------------------------------------


@given(numbers=st.sets(st.integers(1, 200), min_size=1))
def test_what_is_written_reads_the_same(numbers):
    assert positions(read_ranges(written(numbers), 200, "files")) == sorted(numbers)


@given(numbers=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 20)), max_size=10))
def test_ranges_that_overlap_name_each_position_once(numbers):
    ranges = [(low, low + more) for low, more in numbers]

    assert positions(ranges) == sorted({one for low, high in ranges for one in range(low, high + 1)})


@pytest.mark.parametrize("text", ["", "1-", "0", "3-2", "9", "one", None, "1," * 60_000 + "1"])
def test_a_broken_range_says_what_to_write(text):
    with pytest.raises(BrokenRange, match=r"Write positions and ranges like|is not within 1-8, the files there are"):
        read_ranges(text, 8, "files")
