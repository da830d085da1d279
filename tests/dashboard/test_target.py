"""A figure against a target: met or not by the figure as it is, and by no more than chance where that is so."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from dashboard.charts import compare as compare_chart
from dashboard.commands import set_target, withdraw_chart_note
from dashboard.components import compare as compare_parts
from dashboard.components import target as said
from dashboard.components.measure import side
from dashboard.components.static import written
from dashboard.downloads import compare_csv
from dashboard.queries import Queries
from dashboard.views.choices import Asked, Covering
from dashboard.views.compare import compare_page
from dashboard.views.measure import MeasurePage, measure_page
from dashboard.views.target import Target
from schema.context import Context
from schema.periods import Basis

SetTarget = Callable[..., None]

TIMELY = "initial-conferences-within-15-working-days"


@pytest.fixture
def aim(queries: Queries) -> Iterator[SetTarget]:
    """Sets targets, which hold for one test."""
    made: list[int] = []

    def set_(measure: str, value: float, *, since: date = date(2024, 4, 1), basis: Basis | None = None) -> None:
        made.append(
            set_target(
                queries.engine,
                Context(),
                queries.catalogue,
                measure=measure,
                value=value,
                since=since,
                reason="agreed for the test",
                who="the executive",
                basis=basis,
            )
        )

    yield set_
    for note in made:
        withdraw_chart_note(queries.engine, Context(), note, "the test is over")


def page_of(queries: Queries, measure: str, covering: Covering | None = None) -> MeasurePage:
    area = queries.catalogue.areas.find("stoke-on-trent")
    return measure_page(queries, Context(), measure, area, Asked(covering=covering))


def target_of(queries: Queries, measure: str, covering: Covering | None = None) -> Target:
    found = page_of(queries, measure, covering).target
    assert found is not None
    return found


def test_without_a_target_nothing_is_said(queries: Queries) -> None:
    page = page_of(queries, TIMELY)
    assert page.target is None
    assert "target" not in written(side.side(page, lambda path, **query: path)).lower()


@pytest.mark.parametrize(
    ("value", "met", "level", "words_"),
    [
        (60.0, True, 2, "Target of 60.0% met"),
        (99.0, False, -2, "Target of 99.0% not met"),
    ],
)
def test_far_from_a_target_it_is_met_or_not(
    queries: Queries, aim: SetTarget, value: float, met: bool, level: int, words_: str
) -> None:
    aim(TIMELY, value)
    found = target_of(queries, TIMELY, Covering.YEAR)
    assert (found.met, found.level) == (met, level)
    assert said.verdict(found, queries.catalogue.measure(TIMELY)) == words_
    assert "By more than chance would explain" in " ".join(said.sentences(found, queries.catalogue.measure(TIMELY)))


@pytest.mark.parametrize("away", [-0.5, 0.5])
def test_near_a_target_it_cannot_be_told_from_chance(queries: Queries, aim: SetTarget, away: float) -> None:
    figure = page_of(queries, TIMELY, Covering.YEAR).newest_published
    assert figure is not None
    assert figure.value is not None
    aim(TIMELY, figure.value + away)
    found = target_of(queries, TIMELY, Covering.YEAR)
    assert found.met == (away < 0)
    assert found.by_chance
    words_ = said.verdict(found, queries.catalogue.measure(TIMELY))
    assert words_.endswith("cannot be told from chance")
    side_ = "meets" if away < 0 else "misses"
    assert side_ in said.sentences(found, queries.catalogue.measure(TIMELY))[0]


def test_on_the_target_is_met(queries: Queries, aim: SetTarget) -> None:
    figure = page_of(queries, TIMELY, Covering.YEAR).newest_published
    assert figure is not None
    assert figure.value is not None
    aim(TIMELY, figure.value)
    found = target_of(queries, TIMELY, Covering.YEAR)
    assert (found.met, found.by_chance) == (True, False)


def test_a_target_of_later_does_not_hold_yet(queries: Queries, aim: SetTarget) -> None:
    aim(TIMELY, 90.0, since=date(2030, 4, 1))
    assert page_of(queries, TIMELY).target is None


def test_what_rests_on_no_events_is_met_or_not_and_chance_is_not_weighed(queries: Queries, aim: SetTarget) -> None:
    aim("social-worker-vacancies", 15.0)
    found = target_of(queries, "social-worker-vacancies", Covering.PUBLISHED_DATES)
    assert (found.met, found.level) == (False, None)
    text = said.sentences(found, queries.catalogue.measure("social-worker-vacancies"))
    assert "misses the target of at most 15.0%" in text[0]
    assert text[1] == (
        "Chance is not weighed: it rests on full-time equivalents, which are not counts of separate events."
    )


def test_the_target_is_on_the_measure_page_and_beside_others(queries: Queries, aim: SetTarget) -> None:
    aim(TIMELY, 99.0)
    page = page_of(queries, TIMELY)
    drawn = written(side.side(page, lambda path, **query: path))
    assert "Against the target" in drawn
    assert "set by the executive: agreed for the test." in drawn
    area = queries.catalogue.areas.find("stoke-on-trent")
    compared = compare_page(queries, Context(), area, TIMELY, "walsall")
    [panel] = compared.panels
    assert panel.target is not None
    assert "misses the target of at least 99.0%" in compare_parts.panel_summary(panel)
    assert 99.0 in [shape.x0 for shape in compare_chart.compare(panel).layout.shapes]
    assert "Target of 99.0% not met" in compare_csv(compared)
