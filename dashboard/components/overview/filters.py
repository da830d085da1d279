"""What can be chosen on the overview, and what is said when nothing is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.links import Link, choice
from schema.measures import Framework, Measure


@dataclass(frozen=True)
class Chosen:
    """Which measures a page is about: an outcome, an agency and a priority, each by id or `all`."""

    outcome: str = "all"
    agency: str = "all"
    priority: str = "all"

    def __call__(self, measure: Measure) -> bool:
        """Whether a measure is among them."""
        return (
            self.outcome in ("all", measure.outcome)
            and self.agency in ("all", measure.agency)
            and (self.priority == "all" or self.priority in measure.priorities)
        )

    def words(self, framework: Framework, agencies: dict[str, str]) -> str:
        """What was chosen, for a sentence; empty where all of it is shown."""
        outcomes = {found.id: found.short_title for found in framework.outcomes}
        priorities = {found.id: words.within(found.title) for found in framework.priorities}
        parts = [
            outcomes.get(self.outcome, ""),
            words.within(agencies.get(self.agency, "")),
            priorities.get(self.priority, ""),
        ]
        return ", ".join(part for part in parts if part)


def filters(
    framework: Framework, measures: Sequence[Measure], agencies: dict[str, str], chosen: Chosen, said: str
) -> html.Div:
    """Three drop-downs and, said aloud as well, how many measures they leave.

    Args:
        framework: whose outcomes and priorities can be chosen.
        measures: all that there are: what none of them has is not offered.
        agencies: titles by id.
        chosen: what is in force.
        said: how many measures that leaves.
    """
    return html.Div(
        [*choices(framework, measures, agencies, chosen), html.P(said, role="status")],
        className="filters",
        role="search",
        **aria.label("Choose measures"),
    )


def choices(framework: Framework, measures: Sequence[Measure], agencies: dict[str, str], chosen: Chosen) -> list[Any]:
    """The three drop-downs."""
    # What an address asks for may have no measure yet; it is still what the control says.
    used = {chosen.outcome, chosen.agency, chosen.priority}
    for measure in measures:
        used |= {measure.outcome, measure.agency, *measure.priorities}
    outcomes = {o.id: f"{o.short_title}: {o.title}" for o in framework.outcomes if o.id in used}
    priorities = {p.id: p.title for p in framework.priorities if p.id in used}
    owed = {found: title for found, title in agencies.items() if found in used}
    return [
        choice("outcome", "Outcome", outcomes, chosen.outcome, everything="All outcomes"),
        choice("agency", "Agency", owed, chosen.agency, everything="All agencies"),
        choice("priority", "Priority", priorities, chosen.priority, everything="All priorities"),
    ]


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
