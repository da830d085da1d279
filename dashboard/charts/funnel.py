"""All authorities by the size of what their figure rests on: the funnel of chance and that of their ordinary spread."""

import math
from typing import Any

import plotly.graph_objects as go

from dashboard.charts import palette
from dashboard.charts.scale import scale
from dashboard.components import words
from dashboard.views.funnel import FunnelArea, FunnelView, Limits
from schema.measures import Measure
from schema.states import State

HEIGHT = 420

_NAMED = 6
"""So many of those beyond the 99.8 % limits have their names beside them; the table has all."""

LEVEL_WORDS = {
    2: "above the 99.8% limit",
    1: "above the 95% limit",
    0: "inside",
    -1: "below the 95% limit",
    -2: "below the 99.8% limit",
}


def funnel(view: FunnelView, measure: Measure) -> go.Figure:
    """Over-dispersed limits as heavy lines (99.8 % whole, 95 % dashed), those of chance alone as thin dotted ones."""
    values = [entry.value for entry in view.entries]
    axis = scale([0.0, *values, view.centre], wanted=5, ceiling=100.0 if view.proportion else None)
    top = axis.high * 1.04
    curves = view.curves
    traces: list[Any] = [
        *_lines("Chance alone, 95%", curves.size, curves.plain_95, top, palette.QUIET, 1.2, "dot"),
        *_lines("Chance alone, 99.8%", curves.size, curves.plain_998, top, palette.QUIET, 1.2, "dot"),
        *_lines("95%", curves.size, curves.wide_95, top, palette.INK, 1.6, "dash"),
        *_lines("99.8%", curves.size, curves.wide_998, top, palette.INK, 2.0, "solid"),
    ]
    looks: tuple[tuple[list[FunnelArea], dict[str, Any]], ...] = (
        (
            [e for e in view.entries if not (e.own or e.neighbour)],
            {"symbol": "square", "color": "#8a95a3", "size": 6, "line": {"width": 0.8, "color": "white"}},
        ),
        (
            [e for e in view.entries if e.neighbour],
            {"symbol": "circle", "color": "white", "size": 11, "line": {"width": 2.2, "color": palette.NEIGHBOURS}},
        ),
        (
            [e for e in view.entries if e.own],
            {"symbol": "diamond", "color": palette.OWN, "size": 15, "line": {"width": 1.4, "color": "white"}},
        ),
    )
    traces += [
        go.Scatter(
            x=[entry.denominator for entry in entries],
            y=[entry.value for entry in entries],
            mode="markers",
            marker=marker,
            text=[_said(entry, measure) for entry in entries],
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
        )
        for entries, marker in looks
        if entries
    ]
    low, high = math.log10(curves.size[0]), math.log10(curves.size[-1])
    ticks = size_ticks(curves.size[0], curves.size[-1])
    return go.Figure(
        traces,
        {
            "height": HEIGHT,
            "margin": {"l": 8, "r": 14, "t": 18, "b": 56},
            "hovermode": "closest",
            "shapes": [
                {
                    "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": view.centre, "y1": view.centre,
                    "line": {"color": palette.ENGLAND, "width": 1.4}, "layer": "below",
                }
            ],
            "annotations": _names(view, measure, low, high),
            "xaxis": {
                "type": "log",
                "range": [low, high],
                "tickmode": "array",
                "tickvals": ticks,
                "ticktext": [f"{tick:,g}" for tick in ticks],
                "tickangle": 0,
                "title": {"text": f"{view.beneath} (logarithmic)", "font": {"size": 13}},
                "automargin": False,
            },
            "yaxis": {
                "range": [0, top],
                "tickmode": "array",
                "tickvals": list(axis.ticks),
                "ticktext": [f"{tick:,g}{'%' if measure.is_percentage else ''}" for tick in axis.ticks],
            },
        },
    )  # fmt: skip


def size_ticks(low: float, high: float) -> list[float]:
    """Round numbers between two sizes on a logarithmic axis: 1, 2 and 5 times powers of ten, or fewer where many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [size * 10.0**power for power in powers for size in (1, 2, 5) if low <= size * 10.0**power <= high]
    return [tick for tick in found if math.log10(tick) % 1 < 1e-9] if len(found) > 7 else found


def _lines(
    name: str, size: tuple[float, ...], limits: Limits, top: float, colour: str, width: float, dash: str
) -> list[Any]:
    """The lower and the upper limit; what lies above the picture is left out."""
    return [
        go.Scatter(
            x=size,
            y=[value if value <= top * 1.5 else None for value in line],
            mode="lines",
            name=name,
            line={"color": colour, "width": width, "dash": dash},
            hoverinfo="skip",
        )
        for line in limits
    ]


def _names(view: FunnelView, measure: Measure, low: float, high: float) -> list[dict[str, Any]]:
    """The area's own name, England's line, and who lies farthest out."""
    england = "England" if view.centre_is_england else "All authorities"
    notes: list[dict[str, Any]] = [
        {
            "xref": "paper", "x": 0, "xanchor": "left", "y": view.centre, "yanchor": "bottom", "showarrow": False,
            "text": f"{england} {words.plain(view.centre, measure)}",
            "font": {"size": 13, "color": palette.ENGLAND}, "bgcolor": "rgba(255,255,255,0.85)",
        }
    ]  # fmt: skip
    far = sorted(
        (e for e in view.entries if abs(e.level) == 2 and not e.own), key=lambda e: -abs(e.value - view.centre)
    )
    for entry in [*far[:_NAMED], *([view.own] if view.own else [])]:
        at = math.log10(entry.denominator)
        left = at > (low + high) / 2
        notes.append(
            {
                "x": at, "y": entry.value, "showarrow": False, "yanchor": "middle",
                "xanchor": "right" if left else "left", "xshift": -10 if left else 10,
                "text": f"<b>{entry.name}</b>" if entry.own else entry.name,
                "font": {"size": 13 if entry.own else 12, "color": palette.OWN if entry.own else palette.INK},
                "bgcolor": "rgba(255,255,255,0.85)",
            }
        )  # fmt: skip
    return notes


def _said(entry: FunnelArea, measure: Measure) -> str:
    who = " (neighbour)" if entry.neighbour else ""
    return (
        f"<b>{entry.name}</b>{who}<br>{words.full(entry.value, State.VALUE, measure)}, "
        f"{words.count(entry.numerator)} of {words.count(entry.denominator)}<br>{LEVEL_WORDS[entry.level]}"
        f"<br>by chance alone: {LEVEL_WORDS[entry.plain_level]}"
    )
