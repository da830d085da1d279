"""The partnership's priorities, and how much of each can be seen."""

from dashboard.components.priority import summary
from dashboard.shell import Body, Page, Visit
from dashboard.views.priority import priority_summaries


def draw(visit: Visit) -> Body:
    """All priorities."""
    found = priority_summaries(visit.queries, visit.context, visit.area)
    return Body("Priorities", [*summary.heading(found, visit.area.name), *summary.groups(found, visit.link)])


PAGE = Page("priorities", "/priorities", draw, nav="Priorities", order=20)
