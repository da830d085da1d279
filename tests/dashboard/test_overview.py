import re
from dataclasses import replace
from typing import Any

import pytest

from dashboard.components import words
from dashboard.components.links import address
from dashboard.components.match import mark_words
from dashboard.components.overview import briefing, table
from dashboard.components.static import written
from dashboard.queries import Queries
from dashboard.views.figure import Rank
from dashboard.views.overview import OverviewRow, Spark, Strip, overview_page
from schema.context import Context
from schema.measures import Counterpart, Measure
from tests.dashboard.figures import figure, in_use, measure


def row(own: float, others: tuple[float, ...], **given: Any) -> OverviewRow:
    """A row whose published figure stands among others of the same period."""
    published = figure(value=own)
    strip = Strip(others, (), own, 20.0, published.period_label, published.period_label, False)
    rank = Rank(1, len(others) + 1, 1, 0, published.period_label)
    usual: dict[str, Any] = {
        "measure": measure("repeat-referrals"),
        "category": "total",
        "title": "Repeat referrals",
        "agency_title": "Children's social care",
        "headline": published,
        "raw": None,
        "published": published,
        "change": None,
        "comparators": (),
        "spark": Spark((), (), (), (), None, ""),
        "strip": strip,
        "rank": rank,
    }
    return OverviewRow(**{**usual, **given})


@pytest.mark.parametrize(
    ("own", "others", "said"),
    [
        (5.0, (1.0, 2.0, 3.0), "highest of 4"),
        (3.0, (1.0, 2.0, 4.0), "2nd highest of 4"),
        (0.0, (0.0, 0.0, 9.0), "lowest of 4"),
        (1.0, (0.0, 5.0, 9.0, 9.0), "2nd lowest of 5"),
    ],
)
def test_a_place_is_counted_from_the_nearer_end_and_ties_share_it(
    own: float, others: tuple[float, ...], said: str
) -> None:
    place = row(own, others).place
    assert place is not None
    assert words.place(place.number, place.end, place.of) == said


def test_there_is_no_place_among_figures_of_another_period() -> None:
    tried = row(5.0, (1.0, 2.0))
    assert tried.strip is not None
    assert replace(tried, strip=replace(tried.strip, period_label="year to 31 March 2024")).place is None
    assert replace(tried, rank=None).place is None


def test_a_measure_without_any_figure_is_counted_and_has_no_row(queries: Queries) -> None:
    page = overview_page(queries, Context(), queries.catalogue.areas.find("stoke-on-trent"))
    assert all(row.headline is not None for row in page.rows)
    assert page.measures == page.of == len(in_use(queries.catalogue))
    assert {m.id for m in page.waiting}.isdisjoint(row.measure.id for row in page.rows)


def test_what_is_chosen_makes_the_title_and_the_cards(queries: Queries) -> None:
    area = queries.catalogue.areas.find("stoke-on-trent")
    page = overview_page(queries, Context(), area, chosen=lambda measure: "neglect" in measure.priorities)
    assert 0 < page.measures < page.of
    assert all("neglect" in row.measure.priorities for row in page.rows)
    assert {fact.agency for fact in page.returns} == {
        *(row.measure.agency for row in page.rows),
        *(m.agency for m in page.waiting),
    }
    title, lead = briefing.heading(page, "neglect")
    local = sum(row.headline is not None and row.headline.local for row in page.rows)
    having = f"all {local} measures" if local == page.measures else f"{local} of {page.measures} measures"
    assert str(title.children).startswith(f"Stoke-on-Trent, neglect: {having} have a local figure")
    assert (f"{len(page.waiting)} measures await a first return" in str(lead.children)) == (len(page.waiting) > 1)


def test_what_is_only_published_for_context_has_no_place_and_a_plain_mark() -> None:
    near = row(5.0, (1.0, 2.0, 3.0))
    close = replace(near, measure=context_of(near.measure))
    assert near.comparable
    assert not close.comparable
    words_ = "Context: counts visits and not children."
    assert mark_words(close.measure) == words_
    drawn = written(table.measures("", [close], table.look_of([close], "Stoke-on-Trent", address, {})))
    assert "counts visits and not children." in drawn
    assert not re.search(r"\b(better|worse)\b", drawn)


def context_of(exact: Measure) -> Measure:
    return exact.model_copy(
        update={"published_as": Counterpart(match="context", differs="counts visits and not children.")}
    )
