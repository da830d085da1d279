"""Readings as pages show them, over the demonstration."""

from typing import Any

import numpy as np
import pytest

from dashboard.components import reading as shown
from dashboard.indicators import indicators
from dashboard.queries import Queries
from dashboard.views.choices import Asked
from dashboard.views.measure import MeasurePage, measure_page
from dashboard.views.overview import overview_page
from dashboard.views.reading import Reading
from etl.transform.reasons import Reason
from schema.context import Context
from schema.measures import Polarity

CONTEXT = Context()
STARTS = "child-protection-plans-started"


def _page(queries: Queries, measure: str = STARTS, area: str = "stoke-on-trent", **asked: Any) -> MeasurePage:
    return measure_page(queries, CONTEXT, measure, queries.catalogue.areas.by_id[area], Asked(**asked))


def _reading(queries: Queries, measure: str = STARTS, area: str = "stoke-on-trent", **asked: Any) -> Reading:
    found = _page(queries, measure, area, **asked).reading
    assert found is not None
    return found


def _text(component: Any) -> str:
    """All words of a component, in order."""
    if component is None:
        return ""
    if isinstance(component, str):
        return component
    if isinstance(component, (list, tuple)):
        return "".join(map(_text, component))
    return _text(getattr(component, "children", None))


def test_stokes_plan_starts_depend_on_the_comparator(queries: Queries) -> None:
    page = _page(queries, covering="year")
    reading = page.reading
    assert reading is not None
    assert reading.value == pytest.approx(69.737684)
    values = {check.name: (round(check.value or 0, 1), check.says, check.survives) for check in reading.checks}
    assert values == {
        "Mean of the May 2025 model": (63.1, "above", True),
        "Median of the May 2025 model": (50.1, "above", True),
        "Mean of the April 2021 model": (81.3, "below", False),
        "Median of the April 2021 model": (73.2, "below", False),
        "England by plain limits": (50.8, "unusually high", False),
    }
    assert (reading.words, reading.verdict, reading.depends) == ("typical", "", True)
    assert shown.in_full(reading, page.measure) == (
        "69.7 is typical against England (50.8), typical against the West Midlands (52.0) and above 7 of 10 "
        "statistical neighbours (mean 63.1, May 2025 model)."
    )
    card = _text(shown.card(reading, page.measure, "/", shown=False))
    assert "Depends on the comparator." in card
    assert "The mean of the April 2021 model and the median of the April 2021 model put it on the other side." in card


def test_the_other_model_says_the_opposite_and_depends_as_well(queries: Queries) -> None:
    reading = _reading(queries, covering="year", model="april-2021", statistic="median")
    assert (reading.neighbours.above, reading.neighbours.of) == (5, 10)
    assert round(reading.neighbours.value, 1) == 73.2
    assert reading.depends_on == ("Median of the May 2025 model", "Mean of the May 2025 model")


def test_a_local_figure_names_the_lag_of_what_it_is_read_against(queries: Queries) -> None:
    reading = _reading(queries)
    assert reading.lag == "England’s is of the year to 31 March 2025, 6 months older."
    assert reading.words == "typical"
    assert _reading(queries, covering="year").lag == ""


def test_what_is_published_too_long_ago_is_not_compared_and_its_age_is_said(queries: Queries) -> None:
    read = queries.readings(CONTEXT)
    old = read[read["reason"] == Reason.TOO_OLD]
    assert (old["lag"] > 18).all()
    assert old["level_england"].isna().all()
    assert (read.loc[read["reason"] == "", "lag"] <= 18).all()


def test_a_quarter_is_read_against_its_own_past_alone(queries: Queries) -> None:
    page = _page(queries, covering="quarter")
    assert page.reading is not None
    assert page.reading.reason is Reason.DIFFERENT_BASIS
    assert "nothing is published for one quarter" in shown.in_full(page.reading, page.measure)
    assert page.reading.before.level is not None


def test_a_stock_has_its_place_and_no_level(queries: Queries) -> None:
    page = _page(queries, "children-in-care")
    reading = page.reading
    assert reading is not None
    assert (reading.level, reading.reason) == (None, Reason.STOCK)
    said = shown.in_full(reading, page.measure)
    assert "statistical neighbours (mean" in said
    assert "not compared with England" in said
    assert said.count("because") == 1
    assert "see its rank" in _text(shown.word(reading))


def test_better_and_worse_are_said_only_where_polarity_and_match_allow(queries: Queries) -> None:
    read = queries.readings(CONTEXT)
    for area in ("stoke-on-trent", "birmingham", "kent", "blackpool"):
        for row in overview_page(queries, CONTEXT, queries.catalogue.areas.by_id[area]).rows:
            reading = row.reading
            if reading is None or not reading.verdict:
                continue
            assert row.measure.polarity is not Polarity.JUDGEMENT
            assert row.measure.published_as.match == "exact"
            high_is_better = row.measure.polarity is Polarity.HIGHER
            assert ("better" in reading.verdict) == (((reading.level or 0) > 0) == high_is_better)
    by_id = queries.catalogue.measures
    levels = read[read["level_england"].notna()]
    assert {by_id[name].published_as.match for name in levels["measure"].unique()} == {"exact"}


def test_a_word_stands_with_every_mark(queries: Queries) -> None:
    for row in overview_page(queries, CONTEXT, queries.catalogue.areas.by_id["blackpool"]).rows:
        cell = _text(shown.word(row.reading))
        if any(mark in cell for mark in "▲▼●"):
            assert any(word in cell for word in ("high", "low", "Typical"))


def test_plain_limits_would_call_most_authorities_different(queries: Queries) -> None:
    read = queries.readings(CONTEXT)
    starts = read[(read["measure"] == STARTS) & (read["kind"] == "release") & (read["period"] == "2024-25")]
    ranked = starts[starts["reported_by"] == starts["area"]]
    assert len(ranked[ranked["plain_level_england"].notna()]) == 151
    assert abs((ranked["plain_level_england"].abs() > 0).sum() - 117) <= 3
    assert (ranked["level_england"].abs() > 0).sum() / 151 < 0.1


def test_every_figure_is_read_or_says_why(queries: Queries) -> None:
    read = queries.readings(CONTEXT)
    assert (read["level_england"].notna() == (read["reason"] == "")).all()
    assert (read["level_region"].notna() == (read["reason_region"] == "")).all()
    assert (read["above"].notna() == (read["reason_neighbours"] == "")).all()
    assert (read["level_previous"].notna() == (read["reason_previous"] == "")).all()
    assert not read.duplicated(["measure", "category", "area", "kind", "basis"]).any()
    assert (read["above"].fillna(0) + read["level_neighbours"].fillna(0) <= read["of_neighbours"].fillna(0)).all()


def test_absence_says_that_its_interval_is_wider_because_pupils_miss_many_sessions(queries: Queries) -> None:
    page = _page(queries, "absence-of-children-in-need")
    assert page.reading is not None
    assert page.reading.design_effect == 110
    assert page.headline is not None
    assert page.headline.interval is not None
    low, high = page.headline.interval
    p, n = (page.headline.value or 0) / 100, (page.headline.figure.denominator or 0) if page.headline.figure else 0
    assert high - low == pytest.approx(2 * 1.96 * 100 * np.sqrt(110 * p * (1 - p) / n), rel=0.01)
    assert "miss many sessions" in _text(shown.card(page.reading, page.measure, "/", shown=True))


def test_one_measures_readings_are_those_of_all(queries: Queries) -> None:
    whole = queries.readings(CONTEXT)
    one = queries.readings_of(CONTEXT, STARTS)
    keys = ["area", "kind", "basis"]
    one = one[one["category"] == "total"].sort_values(keys)
    same = whole[whole["measure"] == STARTS].sort_values(keys)
    for name in ("level_england", "level_region", "above", "other_above", "level_previous", "change_level"):
        np.testing.assert_array_equal(one[name].to_numpy(), same[name].to_numpy())


def test_indicators_carry_the_readings_of_the_newest_figures(queries: Queries) -> None:
    stoke = queries.catalogue.areas.by_id["stoke-on-trent"]
    rows = indicators(queries, CONTEXT, measure=STARTS, area=stoke)
    newest = rows[(rows["period"] == "2024-25") & (rows["statistic"].isin(["value", "mean"]))].set_index("comparator")
    assert newest["reading"].to_dict() == {
        "england": "typical",
        "region": "typical",
        "neighbours": "above 7 of 10",
        "previous": "lower than",
    }
    assert newest.loc["neighbours", "depends"] is True
    assert set(newest["not_compared"]) == {""}
    assert set(newest["verdict"]) == {""}
    assert set(rows.loc[rows["period"] == "2020-21", "reading"]) == {""}
