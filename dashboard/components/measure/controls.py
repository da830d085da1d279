"""What can be chosen on the measure page."""

from typing import Any

from dash import html

from dashboard.components import aria
from dashboard.components.links import choice, switch
from dashboard.views.measure import MeasurePage


def controls(page: MeasurePage) -> html.Div:
    """What can be chosen; each choice is in the address."""
    there = {found.key: found.label for found in page.coverings if found.available}
    missing = [found for found in page.coverings if not found.available]
    parts: list[Any] = []
    if len(there) > 1:
        parts.append(
            _labelled(
                "Time covered", switch("basis", "Time covered", there, page.covering.value, page.default_covering.value)
            )
        )
    if page.categories:
        options = {found.key: found.label for found in page.categories}
        chosen = next(found.key for found in page.categories if found.chosen)
        headline = page.measure.headline_category.partition(":")[2]
        parts.append(choice("category", "Category", options, chosen, default=headline))
    if page.published:
        averages = {"mean": "Mean", "median": "Median"}
        parts.append(
            _labelled(
                "Neighbours’", switch("neighbours", "Neighbours’ mean or median", averages, page.statistic, "mean")
            )
        )
        models = {found.key: found.label.removesuffix(" model") for found in page.models}
        parts.append(
            _labelled("Neighbour model", switch("model", "Neighbour model", models, page.model.id, page.models[0].key))
        )
    why = "; ".join(dict.fromkeys(found.why_not for found in missing))
    covers = page.covering.words if len(there) == 1 else ""
    said = " – ".join(part for part in (covers, why) if part)
    return html.Div([*parts, html.P(said, className="why-not") if said else None], className="filters")


def authorities(shown: str) -> html.Div:
    """In order, or by size against the limits of a funnel."""
    views = {"ranked": "Ranked", "funnel": "Funnel"}
    return html.Div(
        _labelled("All authorities", switch("authorities", "All authorities", views, shown, "ranked")),
        className="toolbar",
    )


def _labelled(label: str, control: Any) -> html.Div:
    return html.Div([html.Span(label, className="control-label", **aria.hidden()), control], className="control")
