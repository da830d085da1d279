"""The measure page's facts: what is shown, beside what, why not, and where it came from."""

import csv
import io
import json
from itertools import pairwise

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.charts import breakdown as breakdown_chart
from dashboard.charts import ranking as ranking_chart
from dashboard.charts import trend as trend_chart
from dashboard.components.links import address
from dashboard.components.measure import figures_table, heading, ranking, side, trend
from dashboard.downloads import COLUMNS, as_csv
from dashboard.queries import Queries
from dashboard.views.choices import Asked, Covering
from dashboard.views.intervals import interval_kind
from dashboard.views.measure import MeasurePage, measure_page
from schema.context import Context
from schema.errors import WrongUseError
from schema.states import State


def page_of(queries: Queries, measure: str, area: str = "stoke-on-trent", **asked: str) -> MeasurePage:
    return measure_page(queries, Context(), measure, queries.catalogue.areas.find(area), Asked(**asked))


def drawn(page: MeasurePage) -> None:
    """Every picture can be made."""
    trend_chart.trend(page)
    trend_chart.end_labels(page)
    if page.ranking:
        ranking_chart.ranking(page.ranking, page.measure)
    if page.breakdown:
        breakdown_chart.breakdown(page.breakdown, page.measure, page.statistic, page.area.name, local=False)


def test_the_heading_is_the_figure_in_words(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals", covering="year")
    assert heading.finding(page) == (
        "21.0% of referrals were repeats within 12 months (812 of 3,874), year to 31 March 2025"
    )
    assert heading.beside(page) == "England 22.6%, West Midlands 19.5%, neighbours 22.3% (mean of 10)."


def test_the_newest_local_figure_leads_and_a_lagging_comparator_says_so(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals")
    assert page.covering is Covering.ROLLING_YEAR
    assert heading.finding(page).endswith("year to 30 September 2025")
    assert heading.beside(page).endswith("year to 31 March 2025, 6 months earlier.")


def test_without_returns_the_published_year_is_shown_and_the_reason_said(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals", "hackney", covering="rolling-year")
    assert page.covering is Covering.YEAR
    assert page.notes == (
        "Rolling year (local) cannot be shown: no return of children's social care has carried it for Hackney. "
        "Year (published) is shown.",
    )


def test_the_interval_is_that_of_the_counts(queries: Queries) -> None:
    headline = page_of(queries, "repeat-referrals", covering="year").headline
    assert headline is not None
    assert headline.interval == pytest.approx((19.71, 22.27), abs=0.005)


@pytest.mark.parametrize("measure", ["social-worker-vacancies", "social-worker-turnover", "social-worker-caseload"])
def test_full_time_equivalents_have_no_interval(queries: Queries, measure: str) -> None:
    page = page_of(queries, measure)
    assert not any(point.interval for point in page.points)
    assert page.definition.interval_note.startswith("No interval: it rests on full-time equivalents")


def test_a_gap_keeps_its_reason(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals", "hackney")
    gap = next(point for point in page.points if point.period == "2021-22")
    assert (gap.value, gap.state) == (None, State.UNAVAILABLE)
    assert gap.reason == "not available: the publisher has no figure"
    drawn(page)


def test_the_rank_is_the_place_among_all_values(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals")
    found = page.ranking
    assert found is not None
    assert found.own is not None
    values = [entry.value for entry in found.entries]
    assert found.own.place == 1 + sum(value < found.own.value for value in values) == 89
    assert (found.of, found.unranked) == (153, 0)
    assert found.neighbours_below + found.neighbours_above == 10
    assert ranking.title(found, page) == "Stoke-on-Trent is 89th lowest of 153"
    # The page leads with a local rolling year of 20.9%: the rank is that of another figure, which is printed with it.
    assert page.covering.local
    assert (
        ranking.sentences(found, page)[0] == "The published figure, 21.0%, year to 31 March 2025: 89th lowest of 153."
    )


def test_authorities_without_a_figure_are_counted(queries: Queries) -> None:
    page = page_of(queries, "protection-plans-of-two-years-or-more")
    found = page.ranking
    assert found is not None
    assert found.own is not None
    assert found.of + found.unranked == 153
    assert ranking.title(found, page) == f"Stoke-on-Trent is 57th lowest of {found.of}"
    said = ranking.sentences(found, page)
    assert said[0].endswith(f": 57th lowest of {found.of}.")
    assert said[-1] == f"{found.unranked} authorities without a figure."


def test_a_new_authority_has_no_neighbours_in_an_older_model(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals", "westmorland-and-furness", model="april-2021")
    assert page.no_neighbours == (
        "Westmorland and Furness has no statistical neighbours in the April 2021 model: "
        "it came into being on 1 April 2023, after the model."
    )
    assert [point.period for point in page.points] == ["2023-24", "2024-25"]
    drawn(page)


def test_a_joint_return_stands_for_its_member_beside_the_members_own_neighbours(queries: Queries) -> None:
    page = page_of(queries, "social-worker-vacancies", "north-northamptonshire")
    assert page.ranking is not None
    assert page.ranking.own_name == "North Northamptonshire / West Northamptonshire"
    headline = page.headline
    assert headline is not None
    mean = headline.comparator("neighbours", "mean")
    assert mean is not None
    assert mean.n == 9  # West Northamptonshire is a neighbour, and is in the joint figure already


def test_a_shared_measure_has_every_category(queries: Queries) -> None:
    page = page_of(queries, "child-protection-plans-by-category", category="emotional-abuse")
    assert page.title == "Child protection plans by category of abuse: emotional abuse"
    assert page.breakdown is not None
    assert [row.title for row in page.breakdown.rows][:2] == ["Neglect", "Physical abuse"]
    assert sum(row.figure.value or 0.0 for row in page.breakdown.rows) == pytest.approx(100)
    drawn(page)


def test_an_unknown_category_or_measure_is_said(queries: Queries) -> None:
    page = page_of(queries, "child-protection-plans-by-category", category="nonsense")
    assert page.notes == ("“nonsense” is no category of this measure.",)
    with pytest.raises(WrongUseError):
        page_of(queries, "no-such-measure")
    with pytest.raises(WrongUseError):
        page_of(queries, "referrals", model="no-such-model")


def test_what_other_releases_said(queries: Queries) -> None:
    rows = page_of(queries, "section-47-enquiries").evidence.releases
    england = next(r for r in rows if r.area_name == "England" and r.period_label == "year to 31 March 2024")
    assert england.differs
    assert [(cell.released.year, round(cell.value or 0, 1), cell.current) for cell in england.cells] == [
        (2025, 186.2, True),
        (2024, 187.1, False),
    ]


def test_local_quarters_are_set_against_the_published_year(queries: Queries) -> None:
    meetings = page_of(queries, "repeat-referrals").evidence.meetings
    newest = [(m.of, m.local, m.published) for m in meetings if m.period_label == "year to 31 March 2025"]
    assert [(of, published) for of, _, published in newest] == [("numerator", 812.0), ("denominator", 3874.0)]
    assert meetings[0].difference == newest[0][1] - 812
    assert meetings[0].per_cent == pytest.approx((newest[0][1] - 812) / 812 * 100)


def test_every_number_behind_a_figure_has_a_file_and_a_row(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals")
    used = [part for part in page.evidence.parts if part.used and part.what == "Referrals received"]
    headline = page.headline
    assert headline is not None
    assert headline.figure is not None
    assert sum(part.value or 0.0 for part in used[:4]) == headline.figure.denominator
    assert all(part.file_name.endswith(".csv") and part.row > 1 for part in page.evidence.parts)
    replaced = next(part for part in page.evidence.parts if not part.used)
    assert replaced.period == next(p.period for p in used if p.period == replaced.period)


def test_the_used_numbers_of_a_published_figure_are_of_its_release(queries: Queries) -> None:
    page = page_of(queries, "section-47-enquiries", covering="year")
    used = {part.what: part for part in page.evidence.parts if part.used and part.period in ("2024-25", "MY2024")}
    assert used["Section 47 enquiries started"].value == 1899
    assert used["Residents aged 0 to 17"].value == 62520


def test_a_raw_quarter_stands_beside_nothing_published(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals", covering="quarter")
    assert page.published == ()
    assert all(point.comparators == () for point in page.points)
    assert {label.kind for label in trend_chart.end_labels(page)} == {"local"}


COVERINGS = ("year", "rolling-year", "quarter", "published-dates", "quarter-ends")


@pytest.mark.parametrize(
    ("area", "at_once"),
    [("stoke-on-trent", 5), ("city-of-london", 2), ("north-northamptonshire", 1), ("cumberland", 1)],
)
def test_every_measure_can_be_drawn(queries: Queries, area: str, at_once: int) -> None:
    """In every way where figures come from returns, and elsewhere in `at_once` of them, by turns."""
    for number, measure in enumerate(queries.catalogue.measures):
        for turn in range(at_once):
            covering = COVERINGS[(number + turn) % len(COVERINGS)]
            page = page_of(queries, measure, area, covering=covering)
            drawn(page)
            labels = trend_chart.end_labels(page)
            assert all(b.top - a.top > 20 for a, b in pairwise(labels))
            assert len(list(csv.reader(io.StringIO(as_csv(page))))) == len(page.points) + 1


def test_the_download_says_what_the_page_shows(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals", covering="year")
    rows = list(csv.DictReader(io.StringIO(as_csv(page))))
    assert tuple(rows[0]) == COLUMNS
    last = rows[-1]
    assert (last["numerator"], last["denominator"], last["shown"]) == ("812.0", "3874.0", "21.0")
    assert (last["rank"], last["of"], last["n"], last["model"]) == ("89", "153", "10", "may-2025")
    assert float(last["value"]) == pytest.approx(812 / 3874 * 100)


@pytest.mark.parametrize("area", ["poole", "cumbria", "northamptonshire", "cumberland"])
def test_an_authority_without_neighbours_has_a_table_whose_rows_fit_its_head(queries: Queries, area: str) -> None:
    twin = figures_table.figures_table(page_of(queries, "repeat-referrals", area=area, model="april-2021"))
    assert twin.rows
    assert {len(row) for row in twin.rows} == {len(twin.columns)}


# ------------------------------------------------------------------------------------- every figure with its period


def told(page: MeasurePage) -> str:
    """The cards beside the trend, as text."""
    return json.dumps(side.side(page, address), cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_every_heading_begins_with_a_capital_or_a_figure(queries: Queries) -> None:
    for measure in queries.catalogue.measures_of("children"):
        said = heading.finding(page_of(queries, measure.id))
        assert not said[:1].islower(), said
    assert heading.finding(page_of(queries, "missing-episodes")).startswith("Children went missing ")


def test_what_is_hidden_between_figures_that_are_the_same_is_not_said_to_be_so(queries: Queries) -> None:
    said = trend.title(page_of(queries, "child-protection-plans", area="city-of-london"))
    assert said == "City of London was at 0.0 both times with a figure, from 31 Mar 2014 to 31 Mar 2023"


def test_who_is_no_more_is_not_counted_as_without_a_figure(queries: Queries) -> None:
    """Cumbria and Northamptonshire are still listed at 31 March 2025; City of London and Scilly have no figure."""
    ranked = page_of(queries, "children-in-care", covering="published-dates").ranking
    assert ranked is not None
    assert (len(ranked.entries), ranked.unranked) == (151, 2)


@pytest.mark.parametrize("measure", ["progress-8-of-children-in-need", "progress-8-of-children-in-care"])
def test_of_a_score_below_nought_there_is_no_per_cent(queries: Queries, measure: str) -> None:
    page = page_of(queries, measure)
    changes = [point.change for point in page.points if point.change is not None]
    assert changes
    assert all(change.per_cent is None for change in changes)
    assert all(found.per_cent is None for found in page.over_time.values())


def test_families_are_spoken_of_where_children_are_counted(queries: Queries) -> None:
    catalogue = queries.catalogue
    for name, said in (("referrals", True), ("section-11-audits-completed", False), ("children-in-need", False)):
        assert ("families" in interval_kind(catalogue.measure(name), catalogue)[1]) == said, name


def test_the_years_above_england_are_those_shown_and_say_so(queries: Queries) -> None:
    local, published = (page_of(queries, "repeat-referrals", covering=c) for c in ("rolling-year", "year"))
    assert trend.summary(local).startswith(
        "Above England in 2 of the 4 published years shown, from year to Mar 2022 on"
    )
    assert trend.summary(published).startswith("Above England in 8 of 13 published years, from year to Mar 2013 on")


def test_of_a_figure_that_is_not_there_nothing_is_said_to_be_provisional(queries: Queries) -> None:
    page = page_of(queries, "strategy-discussions", covering="rolling-year")
    assert page.headline is not None
    assert (page.headline.value, page.newest_number is None) == (None, False)
    said = told(page)
    assert "later returns may restate it" not in said
    assert "newest figure, 1,319 (year to Mar 2025), is" in trend.title(page)


def test_a_quarter_of_all_authorities_comes_with_their_median(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals", covering="year")
    found = page.ranking
    assert found is not None
    values = sorted(entry.value for entry in found.entries)
    assert (len(values), found.median) == (153, values[76])
    said = ranking.sentences(found, page)
    assert (
        "In the third of four equal groups of all authorities, from the lowest; their median is 20.0%, while England "
        "as a whole is at 22.6%." in said
    )
    assert not any("0 authorities" in sentence for sentence in said)
