"""Every category of a measure that is shared out: the area's share with its interval, beside England and neighbours."""

from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from dashboard.charts import palette
from dashboard.charts.scale import scale
from dashboard.charts.whiskers import whiskers
from dashboard.components import words
from dashboard.views.breakdown import Breakdown, BreakdownRow
from dashboard.views.choices import Statistic
from schema.measures import Measure

_ROW = 38
_AROUND = 54


def height(view: Breakdown) -> int:
    """In pixels: a line for each category."""
    return _AROUND + _ROW * len(view.rows)


def breakdown(view: Breakdown, measure: Measure, statistic: Statistic, area_name: str, *, local: bool) -> go.Figure:
    """One line for each category, in the order of the list that they come from."""
    rows = view.rows[::-1]
    at = list(range(len(rows)))
    axis = scale([0.0, *(v for r in rows for v in (r.figure.value, r.england, r.high, *(r.interval or ())))], wanted=4)
    spans = [(place, row) for place, row in zip(at, rows, strict=True) if row.low is not None]
    traces: list[Any] = [
        go.Scatter(
            x=[x for _, row in spans for x in (row.low, row.high, None)],
            y=[y for place, _ in spans for y in (place, place, None)],
            mode="lines",
            line={"color": "rgba(26, 127, 120, 0.22)", "width": 12},
            hoverinfo="skip",
        ),
        _marks(
            [row.mean if statistic == "mean" else row.median for row in rows], at, rows, f"Neighbours’ {statistic}",
            measure,
            {"symbol": "circle", "size": 10, "color": "white", "line": {"color": palette.NEIGHBOURS, "width": 2}},
        ),
        _marks(
            [row.england for row in rows], at, rows, "England", measure,
            {"symbol": "line-ns", "size": 18, "line": {"color": palette.ENGLAND, "width": 3}},
        ),
    ]  # fmt: skip
    own = [row.figure.value for row in rows]
    made = _marks(
        own, at, rows, area_name, measure,
        {
            "symbol": "diamond", "size": 12, "color": "white" if local else palette.OWN,
            "line": {"color": palette.OWN, "width": 2},
        },
    )  # fmt: skip
    made.error_x = whiskers(own, [row.interval for row in rows], palette.OWN, width=4)
    traces.append(made)
    return go.Figure(
        traces,
        {
            "height": height(view),
            "margin": {"l": 8, "r": 16, "t": 8, "b": 34},
            "hovermode": "closest",
            "xaxis": {
                "range": [axis.low - axis.high * 0.02, axis.high * 1.02],
                "tickmode": "array",
                "tickvals": list(axis.ticks),
                "ticktext": [f"{tick:,g}%" for tick in axis.ticks],
                "automargin": False,
            },
            "yaxis": {
                "range": [-0.6, len(rows) - 0.4],
                "tickmode": "array",
                "tickvals": at,
                "ticktext": ["<br>".join(wrap(row.title, 20)) for row in rows],
                "gridcolor": palette.RULE,
            },
            "annotations": [
                {
                    "x": 0, "y": place, "xanchor": "left", "showarrow": False, "xshift": 8,
                    "text": words.state_words(row.figure.state), "font": {"size": 12, "color": palette.QUIET},
                }
                for place, row in zip(at, rows, strict=True)
                if row.figure.value is None
            ],
        },
    )  # fmt: skip


def _marks(
    values: list[float | None],
    at: list[int],
    rows: tuple[BreakdownRow, ...],
    name: str,
    measure: Measure,
    marker: dict[str, Any],
) -> Any:
    said = [
        "" if value is None else f"<b>{name} {words.plain(value, measure)}</b><br>{row.title}"
        for value, row in zip(values, rows, strict=True)
    ]
    return go.Scatter(
        x=values, y=at, mode="markers", marker=marker, text=said, hovertemplate="%{text}<extra></extra>", name=name,
        cliponaxis=False,
    )  # fmt: skip
