"""The cards beside the trend: how the figure reads and stands, what else is known of it, and what to ask."""

from typing import Any

from dash import html

from dashboard.components import words
from dashboard.components.links import Link, to_measure
from dashboard.components.measure import ranking
from dashboard.components.reading import card
from dashboard.components.target import card as target_card
from dashboard.views.measure import MeasurePage
from dashboard.views.points import Point


def side(page: MeasurePage, link: Link, checks: str = "", *, checked: bool = False) -> html.Div:
    """The cards beside the trend. `checks` is the address that turns the checks of the reading on, or off."""
    cards = [part for part in (_stands(page), _besides(page), _ask(page, link)) if part is not None]
    if page.target is not None:
        cards.insert(0, target_card(page.target, page.measure))
    if page.reading is not None:
        cards.insert(0, card(page.reading, page.measure, checks, shown=checked))
    return html.Div(cards, className="side")


def _stands(page: MeasurePage) -> html.Div:
    facts = ["Nothing is published for all authorities for this period."]
    if page.ranking is not None:
        facts = ranking.sentences(page.ranking, page)
    return html.Div([html.H2("Where it stands"), *map(html.P, facts)], className="card")


def _besides(page: MeasurePage) -> html.Div | None:
    """What else is known of now: the newest figure of the other source, and that this one may still change."""
    rows: list[Any] = []
    point = page.headline if page.headline is not None and page.headline.value is not None else None
    other = page.newest_published if page.covering.local else page.newest_local
    if other is not None and other.figure is not None:
        rows.append(html.P(f"{_sentence(other, page)}."))
    if point is not None and point.figure is not None and point.figure.status != "final":
        rows.append(
            html.P(f"The figure ({point.period_label}) is {point.figure.status}: later returns may restate it.")
        )
    if not rows:
        return None
    heading = "Provisional" if other is None else "Newest published" if page.covering.local else "Newest local"
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
