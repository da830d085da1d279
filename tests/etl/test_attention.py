"""The attention list: what earns a place on it, in which order, and what has moved since it was last read."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from etl.transform.attention import attention
from etl.transform.attention_items import Disputed, Facts, Item, Moved, Owed, Why, moved_since
from schema.catalogue import default_catalogue
from schema.measures import Polarity

CATALOGUE = default_catalogue()
ICPC = "initial-conferences-within-15-working-days"
INTERVIEWS = "return-home-interviews-within-72-hours"
PLANS = "child-protection-plans-started"
REPEATS = "repeat-referrals"
STOCK = "child-protection-plans"
COUNT = "missing-episodes"


def reading(measure: str, **given: Any) -> dict[str, Any]:
    """A published year in the newest release, typical in every way."""
    usual: dict[str, Any] = {
        "measure": measure,
        "category": "total",
        "area": "stoke-on-trent",
        "kind": "release",
        "basis": "at-date" if CATALOGUE.at_date(CATALOGUE.measure(measure)) else "year",
        "period": "2024-25",
        "value": 20.0,
        "state": "value",
        "numerator": 200.0,
        "denominator": 1000.0,
        "england_value": 20.0,
        "compared_period": "2024-25",
        "compared_basis": "year",
        "level_england": 0.0,
        "change_level": 0.0,
        "previous_period": "2023-24",
        "previous_value": 20.0,
        "previous_numerator": 200.0,
        "previous_denominator": 1000.0,
    }
    return usual | given


def quarter(measure: str, now: tuple[float, float], before: tuple[float, float], **given: Any) -> dict[str, Any]:
    """An agency's newest quarter, and the same quarter of the year before."""
    per = CATALOGUE.measure(measure).per
    usual: dict[str, Any] = {
        "measure": measure,
        "category": "total",
        "area": "stoke-on-trent",
        "kind": "submission",
        "basis": "quarter",
        "period": "2025-26Q2",
        "value": now[0] if np.isnan(now[1]) else now[0] / now[1] * per,
        "state": "value",
        "numerator": now[0],
        "denominator": now[1],
        "previous_period": "2024-25Q2",
        "previous_value": before[0] if np.isnan(before[1]) else before[0] / before[1] * per,
        "previous_numerator": before[0],
        "previous_denominator": before[1],
    }
    return usual | given


def listed(*rows: dict[str, Any], quarters: tuple[dict[str, Any], ...] = (), **given: Any) -> tuple[Item, ...]:
    return attention(
        pd.DataFrame(rows or [reading(REPEATS)]),
        pd.DataFrame(quarters or [quarter(COUNT, (50, np.nan), (50, np.nan))]),
        CATALOGUE,
        **given,
    )


def whys(items: tuple[Item, ...]) -> list[tuple[str, Why]]:
    return [(item.measure, item.why) for item in items]


def test_a_typical_figure_is_not_on_the_list() -> None:
    assert listed() == ()


def test_what_is_unusual_is_on_the_list_where_it_is_adverse() -> None:
    assert CATALOGUE.measure(REPEATS).polarity is Polarity.LOWER
    assert whys(listed(reading(REPEATS, level_england=2.0))) == [(REPEATS, Why.UNUSUAL)]
    assert listed(reading(REPEATS, level_england=-2.0)) == ()


def test_activity_that_is_unusual_is_neither_good_nor_bad_and_so_not_adverse() -> None:
    assert CATALOGUE.measure(PLANS).polarity is Polarity.JUDGEMENT
    assert listed(reading(PLANS, level_england=2.0)) == ()


def test_possibly_adverse_is_said_only_where_little_else_is() -> None:
    possible = reading(REPEATS, level_england=1.0)
    assert whys(listed(possible)) == [(REPEATS, Why.POSSIBLY)]
    others = [m.id for m in CATALOGUE.measures_of("children") if m.polarity is Polarity.LOWER and m.id != REPEATS][:6]
    busy = listed(possible, *(reading(m, level_england=2.0) for m in others))
    assert REPEATS not in {item.measure for item in busy}


def test_a_change_of_activity_counts_either_way_and_a_small_number_does_not() -> None:
    for level in (-2.0, 2.0):
        moved = reading(PLANS, value=20.0 + level, change_level=level)
        assert whys(listed(moved)) == [(PLANS, Why.CHANGED)]
        assert listed(moved | {"value": 20.0}) == ()  # the others changed, and this one stood still
    assert listed(reading(PLANS, change_level=-1.0)) == ()
    assert listed(reading(PLANS, value=10.0, change_level=-2.0, numerator=12.0, previous_numerator=29.0)) == ()
    assert whys(listed(reading(PLANS, value=10.0, change_level=-2.0, numerator=12.0, previous_numerator=30.0))) == [
        (PLANS, Why.CHANGED)
    ]


def test_a_change_for_the_better_stands_last() -> None:
    items = listed(reading(REPEATS, value=10.0, change_level=-2.0), reading(PLANS, value=10.0, change_level=-2.0))
    assert whys(items) == [(PLANS, Why.CHANGED), (REPEATS, Why.IMPROVED)]


def test_a_count_of_a_quarter_that_fell_by_a_third_is_found() -> None:
    items = listed(quarters=(quarter(COUNT, (200, np.nan), (300, np.nan)),))
    assert whys(items) == [(COUNT, Why.CHANGED)]
    assert items[0].agency == CATALOGUE.measure(COUNT).agency
    assert items[0].facts.previous_value == 300
    assert listed(quarters=(quarter(COUNT, (20, np.nan), (29, np.nan)),)) == ()


def test_a_large_number_that_hardly_moved_is_left_out_however_certain() -> None:
    assert listed(quarters=(quarter(COUNT, (100_000, np.nan), (105_000, np.nan)),)) == ()


def test_a_stock_is_on_the_list_where_it_moved_by_a_third() -> None:
    assert CATALOGUE.at_date(CATALOGUE.measure(STOCK))
    moved = reading(STOCK, value=40.0, numerator=400.0, previous_value=60.0, previous_numerator=600.0)
    assert whys(listed(moved | {"change_level": np.nan, "level_england": np.nan})) == [(STOCK, Why.CHANGED)]
    assert listed(moved | {"value": 41.0, "numerator": 410.0}) == ()


def test_a_percentage_of_a_stock_has_to_move_by_ten_points_as_well() -> None:
    share = "three-or-more-placements"
    assert CATALOGUE.at_date(CATALOGUE.measure(share))
    moved = reading(share, value=9.0, numerator=90.0, previous_value=6.0, previous_numerator=60.0)
    assert listed(moved) == ()
    assert whys(listed(moved | {"value": 16.0, "numerator": 160.0})) == [(share, Why.CHANGED)]
    assert listed(moved | {"value": 16.0, "numerator": 4.0, "denominator": 25.0}) == ()


def test_what_comes_in_clusters_counts_for_fewer() -> None:
    absent = reading(PLANS, value=10.0, change_level=-2.0, numerator=200.0, previous_numerator=290.0)
    assert listed(absent | {"design_effect": 10.0}) == ()
    assert whys(listed(absent | {"design_effect": 9.0})) == [(PLANS, Why.CHANGED)]


def test_a_year_that_fell_as_few_do_and_below_england_is_a_limit_breached() -> None:
    fell = reading(ICPC, value=70.0, previous_value=85.0, england_value=81.4, change_level=-1.0)
    assert whys(listed(fell)) == [(ICPC, Why.STATUTORY)]
    assert listed(fell | {"previous_value": 69.0}) == ()  # it rose, only less than the others
    assert listed(fell | {"england_value": 60.0}) == ()
    assert whys(listed(fell | {"previous_value": 70.0, "level_england": -2.0})) == [(ICPC, Why.STATUTORY)]


def test_reviews_at_a_date_that_fell_far_below_england_are_a_limit_breached() -> None:
    reviews = "protection-plan-reviews-on-time"
    fell = reading(reviews, value=76.0, numerator=114.0, denominator=150.0, previous_value=93.4, england_value=90.6)
    assert whys(listed(fell)) == [(reviews, Why.STATUTORY)]
    assert whys(listed(fell | {"england_value": 70.0})) == [(reviews, Why.CHANGED)]


def test_a_statutory_share_that_fell_below_its_own_and_englands_stands_first() -> None:
    rolling = reading(ICPC, kind="submission", basis="rolling-year", period="2025-26Q2", value=86.1, england_value=81.4)
    late = quarter(ICPC, (118, 150), (113, 125))
    items = listed(rolling, reading(REPEATS, level_england=2.0), quarters=(late,))
    assert whys(items) == [(ICPC, Why.STATUTORY), (REPEATS, Why.UNUSUAL)]
    facts = items[0].facts
    assert (facts.numerator, facts.denominator, facts.previous_numerator) == (118, 150, 113)
    assert facts.england_value == 81.4
    above_england = rolling | {"england_value": 70.0}
    assert listed(above_england, quarters=(late,)) == ()


def test_a_statutory_share_with_nothing_published_is_read_against_its_own_year_before_alone() -> None:
    assert whys(listed(quarters=(quarter(INTERVIEWS, (129, 202), (124, 154)),))) == [(INTERVIEWS, Why.STATUTORY)]
    assert listed(quarters=(quarter(INTERVIEWS, (118, 150), (113, 125)),)) == ()


def test_nothing_is_older_than_the_newest_return_of_its_measure() -> None:
    old = reading(REPEATS, level_england=2.0)
    new = reading(REPEATS, kind="submission", basis="rolling-year", period="2025-26Q2")
    assert listed(old, new) == ()
    signal = pd.DataFrame([("stoke-on-trent", COUNT, "2025-26Q1", 1, False, "outside")], columns=SIGNALS)
    assert listed(signals=signal) == ()


SIGNALS = ["area", "measure", "period", "direction", "trial", "rule"]


@pytest.mark.parametrize(("trial", "expected"), [(False, [(COUNT, Why.SPECIAL)]), (True, [])])
def test_a_special_cause_in_the_newest_quarter_counts_unless_its_limits_are_trial_limits(
    trial: bool, expected: list[tuple[str, Why]]
) -> None:
    signal = pd.DataFrame([("stoke-on-trent", COUNT, "2025-26Q2", 1, trial, "outside")], columns=SIGNALS)
    assert whys(listed(signals=signal)) == expected


def test_activity_counts_as_special_cause_only_outside_its_limits() -> None:
    run = pd.DataFrame([("stoke-on-trent", COUNT, "2025-26Q2", 1, False, "one-side")], columns=SIGNALS)
    assert CATALOGUE.measure(COUNT).polarity is Polarity.JUDGEMENT
    assert listed(signals=run) == ()


def test_nothing_is_said_of_a_change_across_a_change_of_definition() -> None:
    moved = reading(STOCK, value=40.0, numerator=400.0, previous_value=60.0, previous_numerator=600.0)
    assert listed(moved | {"reason_previous": "series-break"}) == ()
    fell = quarter(COUNT, (200, np.nan), (300, np.nan), reason_previous="series-break")
    assert listed(quarters=(fell,)) == ()


def test_a_target_missed_beyond_chance_is_on_the_list() -> None:
    assert whys(listed(reading(REPEATS), targets={("stoke-on-trent", REPEATS, "year"): 15.0})) == [
        (REPEATS, Why.TARGET)
    ]
    assert listed(reading(REPEATS), targets={("stoke-on-trent", REPEATS, "year"): 19.0}) == ()
    assert listed(reading(REPEATS), targets={("stoke-on-trent", REPEATS, "year"): 25.0}) == ()


def test_a_measure_stands_once_and_keeps_its_other_reasons() -> None:
    items = listed(
        reading(REPEATS, value=25.0, numerator=250.0, level_england=2.0, change_level=2.0),
        targets={("stoke-on-trent", REPEATS, "year"): 15.0},
    )
    assert whys(items) == [(REPEATS, Why.UNUSUAL)]
    assert items[0].also == (Why.TARGET, Why.CHANGED)


def test_late_missing_and_disputed_have_an_item_an_agency_and_a_measure() -> None:
    items = listed(
        quarters=(quarter(COUNT, (np.nan, np.nan), (50, np.nan), state="unavailable"),),
        owed=(Owed("stoke-on-trent", "police", ("2025-26Q2",), date(2025, 10, 31)),),
        disputed=[Disputed("stoke-on-trent", REPEATS, ("2025-26Q1",))],
    )
    assert [(item.measure, item.agency, item.why) for item in items] == [
        (REPEATS, "childrens-social-care", Why.DISPUTED),
        ("", "police", Why.LATE),
        ("", "police", Why.MISSING),
    ]
    assert items[0].facts.periods == ("2025-26Q1",)
    assert items[1].facts.since == date(2025, 10, 31)
    assert items[2].facts.measures == (COUNT,)


def test_a_priority_goes_before_its_equals() -> None:
    lower = [m for m in CATALOGUE.measures_of("children") if m.polarity is Polarity.LOWER and not m.statutory_limit]
    chosen = next(m.id for m in lower if m.priorities)
    other = next(m.id for m in lower if not m.priorities)
    items = listed(*(reading(m, level_england=2.0) for m in (other, chosen)))
    assert [item.measure for item in items] == [chosen, other]


def item(why: Why = Why.UNUSUAL, **given: Any) -> Item:
    return Item("stoke-on-trent", REPEATS, "childrens-social-care", why, 80.0, Facts(period="2024-25"), **given)


def test_since_a_date_tells_what_is_new_worse_changed_late_and_settled() -> None:
    was, owes = item(), Item("stoke-on-trent", "", "police", Why.LATE, 40.0, Facts(periods=("2025-26Q2",)))
    assert moved_since((), (was,)) == ((Moved.NEW, was),)
    assert moved_since((was,), ()) == ((Moved.SETTLED, was),)
    assert moved_since((was,), (was,)) == ()
    assert moved_since((), (owes,)) == ((Moved.LATE, owes),)
    newer = replace(was, facts=Facts(period="2025-26Q1"))
    assert moved_since((was,), (newer,)) == ((Moved.CHANGED, newer),)
    worse = replace(newer, weight=84.0)
    assert moved_since((was,), (worse,)) == ((Moved.WORSE, worse),)
    assert moved_since((replace(was, why=Why.POSSIBLY),), (was,)) == ((Moved.WORSE, was),)
