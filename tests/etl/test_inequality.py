"""Rates of groups and their ratios against other software, and what must always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from etl.transform.inequality import HIDDEN, NO_RATE, VALUE, rate_ratio, rates_by_group
from etl.transform.intervals import interval_of

counts, people = st.integers(0, 5000), st.integers(1, 100_000)


@pytest.mark.parametrize("confidence", [0.95, 0.998])
@pytest.mark.parametrize(
    ("x", "n", "y", "m"), [(41, 28010, 15, 19017), (6, 900, 240, 61000), (0, 50, 7, 900), (30, 9, 1, 8)]
)
def test_the_limits_are_clopper_and_pearsons_as_scipy_has_them(
    x: int, n: int, y: int, m: int, confidence: float
) -> None:
    """The first: breast cancer after fluoroscopy, Rothman and Greenland, Modern epidemiology: ratio 1.86."""
    low, high = binomtest(x, x + y).proportion_ci(confidence, "exact")
    found = rate_ratio(x, n, y, m, confidence)
    assert float(found.ratio) == pytest.approx(x / n / (y / m))
    assert float(found.limits.lower) == pytest.approx(low / (1 - low) * m / n, rel=1e-8)
    assert float(found.limits.upper) == pytest.approx(high / (1 - high) * m / n, rel=1e-8)


def test_the_textbook_ratio_has_its_printed_value() -> None:
    assert float(rate_ratio(41, 28010, 15, 19017).ratio) == pytest.approx(1.86, abs=0.005)


@given(x=counts, n=people, y=st.integers(1, 5000), m=people)
def test_limits_hold_the_ratio_and_turn_over_with_the_groups(x: int, n: int, y: int, m: int) -> None:
    found = rate_ratio(x, n, y, m)
    assert 0 <= found.limits.lower <= found.ratio <= found.limits.upper
    if x:
        turned = rate_ratio(y, m, x, n)
        assert float(found.limits.lower * turned.limits.upper) == pytest.approx(1, rel=1e-6)


@given(x=st.integers(1, 500), y=st.integers(1, 500), times=st.integers(2, 20))
def test_more_events_narrow_the_ratio_and_leave_it_alone(x: int, y: int, times: int) -> None:
    small, large = rate_ratio(x, 1000, y, 2000), rate_ratio(x * times, 1000 * times, y * times, 2000 * times)
    assert float(large.ratio) == pytest.approx(float(small.ratio))
    assert large.limits.upper - large.limits.lower < small.limits.upper - small.limits.lower


def test_what_cannot_be_a_ratio_is_none() -> None:
    found = rate_ratio([5, 5, np.nan, -1, 5], [10, 0, 10, 10, 10], [0, 5, 5, 5, 5], [10, 10, 10, 10, np.nan])
    assert np.isnan(np.array([found.ratio, *found.limits])).all()


def groups(*events: float, table: str = "a") -> pd.DataFrame:
    names = ["white", "mixed", "asian", "black", "other"][: len(events)]
    return pd.DataFrame({"table": table, "category": names, "events": events, "people": 1000.0}).astype(
        {"events": float}
    )


def test_each_group_stands_against_all_the_others() -> None:
    found = rates_by_group(groups(100, 50, 30), per=10_000)
    assert list(found["state"]) == [VALUE] * 3
    assert found["rate"].tolist() == [1000, 500, 300]
    assert found["ratio"].tolist() == pytest.approx([100 / 40, 50 / 65, 30 / 75])
    limits = interval_of(50, 1000, 10_000, "rate", 0.998)
    assert found["rate_lower_998"].tolist()[1] == pytest.approx(float(limits.lower))
    assert found["rate_upper_998"].tolist()[1] == pytest.approx(float(limits.upper))
    assert found["ratio_lower_95"].to_numpy(dtype=float)[0] > 1
    assert found["ratio_upper_95"].to_numpy(dtype=float)[2] < 1


def test_a_chosen_group_may_be_the_reference_and_has_no_ratio_of_its_own() -> None:
    both = pd.concat([groups(100, 50, 30), groups(10, 40, 20, table="b")], ignore_index=True)
    found = rates_by_group(both, per=100, reference="white")
    assert found["ratio"].fillna(-1).tolist() == pytest.approx([-1, 0.5, 0.3, -1, 4, 2])


def test_two_small_counts_are_hidden_and_one_takes_the_next_with_it() -> None:
    two = rates_by_group(groups(100, 3, 5, 40), per=100)
    assert list(two["state"]) == [VALUE, HIDDEN, HIDDEN, VALUE]
    one = rates_by_group(groups(100, 3, 50, 40, 0), per=100)
    assert list(one["state"]) == [VALUE, HIDDEN, VALUE, HIDDEN, VALUE]
    hidden = one[one["state"] == HIDDEN]
    assert hidden[["events", "rate", "rate_lower_95", "ratio", "ratio_upper_998"]].isna().all(axis=None)


def test_where_the_whole_is_not_shown_a_ratio_to_it_would_give_it_away() -> None:
    found = rates_by_group(groups(100, 3, 50, 40), per=100, whole_shown=False)
    assert list(found["state"]) == [VALUE, HIDDEN, VALUE, VALUE]
    assert found["ratio"].isna().all()
    reference = rates_by_group(groups(3, 100, 50, 40), per=100, whole_shown=False, reference="white")
    assert reference["ratio"].isna().all()


def test_a_table_with_a_hole_has_no_others_and_nothing_raises() -> None:
    holed = groups(100, float("nan"), 50)
    holed.loc[2, "people"] = 0
    found = rates_by_group(holed, per=100)
    assert list(found["state"]) == [VALUE, NO_RATE, NO_RATE]
    assert found["ratio"].isna().all()
    assert rates_by_group(groups(), per=100).empty
