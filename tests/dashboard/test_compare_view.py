"""The compare page's facts: one period for each measure, every authority in it, and no more than can be read."""

import pytest

from dashboard.charts import compare as chart
from dashboard.components import compare as parts
from dashboard.downloads import compare_csv
from dashboard.queries import Queries
from dashboard.views.compare import MOST_AREAS, MOST_MEASURES, ComparePage, compare_page
from schema.context import Context
from schema.errors import WrongUseError
from schema.states import State


def page_of(queries: Queries, measures: str, areas: str = "", area: str = "stoke-on-trent") -> ComparePage:
    return compare_page(queries, Context(), queries.catalogue.areas.find(area), measures, areas)


def test_authorities_are_set_side_by_side_from_highest_to_lowest(queries: Queries) -> None:
    [panel] = page_of(queries, "repeat-referrals", "walsall,middlesbrough").panels
    assert panel.period_label == "year to 31 March 2025"
    assert [bar.name for bar in panel.bars] == ["Middlesbrough", "Stoke-on-Trent", "Walsall"]
    assert [bar.own for bar in panel.bars] == [False, True, False]
    assert panel.england == 22.6
    assert parts.panel_title(panel) == "Stoke-on-Trent, 21.0%, is 2nd highest of 3"


def test_an_authority_without_a_figure_is_last_and_says_why(queries: Queries) -> None:
    [panel] = page_of(queries, "section-47-enquiries", "city-of-london").panels
    assert (panel.bars[-1].name, panel.bars[-1].state) == ("City of London", State.SUPPRESSED)
    assert "No figure: City of London (suppressed)." in parts.panel_summary(panel)
    chart.compare(panel)


def test_a_joint_return_is_named(queries: Queries) -> None:
    [panel] = page_of(queries, "social-worker-vacancies", "north-northamptonshire").panels
    assert "North Northamptonshire / West Northamptonshire" in parts.panel_summary(panel)


def test_alone_the_area_stands_beside_england(queries: Queries) -> None:
    [panel] = page_of(queries, "repeat-referrals").panels
    assert parts.panel_title(panel) == "Stoke-on-Trent, 21.0%, is below England, 22.6%"


def test_the_area_itself_is_not_counted_twice(queries: Queries) -> None:
    assert page_of(queries, "referrals", "stoke-on-trent,walsall,walsall").others[0].id == "walsall"


def test_nothing_chosen_offers_every_measure(queries: Queries) -> None:
    page = page_of(queries, "")
    assert page.panels == ()
    assert sum(len(found) for _, found in page.offered_measures) == len(queries.catalogue.measures_of("children"))
    assert len(page.neighbours) == MOST_AREAS


@pytest.mark.parametrize(
    ("measures", "areas"),
    [("nonsense", ""), ("referrals", "nowhere"), ("referrals", "england"), ("referrals", "west-midlands")],
)
def test_what_there_is_not_is_refused(queries: Queries, measures: str, areas: str) -> None:
    with pytest.raises(WrongUseError):
        page_of(queries, measures, areas)


def test_more_than_can_be_read_is_refused(queries: Queries) -> None:
    with pytest.raises(WrongUseError, match="too many"):
        page_of(queries, ",".join(list(queries.catalogue.measures)[: MOST_MEASURES + 1]))
    with pytest.raises(WrongUseError, match="too many"):
        page_of(queries, "referrals", ",".join(a.id for a in page_of(queries, "").offered_areas[: MOST_AREAS + 2]))


def test_the_download_has_a_row_for_each_measure_and_authority(queries: Queries) -> None:
    page = page_of(queries, "referrals,repeat-referrals", "walsall")
    assert len(compare_csv(page).splitlines()) == 1 + 2 * 2


def test_a_difference_that_chance_explains_makes_no_highest(queries: Queries) -> None:
    [panel] = page_of(queries, "repeat-referrals", "walsall").panels
    assert parts.panel_title(panel) == "Stoke-on-Trent, 21.0%, is not clearly different from Walsall, 19.7%"
    [panel] = page_of(queries, "repeat-referrals", "walsall,dudley").panels
    assert parts.panel_title(panel) == "Stoke-on-Trent, 21.0%, is not clearly different from either of the 2 beside it"
    [panel] = page_of(queries, "repeat-referrals", "walsall,middlesbrough").panels
    assert parts.panel_title(panel) == "Stoke-on-Trent, 21.0%, is 2nd highest of 3"
