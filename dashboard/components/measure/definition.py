"""What is measured: the paper's own words and our reading kept apart, then how it is counted, read and reported."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.components import match, words
from dashboard.components.cards import section
from dashboard.components.links import Link, to_measure
from dashboard.components.measure import cells
from dashboard.views.definition import BreakdownView, TermView
from dashboard.views.measure import MeasurePage
from schema.measures import Measure

Item = tuple[str, Any]


def definition(page: MeasurePage, link: Link) -> html.Section:
    """Everything that the catalogue says of the measure."""
    groups = (
        ("What the paper says", _paper(page)),
        ("How we read it", _reading(page)),
        ("How it is counted", _counted(page)),
        ("How to read a figure", _read(page, link)),
        ("Who reports it", _reported(page, link)),
    )
    body = [html.Div([_group(title, items) for title, items in groups if items], className="definition-groups")]
    return section("definition", "What is measured", body)


def _group(title: str, items: Sequence[Item]) -> html.Div:
    listed = [part for term, text in items for part in (html.Dt(term), html.Dd(text))]
    return html.Div([html.H3(title), html.Dl(listed, className="definition")])


def _paper(page: MeasurePage) -> list[Item]:
    measure = page.measure
    items: list[Item] = []
    if measure.paper_says:
        items.append(("In its own words", html.Q(measure.paper_says)))
    if measure.lines:
        items.append(("Line", ", ".join(measure.lines)))
    if measure.paper_says or measure.lines:
        items.append(("Paper", page.definition.paper))
    if measure.source:
        items.append(("Asked for because" if not measure.paper_says else "Also asked for", measure.source))
    return items


def _reading(page: MeasurePage) -> list[Item]:
    measure = page.measure
    items: list[Item] = [("We read it as", measure.we_read_it_as)]
    if measure.doubts:
        items.append(("In doubt", _list(measure.doubts)))
    return items


def _counted(page: MeasurePage) -> list[Item]:
    measure, said = page.measure, page.definition
    items: list[Item] = [
        ("What it is", said.kind_words),
        ("Formula", said.formula),
        ("Counted above", _terms(said.numerator)),
    ]
    if said.denominator:
        items.append(("Counted below", _terms(said.denominator)))
    if said.population:
        items.append(("Population", f"{said.population}."))
    if measure.cohort is not None:
        cohort = measure.cohort
        items += [
            ("Who is followed", cohort.who),
            ("Joined over", cohort.look_back),
            ("Followed for", cohort.follow_up),
            ("Reported", cohort.reported),
        ]
    if said.breakdowns:
        items.append(("Broken down by", html.Ul([_breakdown(found) for found in said.breakdowns], className="plain")))
    return [*items, ("Over time", said.adds_up), ("Interval", said.interval_note)]


def _read(page: MeasurePage, link: Link) -> list[Item]:
    measure, said = page.measure, page.definition
    items: list[Item] = [("Better or worse", f"{words.capital(measure.polarity.words)}. {measure.polarity_reason}")]
    if measure.statutory_limit:
        items.append(("Statutory limit", measure.statutory_limit))
    items.append(("Ask", measure.question))
    items.append(("A rise may mean", measure.a_rise_may_mean))
    items.append(("Published", _counterpart(measure)))
    if said.stand_under:
        named = [html.Li(to_measure(found, link)) for found in said.stand_under]
        items.append(("What is published stands under", html.Ul(named, className="plain")))
    if said.serves is not None:
        items.append(("The outcome that it serves", to_measure(said.serves, link)))
    if said.served_by:
        served = html.Ul([html.Li(to_measure(found, link)) for found in said.served_by], className="plain")
        items.append(("Time limits that serve it", served))
    return items


def _reported(page: MeasurePage, link: Link) -> list[Item]:
    measure, home = page.measure, page.definition.home
    items: list[Item] = [("Return", dcc.Link(home.agency_title, href=link(f"/agency/{home.agency}")))]
    items.append(("Answered by", home.answers))
    if home.items:
        items += [("When", f"{home.asked}."), ("Due", f"{words.capital(home.due)}.")]
    else:
        items.append(("When", "Its return does not ask for it: the figures are as published."))
    if home.also:
        items.append(("Set beside it", f"The number that {words.listed(home.also)} also gives."))
    if page.definition.priorities:
        named = [
            html.Li(dcc.Link(priority.title, href=link(f"/priority/{priority.id}")))
            for priority in page.definition.priorities
        ]
        items.append(("Priorities", html.Ul(named, className="plain")))
    items.append(("Definition", _versions(measure)))
    if measure.retired is not None:
        items.append(("Retired", f"Not used since {words.day(measure.retired)}; its past stays."))
    return items


def _breakdown(found: BreakdownView) -> html.Li:
    several = "; one child may count under several" if found.multi_select else ""
    asked = "" if found.asked else "; the return does not ask for it yet"
    return html.Li([html.Strong(found.title), f": {', '.join(found.categories)}{several}{asked}."])


def _list(lines: Sequence[str]) -> html.Ul:
    return html.Ul([html.Li(line) for line in lines], className="plain")


def _terms(terms: Sequence[TermView]) -> html.Ul:
    return html.Ul(
        [html.Li([html.Strong(cells.head([term])), f", in {term.unit}: {term.counts}"]) for term in terms],
        className="plain",
    )


def _counterpart(measure: Measure) -> str:
    return f"{match.MEANINGS[measure.published_as.match]} {measure.published_as.differs}".strip()


def _versions(measure: Measure) -> str:
    since = measure.versions[-1].since if measure.versions else measure.since
    said = f"Version {measure.version}, in force since {words.day(since)}."
    changes = " ".join(f"From {words.day(v.since)}: {v.change}." for v in measure.versions)
    return f"{said} {changes or 'The definition has not changed since.'}"
