"""One agency: what its return asks for, when it is owed, what came of it, and where its measures stand."""

from typing import Any

from dash import dcc, html

from dashboard.components.agency import page as parts
from dashboard.components.overview import briefing, table
from dashboard.shell import Body, Page, Visit
from dashboard.views.agency import agency_page


def draw(visit: Visit) -> Body:
    """The agency that the address names."""
    page = agency_page(visit.queries, visit.context, visit.area, visit.query["agency"])
    view, link = page.view, visit.link
    framework = visit.queries.catalogue.frameworks[visit.context.framework]
    body: list[Any] = [
        *parts.heading(page, link),
        html.Div([parts.filling(page), parts.calendar(page, link)], className="pair returns"),
    ]
    standing: list[Any] = [html.H2("Where its measures stand")]
    if view.rows:
        look = table.look_of(view.rows, view.area.name, link, {p.id: p.title for p in framework.priorities})
        standing.append(table.legend(view.rows, view.area.name, view.model_title))
        standing.append(table.measures(f"{page.spec.title}: newest figures of {view.area.name}", view.rows, look))
    if view.waiting:
        href = link("/catalogue", agency=page.spec.id, figures="none")
        said = briefing.waiting(view, len(view.waiting))
        standing.append(html.P([f"{said}: ", dcc.Link("see the catalogue", href=href), "."], className="waiting"))
    if view.measures:
        body.append(html.Section(standing, className="outcome"))
    return Body(page.spec.title, [*body, parts.asks(page)])


PAGE = Page("agency", "/agency/<agency>", draw, there=lambda catalogue, parts: parts["agency"] in catalogue.returns)
