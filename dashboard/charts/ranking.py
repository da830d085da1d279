"""All authorities in order: one bar each, the area's own dark, its neighbours marked by colour and a ring."""

from typing import Any

import plotly.graph_objects as go

from dashboard.charts import palette
from dashboard.charts.scale import scale
from dashboard.components import words
from dashboard.views.ranking import RankedArea, Ranking
from schema.measures import Measure
from schema.states import State

HEIGHT = 300


def ranking(view: Ranking, measure: Measure) -> go.Figure:
    """The lowest on the left, whichever end rank 1 is at."""
    ordered = sorted(view.entries, key=lambda entry: (entry.value, entry.name))
    places = {entry.area: at for at, entry in enumerate(ordered)}
    axis = scale([0.0, *(entry.value for entry in ordered), view.england], wanted=4)
    groups = (
        ([e for e in ordered if not (e.own or e.neighbour)], palette.OTHERS),
        ([e for e in ordered if e.neighbour and not e.own], palette.NEIGHBOURS),
        ([e for e in ordered if e.own], palette.OWN),
    )
    traces: list[Any] = [
        go.Bar(
            x=[places[entry.area] for entry in entries],
            y=[entry.value for entry in entries],
            width=0.82,
            marker={"color": colour, "line": {"width": 0}},
            text=[_said(entry, view, measure) for entry in entries],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
        for entries, colour in groups
        if entries
    ]
    rise = axis.high * 0.035
    marks = (
        ([e for e in ordered if e.neighbour and not e.own], "circle-open", palette.NEIGHBOURS, 7),
        ([e for e in ordered if e.own], "diamond", palette.OWN, 12),
    )
    traces += [
        go.Scatter(
            x=[places[entry.area] for entry in entries],
            y=[entry.value + rise for entry in entries],
            mode="markers",
            marker={"symbol": symbol, "size": size, "color": colour, "line": {"width": 1.8, "color": colour}},
            text=[_said(entry, view, measure) for entry in entries],
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
        )
        for entries, symbol, colour, size in marks
        if entries
    ]
    shapes, notes = [], []
    if view.england is not None:
        shapes.append(
            {
                "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": view.england, "y1": view.england,
                "line": {"color": palette.ENGLAND, "width": 1.6, "dash": "dash"},
            }
        )  # fmt: skip
        notes.append(
            {
                "xref": "paper", "x": 0, "xanchor": "left", "y": view.england, "yanchor": "bottom", "showarrow": False,
                "text": f"England {words.plain(view.england, measure)}",
                "font": {"size": 13, "color": palette.ENGLAND}, "bgcolor": "rgba(255,255,255,0.8)",
            }
        )  # fmt: skip
    notes += [
        {
            "xref": "paper", "x": x, "xanchor": anchor, "yref": "paper", "y": 0, "yanchor": "top", "yshift": -6,
            "showarrow": False, "text": text, "font": {"size": 13, "color": palette.QUIET},
        }
        for x, anchor, text in ((0, "left", "lowest"), (1, "right", "highest"))
    ]  # fmt: skip
    top = max([view.england or 0.0, *(entry.value for entry in ordered)]) * 1.1
    return go.Figure(
        traces,
        {
            "height": HEIGHT,
            "margin": {"l": 8, "r": 8, "t": 18, "b": 34},
            "bargap": 0.18,
            "barmode": "overlay",
            "hovermode": "closest",
            "shapes": shapes,
            "annotations": notes,
            "xaxis": {
                "range": [-0.8, len(ordered) - 0.2],
                "showticklabels": False,
                "showgrid": False,
                "automargin": False,
            },
            "yaxis": {
                "range": [0, top],
                "tickmode": "array",
                "tickvals": [tick for tick in axis.ticks if tick <= top],
                "ticktext": [f"{t:,g}{'%' if measure.is_percentage else ''}" for t in axis.ticks if t <= top],
            },
        },
    )


def _said(entry: RankedArea, view: Ranking, measure: Measure) -> str:
    who = " (neighbour)" if entry.neighbour and not entry.own else ""
    return (
        f"<b>{entry.name}</b>{who}<br>{words.full(entry.value, State.VALUE, measure)}"
        f"<br>{words.rank(entry.place, view.of, measure, entry.level_with)}"
    )
