"""A control chart: an area's own quarters or months against the limits that its own past sets.

What tells the marks apart is shape first – small rings, squares, triangles, hollow diamonds – then colour. Limits are
dashed, and dotted while they are on trial. `control_block` is the whole of it, with the rule of its limits beside it.
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

import plotly.graph_objects as go
from dash import html
from dash.development.base_component import Component

from dashboard.charts import control_words, palette
from dashboard.charts.control_marks import MARKS, EndLabel, key, lines_key, told
from dashboard.charts.control_view import ControlPoint, ControlView, control_view
from dashboard.charts.graph import graph_block
from dashboard.charts.scale import Scale, scale, spread
from dashboard.components import words

__all__ = ["HEIGHT", "MARKS", "ControlView", "control", "control_block", "control_view"]

HEIGHT = 380
TOP, BOTTOM = 26, 44
_LABEL_GAP = 24.0
_NO_FIGURE = "#6b7683"


def axis_of(view: ControlView) -> Scale:
    """The upright axis: every value, every limit and the target are on it."""
    drawn: list[float | None] = [view.target]
    for point in view.points:
        drawn += [point.value, point.upper, point.centre, point.lower]
    return scale(drawn, ceiling=100.0 if view.measure.is_percentage else None)


def control(view: ControlView) -> go.Figure:
    """The picture. Gaps stay gaps, and limits break where a new baseline begins."""
    axis = axis_of(view)
    ends = [point.ends for point in view.points]
    return go.Figure(
        [*_limits(view), *_target(view), _line(view), *_marks(view), *_gaps(view, axis)],
        {
            "height": HEIGHT,
            "margin": {"l": 8, "r": 14, "t": TOP, "b": BOTTOM},
            "xaxis": {
                "type": "date",
                "range": _padded(ends),
                **_ticks(view),
                "showgrid": False,
                "automargin": False,
                "ticks": "outside",
                "ticklen": 4,
                "tickangle": 0,
            },
            "yaxis": {
                "range": [axis.low, axis.high],
                "tickmode": "array",
                "tickvals": list(axis.ticks),
                "ticktext": [_tick(tick, view) for tick in axis.ticks],
            },
            "shapes": [_upright(note.on, "solid" if note.rebase else "dot") for note in view.notes],
            "annotations": [_letter(note.on, note.letter) for note in view.notes],
            "hovermode": "closest",
        },
    )


def control_block(view: ControlView, *, id: str, more: Component | None = None) -> html.Figure:
    """The chart with its finding, the rule of its limits, its key, its source and its table; `more` stands beneath."""
    return graph_block(
        control(view),
        id=id,
        title=control_words.finding(view),
        subtitle=control_words.subtitle(view, axis_of(view)),
        summary=" ".join((control_words.summary(view), control_words.rule(view), control_words.seasons(view))),
        source=view.source,
        table=control_words.table(view),
        height=HEIGHT,
        key=lines_key(end_labels(view)),
        legend=key(view),
        below=told(view, more),
    )


def _line(view: ControlView) -> Any:
    return go.Scatter(
        x=[point.ends for point in view.points],
        y=[point.value for point in view.points],
        mode="lines",
        line={"color": palette.QUIET, "width": 1.4},
        connectgaps=False,
        hoverinfo="skip",
        name=view.area_name,
    )


def _marks(view: ControlView) -> Iterator[Any]:
    for variation, mark in MARKS.items():
        points = [p for p in view.points if p.variation is variation and p.value is not None]
        if points:
            yield go.Scatter(
                x=[point.ends for point in points],
                y=[point.value for point in points],
                mode="markers",
                marker={
                    "symbol": mark.symbol,
                    "size": mark.size,
                    "color": mark.fill,
                    "line": {"color": mark.line, "width": 1.8},
                },
                text=[_said(point, view) for point in points],
                hovertemplate="%{text}<extra></extra>",
                cliponaxis=False,
                name=mark.title,
            )


def _said(point: ControlPoint, view: ControlView) -> str:
    value = words.plain(point.value, view.measure) if point.value is not None else ""
    return f"<b>{view.area_name} {value}</b><br>{words.capital(point.label)}<br>{control_words.signal(point, view)}"


def _limits(view: ControlView) -> Iterator[Any]:
    """Mean and limits of each baseline, each a line of its own; stepped, since every p or u limit is a period's own."""
    for _, stretch in groupby(view.points, key=lambda point: point.segment):
        points = list(stretch)
        dash = "dot" if any(point.trial for point in points) else "dash"
        for name, values, look in (
            ("Mean", [p.centre for p in points], {"color": palette.INK, "width": 1.4}),
            ("Upper limit", [p.upper for p in points], {"color": palette.QUIET, "width": 1.6, "dash": dash}),
            ("Lower limit", [None if p.floored else p.lower for p in points],
             {"color": palette.QUIET, "width": 1.6, "dash": dash}),
        ):  # fmt: skip
            if any(value is not None for value in values):
                yield go.Scatter(
                    x=[point.ends for point in points],
                    y=values,
                    mode="lines",
                    line={**look, "shape": "hvh"},
                    connectgaps=False,
                    hoverinfo="skip",
                    name=name,
                )


def _target(view: ControlView) -> Iterator[Any]:
    if view.target is not None and view.points:
        first, last = view.points[0].ends, view.points[-1].ends
        yield go.Scatter(
            x=[max(first, view.target_from or first), last],
            y=[view.target, view.target],
            mode="lines",
            line={"color": palette.NEIGHBOURS, "width": 2, "dash": "longdashdot"},
            hoverinfo="skip",
            name="Target",
        )


def _gaps(view: ControlView, axis: Scale) -> Iterator[Any]:
    gaps = [point for point in view.points if point.value is None]
    if gaps:
        yield go.Scatter(
            x=[point.ends for point in gaps],
            y=[axis.low] * len(gaps),
            mode="markers",
            marker={"symbol": "x-thin", "size": 9, "line": {"width": 2, "color": _NO_FIGURE}},
            text=[f"{words.capital(point.label)}<br>{view.area_name}: {point.reason}" for point in gaps],
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
            name="No figure",
        )


def end_labels(view: ControlView) -> tuple[EndLabel, ...]:
    """The names of the lines at their right ends, far enough apart to be read, the highest first."""
    axis = axis_of(view)
    last = next((point for point in reversed(view.points) if point.upper is not None), None)
    named: list[tuple[str, str, float | None]] = [("target", "Target", view.target)]
    if last is not None:
        limit = "trial-limit" if last.trial else "limit"
        named += [(limit, "Upper limit", last.upper), ("mean", "Mean", last.centre)]
        named += [] if last.floored else [(limit, "Lower limit", last.lower)]
    known = [(kind, name, value) for kind, name, value in named if value is not None]
    known.sort(key=lambda found: -found[2])
    plot = HEIGHT - TOP - BOTTOM
    wanted = [TOP + (1 - axis.place(value)) * plot for *_, value in known]
    tops = spread(wanted, gap=_LABEL_GAP, low=TOP, high=HEIGHT - BOTTOM)
    return tuple(
        EndLabel(kind, name, words.plain(value, view.measure), top)
        for (kind, name, value), top in zip(known, tops, strict=True)
    )


def _upright(on: date, dash: str) -> dict[str, Any]:
    line = {"color": palette.QUIET, "width": 1.4, "dash": dash}
    return {"type": "line", "x0": on, "x1": on, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _letter(on: date, letter: str) -> dict[str, Any]:
    return {
        "x": on, "y": 1, "yref": "paper", "yanchor": "bottom", "text": letter, "showarrow": False,
        "font": {"size": 13, "color": palette.INK},
    }  # fmt: skip


def _padded(ends: list[date]) -> list[str]:
    first, last = ends[0].toordinal(), ends[-1].toordinal()
    pad = max((last - first) * 0.025, 20)
    return [date.fromordinal(int(first - pad)).isoformat(), date.fromordinal(int(last + pad)).isoformat()]


def _ticks(view: ControlView) -> dict[str, Any]:
    """At most seven names of periods, counted back from the newest."""
    step = -(-len(view.points) // 7)
    chosen = view.points[::-1][::step][::-1]
    return {
        "tickmode": "array",
        "tickvals": [point.ends for point in chosen],
        "ticktext": [f"{point.ends:%b}<br>{point.ends.year}" for point in chosen],
    }


def _tick(value: float, view: ControlView) -> str:
    text = f"{round(value, 6):,g}"
    return f"{text}%" if view.measure.is_percentage else text
