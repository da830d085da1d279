"""The measure page's first sentence: the newest figure, and what it stands beside."""

from typing import Any

from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.links import Link
from dashboard.views.choices import Covering
from dashboard.views.figure import Comparator
from dashboard.views.measure import MeasurePage, stands_in
from dashboard.views.points import Point
from schema.measures import Measure


def finding(page: MeasurePage) -> str:
    """The newest figure as a sentence, or why there is none: the page's heading."""
    point = page.headline
    if point is None:
        return f"{page.title}: nothing has been received for {page.area.name}"
    if point.value is None or point.figure is None:
        return f"{page.title}: no figure for {_when(point)} – {point.reason}"
    said = says(page, words.full(point.value, point.state, page.measure))
    made_of = words.counts(point.figure, page.measure)
    return f"{said}{f' ({made_of})' if made_of else ''}, {point.period_label}"


def says(page: MeasurePage, value: str) -> str:
    """The measure's own sentence with a value in it."""
    measure = page.measure
    if not measure.says:
        return f"{page.title}: {value}"
    plain = value.removesuffix(f" {measure.unit}") if not measure.is_percentage else value
    return measure.says.format(value=plain, category=page.category_title)


def _when(point: Point) -> str:
    return (
        point.period_label.removeprefix("at ") if point.period_label.startswith("at ") else f"the {point.period_label}"
    )


def heading(page: MeasurePage, link: Link) -> list[Any]:
    """Where we are, what the newest figure is, and what it stands beside."""
    return [
        html.Nav(
            [
                dcc.Link("Overview", href=link("/")),
                dcc.Link(page.outcome.short_title, href=link("/", outcome=page.outcome.id)),
                html.Span(page.measure.title),
            ],
            className="crumbs",
            **aria.label("Where this page is"),
        ),
        html.H1(finding(page)),
        html.P(beside(page), className="lead"),
        *(html.P(note, className="told", role="note") for note in _told(page)),
    ]


def beside(page: MeasurePage) -> str:
    """The comparators of the newest figure in words, with their date where it is another."""
    point = page.headline
    if point is None:
        return "Load published files or submit a return, and the figures appear here."
    if page.covering is Covering.QUARTER:
        return (
            "A single quarter stands beside nothing that is published: publications cover years. The rolling year does."
        )
    parts, reference = [], None
    for name, statistic in (("england", "value"), ("region", "value"), ("neighbours", page.statistic)):
        found = point.comparator(name, statistic)
        if found is None or (name == "neighbours" and not found.n):
            continue
        reference = reference or found
        label = "neighbours" if name == "neighbours" else found.label
        more = f" ({words.neighbours_n(found)})" if name == "neighbours" else ""
        parts.append(f"{label} {_figure(found, page.measure)}{more}")
    if not parts or reference is None:
        return "Nothing is published that it can stand beside."
    sentence = ", ".join(parts)
    if lag := words.lag(reference.lag_months):
        sentence += f": {reference.period_label}, {lag}"
    newest = page.newest_number
    tail = ""
    if point.value is None and newest is not None and newest.figure is not None:
        value = words.full(newest.value, newest.state, page.measure)
        tail = f" The newest figure of {page.area.name} is {value}, {newest.period_label}."
    return f"{words.capital(sentence)}.{tail}"


def _figure(found: Comparator, measure: Measure) -> str:
    text = words.full(found.value, found.state, measure)
    return text if found.value is not None else text.lower()


def _told(page: MeasurePage) -> list[str]:
    told = list(page.notes)
    if page.no_neighbours:
        told.append(page.no_neighbours)
    ranking = page.ranking
    if ranking is not None and ranking.own is not None and ranking.own.name != page.area.name:
        told.append(
            f"{page.area.name} makes this return together with another authority: {ranking.own.name}. "
            "Its figures are those of both."
        )
    if page.headline is not None and page.headline.figure is not None and (words_ := stands_in(page.headline.figure)):
        told.append(words_)
    return told
