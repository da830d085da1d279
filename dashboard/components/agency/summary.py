"""The list of the agencies."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.components import owed, words
from dashboard.components.links import Link
from dashboard.views.agency import AgencySummary
from dashboard.views.definition import due_words, frequency_words


def heading(summaries: Sequence[AgencySummary]) -> list[Any]:
    """How many owe a return, and how many have sent one."""
    sent = sum(bool(summary.fact.newest_period) for summary in summaries)
    late = sum(bool(summary.fact.late) for summary in summaries)
    said = f"{words.plural(len(summaries), 'agency', 'agencies')}, {sent} with a return received"
    return [
        html.H1(f"{said}, {late} late" if late else said),
        html.P("Each counts what is its own, for the partnership, and owes it on a day.", className="lead"),
    ]


def cards(summaries: Sequence[AgencySummary], link: Link) -> html.Div:
    """An agency a card."""
    return html.Div([_card(summary, link) for summary in summaries], className="columns cards")


def _card(summary: AgencySummary, link: Link) -> html.Div:
    spec, fact = summary.spec, summary.fact
    beside = f", {summary.published} more only a published one" if summary.published else ""
    return html.Div(
        [
            html.Div(
                [html.H2(dcc.Link(spec.title, href=link(f"/agency/{spec.id}"))), owed.state(fact)], className="titled"
            ),
            html.P(
                [
                    html.Strong(f"{summary.local} of {summary.measures}", className="big"),
                    f" {'measure has' if summary.measures == 1 else 'measures have'} a local figure{beside}",
                ]
            ),
            html.P([html.Strong("Newest: "), owed.newest(fact)]),
            html.P([html.Strong("Late: " if fact.late else "Next: "), owed.owed(fact)]),
            html.P(f"{spec.answers}; {frequency_words(spec)}, due {due_words(spec)}.", className="muted small"),
        ],
        className="card summary",
    )
