"""A few measures for a few authorities, side by side."""

from typing import Any

from dash import html

from dashboard.charts import compare as chart
from dashboard.charts.graph import graph_block
from dashboard.components import apart
from dashboard.components import compare as parts
from dashboard.shell import Body, Page, Visit
from dashboard.views.compare import Panel, compare_page


def draw(visit: Visit) -> Body:
    """The measures and authorities that the address names."""
    measures, areas = visit.query.get("measures", ""), visit.query.get("areas", "")
    view = compare_page(visit.queries, visit.context, visit.area, measures, areas)
    body: list[Any] = [*parts.heading(view), parts.controls(view, visit.link)]
    if view.without:
        body.append(parts.without(view.without))
    if not view.measures:
        body.append(parts.nothing_chosen(view, visit.link))
    if view.panels:
        download = visit.link("/download/compare.csv", area=view.area.id, measures=measures, areas=areas)
        body.append(parts.legend(view))
        if view.others:
            body.append(html.P(apart.CHANCE, className="note"))
        body.append(html.Div([_panel(panel) for panel in view.panels], className="panels"))
        body.append(parts.overview_table(view, download, visit.link))
    return Body("Compare", body)


def _panel(panel: Panel) -> html.Figure:
    unit = "" if panel.measure.is_percentage else f", {panel.measure.unit}"
    return graph_block(
        chart.compare(panel),
        id=f"compare-{panel.measure.id}",
        title=parts.panel_title(panel),
        subtitle=f"{panel.title}{unit}, published, {panel.period_label}.",
        summary=parts.panel_summary(panel),
        source=f"Source: {panel.source_label}.",
        table=parts.panel_table(panel),
        height=chart.height(panel),
    )


PAGE = Page("compare", "/compare", draw, nav="Compare", order=50)
