"""The ratios of a journey: a row each, all for every 100, with what is published beside the area’s own."""

from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from dashboard.charts import palette
from dashboard.charts.scale import scale
from dashboard.components import words
from dashboard.components.journey import words as said
from dashboard.views.journey import JourneyPage, Ratio, Whose

_ROW = 62
_AROUND = 50

# In the order in which they are drawn: the area’s own on top.
_LOOKS: dict[Whose, dict[str, Any]] = {
    "england": {"symbol": "line-ns", "size": 20, "line": {"width": 3, "color": palette.ENGLAND}},
    "region": {"symbol": "square", "size": 9, "color": palette.REGION},
    "neighbours-mean": {
        "symbol": "circle", "size": 11, "color": "white", "line": {"width": 2, "color": palette.NEIGHBOURS},
    },
    "published": {"symbol": "diamond", "size": 12, "color": palette.OWN},
    "local": {"symbol": "diamond", "size": 14, "color": "white", "line": {"width": 2.4, "color": palette.OWN}},
}  # fmt: skip


def height(page: JourneyPage) -> int:
    """In pixels: a row for each ratio."""
    return _AROUND + _ROW * len(page.ratios)


def journey(page: JourneyPage) -> go.Figure:
    """The first ratio at the top. All are for every 100 and cover a year, or all cover a quarter: one axis.

    A ratio without a number has its reason in words.
    """
    rows = page.ratios[::-1]
    axis = scale([0.0, *(value.value for ratio in rows for value in ratio.values)], wanted=4)
    traces = [trace for whose in _LOOKS if (trace := _marks(whose, rows, page)) is not None]
    notes = [
        {
            "x": axis.low, "y": at, "xanchor": "left", "showarrow": False, "xshift": 6, "yshift": -16,
            "text": said.state_of(ratio, page), "font": {"size": 13, "color": palette.QUIET},
        }
        for at, ratio in enumerate(rows)
        if ratio.own is None or ratio.own.value is None
    ]  # fmt: skip
    return go.Figure(
        traces,
        {
            "height": height(page),
            "margin": {"l": 8, "r": 22, "t": 10, "b": 34},
            "hovermode": "closest",
            "annotations": notes,
            "xaxis": {
                "range": [axis.low - axis.high * 0.02, axis.high * 1.03],
                "tickmode": "array",
                "tickvals": list(axis.ticks),
                "ticktext": [f"{tick:,g}" for tick in axis.ticks],
                "automargin": False,
                "tickangle": 0,
            },
            "yaxis": {
                "range": [-0.6, len(rows) - 0.4],
                "tickmode": "array",
                "tickvals": list(range(len(rows))),
                "ticktext": ["<br>".join(wrap(said.name(ratio), 24)) for ratio in rows],
            },
        },
    )


def _marks(whose: Whose, rows: tuple[Ratio, ...], page: JourneyPage) -> go.Scatter | None:
    drawn = [(at, v) for at, ratio in enumerate(rows) if (v := ratio.of(whose)) is not None and v.value is not None]
    if not drawn:
        return None
    return go.Scatter(
        x=[value.value for _, value in drawn],
        y=[at for at, _ in drawn],
        mode="markers",
        marker=_LOOKS[whose],
        text=[
            f"<b>{said.who(whose, page)}</b><br>{said.per_100(value.value)} {words.within(said.name(rows[at]))}"
            f"<br>{words.capital(value.period_label)}"
            for at, value in drawn
        ],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )
