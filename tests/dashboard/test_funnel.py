"""The funnel of all authorities: what is in it, what it says, why there is none, and that it can be read in grey."""

import math

import pytest

from dashboard.charts import funnel as funnel_chart
from dashboard.components.measure import funnel as funnel_words
from dashboard.components.measure import ranking as ranking_words
from dashboard.queries import Queries
from dashboard.views.choices import Asked
from dashboard.views.funnel import FunnelView, funnel
from dashboard.views.measure import MeasurePage, measure_page
from schema.context import Context


def page_of(queries: Queries, measure: str, area: str = "stoke-on-trent") -> MeasurePage:
    return measure_page(queries, Context(), measure, queries.catalogue.areas.find(area), Asked(covering="year"))


def funnel_of(queries: Queries, measure: str, area: str = "stoke-on-trent") -> FunnelView | str:
    return funnel(queries, Context(), page_of(queries, measure, area))


def shown(queries: Queries, measure: str, area: str = "stoke-on-trent") -> FunnelView:
    view = funnel_of(queries, measure, area)
    assert isinstance(view, FunnelView)
    return view


def test_the_plan_starts_of_2025_are_as_the_statisticians_have_them(queries: Queries) -> None:
    view = shown(queries, "child-protection-plans-started")
    assert view.period_label == "year to 31 March 2025"
    assert (view.of, view.left_out) == (151, 2)
    assert (view.plainly_outside, view.outside, view.far_outside) == (117, 12, 1)
    assert view.own is not None
    assert (view.own.level, view.own.plain_level) == (0, 2)
    assert view.own.value == pytest.approx(69.7, abs=0.05)
    assert sum(entry.neighbour for entry in view.entries) == 10


def test_the_curves_hold_the_limits_of_every_authority(queries: Queries) -> None:
    """The lines are drawn through sizes of their own; an authority's level is by its own size, and they must agree."""
    view = shown(queries, "repeat-referrals")
    for entry in view.entries:
        at = min(range(len(view.curves.size)), key=lambda i: abs(math.log(view.curves.size[i] / entry.denominator)))
        low, high = view.curves.wide_998[0][at], view.curves.wide_998[1][at]
        if entry.level in (2, -2):
            assert not low * 1.03 < entry.value < high * 0.97
        else:
            assert low * 0.97 <= entry.value <= high * 1.03
    for narrow, wide in ((view.curves.plain_95, view.curves.wide_95), (view.curves.plain_998, view.curves.wide_998)):
        assert all(w <= p for w, p in zip(wide[0], narrow[0], strict=True))
        assert all(w >= p for w, p in zip(wide[1], narrow[1], strict=True))


def test_the_centre_is_england_as_printed(queries: Queries) -> None:
    page = page_of(queries, "child-protection-plans-started")
    view = shown(queries, "child-protection-plans-started")
    assert page.ranking is not None
    assert view.centre == page.ranking.england


def test_another_authority_has_its_own_mark(queries: Queries) -> None:
    view = shown(queries, "repeat-referrals", "hackney")
    assert view.own is not None
    assert view.own.name == "Hackney"


@pytest.mark.parametrize(
    ("measure", "why"),
    [
        ("children-in-care", "it is counted at a date, and limits of chance are for events"),
        ("social-worker-caseload", "it rests on full-time equivalents, which are not counts of separate events"),
    ],
)
def test_what_can_have_no_funnel_says_why(queries: Queries, measure: str, why: str) -> None:
    assert funnel_of(queries, measure) == why


def test_no_children_measure_fails(queries: Queries) -> None:
    """Every measure has a ranking with a funnel, or a reason in words; every funnel can be drawn."""
    drawn = 0
    for measure in queries.catalogue.measures_of("children"):
        page = page_of(queries, measure.id)
        if page.ranking is None:
            continue
        view = funnel(queries, Context(), page)
        if isinstance(view, str):
            assert view
            continue
        figure = funnel_chart.funnel(view, page.measure)
        assert figure.data
        assert funnel_words.title(view, page)
        assert len(funnel_words.table(view, page).rows) == view.of
        drawn += 1
    assert drawn > 10


def test_the_words_name_the_method_its_source_and_both_limits(queries: Queries) -> None:
    page, view = page_of(queries, "child-protection-plans-started"), shown(queries, "child-protection-plans-started")
    assert funnel_words.title(view, page) == (
        "Stoke-on-Trent, 69.7 per 10,000, is typical: within the ordinary spread of authorities"
    )
    said = funnel_words.summary(view, page)
    assert "117 of 151 authorities lie outside the 95% limits of chance alone" in said
    assert "12 lie outside" in said
    assert "1 outside the 99.8% ones" in said
    assert "2 authorities without counts are left out" in said
    method = funnel_words.method(view, page)
    assert "Spiegelhalter" in method
    assert "Paule and Mandel" in method
    assert "Byar" in method


def test_marks_differ_in_shape_and_lines_in_their_dashes(queries: Queries) -> None:
    figure = funnel_chart.funnel(
        shown(queries, "child-protection-plans-started"), page_of(queries, "referrals").measure
    )
    marked = [trace for trace in figure.data if trace.mode == "markers"]
    assert len({trace.marker.symbol for trace in marked}) == len(marked) == 3
    lines = {trace.name: trace.line.dash for trace in figure.data if trace.mode == "lines"}
    assert len(set(lines.values())) == 3


def test_rank_among_neighbours_quartile_and_change_of_rank(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals")
    found = page.ranking
    assert found is not None
    assert found.own is not None
    beside = [entry.value for entry in found.entries if entry.neighbour and not entry.own]
    assert found.among is not None
    assert found.among.place == 1 + sum(value < found.own.value for value in beside)
    assert found.among.of == 11
    assert found.quartile == 3  # 89th of 153
    assert found.before is not None
    assert found.before.period_label == "year to 31 March 2024"
    said = " ".join(ranking_words.sentences(found, page))
    assert "third of four equal groups" in said
    assert "Among itself and its 10 neighbours" in said
    assert "year to 31 March 2024" in said


def test_without_neighbours_there_is_no_place_among_them(queries: Queries) -> None:
    area = queries.catalogue.areas.find("westmorland-and-furness")
    page = measure_page(queries, Context(), "repeat-referrals", area, Asked(model="april-2021"))
    assert page.ranking is not None
    assert page.ranking.among is None
