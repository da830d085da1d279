"""What earlier papers print, on the measure page: apart from the series, with every caveat, and joined to nothing."""

import csv
import io
from datetime import UTC, datetime

from dashboard.charts import trend as trend_chart
from dashboard.components.measure.historic import historic_table
from dashboard.downloads import PAPER_COLUMNS, papers_csv
from dashboard.queries import Queries
from dashboard.views.choices import Asked
from dashboard.views.historic import HistoricFigure, break_between, drawable, historic
from dashboard.views.measure import MeasurePage, measure_page
from schema.context import Context


def shown(
    queries: Queries, measure: str, area: str = "stoke-on-trent", **asked: str
) -> tuple[MeasurePage, tuple[HistoricFigure, ...]]:
    place = queries.catalogue.areas.find(area)
    page = measure_page(queries, Context(), measure, place, Asked(**asked))
    return page, historic(queries, Context(), page.measure, place)


def test_the_areas_figures_stand_with_their_comparators_newest_first(queries: Queries) -> None:
    page, found = shown(queries, "child-protection-plans")
    assert [(figure.whose, figure.as_printed) for figure in found][:5] == [
        ("Stoke-on-Trent", "50.0 per 10,000 (284)"),
        ("Stoke-on-Trent", "73.8 per 10,000 (414)"),
        ("Stoke-on-Trent’s statistical neighbours", "70.74 per 10,000 (average 306)"),
        ("West Midlands", "45.3 per 10,000 (5,760)"),
        ("England", "43.3 per 10,000 (51,080)"),
    ]
    table = historic_table(page, found)
    assert table.rows[0][0] == "31 Mar 2018"
    assert table.columns == ("Period", "As printed", "Whose", "What to know", "Paper and place")
    assert table.rows[-1][1:4] == ("308 children", "Stoke-on-Trent", "Local data that nobody had validated.")
    assert table.rows[-1][-1].endswith("child protection; “at 31 March 2014”)")


def test_a_contradiction_between_counts_and_value_is_said_beside_the_figure(queries: Queries) -> None:
    _, found = shown(queries, "assessments-ending-in-no-further-action")
    figure = next(figure for figure in found if figure.as_printed == "3,012 (61.5%)")
    assert figure.remarks.endswith("3,012 of 4,499 makes 66.9, not the printed 61.5.")
    assert figure.value == 61.5


def test_only_comparable_figures_before_the_series_are_drawn_and_nothing_joins_them(queries: Queries) -> None:
    page, found = shown(queries, "child-protection-plans", covering="quarter-ends")
    drawn = drawable(found, page)
    assert [figure.value for figure in drawn] == [73.8, 50.0]
    between = break_between(drawn, page)
    assert drawn[-1].ends < between < min(point.ends for point in (*page.points, *page.published))
    figure = trend_chart.trend(page, drawn)
    earlier = [trace for trace in figure.data if trace.name == "Stoke-on-Trent, earlier papers"]
    assert [(trace.mode, list(trace.y)) for trace in earlier] == [("markers", [73.8, 50.0])]
    assert all(73.8 not in list(trace.y) for trace in figure.data if trace not in earlier)
    assert "series break" in [note.text for note in figure.layout.annotations]
    assert [shape.x0 for shape in figure.layout.shapes] == [between]


def test_without_being_asked_for_the_trend_is_as_it_was(queries: Queries) -> None:
    page, _ = shown(queries, "child-protection-plans")
    assert "series break" not in [note.text for note in trend_chart.trend(page).layout.annotations]


def test_what_overlaps_the_series_or_has_another_scope_is_never_drawn(queries: Queries) -> None:
    page, found = shown(queries, "child-protection-plans", covering="published-dates")
    assert found
    assert drawable(found, page) == ()
    page, found = shown(queries, "children-on-cin-plans")
    assert all(figure.scope for figure in found)
    assert drawable(found, page) == ()
    page, found = shown(queries, "repeat-referrals", covering="quarter")
    assert drawable(found, page) == ()


def test_a_figure_of_a_wider_area_does_not_pass_for_the_areas_own(queries: Queries) -> None:
    _, found = shown(queries, "marac-cases")
    assert found
    assert not any(figure.is_own for figure in found)
    assert "A wider area with Stoke-on-Trent in it" in {figure.whose for figure in found}


def test_an_area_of_which_no_paper_speaks_has_nothing(queries: Queries) -> None:
    assert shown(queries, "child-protection-plans", "hackney")[1] == ()


def test_as_of_an_instant_before_the_papers_there_is_nothing(queries: Queries) -> None:
    place = queries.catalogue.areas.find("stoke-on-trent")
    before = Context(as_of=datetime(2010, 1, 1, tzinfo=UTC))
    assert historic(queries, before, queries.catalogue.measure("child-protection-plans"), place) == ()


def test_the_file_has_every_figure_with_its_place(queries: Queries) -> None:
    _, found = shown(queries, "child-protection-plans")
    rows = list(csv.DictReader(io.StringIO(papers_csv(found))))
    assert tuple(rows[0]) == PAPER_COLUMNS
    assert len(rows) == len(found)
    assert rows[0]["as_printed"] == "50.0 per 10,000 (284)"
    assert rows[0]["file_name"] == "stoke-board-annual-report-2017-18.children.csv"
