"""Funnels against the distributions they come from, other software, the real plan starts, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson
from statsmodels.stats.meta_analysis import combine_effects

from etl.transform.funnels import (
    FEWEST_AUTHORITIES,
    change_levels,
    dispersion,
    expected_count_limits,
    funnel,
    levels,
    over_dispersed_limits,
    plain_limits,
    stabilised,
    tau_squared,
)
from etl.transform.intervals import CONFIDENCE_95, CONFIDENCE_998, Interval, poisson_limits, wilson
from tests.etl.plan_starts import CHILDREN, ENGLAND, STARTS, STOKE

CONFIDENCES = (CONFIDENCE_95, CONFIDENCE_998)


# ---------------------------------------------------------------------------------------------- plain limits


@pytest.mark.parametrize("confidence", CONFIDENCES)
@given(
    expected=st.one_of(st.floats(0.01, 60), st.floats(60, 1e6)), count=st.integers(0, 100), near=st.integers(-40, 40)
)
def test_a_count_is_outside_exactly_when_its_own_limits_miss_the_expected(
    confidence: float, expected: float, count: int, near: int
) -> None:
    for seen in (count, max(0, round(expected) + near)):
        funnel_limits, own = expected_count_limits(expected, confidence), poisson_limits(seen, confidence)
        if min(abs(own.lower - expected), abs(own.upper - expected)) < 0.003 * expected:
            continue  # where Byar's takes over at 10 the two differ by a hair
        assert (seen > funnel_limits.upper) == (own.lower > expected)
        assert (seen < funnel_limits.lower) == (own.upper < expected)


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize("expected", [0.05, 0.7, 2.5, 5.0, 8.0])
def test_small_counts_outside_have_less_than_the_tail_by_the_poisson_distribution(
    expected: float, confidence: float
) -> None:
    limits, tail = expected_count_limits(expected, confidence), (1 - confidence) / 2
    for count in range(10):
        if abs(count - limits.upper) > 0.01:
            assert (count > limits.upper) == (poisson.sf(count - 1, expected) < tail)
        assert (count < limits.lower) == (poisson.cdf(count, expected) < tail)


@pytest.mark.parametrize("confidence", CONFIDENCES)
@given(n=st.integers(1, 10**6), theta=st.floats(0.001, 0.999), part=st.floats(0, 1))
def test_a_proportion_is_outside_exactly_when_wilsons_interval_misses_the_centre(
    confidence: float, n: int, theta: float, part: float
) -> None:
    x = round(part * n)
    limits, own = plain_limits(theta, n, proportion=True, confidence=confidence), wilson(x, n, confidence)
    if min(abs(own.lower - theta), abs(own.upper - theta)) > 1e-9:
        assert (x / n > limits.upper) == (own.lower > theta)
        assert (x / n < limits.lower) == (own.upper < theta)


def test_no_event_is_never_below_a_limit_of_0() -> None:
    assert float(expected_count_limits(0.5).lower) == 0
    found = funnel([0] * 30, [10] * 29 + [100_000], proportion=False, centre=0.001)
    assert found.plain_level.tolist() == [0.0] * 29 + [-2.0]


# ------------------------------------------------------------------------------------------- over-dispersion


def test_without_a_cut_tau_squared_is_paule_and_mandels() -> None:
    """Each distance once above and once below the centre, so that statsmodels' own mean is the centre too."""
    generator = np.random.default_rng(4)
    away, s2 = generator.normal(0, 0.3, 40), generator.uniform(0.005, 0.05, 40)
    theirs = combine_effects(np.r_[away, -away], np.r_[s2, s2], method_re="iterated").tau2
    ours = tau_squared(np.r_[away, -away] ** 2, np.r_[s2, s2], np.asarray(79.0))
    assert float(ours) == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize("proportion", [True, False])
@pytest.mark.parametrize("tau", [0.0, 0.05])
def test_the_true_spread_is_found_and_about_one_in_twenty_flagged(proportion: bool, tau: float) -> None:
    generator = np.random.default_rng(8)
    n = np.exp(generator.uniform(np.log(1000), np.log(200_000), (40, 151))).round()
    root = stabilised(0.1, proportion) + generator.normal(0, tau, n.shape)
    theta = (np.sin(root) if proportion else root) ** 2
    x = generator.binomial(n.astype(int), theta) if proportion else generator.poisson(n * theta)
    found = funnel(x, n, proportion=[proportion] * 40, centre=0.1)
    assert np.sqrt(found.dispersion.tau2).mean() == pytest.approx(tau, abs=0.003)
    # A little under 5 % where there is no spread, since τ² is never below 0.
    assert 0.035 < (np.abs(found.level) >= 1).mean() < 0.06
    assert (np.abs(found.level) >= 2).mean() == pytest.approx(0.002, abs=0.0015)


def test_a_few_that_are_unusual_do_not_widen_their_own_limits() -> None:
    generator = np.random.default_rng(5)
    n = np.full(150, 5000.0)
    x = generator.binomial(5000, np.sin(np.arcsin(np.sqrt(0.2)) + generator.normal(0, 0.03, 150)) ** 2)
    x[:3] = 2500
    found = funnel(x, n, proportion=True, centre=0.2)
    assert found.level[:3].tolist() == [2.0, 2.0, 2.0]
    assert float(found.dispersion.tau2) == pytest.approx(0.03**2, rel=0.35)


def test_plan_starts_of_2025_differ_in_117_of_151_authorities_by_chance_alone_and_in_a_few_by_over_dispersion() -> None:
    found = funnel(STARTS, CHILDREN, proportion=False, centre=ENGLAND)
    assert int(found.dispersion.authorities) == 151
    assert int((np.abs(found.plain_level) >= 1).sum()) == 117
    assert int((np.abs(found.level) >= 1).sum()) == 12
    assert int((np.abs(found.level) >= 2).sum()) == 1
    assert found.plain_level[STOKE] == 2
    assert found.level[STOKE] == 0
    assert float(found.dispersion.phi) > 20


def test_all_measures_and_periods_come_in_one_pass_as_they_do_one_by_one() -> None:
    generator = np.random.default_rng(2)
    n = generator.integers(500, 50_000, (3, 2, 60)).astype(float)
    x = generator.binomial(n.astype(int), 0.1).astype(float)
    x[0, 0, :5], n[1, 1, 7] = np.nan, 0
    proportion = np.array([[True], [False], [True]])
    together = funnel(x, n, proportion=proportion)
    for place in np.ndindex(3, 2):
        alone = funnel(x[place], n[place], proportion=bool(proportion[place[0], 0]))
        np.testing.assert_array_equal(together.level[place], alone.level)
        np.testing.assert_allclose(together.at_998.upper[place], alone.at_998.upper, rtol=1e-12)
        np.testing.assert_allclose(together.dispersion.phi[place], alone.dispersion.phi, rtol=1e-12)


def test_a_change_is_unusual_among_the_changes_of_all() -> None:
    generator = np.random.default_rng(3)
    n = np.full((20, 151), 60_000.0)
    before = np.sqrt(0.006) + generator.normal(0, 0.01, n.shape)
    after = before + generator.normal(0.002, 0.005, n.shape)
    after[:, 0] = before[:, 0] - 0.03
    y, x = (generator.poisson(n * root**2).astype(float) for root in (before, after))
    y[:, 1] = np.nan
    found = change_levels(x, n, y, n, proportion=False)
    assert (found[:, 0] == -2).all()
    assert np.isnan(found[:, 1]).all()
    assert 0.03 < (np.abs(found[:, 2:]) >= 1).mean() < 0.07
    # Turned round in time, every level is the opposite.
    np.testing.assert_array_equal(change_levels(y, n, x, n, proportion=False)[:, 2:], -found[:, 2:])
    assert np.isnan(change_levels(x[:, :10], n[:, :10], y[:, :10], n[:, :10], proportion=False)).all()


def test_what_has_no_counts_has_no_limits_and_raises_nothing() -> None:
    found = funnel([[np.nan] * 30, [5.0] * 30], [[10.0] * 30, [np.nan] * 30], proportion=True)
    assert np.isnan(found.level).all()
    assert np.isnan(found.dispersion.tau2).all()
    # More of them than there are, fewer than none, and nothing beneath.
    odd = funnel([5, -1, 5, np.inf, *[1] * 30], [4, 10, 0, 10, *[10] * 30], proportion=True)
    assert np.isnan(odd.level[:4]).all()
    assert np.isfinite(odd.level[4:]).all()


def test_too_few_authorities_have_plain_limits_only() -> None:
    few = FEWEST_AUTHORITIES - 1
    found = funnel(np.arange(1, few + 1), np.full(few, 100), proportion=True)
    assert np.isnan(found.level).all()
    assert np.isfinite(found.plain_level).all()


def test_the_deciles_are_what_phi_is_winsorised_at() -> None:
    n = np.full(100, 400.0)
    x = np.r_[np.full(80, 80), np.full(10, 20), np.full(10, 200)].astype(float)
    phi = float(dispersion(x, n, proportion=True, centre=0.2).phi)
    z = (x / n - 0.2) / np.sqrt(0.2 * 0.8 / n)
    assert phi == pytest.approx(max(1, (np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2).mean()))


def test_a_design_effect_widens_the_plain_limits() -> None:
    plain, wide = (
        funnel(STARTS, CHILDREN, proportion=False, centre=ENGLAND, design_effect=d).plain_level for d in (1, 2)
    )
    assert (np.abs(wide) >= 1).sum() < (np.abs(plain) >= 1).sum()


@pytest.mark.parametrize("proportion", [True, False])
@pytest.mark.parametrize("confidence", CONFIDENCES)
@given(theta=st.floats(0.0005, 0.99), n=st.integers(1, 10**6), tau2=st.floats(0, 0.5))
def test_limits_hold_the_centre_are_never_narrower_and_stay_within_bounds(
    proportion: bool, confidence: float, theta: float, n: int, tau2: float
) -> None:
    plain = plain_limits(theta, n, proportion=proportion, confidence=confidence)
    wide = over_dispersed_limits(theta, n, tau2, proportion=proportion, confidence=confidence)
    assert 0 <= wide.lower <= plain.lower <= theta <= plain.upper <= wide.upper
    if proportion:
        assert wide.upper <= 1
    larger = plain_limits(theta, n * 10, proportion=proportion, confidence=confidence)
    assert larger.upper <= plain.upper
    assert larger.lower >= plain.lower


def test_on_a_limit_is_inside_and_the_two_confidences_make_five_levels() -> None:
    at_95, at_998 = Interval(np.array(2.0), np.array(4.0)), Interval(np.array(1.0), np.array(5.0))
    assert levels([0, 1, 1.5, 2, 3, 4, 4.5, 5, 6], at_95, at_998).tolist() == [-2, -1, -1, 0, 0, 0, 1, 1, 2]
    assert np.isnan(levels(np.nan, at_95, at_998))
