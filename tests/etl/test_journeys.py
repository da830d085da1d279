"""Ratios of counts of one period: exactly these two counts, in the worse state of the two, and nothing recovered."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.journeys import counts_of, neighbours_of, ratios, source_of
from schema.states import State

PAIRS = [("section-47-enquiries", "referrals")]


def figure(measure: str, numerator: float, state: str = "value", **other: str) -> dict[str, object]:
    row = {"kind": "release", "area": "stoke-on-trent", "period": "2024-25", "basis": "year", "category": "total"}
    return {"measure": measure, "numerator": numerator, "state": state, "source_id": 1, **row, **other}


def ratios_of(*figures: dict[str, object]) -> pd.DataFrame:
    return ratios(counts_of(pd.DataFrame(figures), ["referrals", "section-47-enquiries"]), PAIRS)


def test_stoke_on_trent_had_49_enquiries_for_every_100_referrals_in_2025() -> None:
    # Department for Education, children in need, year to 31 March 2025: 1,899 enquiries and 3,874 referrals.
    [found] = ratios_of(figure("referrals", 3874), figure("section-47-enquiries", 1899)).to_dict("records")
    assert found["ratio"] == pytest.approx(49.02, abs=0.005)
    assert (found["count_above"], found["count_below"], found["state"]) == (1899, 3874, State.VALUE)


def test_counts_of_different_areas_periods_bases_or_origins_never_meet() -> None:
    for other in ({"area": "walsall"}, {"period": "2023-24"}, {"basis": "rolling-year"}, {"kind": "submission"}):
        found = ratios_of(figure("referrals", 100), figure("section-47-enquiries", 50, **other))
        assert found["ratio"].isna().all()
        assert set(found["state"]) == {State.MISSING}


def test_a_suppressed_part_suppresses_the_ratio() -> None:
    enquiries = figure("section-47-enquiries", math.nan, "suppressed")
    [found] = ratios_of(figure("referrals", 57), enquiries).to_dict("records")
    assert found["state"] == State.SUPPRESSED
    assert math.isnan(found["ratio"])
    assert found["count_below"] == 57


def test_a_count_behind_a_rate_that_is_published_alone_is_not_available() -> None:
    counts = counts_of(pd.DataFrame([figure("referrals", math.nan, "value")]), ["referrals"])
    assert list(counts["state"]) == [State.UNAVAILABLE]


def test_a_count_stands_though_its_population_is_missing() -> None:
    counts = counts_of(pd.DataFrame([figure("referrals", 12, "missing"), figure("x", 0, "zero")]), ["referrals", "x"])
    assert list(counts["state"]) == [State.VALUE, State.ZERO]


def test_for_every_100_of_none_is_not_applicable() -> None:
    [found] = ratios_of(figure("referrals", 0, "zero"), figure("section-47-enquiries", 3)).to_dict("records")
    assert found["state"] == State.NOT_APPLICABLE
    assert math.isnan(found["ratio"])


def test_none_for_every_100_is_zero_and_a_ratio_may_pass_100() -> None:
    nothing, many = figure("section-47-enquiries", 0, "zero"), figure("section-47-enquiries", 300)
    assert list(ratios_of(figure("referrals", 200), nothing)["state"]) == [State.ZERO]
    assert list(ratios_of(figure("referrals", 200), many)["ratio"]) == [150]


def test_categories_and_other_measures_are_left_out() -> None:
    figures = [figure("referrals", 5, category="source:police"), figure("repeat-referrals", 5)]
    assert counts_of(pd.DataFrame(figures), ["referrals"]).empty


def test_nothing_gives_nothing() -> None:
    nothing = pd.DataFrame([figure("referrals", 1)]).iloc[:0]
    assert ratios(counts_of(nothing, ["referrals", "section-47-enquiries"]), PAIRS).empty


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(2, 50))
def test_more_of_both_in_the_same_measure_leaves_a_ratio_alone(above: int, below: int, times: int) -> None:
    one = ratios_of(figure("referrals", below), figure("section-47-enquiries", above))["ratio"].iloc[0]
    many = ratios_of(figure("referrals", below * times), figure("section-47-enquiries", above * times))["ratio"].iloc[0]
    assert many == pytest.approx(one)


def test_the_neighbours_mean_is_of_their_ratios_and_says_of_how_many() -> None:
    found = neighbours_of({"a": 10.0, "b": 20.0, "c": 60.0, "own": 5.0}, ["a", "b", "c", "d"], {})
    assert (found.mean, found.median, found.low, found.high, found.n) == (30.0, 20.0, 10.0, 60.0, 3)
    assert neighbours_of({}, ["a"], {}).mean is None


def test_two_neighbours_that_make_one_joint_return_count_once() -> None:
    found = neighbours_of({"pair": 10.0, "c": 20.0}, ["a", "b", "c"], {"a": "pair", "b": "pair"})
    assert (found.mean, found.n) == (15.0, 2)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=10))
def test_the_mean_lies_between_the_lowest_and_the_highest(values: list[float]) -> None:
    ids = [str(at) for at in range(len(values))]
    found = neighbours_of(dict(zip(ids, values, strict=True)), ids, {})
    assert found.mean == pytest.approx(float(np.mean(values)))
    assert found.low == min(values)
    assert found.high == max(values)


@pytest.mark.parametrize(
    ("contact", "referral"),
    [
        ("police-protection-notice", "police"),
        ("police-other", "police"),
        ("other-legal-agency", "other-legal-agency"),
        ("other", "other"),
        ("schools", "schools"),
        ("neighbourhood", None),
        ("policemen", None),
    ],
)
def test_a_source_of_contact_belongs_to_one_source_of_referral(contact: str, referral: str | None) -> None:
    assert source_of(contact, ["police", "other", "other-legal-agency", "schools"]) == referral
