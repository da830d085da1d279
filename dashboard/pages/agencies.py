"""The agencies that owe returns, and how each stands."""

from dashboard.components.agency import summary
from dashboard.shell import Body, Page, Visit
from dashboard.views.agency import agency_summaries


def draw(visit: Visit) -> Body:
    """All agencies."""
    found = agency_summaries(visit.queries, visit.context, visit.area)
    return Body("Agencies", [*summary.heading(found), summary.cards(found, visit.link)])


PAGE = Page("agencies", "/agencies", draw, nav="Agencies", order=30)
