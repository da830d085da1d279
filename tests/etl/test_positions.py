"""Ranks and positions, against an obvious way to work them out and what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.positions import among_neighbours, place_among_neighbours, places, places_gained, position_words

numbers = st.lists(st.one_of(st.integers(-20, 20).map(float), st.just(float("nan"))), min_size=1, max_size=30)


@given(values=numbers, lowest_first=st.booleans())
def test_a_rank_is_one_more_than_those_ahead(values: list[float], lowest_first: bool) -> None:
    found = places(values, lowest_first=lowest_first)
    there = [v for v in values if not np.isnan(v)]
    for value, rank in zip(values, found.rank, strict=True):
        if np.isnan(value):
            assert np.isnan(rank)
        else:
            assert rank == 1 + sum(other < value if lowest_first else other > value for other in there)
    assert set(found.of) == {len(there)}
    assert set(found.left_out) == {len(values) - len(there)}


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60, unique=True))
def test_ranks_are_a_permutation_and_turn_round_with_the_polarity(values: list[float]) -> None:
    ranks, turned = places(values).rank, places(values, lowest_first=True).rank
    assert sorted(ranks) == list(range(1, len(values) + 1))
    np.testing.assert_array_equal(ranks + turned, len(values) + 1)


def test_a_tie_takes_the_lowest_and_quartiles_hold_a_quarter_each() -> None:
    assert places([5, 7, 7, 1]).rank.tolist() == [3, 1, 1, 4]
    assert places(np.arange(8), lowest_first=True).quartile.tolist() == [1, 1, 2, 2, 3, 3, 4, 4]


def test_measures_are_ranked_each_its_own_way_in_one_pass() -> None:
    found = places(np.array([[[1, 2, 3]], [[1, 2, np.nan]]]), lowest_first=[[True], [False]])
    np.testing.assert_array_equal(found.rank, [[[1, 2, 3]], [[2, 1, np.nan]]])


def test_a_position_counts_only_neighbours_with_a_figure() -> None:
    found = among_neighbours([5.0, np.nan], np.array([[1, 5, 9, np.nan], [1, 2, 3, 4]]))
    np.testing.assert_array_equal(np.array(found)[:, 0], [1, 1, 1, 3])
    assert np.isnan(np.array(found)[:, 1]).all()
    assert place_among_neighbours(found).rank[0] == 2
    assert place_among_neighbours(found, lowest_first=True).of[0] == 4


def test_change_of_rank_is_towards_the_first() -> None:
    np.testing.assert_array_equal(places_gained([3, 10, 1], [8, 4, np.nan]), [5, -6, np.nan])


@pytest.mark.parametrize(
    ("above", "of", "level", "words"),
    [
        (8, 10, 0, "above 8 of 10"),
        (10, 10, 0, "above all 10"),
        (0, 9, 0, "below all 9"),
        (6, 9, 1, "level with 1 and above 6 of 9"),
        (0, 9, 9, "level with 9 and above 0 of 9"),
        (0, 0, 0, "without a neighbour that has a figure"),
    ],
)
def test_a_position_in_words(above: int, of: int, level: int, words: str) -> None:
    assert position_words(above, of, level) == words
