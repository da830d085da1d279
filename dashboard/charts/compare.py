"""One measure for a few authorities: a dot with its interval for each, and England as a line through all of them."""

from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from dashboard.charts import palette
from dashboard.charts.scale import scale
from dashboard.charts.whiskers import whiskers
from dashboard.components import words
from dashboard.components.apart import distance
from dashboard.views.compare import Bar, Panel
from schema.states import State

_ROW = 34
_AROUND = 66


def height(panel: Panel) -> int:
    """In pixels: a line for each authority."""
    return _AROUND + _ROW * len(panel.bars)


def compare(panel: Panel) -> go.Figure:
    """The highest at the top; an authority without a figure has its reason in words."""
    bars = panel.bars[::-1]
    places = {bar.area: at for at, bar in enumerate(bars)}
    ends = [end for bar in bars for end in (bar.interval or (bar.value, bar.value))]
    aim = None if panel.target is None else panel.target.value
    axis = scale([0.0, panel.england, aim, *ends], wanted=4)
    looks: tuple[tuple[list[Bar], dict[str, Any]], ...] = (
        ([b for b in bars if not b.own and not b.neighbour], {"symbol": "square", "color": palette.QUIET, "size": 9}),
        (
            [b for b in bars if b.neighbour and not b.own],
            {"symbol": "circle", "color": "white", "size": 10, "line": {"width": 2, "color": palette.NEIGHBOURS}},
        ),
        ([b for b in bars if b.own], {"symbol": "diamond", "color": palette.OWN, "size": 13}),
    )
    traces = [_marks(group, marker, places, panel) for group, marker in looks if group]
    shapes, notes = [], []
    if panel.england is not None:
        shapes.append(
            {
                "type": "line", "x0": panel.england, "x1": panel.england, "yref": "paper", "y0": 0, "y1": 1,
                "line": {"color": palette.ENGLAND, "width": 2}, "layer": "below",
            }
        )  # fmt: skip
        notes.append(
            {
                "x": panel.england, "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False,
                "text": f"England {words.plain(panel.england, panel.measure)}",
                "font": {"size": 13, "color": palette.ENGLAND},
            }
        )  # fmt: skip
    if panel.target is not None:
        shapes.append(
            {
                "type": "line", "x0": panel.target.value, "x1": panel.target.value, "yref": "paper", "y0": 0, "y1": 1,
                "line": {"color": palette.OWN, "width": 2, "dash": "dash"}, "layer": "below",
            }
        )  # fmt: skip
    notes += [
        {
            "x": axis.low, "y": places[bar.area], "xanchor": "left", "showarrow": False, "xshift": 6,
            "text": words.state_words(bar.state), "font": {"size": 13, "color": palette.QUIET},
        }
        for bar in bars
        if bar.value is None
    ]  # fmt: skip
    return go.Figure(
        traces,
        {
            "height": height(panel),
            "margin": {"l": 8, "r": 18, "t": 26, "b": 34},
            "hovermode": "closest",
            "shapes": shapes,
            "annotations": notes,
            "xaxis": {
                "range": [axis.low - axis.high * 0.025, axis.high * 1.03],
                "tickmode": "array",
                "tickvals": list(axis.ticks),
                "ticktext": [f"{tick:,g}{'%' if panel.measure.is_percentage else ''}" for tick in axis.ticks],
                "automargin": False,
                "tickangle": 0,
            },
            "yaxis": {
                "range": [-0.6, len(bars) - 0.4],
                "tickmode": "array",
                "tickvals": list(range(len(bars))),
                "ticktext": [_name(bar, panel) for bar in bars],
            },
        },
    )


def _name(bar: Bar, panel: Panel) -> str:
    name = "<br>".join(wrap(bar.name, 22))
    text = f"{name}  {words.value(bar.value, bar.state, panel.measure)}" if bar.value is not None else name
    return f"<b>{text}</b>" if bar.own else text


def _marks(group: list[Bar], marker: dict[str, Any], places: dict[str, int], panel: Panel) -> Any:
    drawn = [bar for bar in group if bar.value is not None]
    colour = marker.get("line", {}).get("color", marker["color"])
    return go.Scatter(
        x=[bar.value for bar in drawn],
        y=[places[bar.area] for bar in drawn],
        mode="markers",
        marker=marker,
        error_x=whiskers([bar.value for bar in drawn], [bar.interval for bar in drawn], colour, width=4),
        text=[_said(bar, panel) for bar in drawn],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )


def _said(bar: Bar, panel: Panel) -> str:
    rank = bar.rank
    place = f"<br>{words.rank(rank.rank, rank.of, panel.measure, rank.level_with)}" if rank else ""
    between = distance(bar.apart, panel.measure)
    beside = f"<br>{panel.own.name} is {between}" if between else ""
    return f"<b>{bar.name}</b><br>{words.full(bar.value, State.VALUE, panel.measure)}{place}{beside}"
