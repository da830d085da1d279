"""What can be chosen on the overview, and what is said when nothing is left."""

from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.links import Link, choice
from dashboard.views.overview import OverviewPage
from schema.measures import Framework


def filters(
    framework: Framework,
    view: OverviewPage,
    *,
    outcome: str,
    agency: str,
    agency_title: str,
    priority: str,
    shown: int,
) -> html.Div:
    """Three drop-downs and, said aloud as well, how many measures they leave."""
    used = {priority, outcome, *(row.measure.outcome for row in view.rows)}
    used |= {tag for row in view.rows for tag in row.measure.priorities}
    outcomes = {o.id: f"{o.short_title}: {o.title}" for o in framework.outcomes if o.id in used}
    # An agency that is asked for by an address may have no measure yet; it is still what the control says.
    agencies = {agency: agency_title} if agency_title else {}
    agencies |= {row.measure.agency: row.agency_title for row in view.rows}
    return html.Div(
        [
            choice("outcome", "Outcome", outcomes, outcome, everything="All outcomes"),
            choice("agency", "Agency", agencies, agency, everything="All agencies"),
            choice(
                "priority",
                "Priority",
                {p.id: p.title for p in framework.priorities if p.id in used},
                priority,
                everything="All priorities",
            ),
            html.P(f"{shown} of {words.plural(len(view.rows), 'measure')} shown", role="status"),
        ],
        className="filters",
        role="search",
        **aria.label("Choose measures"),
    )


def nothing_left(link: Link) -> html.Div:
    """In place of the tables, when the filters leave no measure."""
    return html.Div(
        [
            html.H2("No measure matches these choices"),
            html.P("Choose “All” in one of them, or start again."),
            html.P(dcc.Link("Show every measure", href=link("/"))),
        ],
        className="card notice",
    )
