"""Comparators over the carried published figures: neighbours of joint returns, shares of one table, ranks."""

from collections.abc import Callable

import pandas as pd
import pytest

from dashboard.queries import Queries
from schema.context import Context
from tests.conftest import ENGINES

CONTEXT = Context()


@pytest.fixture(params=ENGINES)
def queries(request: pytest.FixtureRequest, queries_at: Callable[[str], Queries]) -> Queries:
    return queries_at(str(request.param))


def row(queries: Queries, measure: str, area: str, period: str, category: str = "total") -> "pd.Series[float]":
    """The one published figure of an area and period, with its comparators."""
    frame = queries.compared(CONTEXT, measure).frame
    at = (frame["area"] == area) & (frame["period"] == period) & (frame["category"] == category)
    assert at.sum() == 1
    return frame[at].iloc[0]


def test_neighbours_that_return_apart_count_apart(queries: Queries) -> None:
    # Swindon's neighbours include both Northamptonshires, which only make one return of their workforce.
    swindon = row(queries, "repeat-referrals", "swindon", "2024-25")
    assert swindon["neighbours_n"] == 10
    assert swindon["neighbours_mean"] == pytest.approx(21.489, abs=5e-4)
    assert swindon["neighbours_median"] == pytest.approx(22.478, abs=5e-4)


def test_neighbours_that_return_together_count_once(queries: Queries) -> None:
    assert row(queries, "social-worker-vacancies", "swindon", "SY2025")["neighbours_n"] == 9


def test_a_share_is_of_the_whole_of_its_own_table(queries: Queries) -> None:
    # At 31 March 2013 one table has 424 plans for West Sussex, and the table of categories 379.
    measure = "child-protection-plans-by-category"
    frame = queries.compared(CONTEXT, measure).frame
    of_year = frame[(frame["area"] == "west-sussex") & (frame["period"] == "2012-13")]
    shares = of_year[of_year["category"].str.startswith("latest-category-of-abuse:")]
    assert set(shares["denominator"]) == {379}
    emotional = row(queries, measure, "west-sussex", "2012-13", "latest-category-of-abuse:emotional-abuse")
    assert emotional["value"] == pytest.approx(218 / 379 * 100)


def test_ranks_are_a_permutation_with_ties_at_the_lowest_number(queries: Queries) -> None:
    for measure in queries.catalogue.measures.values():
        frame = queries.compared(CONTEXT, measure.id).frame
        for _, ranked in frame[frame["rank"].notna()].groupby(["period", "basis", "category"]):
            assert ranked["of"].nunique() == 1
            assert len(ranked) == ranked["of"].iloc[0]
            ascending = measure.polarity.value == "lower"
            expected = ranked["value"].rank(method="min", ascending=ascending)
            assert (ranked["rank"] == expected).all()
            assert ranked["quartile"].between(1, 4).all()


def test_a_rank_leaves_out_joint_members_regions_and_england(queries: Queries) -> None:
    frame = queries.compared(CONTEXT, "social-worker-vacancies").frame
    unranked = {"england", "london", "inner-london", "north-northamptonshire", "kingston-upon-thames"}
    assert not (set(frame.loc[frame["rank"].notna(), "area"]) & unranked)


def test_a_new_authority_has_no_neighbours_in_the_older_model(queries: Queries) -> None:
    frame = queries.compared(CONTEXT, "repeat-referrals", "april-2021").frame
    assert (frame.loc[frame["area"] == "cumberland", "neighbours_n"] == 0).all()
