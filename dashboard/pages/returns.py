"""The returns: which agency owes what, what has come, and what waits to be accepted."""

from typing import Any

from dash import dcc, html

from dashboard import identity
from dashboard.components import returns
from dashboard.shell import Body, Page, Visit
from dashboard.views.reminders import reminders
from dashboard.views.return_status import returns_page
from schema.periods import PeriodKind


def draw(visit: Visit) -> Body:
    """What is owed, what waits, and where every return stands."""
    page = returns_page(visit.queries, visit.context)
    link, viewer = visit.link, identity.viewer()
    # Nothing can be submitted to the past.
    upload = visit.context.as_of is None
    grids = [returns.grid(page.statuses, kind, link, upload=upload) for kind in (PeriodKind.QUARTER, PeriodKind.TERM)]
    downloads = [
        ("Calendar (.ics)", link("/download/reminders.ics")),
        ("CSV", link("/download/reminders.csv")),
    ]
    body: list[Any] = [
        *returns.heading(page),
        html.P(
            [
                dcc.Link("Upload a return", href=link("/returns/upload"), className="button doing") if upload else None,
                dcc.Link("What a return is checked for", href=link("/returns/rules")),
                dcc.Link(_disputes(visit), href=link("/disputes")),
                html.A("Download this table (CSV)", href=link("/download/returns.csv"), download=""),
            ],
            className="actions linked",
        ),
        _of_home(visit),
        returns.queue(page.waiting, viewer, link, here=link("/returns")),
        *grids,
        returns.reminders(reminders(visit.queries, visit.context, ahead=1), link, downloads),
    ]
    return Body("Returns", [part for part in body if part is not None])


def _disputes(visit: Visit) -> str:
    """The way to where two agencies give different numbers, with how many wait."""
    waiting = sum(dispute.open for dispute in visit.queries.disputes(visit.context))
    return f"Disputes between agencies ({waiting} open)" if waiting else "Disputes between agencies"


def _of_home(visit: Visit) -> html.P | None:
    """That another area's returns are not here."""
    if visit.area.id == visit.partnership.home_area:
        return None
    said = f"These are the returns of {visit.partnership.name}. Of {visit.area.name} there are published figures alone."
    return html.P(said, className="told", role="note")


PAGE = Page("returns", "/returns", draw, nav="Returns", order=30)
