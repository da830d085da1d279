"""The first page: in one minute what is new, what moved, what is missing; then the newest figure of every measure."""

from datetime import UTC, datetime

from dashboard.components.overview import briefing, filters, table
from dashboard.shell import Body, Page, Visit
from dashboard.views.overview import overview_page


def draw(visit: Visit) -> Body:
    """The overview of one area, filtered by outcome, agency and priority."""
    queries, context = visit.queries, visit.context
    view = overview_page(queries, context, visit.area)
    framework = queries.catalogue.frameworks[context.framework]
    priorities = {priority.id: priority.title for priority in framework.priorities}
    outcome = visit.choice("outcome", {o.id: o.title for o in framework.outcomes}, "all")
    agencies = {found: spec.title for found, spec in queries.catalogue.returns.items()}
    agency = visit.choice("agency", agencies, "all")
    priority = visit.choice("priority", priorities, "all")
    groups = [
        (
            heading,
            [
                row
                for row in rows
                if outcome in ("all", row.measure.outcome)
                and agency in ("all", row.measure.agency)
                and (priority == "all" or priority in row.measure.priorities)
            ],
        )
        for heading, rows in view.groups
    ]
    shown = sum(len(rows) for _, rows in groups)
    today = (context.as_of or datetime.now(UTC)).date()
    tables = [table.group(heading, rows, view, visit.link, priorities) for heading, rows in groups if rows]
    return Body(
        "Overview",
        [
            *briefing.heading(view),
            *([briefing.briefing(view, visit.link, today)] if any(row.headline for row in view.rows) else []),
            filters.filters(
                framework,
                view,
                outcome=outcome,
                agency=agency,
                agency_title=agencies.get(agency, ""),
                priority=priority,
                shown=shown,
            ),
            *([table.legend(view), *tables] if tables else [filters.nothing_left(visit.link)]),
        ],
    )


PAGE = Page("overview", "/", draw, nav="Overview", order=10)
