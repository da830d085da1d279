"""The list of the partnership's priorities."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.components import words
from dashboard.components.links import Link
from dashboard.components.priority.page import PLURALS, figures
from dashboard.views.priority import PrioritySummary


def heading(summaries: Sequence[PrioritySummary], area: str) -> list[Any]:
    """How many priorities there are, and how many measures serve them."""
    measures = {measure.id for summary in summaries for measure in summary.measures}
    return [
        html.H1(f"{words.plural(len(summaries), 'priority', 'priorities')}, {words.plural(len(measures), 'measure')}"),
        html.P(
            f"What the partnership has chosen to look at hardest, and what {area} can say of it. A measure may serve "
            "several priorities.",
            className="lead",
        ),
    ]


def groups(summaries: Sequence[PrioritySummary], link: Link) -> list[Any]:
    """The priorities as cards, by kind."""
    found = []
    for kind, title in PLURALS.items():
        cards = [_card(summary, link) for summary in summaries if summary.priority.kind == kind]
        if cards:
            found.append(html.Section([html.H2(title), html.Div(cards, className="columns")], className="outcome"))
    return found


def _card(summary: PrioritySummary, link: Link) -> html.Div:
    total = len(summary.measures)
    lines: list[Any] = [html.H3(dcc.Link(summary.priority.title, href=link(f"/priority/{summary.priority.id}")))]
    if not total:
        lines.append(html.P("No measure is tagged with it yet.", className="muted"))
    else:
        lines += [
            html.P(
                [
                    html.Strong(f"{summary.figures} of {total}", className="big"),
                    figures(summary.figures, total, summary.local).removeprefix(f"{summary.figures} of {total:,}"),
                ]
            ),
            html.P(words.listed(summary.agencies), className="muted small"),
        ]
    return html.Div(lines, className="card summary")
