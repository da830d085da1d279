"""The core of children's social care in the demonstration: close to what is published, restated, with its story."""

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.returns import read_return
from etl.validate.check import CheckedReturn, check_return
from sample_data.make_returns import FOLDER
from sample_data.social_care import (
    AGENCY,
    CODES,
    PUBLISHED_AT_30_SEPTEMBER,
    PUBLISHED_AT_31_MARCH,
    PUBLISHED_YEARS,
    QUARTERS,
    shared_out,
)
from schema.catalogue import default_catalogue
from schema.periods import parse_period

CATALOGUE = default_catalogue()
SPEC = CATALOGUE.returns[AGENCY]
YEARS = {2024: CODES[:4], 2025: CODES[4:8]}


@pytest.fixture(scope="module")
def checked() -> dict[str, CheckedReturn]:
    """Every return, checked on the day after it was extracted."""
    return {
        code: check_return(
            read_return(FOLDER / f"{AGENCY}-{code}.csv"), SPEC, parse_period(code), "stoke-on-trent", CATALOGUE,
            date.fromisoformat(day) + timedelta(days=1),
        )
        for code, day in QUARTERS.items()
    }  # fmt: skip


@pytest.fixture(scope="module")
def latest(checked: dict[str, CheckedReturn]) -> pd.Series:
    """The number last given for each quantity, category, basis and period."""
    rows = pd.concat([result.values for result in checked.values()])
    return rows.drop_duplicates(["quantity", "category", "basis", "period"], keep="last").set_index(
        ["quantity", "category", "basis", "period"]
    )["value"]


def test_each_return_is_in_time_and_restates_the_two_quarters_before(checked: dict[str, CheckedReturn]) -> None:
    for index, (code, result) in enumerate(checked.items()):
        assert result.restated_periods == CODES[max(0, index - 2) : index]
        assert result.extract_date is not None
        assert result.extract_date <= SPEC.due(parse_period(code))


def test_what_is_planted_is_there(checked: dict[str, CheckedReturn]) -> None:
    values = checked["2023-24Q3"].values
    placements = values[values["quantity"] == "children-in-care-with-three-or-more-placements"]
    assert placements["state"].tolist() == ["unavailable"]
    assert all("nil" in set(result.values["state"]) for result in checked.values())
    counts = pd.concat([result.values["value"] for result in checked.values()])
    assert ((counts > 0) & (counts < 6)).any()


def test_restated_quarters_are_higher_and_say_why(checked: dict[str, CheckedReturn]) -> None:
    def referrals(sent_for: str, about: str) -> tuple[float, str]:
        values = checked[sent_for].values
        at = (values["period"] == about) & (values["quantity"] == "referrals") & (values["category"] == "total")
        return float(values.loc[at, "value"].item()), str(values.loc[at, "note"].item())

    for earlier, later in pairwise(CODES):
        assert referrals(later, earlier)[0] > referrals(earlier, earlier)[0]
        assert referrals(later, earlier)[1] == "late recording"


@pytest.mark.parametrize(
    "quantity", ["referrals", "section-47-enquiries", "initial-conferences", "protection-plan-starts"]
)
@pytest.mark.parametrize("year", [2024, 2025])
def test_four_quarters_come_close_to_the_published_year_and_are_not_it(
    latest: pd.Series, quantity: str, year: int
) -> None:
    published = PUBLISHED_YEARS[quantity][year - 2024]
    total = sum(latest[quantity, "total", "quarter", code] for code in YEARS[year])
    assert total != published
    assert total == pytest.approx(published, rel=0.01)


@pytest.mark.parametrize(
    "quantity", ["repeat-referrals", "referrals-assessed-not-in-need", "subsequent-protection-plan-starts"]
)
def test_parts_of_a_year_come_close_too(latest: pd.Series, quantity: str) -> None:
    for year, published in zip(YEARS, PUBLISHED_YEARS[quantity], strict=True):
        assert sum(latest[quantity, "total", "quarter", code] for code in YEARS[year]) == pytest.approx(
            published, rel=0.04
        )


@pytest.mark.parametrize("quantity", PUBLISHED_AT_31_MARCH)
def test_stocks_come_close_to_31_march(latest: pd.Series, quantity: str) -> None:
    for code, published in zip(("2023-24Q4", "2024-25Q4"), PUBLISHED_AT_31_MARCH[quantity], strict=True):
        assert latest[quantity, "total", "at-date", code] == pytest.approx(published, abs=3)


@pytest.mark.parametrize("quantity", PUBLISHED_AT_30_SEPTEMBER)
def test_the_workforce_comes_close_to_30_september(latest: pd.Series, quantity: str) -> None:
    quarters = ("2023-24Q2", "2024-25Q2", "2025-26Q2")
    for code, published in zip(quarters, PUBLISHED_AT_30_SEPTEMBER[quantity], strict=True):
        assert latest[quantity, "total", "at-date", code] == pytest.approx(published, rel=0.01)


@pytest.mark.parametrize("quantity", ["care-starts", "care-ends"])
def test_the_rolling_year_of_children_counted_once_is_below_its_quarters(latest: pd.Series, quantity: str) -> None:
    for year, published in zip(YEARS, PUBLISHED_YEARS[quantity], strict=True):
        rolling = latest[quantity, "total", "rolling-year", YEARS[year][-1]]
        assert rolling < sum(latest[quantity, "total", "quarter", code] for code in YEARS[year])
        assert rolling == pytest.approx(published, rel=0.01)


def test_the_latest_quarters_have_a_story(latest: pd.Series) -> None:
    plans = [latest["protection-plans", "total", "at-date", code] for code in CODES[-3:]]
    assert plans[1] <= plans[0] < plans[2]

    def on_time(code: str) -> float:
        bands = ("initial-conferences-0-10-days", "initial-conferences-11-15-days")
        on_time = sum(latest[band, "total", "quarter", code] for band in bands)
        return float(on_time / latest["initial-conferences", "total", "quarter", code])

    assert on_time("2025-26Q2") < on_time("2025-26Q1") < 0.9 < on_time("2024-25Q4")


def test_the_published_figures_are_the_published_ones(published_files: Path) -> None:
    """The script's constants against the Department for Education's own files."""

    def stoke(name: str, **where: str) -> dict[str, dict[str, str]]:
        with (published_files / "csc_oe" / name).open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["new_la_code"] == "E06000021"]
        return {row["time_period"]: row for row in rows if all(row[key] == value for key, value in where.items())}

    referrals = stoke("c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv")
    conferences = stoke("c4_children_in_need_section_47s_and_icpcs_2013_to_2025.csv")
    plans = stoke("d3_cpps_subsequent_plan_2013_to_2025.csv")
    durations = stoke("d5_cpps_at31march_by_duration_2013_to_2025.csv")
    need = stoke("b1_children_in_need_2013_to_2025.csv")
    workforce = stoke("csww_indicators_2017_to_2025.csv")
    care = {
        quantity: stoke("cla_number_and_rate_per_10k_children.csv", population_type=f"Children {words} each year")
        for quantity, words in {
            "care-starts": "starting to be looked after",
            "care-ends": "ceasing to be looked after",
            "children-in-care": "looked after on 31 March",
        }.items()
    }
    for quantity, rows, column in (
        ("referrals", referrals, "referral_count"),
        ("repeat-referrals", referrals, "rereferral_count"),
        ("referrals-no-further-action", referrals, "no_further_action_count"),
        ("referrals-assessed-not-in-need", referrals, "not_in_need_count"),
        ("section-47-enquiries", conferences, "Section47"),
        ("initial-conferences", conferences, "ICPC"),
        ("initial-conferences-0-10-days", conferences, "Duration_0-10_days"),
        ("initial-conferences-11-15-days", conferences, "Duration_11-15_days"),
        ("initial-conferences-16-20-days", conferences, "Duration_16-20_days"),
        ("initial-conferences-21-or-more-days", conferences, "Duration_21+_days"),
        ("protection-plan-starts", plans, "CPP_start"),
        ("subsequent-protection-plan-starts", plans, "CPP_subsequent"),
        ("care-starts", care["care-starts"], "children_count"),
        ("care-ends", care["care-ends"], "children_count"),
    ):
        assert PUBLISHED_YEARS[quantity] == tuple(int(rows[year][column]) for year in ("2024", "2025")), quantity
    for quantity, rows, column in (
        ("children-in-need", need, "At31_episodes"),
        ("protection-plans", durations, "CPP_At31"),
        ("protection-plans-2-years-or-more", durations, "2_years_or_more"),
        ("children-in-care", care["children-in-care"], "children_count"),
    ):
        assert PUBLISHED_AT_31_MARCH[quantity] == tuple(int(rows[year][column]) for year in ("2024", "2025")), quantity
    for quantity, column in (
        ("social-workers-in-post-fte", "inpost_fte"),
        ("agency-social-workers-fte", "agency_fte"),
        ("social-worker-vacancies-fte", "vacancy_fte"),
        ("case-holders-fte", "case_holders_fte"),
        ("cases-held", "cases"),
    ):
        found = tuple(float(workforce[year][column]) for year in ("2023", "2024", "2025"))
        assert PUBLISHED_AT_30_SEPTEMBER[quantity] == found, quantity


@given(st.integers(0, 5000), st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_shares_add_up_and_are_never_more_than_rounded(total: int, weights: list[int]) -> None:
    terms = {(str(number), ""): float(weight) for number, weight in enumerate(weights)}
    parts = shared_out(total, terms)
    assert sum(parts.values()) == total
    assert all(abs(parts[term] - total * weight / sum(weights)) < 1 + 1e-9 for term, weight in terms.items())
