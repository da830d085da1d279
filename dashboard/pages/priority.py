"""One of the partnership's priorities: its measures where they stand, who reports them, and what is missing."""

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.components.overview import table
from dashboard.components.priority import page as parts
from dashboard.shell import Body, Page, Visit
from dashboard.views.priority import priority_page
from schema.catalogue import Catalogue


def draw(visit: Visit) -> Body:
    """The priority that the address names."""
    page = priority_page(visit.queries, visit.context, visit.area, visit.query["priority"])
    view = page.view
    framework = visit.queries.catalogue.frameworks[visit.context.framework]
    # Every row has this one: only the others say something.
    others = {found.id: found.title for found in framework.priorities if found.id != page.priority.id}
    body: list[Any] = [*parts.heading(page, visit.link)]
    if not view.measures:
        return Body(page.priority.title, body)
    body.append(
        html.Div([parts.agencies(page, visit.link), parts.missing(page, visit.link)], className="columns cards")
    )
    if view.rows:
        look = table.look_of(view.rows, view.area.name, visit.link, others)
        caption = f"{page.priority.title}: newest figures of {view.area.name}"
        body.append(
            html.Section(
                [
                    html.H2("Where its measures stand"),
                    table.legend(view.rows, view.area.name, view.model_title),
                    table.measures(caption, view.rows, look),
                ],
                className="outcome",
            )
        )
    return Body(page.priority.title, body)


def _there(catalogue: Catalogue, parts_: Mapping[str, str]) -> bool:
    return any(found.id == parts_["priority"] for f in catalogue.frameworks.values() for found in f.priorities)


PAGE = Page("priority", "/priority/<priority>", draw, there=_there)
