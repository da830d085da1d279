"""The only place that makes a graph: no way out to another host, a finding for a title, and its numbers as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.charts import palette
from dashboard.components import aria
from dashboard.components.static import static

# Plotly 7 shows a button that sends the figure to a site of its makers unless it is told not to, three times over.
GRAPH_CONFIG: Any = {
    "displaylogo": False,
    "displayModeBar": False,
    "plotlyServerURL": "",
    "responsive": True,
    "scrollZoom": False,
    "showEditInChartStudio": False,
    "showSendToCloud": False,
}


@dataclass(frozen=True)
class TableTwin:
    """The numbers of a graph, in words as they are shown elsewhere. The first cell of each row names the row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def graph_block(
    figure: go.Figure,
    *,
    id: str,
    title: str,
    subtitle: str,
    summary: str,
    source: str,
    table: TableTwin,
    height: int = 340,
    key: Component | None = None,
    legend: Component | None = None,
    below: Component | None = None,
    controls: Component | None = None,
) -> html.Figure:
    """A graph with everything that must stand around it.

    Args:
        figure: made by a pure function of `dashboard.charts`.
        id: of the graph, unique on its page.
        title: the finding, as a sentence.
        subtitle: measure and basis.
        summary: a sentence or two that say what the graph shows, for whoever does not see it; shown to all.
        source: who published it, and when.
        table: the same numbers as a table.
        height: in pixels.
        key: the names of the lines, beside the graph on a wide screen and beneath it on a narrow one.
        legend: what the marks stand for, above the graph.
        below: what else is said of it, beneath.
        controls: how else the same may be seen, above it all.
    """
    picture = html.Div(
        dcc.Graph(id=id, figure=dressed(figure, height), config=GRAPH_CONFIG, style={"height": f"{height}px"}),
        role="img",
        className="graph",
        **aria.label(f"{title}. {summary}"),
    )
    return html.Figure(
        [
            controls,
            html.Figcaption(
                [html.H2(title, id=f"{id}-title"), html.P(subtitle, className="muted"), html.P(summary)],
            ),
            legend,
            picture if key is None else html.Div([picture, key], className="graph-and-key"),
            below,
            html.P(source, className="source-line"),
            table_key(table),
        ],
        className="card graph-block",
    )


def dressed(figure: go.Figure, height: int) -> dict[str, Any]:
    """A figure over what all graphs have in common: what it says itself goes before.

    Merged as plain data: Plotly's own `update_layout` checks every property again, which takes a hundred times as long.
    """
    own = figure.to_plotly_json()
    layout = {key: value for key, value in own["layout"].items() if key != "template"}
    return {"data": own["data"], "layout": _over({**LAYOUT, "height": height}, layout)}


def _over(common: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """One nested dictionary over another."""
    both = {key: _over(common[key], own[key]) for key in own if isinstance(common.get(key), dict)}
    return {**common, **own, **both}


def table_key(table: TableTwin) -> html.Details:
    """A table behind a key of the browser's own: it opens with Enter, and prints open."""
    return html.Details(
        [
            html.Summary("The numbers as a table"),
            html.Div(
                static(plain_table(table)), className="scroll", tabIndex=0, role="group", **aria.label(table.caption)
            ),
        ],
        className="table-key",
    )


def plain_table(table: TableTwin) -> html.Table:
    """A table with a caption and headers that say what they head."""
    return html.Table(
        [
            html.Caption(table.caption),
            html.Thead(html.Tr([html.Th(word, scope="col") for word in table.columns])),
            html.Tbody([_row(row) for row in table.rows]),
        ],
        className="figures-table",
    )


def _row(cells: Sequence[str]) -> html.Tr:
    return html.Tr([html.Th(cells[0], scope="row"), *(html.Td(cell, className="number") for cell in cells[1:])])


_AXIS: dict[str, Any] = {
    "gridcolor": palette.RULE,
    "linecolor": palette.RULE,
    "zeroline": False,
    "tickfont": {"size": 13, "color": palette.QUIET},
    "automargin": True,
    "fixedrange": True,
}

LAYOUT: dict[str, Any] = {
    "template": None,
    "font": {"family": palette.FONT, "size": 14, "color": palette.INK},
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "margin": {"l": 8, "r": 8, "t": 12, "b": 8},
    "showlegend": False,
    "hoverlabel": {"bgcolor": "white", "font": {"family": palette.FONT, "size": 13, "color": palette.INK}},
    "xaxis": _AXIS,
    "yaxis": _AXIS,
    "dragmode": False,
}
