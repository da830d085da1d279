"""The measure page's first sentence: the newest figure, and what it stands beside."""

from typing import Any

from dash import html

from dashboard.components import match, words
from dashboard.components.crumbs import crumbs
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
        if page.is_home and page.measure.published_as.match != "exact":
            return f"{page.title}: no return has carried this yet"
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
    return words.capital(measure.says.format(value=plain, category=page.category_title))


def _when(point: Point) -> str:
    return (
        point.period_label.removeprefix("at ") if point.period_label.startswith("at ") else f"the {point.period_label}"
    )


def heading(page: MeasurePage, link: Link) -> list[Any]:
    """Where we are, what the newest figure is, and what it stands beside."""
    return [
        crumbs(
            ("Overview", link("/")),
            (page.outcome.short_title, link("/", outcome=page.outcome.id)),
            here=page.measure.title,
        ),
        html.H1(finding(page)),
        html.P(beside(page), className="lead"),
        *(html.P(note, className="told", role="note") for note in _told(page)),
    ]


def beside(page: MeasurePage) -> str:
    """The comparators of the newest figure in words, with their date where it is another."""
    point = page.headline
    if point is None:
        return nothing_yet(page)
    if page.covering.raw:
        return _raw(page)
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


def _raw(page: MeasurePage) -> str:
    what = "term" if page.covering is Covering.TERM else "quarter"
    if page.measure.published_as.match != "exact" and page.newest_published is None:
        return f"Nothing is published that it can stand beside. {page.measure.published_as.differs}".strip()
    years = {
        found.key: {"rolling-year": " The rolling year does.", "local-academic-year": " The academic year does."}.get(
            found.key, ""
        )
        for found in page.coverings
        if found.available
    }
    return (
        f"A single {what} stands beside nothing that is published: publications cover years.{''.join(years.values())}"
    )


def nothing_yet(page: MeasurePage) -> str:
    """Why there is no figure: whose return will carry it, and what is published."""
    why = "" if page.measure.published_as.match == "exact" else f" {page.measure.published_as.differs}"
    published = f"{match.MEANINGS[page.measure.published_as.match]}{why}"
    if not page.is_home:
        return f"Returns come from the home area alone. {published}"
    asked = page.definition.home
    owed = f"{asked.asked}; it is owed {asked.due}." if asked.items else f"{asked.agency_title} will report it."
    return f"{owed} {published}"


def _figure(found: Comparator, measure: Measure) -> str:
    text = words.full(found.value, found.state, measure)
    return text if found.value is not None else text.lower()


def _told(page: MeasurePage) -> list[str]:
    told = list(page.notes)
    if page.measure.retired is not None:
        told.append(
            f"Retired: not used since {words.day(page.measure.retired)}. Its past stays, and no return asks for it."
        )
    if (differs := match.mark_words(page.measure)) and page.headline is not None and page.newest_published is not None:
        told.append(f"What is published is not the same measure, and is no test of it. {differs}")
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
