"""Figures: which value rules, what a hidden part does, which residents a rate rests on, how a year is made.

A test writes down a handful of quantity values and asks for the figures. Nothing here touches a file or a database.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from etl.transform.cube import Cube
from etl.transform.figures import (
    FIGURE_COLUMNS,
    Vintage,
    compute_figures,
    mid_year_for,
    residents_in,
    settle_precedence,
)
from schema.catalogue import default_catalogue
from schema.periods import quarter
from schema.quantities import Ages
from schema.states import SEVERITY, State, worst

CATALOGUE = default_catalogue()

STOKE, WALSALL, WEST_MIDLANDS, ENGLAND = "stoke-on-trent", "walsall", "west-midlands", "england"
YEAR = "2024-25"
HIDDEN = [state for state in State if not state.has_value]

Value = dict[str, Any]


def said(
    quantity: str,
    value: float | State,
    *,
    area: str = STOKE,
    period: str = YEAR,
    basis: str = "year",
    category: str = "total",
    publisher: str = "cin-referrals",
    source: int = 1,
) -> Value:
    """One quantity value: a number, or what stands where a number would."""
    if isinstance(value, State):
        number, state = (0.0 if value.has_value else math.nan), value
    else:
        number, state = float(value), State.ZERO if value == 0 else State.VALUE
    return {
        "source_id": source,
        "publisher": publisher,
        "area": area,
        "period": period,
        "basis": basis,
        "quantity": quantity,
        "category": category,
        "value": number,
        "state": state.value,
    }


def residents(
    value: float | State, *, area: str = STOKE, mid_year: str = "MY2024", ages: tuple[int, int] = (0, 17)
) -> Value:
    hidden = isinstance(value, State)
    return {
        "source_id": 9,
        "released_on": "2025-10-30",
        "area": area,
        "period": mid_year,
        "age_from": ages[0],
        "age_to": ages[1],
        "sex": "total",
        "ethnicity": "total",
        "value": math.nan if hidden else float(value),
        "state": str(value) if hidden else "value",
    }


def figures(*values: Value, population: Iterable[Value] = (), local: bool = False) -> pd.DataFrame:
    frame = pd.DataFrame(list(values))
    status = dict.fromkeys(frame["source_id"].tolist(), "final")
    agency = "childrens-social-care" if local else ""
    return compute_figures(Vintage(frame, pd.DataFrame(list(population)), status, agency), CATALOGUE)


def figure(found: pd.DataFrame, measure: str, **where: str) -> pd.Series:
    """The one figure of a measure."""
    at = found["measure"] == measure
    for column, wanted in where.items():
        at &= found[column] == wanted
    assert at.sum() == 1, found[found["measure"] == measure].to_string()
    return found[at].iloc[0]


def has(found: pd.DataFrame, measure: str, **where: str) -> bool:
    at = found["measure"] == measure
    for column, wanted in where.items():
        at &= found[column] == wanted
    return bool(at.any())


def quarters(*counts: float | State | None, quantity: str = "referrals", first: int = 0, **kept: Any) -> list[Value]:
    """Counts of quarters in a row from April 2024; None where nobody reported."""
    return [
        said(quantity, count, period=quarter(2024 + n // 4, n % 4 + 1).code, basis="quarter", **kept)
        for n, count in enumerate(counts, start=first)
        if count is not None
    ]


# ----------------------------------------------------------------------------------------------- what a figure is


def test_a_percentage_is_computed_from_an_authoritys_counts() -> None:
    found = figure(figures(said("repeat-referrals", 812), said("referrals", 3874)), "repeat-referrals")
    assert found["value"] == pytest.approx(100 * 812 / 3874, rel=1e-15)
    assert (found["numerator"], found["denominator"]) == (812, 3874)
    assert (found["state"], found["origin"], found["basis"]) == ("value", "computed", "year")
    assert (found["area"], found["period"], found["category"]) == (STOKE, YEAR, "total")
    assert (found["source_id"], found["status"], found["measure_version"]) == (1, "final", 1)
    assert (found["denominator_source_id"], found["population_period"]) == (0, "")
    assert math.isnan(found["other_value"])


def test_bands_are_summed_before_they_are_divided() -> None:
    found = figures(
        said("initial-conferences-0-10-days", 240),
        said("initial-conferences-11-15-days", 219),
        said("initial-conferences", 505),
    )
    conferences = figure(found, "initial-conferences-within-15-working-days")
    assert (conferences["numerator"], conferences["denominator"]) == (459, 505)
    assert conferences["value"] == pytest.approx(90.9, abs=0.05)


def test_nothing_said_gives_no_figure() -> None:
    nothing = Vintage(pd.DataFrame(), pd.DataFrame(), {})
    assert compute_figures(nothing, CATALOGUE).columns.tolist() == list(FIGURE_COLUMNS)
    assert compute_figures(nothing, CATALOGUE).empty


def test_a_denominator_alone_gives_no_figure() -> None:
    assert not has(figures(said("referrals", 3874)), "repeat-referrals")


def test_a_numerator_alone_gives_a_figure_that_is_missing_the_rest() -> None:
    found = figure(figures(said("repeat-referrals", 812)), "repeat-referrals")
    assert math.isnan(found["value"])
    assert found["state"] == "missing"


def test_each_area_has_its_own_denominator() -> None:
    found = figures(
        said("repeat-referrals", 10),
        said("referrals", 100),
        said("repeat-referrals", 30, area=WALSALL),
        said("referrals", 100, area=WALSALL),
        said("referrals", 1000, area=ENGLAND),
    )
    assert figure(found, "repeat-referrals", area=STOKE)["value"] == 10
    assert figure(found, "repeat-referrals", area=WALSALL)["value"] == 30


def test_each_period_has_its_own_denominator() -> None:
    found = figures(
        said("repeat-referrals", 10),
        said("referrals", 100),
        said("repeat-referrals", 10, period="2023-24"),
        said("referrals", 50, period="2023-24"),
    )
    assert figure(found, "repeat-referrals", period=YEAR)["value"] == 10
    assert figure(found, "repeat-referrals", period="2023-24")["value"] == 20


def test_a_year_and_a_quarter_of_one_name_are_not_divided_by_one_another() -> None:
    found = figures(said("repeat-referrals", 10, basis="quarter"), said("referrals", 100, basis="year"))
    assert figure(found, "repeat-referrals", basis="quarter")["state"] == "missing"


# ---------------------------------------------------------------------------------------------------- origin (rule 1)


@pytest.mark.parametrize(
    ("area", "origin", "value", "other"),
    [
        (STOKE, "computed", 130 / 5450 * 100, 2.3),
        (ENGLAND, "published", 2.3, 130 / 5450 * 100),
        (WEST_MIDLANDS, "published", 2.3, 130 / 5450 * 100),
        ("inner-london", "published", 2.3, 130 / 5450 * 100),
        ("north-and-west-northamptonshire", "computed", 130 / 5450 * 100, 2.3),
    ],
)
def test_counts_rule_for_authorities_and_the_printed_value_for_england_and_the_regions(
    area: str, origin: str, value: float, other: float
) -> None:
    """Counts of England and the regions are rounded to 10: 130 of 5,450 is 2.4 %, and 2.3 % is what is true."""
    found = figure(
        figures(
            said("protection-plans-2-years-or-more", 130, area=area, basis="at-date"),
            said("protection-plans", 5450, area=area, basis="at-date"),
            said("protection-plans-2-years-percent-printed", 2.3, area=area, basis="at-date"),
        ),
        "protection-plans-of-two-years-or-more",
    )
    assert found["origin"] == origin
    assert found["value"] == pytest.approx(value)
    assert found["other_value"] == pytest.approx(other)
    assert (found["numerator"], found["denominator"]) == (130, 5450)


def test_england_is_computed_where_nothing_is_printed() -> None:
    found = figure(
        figures(
            said("initial-conferences-0-10-days", 30000, area=ENGLAND),
            said("initial-conferences-11-15-days", 28670, area=ENGLAND),
            said("initial-conferences", 72100, area=ENGLAND),
        ),
        "initial-conferences-within-15-working-days",
    )
    assert found["origin"] == "computed"
    assert found["value"] == pytest.approx(81.4, abs=0.05)


def test_england_is_computed_where_the_printed_value_is_hidden() -> None:
    found = figure(
        figures(
            said("repeat-referrals", 10, area=ENGLAND),
            said("referrals", 40, area=ENGLAND),
            said("repeat-referrals-percent-printed", State.UNAVAILABLE, area=ENGLAND),
        ),
        "repeat-referrals",
    )
    assert (found["origin"], found["value"]) == ("computed", 25)


def test_full_time_equivalents_are_taken_as_printed_everywhere() -> None:
    found = figure(
        figures(
            said("social-worker-vacancies-fte", 20, basis="at-date", period="SY2025"),
            said("social-workers-in-post-fte", 80, basis="at-date", period="SY2025"),
            said("vacancy-rate-printed", 20.1, basis="at-date", period="SY2025"),
        ),
        "social-worker-vacancies",
    )
    assert (found["origin"], found["value"], found["other_value"]) == ("published", 20.1, 20.0)


def test_leavers_in_a_year_are_divided_by_the_staff_at_its_end() -> None:
    found = figure(
        figures(
            said("social-worker-leavers-fte", 12, basis="year", period="SY2025"),
            said("social-workers-in-post-fte", 80, basis="at-date", period="SY2025"),
        ),
        "social-worker-turnover",
    )
    assert (found["basis"], found["value"]) == ("year", 15)


def test_nothing_that_is_printed_takes_the_place_of_what_is_disputed() -> None:
    found = figure(
        figures(
            said("repeat-referrals", State.DISPUTED),
            said("referrals", 40),
            said("repeat-referrals-percent-printed", 10.0),
        ),
        "repeat-referrals",
    )
    assert (found["origin"], found["state"]) == ("computed", "disputed")
    assert math.isnan(found["value"])


@pytest.mark.parametrize("hidden", [state for state in HIDDEN if state is not State.DISPUTED])
def test_a_part_that_is_hidden_gives_way_to_a_whole_that_is_printed(hidden: State) -> None:
    found = figure(
        figures(
            said("repeat-referrals", hidden),
            said("referrals", 40),
            said("repeat-referrals-percent-printed", 10.0),
        ),
        "repeat-referrals",
    )
    assert (found["origin"], found["state"], found["value"]) == ("published", "value", 10.0)
    assert math.isnan(found["numerator"])
    assert math.isnan(found["other_value"])


def test_a_printed_nought_is_a_zero() -> None:
    found = figure(
        figures(said("repeat-referrals", State.SUPPRESSED), said("repeat-referrals-percent-printed", 0)),
        "repeat-referrals",
    )
    assert (found["state"], found["value"]) == ("zero", 0)


def test_a_figure_that_was_only_printed_is_a_figure() -> None:
    found = figure(figures(said("repeat-referrals-percent-printed", 21.0, source=4)), "repeat-referrals")
    assert (found["origin"], found["value"], found["source_id"]) == ("published", 21.0, 4)


# ---------------------------------------------------------------------------------------------------- states (rule 6)


@pytest.mark.parametrize("numerator", State)
@pytest.mark.parametrize("denominator", HIDDEN)
def test_a_figure_takes_the_worse_state_of_its_two_parts(numerator: State, denominator: State) -> None:
    found = figure(figures(said("repeat-referrals", numerator), said("referrals", denominator)), "repeat-referrals")
    assert found["state"] == worst(numerator, denominator).value
    assert math.isnan(found["value"])


@pytest.mark.parametrize("hidden", HIDDEN)
def test_one_hidden_term_hides_the_sum(hidden: State) -> None:
    found = figure(
        figures(
            said("initial-conferences-0-10-days", hidden),
            said("initial-conferences-11-15-days", 219),
            said("initial-conferences", 505),
        ),
        "initial-conferences-within-15-working-days",
    )
    assert found["state"] == hidden.value
    assert math.isnan(found["numerator"])
    assert math.isnan(found["value"])


def test_a_share_of_nothing_is_not_applicable() -> None:
    found = figure(figures(said("repeat-referrals", 0), said("referrals", 0)), "repeat-referrals")
    assert found["state"] == "not-applicable"
    assert math.isnan(found["value"])


def test_a_hidden_share_of_nothing_stays_hidden() -> None:
    found = figure(figures(said("repeat-referrals", State.SUPPRESSED), said("referrals", 0)), "repeat-referrals")
    assert found["state"] == "suppressed"


@pytest.mark.parametrize("none", [0, State.ZERO, State.NIL])
def test_none_of_some_is_zero(none: float | State) -> None:
    found = figure(figures(said("repeat-referrals", none), said("referrals", 40)), "repeat-referrals")
    assert (found["state"], found["value"]) == ("zero", 0)


COUNTS = st.integers(0, 10**7)
PARTS = st.one_of(COUNTS.map(float), st.sampled_from(State))


@given(PARTS, PARTS, PARTS)
@settings(max_examples=60, deadline=None)
def test_what_is_hidden_never_yields_a_value(first: float | State, second: float | State, whole: float | State) -> None:
    found = figure(
        figures(
            said("initial-conferences-0-10-days", first),
            said("initial-conferences-11-15-days", second),
            said("initial-conferences", whole),
        ),
        "initial-conferences-within-15-working-days",
    )
    parts = [part if isinstance(part, State) else State.VALUE for part in (first, second, whole)]
    if all(part.has_value for part in parts):
        assert State(found["state"]).has_value or found["state"] == "not-applicable"
    else:
        assert found["state"] == worst(*parts).value
    assert math.isnan(found["value"]) == (not State(found["state"]).has_value)
    for term, kept in (("numerator", parts[:2]), ("denominator", parts[2:])):
        assert math.isnan(found[term]) == (not all(part.has_value for part in kept))


@given(COUNTS, COUNTS.filter(bool), st.integers(1, 1000))
@settings(max_examples=60, deadline=None)
def test_a_rate_is_the_same_for_twice_the_children_among_twice_theresidents_in(
    count: int, people: int, times: int
) -> None:
    small = figures(said("children-in-need", count, basis="at-date"), population=[residents(people)])
    large = figures(said("children-in-need", count * times, basis="at-date"), population=[residents(people * times)])
    one, other = figure(small, "children-in-need"), figure(large, "children-in-need")
    assert one["value"] == pytest.approx(other["value"], rel=1e-12)
    assert one["state"] == other["state"]


@given(
    st.lists(
        st.tuples(st.sampled_from([STOKE, WALSALL, ENGLAND]), COUNTS, COUNTS),
        min_size=1,
        max_size=3,
        unique_by=lambda t: t[0],
    ),
    st.randoms(),
)
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_values_come_says_nothing(counts: list[tuple[str, int, int]], random: Any) -> None:
    values = [
        value
        for area, part, whole in counts
        for value in (said("repeat-referrals", part, area=area), said("referrals", whole, area=area))
    ]
    shuffled = random.sample(values, len(values))
    key = ["measure", "area", "period", "basis", "category"]
    one, other = (figures(*found).sort_values(key, ignore_index=True) for found in (values, shuffled))
    pd.testing.assert_frame_equal(one, other)


# ------------------------------------------------------------------------------------------------ population (rule 2)


@pytest.mark.parametrize(
    ("period", "mid_year"),
    [
        ("2024-25", "MY2024"),
        ("2012-13", "MY2012"),
        ("1999-00", "MY1999"),
        ("2025-26Q1", "MY2025"),
        ("2025-26Q3", "MY2025"),
        ("2025-26Q4", "MY2025"),
        ("2024-25Q4", "MY2024"),
        ("SY2025", "MY2025"),
        ("2025M03", "MY2024"),
        ("2025M04", "MY2025"),
    ],
)
def test_a_rate_rests_on_the_mid_year_of_the_financial_year_in_which_it_ends(period: str, mid_year: str) -> None:
    assert mid_year_for(period) == mid_year


def test_the_rate_of_the_year_to_march_2025_is_over_the_residents_of_june_2024() -> None:
    found = figure(
        figures(
            said("children-in-need", 3186, basis="at-date"),
            population=[residents(60632, mid_year="MY2023"), residents(62520), residents(99999, mid_year="MY2025")],
        ),
        "children-in-need",
    )
    assert found["value"] == pytest.approx(509.6, abs=0.05)
    assert (found["denominator"], found["population_period"], found["denominator_source_id"]) == (62520, "MY2024", 9)


def test_only_the_residents_of_the_measures_own_ages_count() -> None:
    found = figure(
        figures(
            said("children-in-need", 100, basis="at-date"), population=[residents(5000, ages=(0, 4)), residents(20000)]
        ),
        "children-in-need",
    )
    assert found["denominator"] == 20000


def test_an_authority_without_residents_has_no_rate() -> None:
    """Cumbria counted children up to 2023, and the population file knows only its successors."""
    found = figure(
        figures(
            said("children-in-need", 100, area="cumbria", basis="at-date"),
            population=[residents(60000), residents(50000, area="cumberland")],
        ),
        "children-in-need",
    )
    assert found["state"] == "missing"
    assert math.isnan(found["value"])
    assert found["numerator"] == 100


def test_a_hidden_population_hides_the_rate() -> None:
    found = figure(
        figures(said("children-in-need", 100, basis="at-date"), population=[residents(State.UNAVAILABLE)]),
        "children-in-need",
    )
    assert found["state"] == "unavailable"


def test_a_published_year_waits_for_its_own_population() -> None:
    found = figure(
        figures(said("children-in-need", 100, basis="at-date"), population=[residents(60632, mid_year="MY2023")]),
        "children-in-need",
    )
    assert found["state"] == "missing"


def test_for_a_local_rate_the_latest_population_stands_in_and_says_so() -> None:
    found = figure(
        figures(
            said("children-in-need", 3200, basis="at-date", period="2025-26Q3"),
            population=[residents(60632, mid_year="MY2023"), residents(62520)],
            local=True,
        ),
        "children-in-need",
    )
    assert (found["denominator"], found["population_period"]) == (62520, "MY2024")


def test_a_local_rate_of_an_earlier_year_keeps_the_population_of_that_year() -> None:
    found = figure(
        figures(
            said("children-in-need", 3200, basis="at-date", period="2023-24Q4"),
            population=[residents(60632, mid_year="MY2023"), residents(62520)],
            local=True,
        ),
        "children-in-need",
    )
    assert (found["denominator"], found["population_period"]) == (60632, "MY2023")


# ------------------------------------------------------------------------------------------------------ basis (rule 3)


def test_a_rolling_year_is_the_four_quarters_that_end_with_it() -> None:
    found = figures(
        *quarters(100, 200, 300, 400, 500),
        *quarters(10, 20, 30, 40, 100, quantity="repeat-referrals"),
        local=True,
    )
    first = figure(found, "repeat-referrals", basis="rolling-year", period="2024-25Q4")
    assert (first["numerator"], first["denominator"], first["value"]) == (100, 1000, 10)
    second = figure(found, "repeat-referrals", basis="rolling-year", period="2025-26Q1")
    assert (second["numerator"], second["denominator"]) == (190, 1400)
    assert figure(found, "repeat-referrals", basis="quarter", period="2025-26Q1")["value"] == 20


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_three_quarters_are_never_called_a_year(gone: int) -> None:
    counts: list[float | State | None] = [100, 200, 300, 400]
    counts[gone] = None
    found = figures(*quarters(*counts, quantity="repeat-referrals"), *quarters(1000, 1000, 1000, 1000), local=True)
    year = figure(found, "repeat-referrals", basis="rolling-year", period="2024-25Q4")
    assert year["state"] == "missing"
    assert math.isnan(year["value"])
    assert math.isnan(year["numerator"])


def test_what_a_return_leaves_out_is_missing_and_never_as_if_nobody_had_asked() -> None:
    found = figures(*quarters(1, 2, 3, None, quantity="repeat-referrals"), *quarters(10, 10, 10, 10), local=True)
    for basis in ("quarter", "rolling-year"):
        left_out = figure(found, "repeat-referrals", basis=basis, period="2024-25Q4")
        assert left_out["state"] == "missing"
        assert math.isnan(left_out["value"])


@pytest.mark.parametrize("hidden", HIDDEN)
def test_one_hidden_quarter_hides_the_rolling_year(hidden: State) -> None:
    found = figures(*quarters(1, hidden, 3, 4, quantity="repeat-referrals"), *quarters(10, 10, 10, 10), local=True)
    assert figure(found, "repeat-referrals", basis="rolling-year", period="2024-25Q4")["state"] == hidden.value


def test_four_nil_quarters_are_a_year_of_none() -> None:
    found = figures(*quarters(*[State.NIL] * 4, quantity="repeat-referrals"), *quarters(5, 5, 5, 5), local=True)
    year = figure(found, "repeat-referrals", basis="rolling-year", period="2024-25Q4")
    assert (year["state"], year["numerator"], year["value"]) == ("zero", 0, 0)


def test_a_quarter_of_another_area_does_not_fill_the_gap() -> None:
    found = figures(
        *quarters(1, None, 3, 4, quantity="repeat-referrals"),
        *quarters(1, 2, 3, 4, quantity="repeat-referrals", area=WALSALL),
        *quarters(10, 10, 10, 10),
        *quarters(10, 10, 10, 10, area=WALSALL),
        local=True,
    )
    assert figure(found, "repeat-referrals", basis="rolling-year", period="2024-25Q4", area=STOKE)["state"] == "missing"
    assert figure(found, "repeat-referrals", basis="rolling-year", period="2024-25Q4", area=WALSALL)["value"] == 25


def test_children_counted_once_are_not_added_up_over_quarters() -> None:
    found = figures(*quarters(50, 50, 50, 50, quantity="care-starts"), population=[residents(60000)], local=True)
    assert not has(found, "children-starting-to-be-looked-after", basis="rolling-year")
    assert has(found, "children-starting-to-be-looked-after", basis="quarter")


def test_a_reported_rolling_year_of_children_counted_once_stands() -> None:
    found = figures(
        *quarters(50, 50, 50, 50, quantity="care-starts"),
        said("care-starts", 180, period="2024-25Q4", basis="rolling-year"),
        population=[residents(60000)],
        local=True,
    )
    year = figure(found, "children-starting-to-be-looked-after", basis="rolling-year", period="2024-25Q4")
    assert year["numerator"] == 180
    assert year["value"] == pytest.approx(30)


def test_a_stock_is_never_rolled() -> None:
    values = [said("children-in-care", 1000, period=quarter(2024, n).code, basis="at-date") for n in (1, 2, 3, 4)]
    found = figures(*values, population=[residents(60000)], local=True)
    assert set(found[found["measure"] == "children-in-care"]["basis"]) == {"at-date"}


def test_leavers_over_a_rolling_year_are_divided_by_the_staff_at_its_end() -> None:
    found = figures(
        *quarters(3, 3, 3, 3, quantity="social-worker-leavers-fte"),
        said("social-workers-in-post-fte", 70, period="2024-25Q3", basis="at-date"),
        said("social-workers-in-post-fte", 80, period="2024-25Q4", basis="at-date"),
        local=True,
    )
    year = figure(found, "social-worker-turnover", basis="rolling-year", period="2024-25Q4")
    assert (year["numerator"], year["denominator"], year["value"]) == (12, 80, 15)


def test_published_years_are_not_rolled() -> None:
    found = figures(*quarters(1, 2, 3, 4, quantity="repeat-referrals"), *quarters(10, 10, 10, 10))
    assert not has(found, "repeat-referrals", basis="rolling-year")


QUARTERS = st.lists(
    st.one_of(st.integers(0, 10**6).map(float), st.sampled_from([None, *State])), min_size=1, max_size=9
)


@given(QUARTERS)
@settings(max_examples=60, deadline=None)
def test_a_rolling_year_is_what_adding_by_hand_gives(counts: list[float | State | None]) -> None:
    """The obvious way: for each quarter look at it and the three before, one by one."""
    values = quarters(*counts, quantity="repeat-referrals")
    assume(values)
    rolled = Cube.of(pd.DataFrame(values)).with_rolling_years(CATALOGUE)
    part = rolled.parts["repeat-referrals", "total", "rolling-year"]
    for row, period in enumerate(rolled.period):
        at = next(n for n in range(len(counts)) if quarter(2024 + n // 4, n % 4 + 1).code == period)
        four = [counts[n] if n >= 0 else None for n in range(at - 3, at + 1)]
        states = [State.MISSING if c is None else c if isinstance(c, State) else State.VALUE for c in four]
        if all(state.has_value for state in states):
            total = sum(0.0 if isinstance(c, State) or c is None else c for c in four)
            assert part.value[row] == total
            assert SEVERITY[part.severity[row]] is (State.ZERO if total == 0 else State.VALUE)
        else:
            assert math.isnan(part.value[row])
            assert SEVERITY[part.severity[row]] is worst(*states)


# -------------------------------------------------------------------------------------------------------------- shares


def test_each_source_of_referral_has_its_share_of_all_referrals() -> None:
    found = figures(
        said("referrals", 200),
        said("referrals", 50, category="source:police"),
        said("referrals", 30, category="source:schools"),
        said("referrals", State.SUPPRESSED, category="source:housing"),
    )
    share = found[found["measure"] == "referrals-by-source"].set_index("category")
    assert share["value"].to_dict() == {
        "source:police": 25,
        "source:schools": 15,
        "source:housing": pytest.approx(math.nan, nan_ok=True),
    }
    assert set(share["denominator"]) == {200}
    assert share.loc["source:housing", "state"] == "suppressed"


def test_a_hidden_source_is_not_what_the_others_leave_over() -> None:
    found = figures(
        said("referrals", 100),
        said("referrals", 97, category="source:police"),
        said("referrals", State.SUPPRESSED, category="source:housing"),
    )
    assert math.isnan(figure(found, "referrals-by-source", category="source:housing")["numerator"])


def test_plans_by_latest_category_are_not_mixed_with_plans_by_the_first() -> None:
    found = figures(
        said("protection-plans", 100, basis="at-date"),
        said("protection-plans", 40, basis="at-date", category="latest-category-of-abuse:neglect"),
        said("protection-plans", 60, basis="at-date", category="initial-category-of-abuse:neglect"),
    )
    shares = found[found["measure"] == "child-protection-plans-by-category"]
    assert shares["category"].tolist() == ["latest-category-of-abuse:neglect"]
    assert shares["value"].tolist() == [40]


# ---------------------------------------------------------------------------------------------------------- precedence


def test_where_two_datasets_carry_a_count_the_first_in_order_is_believed() -> None:
    first = said("protection-plan-starts", 436, publisher="cin-protection-plans", source=1)
    second = said("protection-plan-starts", 440, publisher="cin-subsequent-protection-plans", source=2)
    for values in ([first, second], [second, first]):
        kept = settle_precedence(pd.DataFrame(values), CATALOGUE)
        assert kept[["value", "source_id"]].to_numpy().tolist() == [[436, 1]]


def test_the_second_dataset_fills_in_where_the_first_says_nothing() -> None:
    values = [
        said("protection-plan-starts", 436, publisher="cin-protection-plans", source=1),
        said("protection-plan-starts", 440, publisher="cin-subsequent-protection-plans", source=2, area=WALSALL),
    ]
    kept = settle_precedence(pd.DataFrame(values), CATALOGUE).set_index("area")["value"].to_dict()
    assert kept == {STOKE: 436, WALSALL: 440}


def test_what_the_first_dataset_hides_is_not_taken_from_the_second() -> None:
    values = [
        said("protection-plan-starts", State.SUPPRESSED, publisher="cin-protection-plans", source=1),
        said("protection-plan-starts", 4, publisher="cin-subsequent-protection-plans", source=2),
    ]
    assert settle_precedence(pd.DataFrame(values), CATALOGUE)["state"].tolist() == ["suppressed"]


def test_of_two_returns_the_one_submitted_last_holds() -> None:
    values = [
        said("referrals", 100, publisher="childrens-social-care", source=3),
        said("referrals", 110, publisher="childrens-social-care", source=7),
    ]
    for order in (values, values[::-1]):
        assert settle_precedence(pd.DataFrame(order), CATALOGUE)["value"].tolist() == [110]


def test_a_figure_belongs_to_the_source_of_its_numerator() -> None:
    found = figure(
        figures(
            said("subsequent-protection-plan-starts", 131, publisher="cin-subsequent-protection-plans", source=2),
            said("protection-plan-starts", 436, publisher="cin-protection-plans", source=1),
        ),
        "second-or-subsequent-plans",
    )
    assert found["source_id"] == 2


# ------------------------------------------------------------------------------------------------------------ the cube


@given(
    st.lists(
        st.tuples(
            st.sampled_from([STOKE, WALSALL, ENGLAND]),
            st.sampled_from(["2022-23", "2023-24", YEAR]),
            st.sampled_from(["referrals", "repeat-referrals"]),
            PARTS,
        ),
        min_size=1,
        max_size=18,
        unique_by=lambda cell: cell[:3],
    )
)
@settings(max_examples=60, deadline=None)
def test_a_cube_holds_every_value_where_it_belongs_and_nothing_else(
    cells: list[tuple[str, str, str, float | State]],
) -> None:
    cube = Cube.of(pd.DataFrame([said(q, part, area=area, period=period) for area, period, q, part in cells]))
    wanted = {(area, period, q): part for area, period, q, part in cells}
    assert {*zip(cube.area, cube.period, strict=True)} == {key[:2] for key in wanted}
    for quantity in ("referrals", "repeat-referrals"):
        part = cube.part(quantity, "total", "year")
        for row in range(len(cube)):
            said_there = wanted.get((cube.area[row], cube.period[row], quantity), State.MISSING)
            state = said_there if isinstance(said_there, State) else State.ZERO if said_there == 0 else State.VALUE
            assert SEVERITY[part.severity[row]] is state
            assert np.isnan(part.value[row]) == (not state.has_value)
            assert part.source[row] == (1 if (cube.area[row], cube.period[row], quantity) in wanted else 0)


# ------------------------------------------------------------------------------------------------ single years of age


def single_years(first: int, last: int, each: float = 1000) -> list[Value]:
    return [residents(each + age, ages=(age, age)) for age in range(first, last + 1)]


def test_ages_0_to_17_are_eighteen_single_years() -> None:
    found = figure(figures(said("referrals", 100), population=single_years(0, 90)), "referrals")
    assert found["denominator"] == sum(1000 + age for age in range(18))


def test_a_band_that_lacks_a_single_year_is_no_population() -> None:
    ages = [row for row in single_years(0, 20) if row["age_from"] != 7]
    found = figure(figures(said("referrals", 100), population=ages), "referrals")
    assert (found["state"], math.isnan(found["value"])) == ("missing", True)


def test_an_open_end_counts_as_one_row_of_a_sheet() -> None:
    """Adults are 18 to 89 by single years, and 90 and over."""
    people = [*single_years(0, 89), residents(5000, ages=(90, 120))]
    adults = Ages(age_from=18, age_to=120)
    found = residents_in(pd.DataFrame(people), adults)
    assert found["value"].tolist() == [sum(1000 + age for age in range(18, 90)) + 5000]


def test_a_hidden_single_year_hides_the_band() -> None:
    ages = [*single_years(0, 16), residents(State.SUPPRESSED, ages=(17, 17))]
    assert figure(figures(said("referrals", 100), population=ages), "referrals")["state"] == "suppressed"


def test_a_published_band_rules_over_its_single_years_in_one_release() -> None:
    people = [*single_years(0, 90), residents(62520)]
    assert figure(figures(said("referrals", 100), population=people), "referrals")["denominator"] == 62520


def test_the_newest_release_that_has_the_band_is_the_one_beneath_a_local_rate() -> None:
    later_without = [{**row, "released_on": "2026-07-15"} for row in single_years(18, 90)]
    people = [residents(60000), *later_without]
    counts = quarters(50, 50, 50, 50, quantity="section-47-enquiries")
    found = figures(*counts, population=people, local=True)
    year = figure(found, "section-47-enquiries", basis="rolling-year", period="2024-25Q4")
    assert year["denominator"] == 60000


def test_a_sign_in_place_of_the_only_thing_published_is_what_the_figure_says() -> None:
    found = figures(said("good-level-of-development-printed", State.MISSING_OR_SUPPRESSED, basis="academic-year"))
    assert figure(found, "good-level-of-development")["state"] == "missing-or-suppressed"
