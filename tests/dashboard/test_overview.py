import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

from dashboard.components import words
from dashboard.components.links import address
from dashboard.components.match import mark_words
from dashboard.components.overview import attention, briefing, table
from dashboard.components.static import written
from dashboard.queries import Queries
from dashboard.views.attention import attention_view
from dashboard.views.figure import Rank
from dashboard.views.overview import OverviewRow, Spark, Strip, overview_page, spark_of
from etl.transform.attention_items import Why
from schema.context import Context
from schema.measures import Counterpart, Measure
from schema.periods import Basis, parse_period
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


def rank_said(drawn: OverviewRow) -> str:
    component = table.measures("", [drawn], table.look_of([drawn], "Stoke", address, {}))
    text = re.sub("<[^>]+>", "|", unescape(written(component)))
    return next(part for part in text.split("|") if part.endswith(" of 4"))


def test_a_rank_is_said_alone_where_it_is_that_of_the_leading_figure() -> None:
    assert rank_said(row(5.0, (1.0, 2.0, 3.0))) == "lowest of 4"


def test_a_rank_beside_a_local_figure_prints_the_published_one_and_its_date() -> None:
    tried = row(5.0, (1.0, 2.0, 3.0))
    assert rank_said(replace(tried, headline=figure(value=9.0, local=True))) == "published 5.0%, Mar 2025: lowest of 4"
    close = replace(tried, measure=context_of(tried.measure))
    assert rank_said(close) == "published 5.0%, Mar 2025: lowest of 4"


def test_a_shared_rank_says_so(queries: Queries) -> None:
    page = overview_page(queries, Context(), queries.catalogue.areas.find("stoke-on-trent"))
    shared = [r for r in page.rows if r.rank is not None and r.rank.level_with]
    assert shared
    for found in shared:
        assert found.rank is not None
        values = queries.compared(Context(), found.measure.id).published(
            str(found.published and found.published.period),
            str(found.published and found.published.basis.value),
            found.category,
        )
        own = found.published and found.published.value
        assert found.rank.level_with == sum(value == own for value in values.values()) - 1
        assert "joint " in rank_said_of(found)


def rank_said_of(found: OverviewRow) -> str:
    assert found.rank is not None
    return words.rank(found.rank.rank, found.rank.of, found.measure, found.rank.level_with)


def test_a_line_of_years_has_no_other_length_of_time_on_it(queries: Queries) -> None:
    alike = {("rolling-year", "year"), ("year", "year"), ("at-date", "at-date"), ("academic-year", "academic-year")}
    for area in ("stoke-on-trent", "walsall"):
        for found in overview_page(queries, Context(), queries.catalogue.areas.find(area)).rows:
            if found.spark.local is not None:
                assert found.headline is not None
                assert found.published is not None
                assert (found.headline.basis.value, found.published.basis.value) in alike
                last = found.spark.years[-1]
                months = (found.headline.ends.year - found.published.ends.year) * 12
                months += found.headline.ends.month - found.published.ends.month
                assert found.spark.local_year == last + months / 12


def test_a_quarter_never_stands_on_a_line_of_years(queries: Queries) -> None:
    rows = queries.compared(Context(), "repeat-referrals").rows(queries.catalogue.areas.find("stoke-on-trent"))
    quarter = next(found for found in reversed(rows) if found["basis"] == "quarter")
    years = [found for found in rows if found["basis"] == "year" and found["kind"] == "release"]
    rolling = next(found for found in reversed(rows) if found["basis"] == "rolling-year")
    assert spark_of(years, quarter).local is None
    assert spark_of(years, rolling).local == rolling["value"]


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
    title, lead = briefing.heading(page, None, "neglect")
    assert str(title.children) == "Stoke-on-Trent, neglect: nothing adverse stands out among the figures"
    assert f"the newest figures of {len(page.rows)} measures, up to 30 September 2025" in str(lead.children)


def test_a_clean_bill_counts_measures_with_a_number_and_says_what_is_unusual_besides(queries: Queries) -> None:
    page = overview_page(queries, Context(), queries.catalogue.areas.find("city-of-london"))
    numbers = sum(row.headline is not None and row.headline.state.has_value for row in page.rows)
    assert 0 < numbers < len(page.rows)
    title, lead = briefing.heading(page)
    assert str(title.children) == "City of London: nothing adverse stands out among the figures"
    assert f"in the newest figures of {numbers} measures" in str(lead.children)
    assert "figures are unusually high or low, which is neither good nor bad." in str(lead.children)


def test_before_anything_had_come_nobody_is_told_to_load_it(queries: Queries) -> None:
    then = Context(as_of=datetime(2001, 1, 1, tzinfo=UTC))
    page = overview_page(queries, then, queries.catalogue.areas.find("stoke-on-trent"))
    title, lead = briefing.heading(page, then=then.as_of)
    assert title.children == "There were no figures for Stoke-on-Trent then"
    assert str(lead.children).startswith("Nothing about Stoke-on-Trent had been received by 00:00 on 1 January 2001")
    assert "Load published files" in str(briefing.heading(page)[1].children)


def test_the_title_is_about_children_and_the_cards_about_the_system(queries: Queries) -> None:
    area = queries.catalogue.areas.find("stoke-on-trent")
    page = overview_page(queries, Context(), area)
    shown = [*(row.measure for row in page.rows), *page.waiting]
    needs = attention_view(queries, Context(), area, shown, today=date(2025, 11, 3))
    title, lead = briefing.heading(page, needs)
    first = next(item for item in needs.items if item.why in attention.QUESTIONS)
    value = words.plain(first.facts.value or 0.0, needs.measures[first.measure])
    assert str(title.children).startswith("Stoke-on-Trent, ")
    assert parse_period(first.facts.period).label(Basis(first.facts.basis)) in str(title.children)
    assert value in str(title.children)
    assert "measures have" not in str(title.children)
    more = sum(item.why in attention.QUESTIONS for item in needs.items) - 1
    assert str(lead.children).startswith(f"{words.capital(briefing.number_word(more))} more to ask about below")
    assert "; besides, one dispute and one agency that is late." in str(lead.children)
    better = sum(item.why is Why.IMPROVED for item in needs.items)
    assert more + 1 + 1 + 1 + better == len(needs.items), "whatever is listed is counted"
    assert attention.late_named(needs) == {"police"}
    said = str(briefing.briefing(page, needs, address))
    assert said.count("due since 21 October 2025") == 1
    local = sum(row.headline is not None and row.headline.local for row in page.rows)
    assert briefing.coverage(page).startswith(f"{local} of {page.measures} measures have a local figure, up to ")
    assert briefing.coverage(page) in str(briefing.briefing(page, needs, address))


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
