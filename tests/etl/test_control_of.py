"""Which control chart a measure's figures get, over which window, and why there is none."""

import numpy as np
import pandas as pd
import pytest

from etl.transform.control_charts import ControlCharts
from etl.transform.control_of import MONTHS, charts_of, kind_of_chart, refusal_of
from etl.transform.control_terms import Refusal
from schema.catalogue import default_catalogue
from schema.periods import Basis, month

CATALOGUE = default_catalogue()
REFERRALS = CATALOGUE.measure("referrals")


def months(count: int, area: str = "stoke-on-trent", upto: int = 2024 * 12 + 2) -> pd.DataFrame:
    """So many months of referrals up to March 2024."""
    codes = [month(at // 12, at % 12 + 1).code for at in range(upto - count + 1, upto + 1)]
    numerator = 400.0 + np.arange(count) % 7
    return pd.DataFrame(
        {
            "area": area, "period": codes, "basis": "month", "numerator": numerator, "denominator": 60_000.0,
            "value": numerator / 60_000 * 10_000,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "kind"),
    [
        ("referrals", "rate"),
        ("repeat-referrals", "proportion"),
        ("children-missing", "count"),
        ("missing-episodes-per-child", "count"),
    ],
)
def test_how_chance_works_follows_from_the_formula(measure: str, kind: str) -> None:
    assert kind_of_chart(CATALOGUE.measure(measure), CATALOGUE) == kind


@pytest.mark.parametrize(
    ("measure", "basis", "reason"),
    [
        ("children-in-care", Basis.AT_DATE, Refusal.STOCK),
        ("children-in-care", Basis.QUARTER, Refusal.STOCK),
        ("referrals", Basis.ROLLING_YEAR, Refusal.OVERLAPS),
        ("referrals", Basis.YTD, Refusal.OVERLAPS),
        ("bullying-reports", Basis.TERM, Refusal.TERM),
        ("referrals", Basis.YEAR, Refusal.NOT_QUARTERS_OR_MONTHS),
        ("referrals", Basis.MONTH, None),
        ("referrals", Basis.QUARTER, None),
    ],
)
def test_what_cannot_be_charted_says_why(measure: str, basis: Basis, reason: Refusal | None) -> None:
    assert refusal_of(CATALOGUE.measure(measure), CATALOGUE, basis) is reason
    assert reason is None or reason.words.startswith("No control chart: ")


def test_figures_without_counts_are_not_charted() -> None:
    printed = months(40).assign(numerator=np.nan, denominator=np.nan)
    assert charts_of(printed, REFERRALS, CATALOGUE, Basis.MONTH) is Refusal.PRINTED


def test_the_newest_36_months_are_charted_unless_all_are_asked_for() -> None:
    charts = charts_of(months(144), REFERRALS, CATALOGUE, Basis.MONTH)
    assert isinstance(charts, ControlCharts)
    assert len(charts.periods) == MONTHS
    assert (charts.periods[0].code, charts.periods[-1].code) == ("2021M04", "2024M03")
    assert f"from {MONTHS} months" in charts.rule("stoke-on-trent")
    whole = charts_of(months(144), REFERRALS, CATALOGUE, Basis.MONTH, whole=True)
    assert isinstance(whole, ControlCharts)
    assert len(whole.periods) == 144


def test_all_areas_share_one_window() -> None:
    early = months(60, "northamptonshire", upto=2021 * 12 + 2)
    charts = charts_of(pd.concat([months(60), early]), REFERRALS, CATALOGUE, Basis.MONTH)
    assert isinstance(charts, ControlCharts)
    assert charts.areas == ("stoke-on-trent",)


def test_a_figure_that_is_withheld_is_not_charted_from_its_counts() -> None:
    figures = months(20)
    figures.loc[5, "value"] = np.nan
    charts = charts_of(figures, REFERRALS, CATALOGUE, Basis.MONTH)
    assert isinstance(charts, ControlCharts)
    assert np.isnan(charts.value[0, 5])
    assert np.isfinite(np.delete(charts.value[0], 5)).all()


def test_no_figure_at_all_is_said() -> None:
    assert charts_of(months(0), REFERRALS, CATALOGUE, Basis.MONTH) is Refusal.NO_VALUES
    nothing = months(12).assign(value=np.nan, numerator=np.nan)
    assert charts_of(nothing, REFERRALS, CATALOGUE, Basis.MONTH) is Refusal.NO_VALUES
