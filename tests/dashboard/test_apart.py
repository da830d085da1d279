"""One authority's figure beside another's: the interval of the difference, its unit and words, or why there is none."""

import csv
import io
import re

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from dashboard.components import apart as said
from dashboard.components import compare as parts
from dashboard.downloads import compare_csv
from dashboard.queries import Queries
from dashboard.views.apart import SAME_RETURN, Apart, apart
from dashboard.views.compare import Panel, compare_page
from schema.context import Context
from tests.dashboard.figures import measure

OPPOSITE = {"better": "worse", "worse": "better", "": ""}


def panel_of(queries: Queries, name: str, areas: str, area: str = "stoke-on-trent") -> Panel:
    [panel] = compare_page(queries, Context(), queries.catalogue.areas.find(area), name, areas).panels
    return panel


def beside(panel: Panel, area: str) -> Apart:
    found = next(bar.apart for bar in panel.bars if bar.area == area)
    assert found is not None
    return found


def test_shares_are_apart_by_percentage_points_with_newcombes_interval(queries: Queries) -> None:
    panel = panel_of(queries, "repeat-referrals", "walsall,middlesbrough")
    own, other = panel.own, next(bar for bar in panel.bars if bar.area == "middlesbrough")
    found = beside(panel, "middlesbrough")
    low, high = confint_proportions_2indep(
        own.numerator, own.denominator, other.numerator, other.denominator, compare="diff", method="newcomb"
    )
    assert found.limits == pytest.approx((low * 100, high * 100))
    assert found.absolute == pytest.approx((own.value or 0) - (other.value or 0))
    assert (found.relative, found.relative_limits) == (None, None), "a percentage is never said to be per cent lower"
    assert (found.level, found.verdict) == (-2, "better")
    assert re.fullmatch(r"[\d.]+ percentage points lower", said.distance(found, panel.measure))
    assert "%" not in said.distance(found, panel.measure) + said.interval(found, panel.measure)


def test_rates_are_apart_in_their_own_unit_and_by_per_cent(queries: Queries) -> None:
    panel = panel_of(queries, "section-47-enquiries", "walsall")
    found = beside(panel, "walsall")
    assert found.level == 2
    assert found.verdict == "", "activity is higher or lower, never good or bad"
    assert said.distance(found, panel.measure) == "144.1 per 10,000 higher (by 90%)"
    assert "points" not in said.distance(found, panel.measure)
    assert found.relative_limits is not None
    assert found.relative_limits[0] < (found.relative or 0) < found.relative_limits[1]


def test_what_chance_explains_is_not_clearly_different(queries: Queries) -> None:
    panel = panel_of(queries, "repeat-referrals", "wolverhampton,middlesbrough")
    found = beside(panel, "wolverhampton")
    assert found.level == 0
    assert found.limits is not None
    assert found.limits[0] < 0 < found.limits[1]
    assert said.groups(panel) == [
        "Allowing for chance, Stoke-on-Trent is lower than Middlesbrough (better); "
        "not clearly different from Wolverhampton."
    ]


def test_from_the_other_side_it_is_the_opposite(queries: Queries) -> None:
    here = beside(panel_of(queries, "repeat-referrals", "middlesbrough"), "middlesbrough")
    there = beside(panel_of(queries, "repeat-referrals", "stoke-on-trent", "middlesbrough"), "stoke-on-trent")
    assert here.level is not None
    assert there.level == -here.level
    assert here.limits is not None
    assert there.limits == (-here.limits[1], -here.limits[0])
    assert there.verdict == OPPOSITE[here.verdict]


@pytest.mark.parametrize(
    ("name", "area", "why"),
    [
        ("section-47-enquiries", "city-of-london", "the comparator has no figure (suppressed)"),
        ("children-in-care", "walsall", "it is counted at a date, and limits of chance are for events"),
        ("social-worker-vacancies", "walsall", "it rests on full-time equivalents"),
    ],
)
def test_what_is_not_compared_says_why(queries: Queries, name: str, area: str, why: str) -> None:
    panel = panel_of(queries, name, area)
    found = beside(panel, area)
    assert (found.level, found.limits, found.verdict) == (None, None, "")
    assert found.why.startswith(why)
    [sentence] = said.groups(panel)
    assert sentence.startswith("Not compared with ")
    assert why in sentence


def test_two_of_one_joint_return_are_not_compared_with_one_another(queries: Queries) -> None:
    panel = panel_of(queries, "social-worker-vacancies", "west-northamptonshire", "north-northamptonshire")
    assert beside(panel, "west-northamptonshire").why == SAME_RETURN


def test_every_difference_agrees_with_what_is_printed_above_it(queries: Queries) -> None:
    """Of every measure: the difference that has limits lies within them, and is that of the two printed figures."""
    area = queries.catalogue.areas.find("stoke-on-trent")
    every = [found.id for found in queries.catalogue.measures_of("children")]
    compared = 0
    for at in range(0, len(every), 6):
        for panel in compare_page(queries, Context(), area, ",".join(every[at : at + 6]), "walsall,derby").panels:
            for bar in panel.bars:
                found = bar.apart
                if found is None or found.limits is None:
                    assert found is None or found.why
                    continue
                compared += 1
                assert found.absolute is not None
                assert found.limits[0] <= found.absolute <= found.limits[1], panel.measure.id
                own = panel.own
                assert own.numerator is not None
                assert bar.numerator is not None
                counted = own.numerator / (own.denominator or np.nan) - bar.numerator / (bar.denominator or np.nan)
                assert found.absolute == pytest.approx(counted * panel.measure.per, abs=1e-9), panel.measure.id
                assert (found.level != 0) == (found.limits[0] > 0 or found.limits[1] < 0)
    assert compared > 40


def test_an_end_that_is_not_nought_is_not_printed_as_nought() -> None:
    found = Apart(1.0, (0.004, 2.0), None, None, 1, "possibly worse", "")
    assert said.interval(found, measure("repeat-referrals")) == "+0.004 to +2.000"
    assert said.interval(Apart(1.0, (-0.2, 2.04), None, None, 0, "", ""), measure("repeat-referrals")) == "−0.2 to +2.0"


def test_nobody_beside_is_nobody_compared(queries: Queries) -> None:
    assert apart(None, [], measure("referrals"), queries.catalogue) == []


def test_the_table_the_summary_and_the_file_say_the_same(queries: Queries) -> None:
    area = queries.catalogue.areas.find("stoke-on-trent")
    page = compare_page(queries, Context(), area, "repeat-referrals", "middlesbrough")
    [panel] = page.panels
    table = parts.panel_table(panel)
    assert table.columns[-3:] == (
        "Stoke-on-Trent is",
        "95% interval of that, percentage points",
        "Stoke-on-Trent, allowing for chance",
    )
    row = next(row for row in table.rows if row[0] == "Middlesbrough")
    assert row[-1] == "Lower: better"
    assert all(len(found) == len(table.columns) for found in table.rows)
    assert "lower than Middlesbrough (better)" in parts.panel_summary(panel)
    written = {found["area_name"]: found for found in csv.DictReader(io.StringIO(compare_csv(page).lstrip("\ufeff")))}
    assert written["Middlesbrough"]["own_reading"] == "Lower: better"
    assert written["Middlesbrough"]["own_less_this_unit"] == "percentage points"
    assert written["Middlesbrough"]["own_less_this_per_cent"] == ""
    assert written["Stoke-on-Trent"]["own_reading"] == ""
