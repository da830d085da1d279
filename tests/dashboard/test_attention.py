"""The attention list over the demonstration: what it finds, how long it is, and how it reads."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from typing import Any

import numpy as np
import pytest

from dashboard.components.links import address
from dashboard.components.overview import attention as card
from dashboard.components.static import written
from dashboard.queries import Queries
from dashboard.views.attention import AttentionView, asked_day, attention_items, attention_view
from etl.load import store
from etl.transform.attention_items import Facts, Item, Moved, Why, moved_since
from schema.areas import Area
from schema.context import Context
from schema.errors import WrongUseError
from tests.dashboard.figures import in_use, measure

TODAY = date(2025, 11, 3)
ICPC = "initial-conferences-within-15-working-days"


@pytest.fixture(scope="module")
def home(queries: Queries) -> Area:
    return queries.catalogue.areas.find("stoke-on-trent")


def shown(queries: Queries, area: Area, since: date | None = None) -> AttentionView:
    return attention_view(queries, Context(), area, in_use(queries.catalogue), since=since, today=TODAY)


def test_the_late_conferences_since_april_2025_are_found_and_read_against_england(queries: Queries, home: Area) -> None:
    view = shown(queries, home)
    found = next(item for item in view.items if item.measure == ICPC)
    assert found.why is Why.STATUTORY
    assert view.items.index(found) < 3
    assert card.sentence(found, view.measures) == (
        "78.7% (118 of 150), July to September 2025, down 11.7 percentage points from 90.4% a year before "
        "(England 81.4%, year to 31 March 2025); the limit is 15 working days from the strategy discussion."
    )


def test_the_police_return_that_has_not_come_is_late(queries: Queries, home: Area) -> None:
    late = [item for item in shown(queries, home).items if item.why is Why.LATE]
    assert [(item.agency, item.facts.periods) for item in late] == [("police", ("2025-26Q2",))]


def test_the_list_is_short_for_every_authority(queries: Queries, home: Area) -> None:
    areas = [area for area in queries.catalogue.areas if area.ranked and area.id != home.id]
    lengths = np.array([len(attention_items(queries, Context(), area, TODAY)) for area in areas])
    assert len(lengths) > 150
    assert np.mean(lengths <= 12) >= 0.95
    assert lengths.max() <= 15
    assert len(attention_items(queries, Context(), home, TODAY)) <= 15


def test_nothing_is_older_than_the_newest_figure_of_its_measure(queries: Queries, home: Area) -> None:
    compared = queries.compared_all(Context())
    for item in shown(queries, home).items:
        if item.measure:
            newest = max(
                str(row["period"]) for row in compared[item.measure].rows(home) if row["kind"] == store.SUBMISSION
            )
            assert not item.facts.local or item.facts.period == newest


def test_every_item_has_a_sentence_that_ends_and_an_agency(queries: Queries) -> None:
    for name in ("stoke-on-trent", "walsall", "city-of-london", "croydon"):
        view = shown(queries, queries.catalogue.areas.find(name))
        for item in view.items:
            said = card.sentence(item, view.measures)
            assert said.endswith(".")
            assert "nan" not in said.lower().split()
            assert escape(view.agencies[item.agency]) in written(card._item(item, view, address))


def test_since_before_the_newest_return_came_tells_what_it_brought(queries: Queries, home: Area) -> None:
    (came,) = [
        s.accepted_at
        for s in queries.sources(Context()).values()
        if (s.kind, s.publisher, s.edition) == (store.SUBMISSION, "childrens-social-care", "2025-26Q2")
    ]
    before = attention_items(queries, Context().at(came - timedelta(milliseconds=1)), home, TODAY)
    now = attention_items(queries, Context(), home, TODAY)
    assert before
    moved = {item.measure: what for what, item in moved_since(before, now) if item.measure}
    assert moved[ICPC] is Moved.NEW


@pytest.mark.parametrize("day", [date(2005, 1, 1), date(2020, 1, 1)])
def test_before_any_return_or_release_came_nothing_needs_attention(queries: Queries, home: Area, day: date) -> None:
    then = Context().at(datetime.combine(day, time.min, UTC))
    assert not [item for item in attention_items(queries, then, home, day) if item.measure]


def test_since_a_day_after_which_nothing_came_only_the_calendar_moves(queries: Queries, home: Area) -> None:
    tomorrow = max(s.accepted_at for s in queries.sources(Context()).values()).date() + timedelta(days=1)
    view = attention_view(
        queries, Context(), home, in_use(queries.catalogue), since=tomorrow, today=tomorrow + timedelta(days=120)
    )
    assert view.moved
    assert {what for what, _ in view.moved} == {Moved.LATE}


def test_since_a_day_before_anything_was_received_says_so(queries: Queries, home: Area) -> None:
    view = shown(queries, home, since=date(2005, 1, 1))
    assert view.nothing_then
    assert "Nothing had been received by 1 January 2005" in str(card.card(view, address))


@pytest.mark.parametrize("text", ["last week", "2025-13-01", "2025-11-04"])
def test_a_day_that_is_none_or_still_to_come_is_refused(text: str) -> None:
    with pytest.raises(WrongUseError):
        asked_day(text, TODAY)
    assert asked_day("", TODAY) is None
    assert asked_day("2025-10-01", TODAY) == date(2025, 10, 1)


def made_up(items: tuple[Item, ...]) -> AttentionView:
    names = ("repeat-referrals", "missing-episodes")
    agencies = {"childrens-social-care": "Children's social care", "police": "Police", "health": "Health"}
    return AttentionView(items, {name: measure(name) for name in names}, agencies, TODAY)


def item(why: Why, name: str = "repeat-referrals", agency: str = "childrens-social-care", **facts: Any) -> Item:
    usual = Facts(period="2024-25", basis="year", value=25.0, numerator=250.0, denominator=1000.0)
    return Item("stoke-on-trent", name, agency, why, 50.0, replace(usual, **facts))


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        (
            item(Why.UNUSUAL, direction=1, england_value=22.0, england_period="2024-25", england_basis="year"),
            "25.0% (250 of 1,000), year to 31 March 2025, unusually high among English authorities (England 22.0%); "
            "lower is better.",
        ),
        (
            item(Why.TARGET, direction=1, target=20.0),
            "25.0% (250 of 1,000), year to 31 March 2025, above the target of 20.0% by more than chance.",
        ),
        (
            item(Why.CHANGED, direction=1, previous_value=20.0, among_authorities=True),
            "25.0% (250 of 1,000), year to 31 March 2025, up 5.0 percentage points from 20.0% a year before: more than "
            "authorities ordinarily change.",
        ),
        (
            item(Why.SPECIAL, direction=1, rule="one-side"),
            "25.0% (250 of 1,000), year to 31 March 2025, higher than its own past explains: one of seven quarters or "
            "more on one side of its mean.",
        ),
        (
            item(Why.DISPUTED, periods=("2025-26Q1",)),
            "Two agencies give different numbers for April to June 2025: there is no figure until they agree.",
        ),
        (
            item(Why.LATE, "", "police", periods=("2025-26Q2",), since=date(2025, 10, 21)),
            "July to September 2025 has not come, due since 21 October 2025.",
        ),
        (
            item(Why.MISSING, "", "police", periods=("2025-26Q2",), measures=("missing-episodes",)),
            "The newest return (July to September 2025) left out missing episodes.",
        ),
    ],
)
def test_each_reason_is_one_plain_sentence_made_of_its_figures(tried: Item, said: str) -> None:
    assert card.sentence(tried, made_up(()).measures) == said


def test_ten_are_shown_and_the_others_are_one_step_away() -> None:
    one = item(Why.UNUSUAL, direction=1, england_value=22.0)
    assert "2 more" in str(card.card(made_up((one,) * 12), address))
    assert "more'" not in str(card.card(made_up((one,) * 10), address))


def test_many_late_agencies_share_a_line() -> None:
    agencies = ("police", "health", "childrens-social-care")
    late = tuple(
        item(Why.LATE, "", agency, periods=("2025-26Q2",), since=date(2025, 10, 21)) for agency in (*agencies, "police")
    )
    drawn = str(card.card(made_up(late), address))
    assert "4 agencies" in drawn
    assert "the first was due on 21 October 2025" in drawn
    assert "agencies" not in str(card._lines([(None, found) for found in late[:2]], made_up(late), address))
