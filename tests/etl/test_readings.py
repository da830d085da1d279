"""Readings: levels, verdicts, what they depend on, and the sentence, with Stoke-on-Trent's plan starts of 2025."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.differences import limits_of
from etl.transform.funnels import dispersion, funnel, levels, over_dispersed_limits
from etl.transform.intervals import CONFIDENCE_95, CONFIDENCE_998
from etl.transform.positions import among_neighbours
from etl.transform.readings import (
    Beside,
    BesideNeighbours,
    dependence,
    difference_levels,
    earns_attention,
    judged,
    level_words,
    moved_words,
    sentence,
    target_levels,
    target_met,
)
from etl.transform.reasons import Reason, reason_words
from schema.measures import Polarity
from schema.states import State
from tests.etl.plan_starts import (
    CHILDREN,
    ENGLAND,
    NEIGHBOURS_2021,
    NEIGHBOURS_2025,
    PLAN_STARTS,
    STARTS,
    STOKE,
    WEST_MIDLANDS,
)

RATES = {area: starts / children * 10_000 for area, (starts, children) in PLAN_STARTS.items()}
OF_2021 = [RATES[area] for area in NEIGHBOURS_2021]
OF_2025 = [RATES[area] for area in NEIGHBOURS_2025]
HERE = RATES["stoke-on-trent"]


def show(value: float) -> str:
    return f"{value:.1f}"


def test_the_real_comparators_are_those_that_were_found_to_disagree() -> None:
    assert [f"{v:.1f}" for v in (HERE, np.mean(OF_2021), np.median(OF_2021), np.mean(OF_2025), np.median(OF_2025))] == [
        "69.7",
        "81.3",
        "73.2",
        "63.1",
        "50.1",
    ]


@pytest.mark.parametrize(("shown", "other"), [(OF_2025, OF_2021), (OF_2021, OF_2025)])
@pytest.mark.parametrize("statistic", [np.mean, np.median])
def test_stokes_plan_starts_depend_on_the_comparator(shown: list[float], other: list[float], statistic: object) -> None:
    second = np.median if statistic is np.mean else np.mean
    first = np.mean if statistic is np.mean else np.median
    found = dependence(
        HERE,
        shown=first(shown),
        other_statistic=second(shown),
        other_model=first(other),
        other_model_other_statistic=second(other),
    )
    assert found.depends
    assert found.model
    assert not found.statistic


def test_stokes_plan_starts_in_one_sentence_with_all_three_comparators() -> None:
    every = funnel(STARTS, CHILDREN, proportion=False, centre=ENGLAND)
    spread = dispersion(STARTS, CHILDREN, proportion=False, centre=ENGLAND)
    at_95, at_998 = (
        over_dispersed_limits(WEST_MIDLANDS, CHILDREN[STOKE], spread.tau2, proportion=False, confidence=confidence)
        for confidence in (CONFIDENCE_95, CONFIDENCE_998)
    )
    position = among_neighbours(HERE, OF_2025)
    text = sentence(
        HERE,
        Beside("England", ENGLAND * 10_000, float(every.level[STOKE])),
        Beside("the West Midlands", WEST_MIDLANDS * 10_000, float(levels(HERE / 10_000, at_95, at_998))),
        BesideNeighbours(
            float(np.mean(OF_2025)),
            "mean",
            "May 2025 model",
            int(position.above),
            int(position.of),
            int(position.level),
        ),
        show=show,
        depends=True,
    )
    assert text == (
        "69.7 is typical against England (50.8), typical against the West Midlands (52.0) and above 7 of 10 "
        "statistical neighbours (mean 63.1, May 2025 model). This depends on the comparator: another fair choice of "
        "neighbours says otherwise."
    )


def test_a_sentence_says_what_is_not_compared_and_judges_only_by_polarity() -> None:
    england = Beside("England", 22.6, -2.0)
    region = Beside(
        "the West Midlands", np.nan, np.nan, reason_words(Reason.NO_COMPARATOR, other_state=State.SUPPRESSED)
    )
    none = BesideNeighbours(np.nan, "mean", "May 2025 model", 0, 0, reason="it has none in this model")
    lower = sentence(21.0, england, region, none, show=show, polarity=Polarity.LOWER)
    assert lower == (
        "21.0 is unusually low (better) against England (22.6), not compared with the West Midlands because the "
        "comparator has no figure (suppressed) and not compared with its statistical neighbours because it has none in "
        "this model."
    )
    assert "better" not in sentence(21.0, england, region, none, show=show)
    possibly = sentence(21.0, replace(england, level=1.0), region, none, show=show, polarity=Polarity.LOWER)
    assert "possibly high (possibly worse) against England" in possibly


@pytest.mark.parametrize(
    ("level", "words", "moved", "higher"),
    [
        (2.0, "unusually high", "higher than", "better"),
        (1.0, "possibly high", "possibly higher than", "possibly better"),
        (0.0, "typical", "not clearly different from", ""),
        (-1.0, "possibly low", "possibly lower than", "possibly worse"),
        (-2.0, "unusually low", "lower than", "worse"),
        (float("nan"), "", "", ""),
    ],
)
def test_levels_in_words(level: float, words: str, moved: str, higher: str) -> None:
    assert (level_words(level), moved_words(level), judged(level, Polarity.HIGHER)) == (words, moved, higher)
    assert judged(level, Polarity.JUDGEMENT) == ""
    assert judged(-level, Polarity.LOWER) == higher


def test_only_the_outer_limits_earn_attention() -> None:
    assert earns_attention([-2, -1, 0, 1, 2, np.nan]).tolist() == [True, False, False, False, True, False]


@pytest.mark.parametrize("proportion", [True, False])
@given(
    a=st.integers(0, 500), b=st.integers(0, 500), n=st.integers(500, 5000), m=st.integers(500, 5000), d=st.floats(1, 4)
)
def test_a_reading_of_a_against_b_is_the_opposite_of_b_against_a(
    proportion: bool, a: int, b: int, n: int, m: int, d: float
) -> None:
    there = difference_levels(a, n, b, m, proportion=proportion, design_effect=d)
    back = difference_levels(b, m, a, n, proportion=proportion, design_effect=d)
    assert float(there) == -float(back)
    if there:
        assert np.sign(float(there)) == np.sign(a / n - b / m)


def test_stoke_against_the_year_before_and_a_chosen_authority() -> None:
    found = difference_levels(436, 62520, [714, 706, 436, np.nan], [60632, 62379, 62520, 5], proportion=False)
    np.testing.assert_array_equal(found, [-2, -2, 0, np.nan])


def test_a_target_is_met_or_not_by_the_figure_and_read_by_its_interval() -> None:
    assert target_met([85, 90, np.nan], 90, Polarity.HIGHER).tolist() == [False, True, None]
    assert target_met([85, 95], 90, Polarity.LOWER).tolist() == [True, False]
    assert target_met([85], 90, Polarity.JUDGEMENT).tolist() == [None]
    limits = [limits_of([850, 85, 17], [1000, 100, 20], proportion=True, confidence=c) for c in (0.95, 0.998)]
    assert target_levels(0.9, *limits).tolist() == [-2, 0, 0]


def test_what_has_no_average_cannot_contradict() -> None:
    nan = float("nan")
    found = dependence(
        [5, 5, nan], shown=[4, nan, 4], other_statistic=6, other_model=nan, other_model_other_statistic=4
    )
    assert found.statistic.tolist() == [True, False, False]
    assert found.model.tolist() == [False, False, False]


def test_plain_limits_that_say_otherwise_are_told_apart() -> None:
    found = dependence(
        5,
        shown=4,
        other_statistic=4,
        other_model=4,
        other_model_other_statistic=4,
        level=[0, 1, 2, np.nan],
        plain_level=[2, 2, 2, 2],
    )
    assert found.limits.tolist() == [True, False, False, False]
    assert not found.depends
