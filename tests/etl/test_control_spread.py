"""Whether the values of a chart vary by more than chance taken together, however little from one to the next."""

import numpy as np
import pytest
from scipy import stats

from etl.transform.control_spread import FEWEST, together

REFERRALS = np.array([1284.0, 1115, 1184, 1196, 1006, 902, 981, 970, 981, 994])
STEPPED = np.array([338.0, 277, 299, 306, 216, 187, 207, 204, 203, 206])
"""Steady at a quarter, then steady at a fifth: each quarter is near the one before it."""


def test_a_step_between_two_steady_stretches_is_more_than_chance_although_the_changes_are_small() -> None:
    found = together(STEPPED, REFERRALS, "proportion")
    assert found is not None
    # The test of homogeneity of the 2 × 10 table is the same statistic.
    table = np.array([STEPPED, REFERRALS - STEPPED])
    assert found.chi_squared == pytest.approx(stats.chi2_contingency(table, correction=False).statistic)
    assert found.chance == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)
    assert found.beyond_chance
    assert found.step == 4
    assert found.chi_squared == pytest.approx(31.96, abs=0.005)
    assert found.chance == pytest.approx(0.0002, abs=0.00001)
    assert (found.before, found.since) == pytest.approx((1220 / 4779, 1223 / 5834))


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_pure_chance_is_hardly_ever_called_more(kind: str) -> None:
    random = np.random.default_rng(7)
    size = np.full((2000, 10), 950.0)
    counts = random.binomial(950, 0.23, size.shape) if kind == "proportion" else random.poisson(size * 0.23)
    rates = kind == "rate"
    found = [together(x.astype(float), n, "rate" if rates else "proportion") for x, n in zip(counts, size, strict=True)]
    beyond = sum(one is not None and one.beyond_chance for one in found)
    assert beyond <= 8, "two of two thousand are expected"
    assert all(one is None or one.step is None for one in found if one is None or not one.beyond_chance)


def test_no_step_is_told_where_one_does_not_explain_it() -> None:
    swinging = np.round(REFERRALS * np.tile([0.20, 0.28], 5))
    found = together(swinging, REFERRALS, "proportion")
    assert found is not None
    assert found.beyond_chance
    assert found.step is None


def test_small_numbers_and_few_values_say_nothing() -> None:
    assert together(np.array([0.0, 9, 0, 0, 0, 0]), np.full(6, 20.0), "proportion") is None
    assert together(STEPPED[: FEWEST - 1], REFERRALS[: FEWEST - 1], "proportion") is None
    assert together(REFERRALS, REFERRALS, "proportion") is None, "all of it is counted: nothing can vary"
