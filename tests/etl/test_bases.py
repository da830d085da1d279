"""Year to date: the quarters since April, added above and below, beside the same quarters of the year before."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.bases import year_to_date
from schema.states import State


def quarters(*rows: tuple[str, float, float, str], area: str = "stoke-on-trent") -> pd.DataFrame:
    columns = ["period", "numerator", "denominator", "state"]
    return pd.DataFrame(rows, columns=columns).assign(area=area, category="total")


TWO_YEARS = quarters(
    ("2024-25Q1", 10, 40, "value"),
    ("2024-25Q2", 20, 50, "value"),
    ("2024-25Q3", 5, 10, "value"),
    ("2024-25Q4", 5, 20, "value"),
    ("2025-26Q1", 12, 50, "value"),
    ("2025-26Q2", 18, 70, "value"),
)


def by_period(found: pd.DataFrame) -> dict[str, dict[str, object]]:
    return {str(row["period"]): {str(k): v for k, v in row.items()} for row in found.to_dict("records")}


def test_numerators_and_denominators_are_added_before_they_are_divided() -> None:
    found = by_period(year_to_date(TWO_YEARS, per=100, below="counts"))
    newest = found["2025-26Q2"]
    assert (newest["numerator"], newest["denominator"], newest["value"]) == (30, 120, 25.0)
    # Not the mean of 24 % and 25.7 %.
    assert found["2024-25Q4"]["value"] == pytest.approx(40 / 120 * 100)
    assert found["2025-26Q1"]["quarters"] == 1


def test_it_stands_beside_the_same_quarters_of_the_year_before() -> None:
    newest = by_period(year_to_date(TWO_YEARS, per=100, below="counts"))["2025-26Q2"]
    assert (newest["previous_numerator"], newest["previous_denominator"]) == (30, 90)
    assert newest["previous_value"] == pytest.approx(30 / 90 * 100)
    assert newest["previous_period"] == "2024-25Q2"


def test_a_new_year_starts_again_in_april() -> None:
    found = by_period(year_to_date(TWO_YEARS, per=1, below="nothing"))
    assert found["2025-26Q1"]["value"] == 12
    assert math.isnan(float(str(found["2025-26Q1"]["denominator"])))


def test_a_rate_rests_on_the_population_and_is_never_annualised() -> None:
    rows = quarters(("2025-26Q1", 100, 1000, "value"), ("2025-26Q2", 100, 1000, "value"))
    newest = by_period(year_to_date(rows, per=10_000, below="population"))["2025-26Q2"]
    assert (newest["numerator"], newest["denominator"], newest["value"]) == (200, 1000, 2000)


def test_a_quarter_that_is_missing_leaves_the_rest_of_its_year_without_a_number() -> None:
    rows = TWO_YEARS[TWO_YEARS["period"] != "2024-25Q2"]
    found = by_period(year_to_date(rows, per=100, below="counts"))
    assert found["2024-25Q1"]["state"] == State.VALUE
    assert found["2024-25Q3"]["state"] == State.MISSING
    assert math.isnan(float(str(found["2024-25Q3"]["value"])))
    newest = found["2025-26Q2"]
    assert newest["value"] == 25.0
    assert newest["previous_state"] == State.MISSING


def test_what_is_hidden_in_one_quarter_is_hidden_in_the_sum() -> None:
    rows = quarters(("2025-26Q1", math.nan, 50, "suppressed"), ("2025-26Q2", 9, 40, "value"))
    newest = by_period(year_to_date(rows, per=100, below="counts"))["2025-26Q2"]
    assert newest["state"] == State.SUPPRESSED
    assert math.isnan(float(str(newest["numerator"])))


def test_nothing_to_take_a_share_of_in_one_quarter_spoils_no_sum() -> None:
    rows = quarters(("2025-26Q1", 0, 0, "not-applicable"), ("2025-26Q2", 3, 12, "value"))
    found = by_period(year_to_date(rows, per=100, below="counts"))
    assert found["2025-26Q1"]["state"] == State.NOT_APPLICABLE
    assert found["2025-26Q2"]["value"] == 25.0


def test_areas_and_categories_are_kept_apart() -> None:
    both = pd.concat([TWO_YEARS, TWO_YEARS.assign(area="walsall", numerator=1.0)], ignore_index=True)
    found = year_to_date(both, per=1, below="nothing").set_index(["area", "period"])["value"]
    assert found["stoke-on-trent", "2025-26Q2"] == 30
    assert found["walsall", "2025-26Q2"] == 2


def test_nothing_gives_nothing() -> None:
    assert year_to_date(TWO_YEARS.iloc[:0], per=1, below="nothing").empty


@given(st.lists(st.integers(0, 10**6), min_size=4, max_size=4))
def test_four_quarters_to_date_are_the_year(counts: list[int]) -> None:
    rows = quarters(*((f"2024-25Q{at}", float(count), 1.0, "value") for at, count in enumerate(counts, 1)))
    found = by_period(year_to_date(rows, per=1, below="nothing"))
    assert found["2024-25Q4"]["value"] == sum(counts)
    assert [found[f"2024-25Q{at}"]["value"] for at in range(1, 5)] == [sum(counts[:at]) for at in range(1, 5)]
