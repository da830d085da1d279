"""One priority: its finding, who reports it, and what is missing."""

from typing import Any

from dash import dcc, html

from dashboard.components import owed, words
from dashboard.components.cards import section
from dashboard.components.crumbs import crumbs
from dashboard.components.links import Link, to_measure
from dashboard.components.overview import briefing
from dashboard.views.priority import PriorityPage

KINDS = {"practice": "Practice priority", "assurance": "Assurance priority", "strategic": "Strategic priority"}
PLURALS = {"practice": "Practice priorities", "assurance": "Assurance priorities", "strategic": "Strategic priorities"}


def heading(page: PriorityPage, link: Link) -> list[Any]:
    """How many of its measures have a figure."""
    view, title = page.view, page.priority.title
    if not view.measures:
        said = "no measure is tagged with it yet"
    else:
        said = figures(len(view.rows), view.measures, page.local)
    who = words.listed([words.within(part.title) for part in page.agencies])
    lead = f"{KINDS[page.priority.kind]}. {view.area.name}"
    return [
        crumbs(("Overview", link("/")), ("Priorities", link("/priorities")), here=title),
        html.H1(f"{title}: {said}"),
        html.P(f"{lead}; reported by {who}." if who else f"{lead}.", className="lead"),
    ]


def figures(known: int, of: int, local: int) -> str:
    """“5 of 17 measures have a figure, 3 a local one”."""
    beside = "" if not known else ", all local" if local == known else f", {local or 'none'} local"
    return f"{known} of {words.plural(of, 'measure')} {'has' if of == 1 else 'have'} a figure{beside}"


def agencies(page: PriorityPage, link: Link) -> html.Section:
    """Who reports its measures, and how their returns stand."""
    items = [
        html.Li(
            [
                dcc.Link(part.title, href=link(f"/agency/{part.agency}")),
                f": {words.plural(part.measures, 'measure')}, {part.local} with a local figure",
                html.Span(owed.newest(part.fact), className="small"),
                html.Span(owed.owed(part.fact), className="small"),
            ],
            className="late" if part.fact.late or part.fact.missing else "",
        )
        for part in page.agencies
    ]
    return section("agencies", "Agencies involved", [html.Ul(items, className="facts")], look="card fill")


def missing(page: PriorityPage, link: Link) -> html.Section:
    """Which of its measures have no figure, and whose return they wait for."""
    view = page.view
    if not view.waiting:
        return section("missing", "What is missing", [html.P("Every measure has a figure.")], look="card fill")
    titles = {part.agency: part.title for part in page.agencies}
    items = []
    for agency, title in titles.items():
        waiting = [measure for measure in view.waiting if measure.agency == agency]
        if waiting:
            names: list[Any] = []
            for at, measure in enumerate(waiting):
                names += [", " if at else "", to_measure(measure, link)]
            items.append(html.Li([html.Strong(f"{title}: "), *names], className="late"))
    said = f"{briefing.waiting(view, len(view.waiting))}."
    return section("missing", "What is missing", [html.P(said), html.Ul(items, className="facts")], look="card fill")
