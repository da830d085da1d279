"""The first page: in one minute what is new, what moved, what is missing; then the newest figure of every measure."""

from datetime import UTC, datetime

from dashboard import views
from dashboard.components import overview as parts
from dashboard.shell import Body, Page, Visit


def draw(visit: Visit) -> Body:
    """The overview of one area, filtered by outcome, agency and priority."""
    queries, context = visit.queries, visit.context
    view = views.overview(queries, context, visit.area)
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
    tables = [parts.group(heading, rows, view, visit.link, priorities) for heading, rows in groups if rows]
    return Body(
        "Overview",
        [
            *parts.heading(view),
            *([parts.briefing(view, visit.link, today)] if any(row.headline for row in view.rows) else []),
            parts.filters(
                framework,
                view,
                outcome=outcome,
                agency=agency,
                agency_title=agencies.get(agency, ""),
                priority=priority,
                shown=shown,
            ),
            *([parts.legend(view), *tables] if tables else [parts.nothing_left(visit.link)]),
        ],
    )


PAGE = Page("overview", "/", draw, nav="Overview", order=10)
