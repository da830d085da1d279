"""Every measure of the framework: what it is, who reports it, what is published beside it, and where it stands."""

from typing import Any

from dashboard.components.cards import download
from dashboard.components.catalogue import filters, table
from dashboard.shell import Body, Page, Visit
from dashboard.views.catalogue import catalogue_page, wanted_of


def draw(visit: Visit) -> Body:
    """The measures that the address asks for."""
    queries, context = visit.queries, visit.context
    wanted = wanted_of(visit.query, queries.catalogue, context)
    page = catalogue_page(queries, context, visit.area, wanted)
    every = queries.catalogue.measures_of(context.framework)
    file = visit.link("/download/catalogue.csv", area=visit.area.id, **filters.query_of(wanted))
    action = download(file, "CSV", "these measures") if page.rows else None
    body: list[Any] = [
        *table.heading(page, wanted),
        filters.filters(page, every, visit.agencies(), wanted, visit.link, action),
    ]
    if not page.rows:
        return Body("Catalogue", [*body, filters.nothing_found(visit.link)])
    body += [table.group(outcome, rows, visit.link) for outcome, rows in page.groups]
    alone = table.alone(page, visit.link)
    return Body("Catalogue", body if alone is None else [*body, alone])


PAGE = Page("catalogue", "/catalogue", draw, nav="Catalogue", order=40)
