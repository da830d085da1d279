"""The cards beside the trend: where the figure stands, what it was, and what to ask."""

from typing import Any

from dash import html

from dashboard.components import words
from dashboard.components.links import Link, to_measure
from dashboard.components.measure import ranking
from dashboard.components.reading import before_words, card
from dashboard.components.target import card as target_card
from dashboard.views.measure import MeasurePage
from dashboard.views.points import Point
from schema.states import State


def side(page: MeasurePage, link: Link, checks: str = "", *, checked: bool = False) -> html.Div:
    """The cards beside the trend. `checks` is the address that turns the checks of the reading on, or off."""
    cards = [_stands(page), _before(page), _ask(page, link)]
    if page.target is not None:
        cards.insert(0, target_card(page.target, page.measure))
    if page.reading is not None:
        cards.insert(0, card(page.reading, page.measure, checks, shown=checked))
    return html.Div(cards, className="side")


def _stands(page: MeasurePage) -> html.Div:
    facts = ["Nothing is published for all authorities."]
    if page.ranking is not None:
        facts = ranking.sentences(page.ranking, page)
    return html.Div([html.H2("Where it stands"), *map(html.P, facts)], className="card")


def _before(page: MeasurePage) -> html.Div:
    # An older figure is no stand-in: where the newest is missing or disputed, nothing is said of one before it.
    point = page.headline if page.headline is not None and page.headline.value is not None else None
    rows: list[Any] = []
    if point is not None and point.figure is not None and point.change is not None:
        change = point.change
        earlier = words.full(change.previous, State.VALUE, page.measure)
        rows.append(
            html.P(
                f"A year before ({change.period_label}): {earlier}. Since then {words.moved(change, page.measure)}: "
                f"{words.full(point.value, point.state, page.measure)} ({point.period_label})."
            )
        )
        said = "" if page.reading is None else before_words(page.reading)
        rows += [html.P(said)] if said else []
    elif point is not None:
        rows.append(html.P("There is no figure of a year before to set it beside."))
    elif page.headline is not None:
        rows.append(html.P(f"There is no figure ({page.headline.period_label}) to set beside one of a year before."))
    other = page.newest_published if page.covering.local else page.newest_local
    if other is not None and other.figure is not None:
        kind = "Newest published" if page.covering.local else "Newest local"
        rows.append(html.P(f"{kind}: {_sentence(other, page)}."))
    if point is not None and point.figure is not None and point.figure.status != "final":
        rows.append(
            html.P(f"The figure ({point.period_label}) is {point.figure.status}: later returns may restate it.")
        )
    heading = "A year before"
    if other is not None:
        heading += ", and as published" if page.covering.local else ", and the local figure"
    return html.Div([html.H2(heading), *rows], className="card")


def _sentence(point: Point, page: MeasurePage) -> str:
    assert point.figure is not None  # noqa: S101 - the caller has asked
    made_of = words.counts(point.figure, page.measure)
    value = words.full(point.value, point.state, page.measure)
    return f"{value}{f' ({made_of})' if made_of else ''}, {point.period_label}"


def _ask(page: MeasurePage, link: Link) -> html.Div:
    serves = page.definition.serves
    rows: list[Any] = [html.P(page.measure.question, className="question")]
    rows.append(html.P([html.Strong("A rise may mean: "), page.measure.a_rise_may_mean]))
    if serves is not None:
        rows.append(
            html.P(
                [
                    "A time limit met is not yet a child helped. See ",
                    to_measure(serves, link),
                    ".",
                ]
            )
        )
    return html.Div([html.H2("Ask"), *rows], className="card")
