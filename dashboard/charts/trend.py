"""The trend of one measure: own line and interval, England, region, and the neighbours with their range.

What tells the lines apart is shape first – filled diamonds, a plain line, dots, open circles on dashes – then colour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import plotly.graph_objects as go

from dashboard.charts import palette
from dashboard.charts.scale import Scale, scale, spread
from dashboard.charts.whiskers import whiskers
from dashboard.components import words
from dashboard.views.choices import Covering
from dashboard.views.historic import HistoricFigure, break_between
from dashboard.views.measure import MeasurePage
from dashboard.views.points import Point
from schema.periods import Basis, parse_period

HEIGHT = 400
TOP, BOTTOM = 14, 44
_LABEL_GAP = 44.0
_RANGE = "rgba(26, 127, 120, 0.13)"
_NO_FIGURE = "#6b7683"


@dataclass(frozen=True)
class EndLabel:
    """A line's name beside its end. `top` is in pixels from the top of the graph."""

    kind: str
    name: str
    value: str
    period: str
    top: float


def axis_of(page: MeasurePage, earlier: Sequence[HistoricFigure] = ()) -> Scale:
    """The upright axis: everything that is drawn is on it, what earlier papers print too where that is drawn."""
    drawn: list[float | None] = [figure.value for figure in earlier]
    for point in page.points:
        drawn += [point.value, *(point.interval or ())]
    for point in page.published:
        drawn += [point.value, point.beside("england"), point.beside("region")]
        drawn += [point.beside("neighbours", name) for name in ("low", "high", page.statistic)]
    return scale(drawn, ceiling=100.0 if page.measure.is_percentage else None)


def trend(page: MeasurePage, earlier: Sequence[HistoricFigure] = ()) -> go.Figure:
    """The picture. Gaps stay gaps: a period without a number is a cross on the axis, which tells why.

    `earlier` (see `dashboard.views.historic.drawable`) stands left of a break, hollow, joined to nothing.
    """
    axis = axis_of(page, earlier)
    traces: list[Any] = []
    if page.published:
        traces += _range(page)
        traces += [_region(page), _england(page), _neighbours(page)]
    traces.append(_own(page))
    if page.covering.local and page.published:
        traces.append(_published_own(page))
    gaps = [point for point in page.points if point.value is None]
    if gaps:
        traces.append(
            go.Scatter(
                x=[point.ends for point in gaps],
                y=[axis.low] * len(gaps),
                mode="markers",
                marker={"symbol": "x-thin", "size": 9, "line": {"width": 2, "color": _NO_FIGURE}},
                text=[f"{words.capital(point.period_label)}<br>{page.area.name}: {point.reason}" for point in gaps],
                hovertemplate="%{text}<extra></extra>",
                cliponaxis=False,
                name="No figure",
            )
        )
    if earlier:
        traces.append(_earlier(page, earlier))
    ends, labels = _ticks(page, earlier)
    span = [point.ends for point in (*page.points, *page.published)] + [figure.ends for figure in earlier]
    series_break = [break_between(earlier, page)] if earlier else []
    return go.Figure(
        traces,
        {
            "height": HEIGHT,
            "margin": {"l": 8, "r": 14, "t": TOP, "b": BOTTOM},
            "xaxis": {
                "type": "date",
                "range": _padded(span),
                "tickmode": "array",
                "tickvals": ends,
                "ticktext": labels,
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
                "ticktext": [_tick(tick, page) for tick in axis.ticks],
            },
            "shapes": [_break(since) for since in (*series_break, *_breaks(page))],
            "annotations": [
                *(_break_word(since) for since in _breaks(page)),
                *(_break_word(since, "series break") for since in series_break),
            ],
            "hovermode": "closest",
        },
    )


def end_labels(page: MeasurePage, earlier: Sequence[HistoricFigure] = ()) -> tuple[EndLabel, ...]:
    """What stands at the lines' right ends, far enough apart to be read, the highest first."""
    axis = axis_of(page, earlier)
    found: list[tuple[str, str, str, str, float]] = []

    def add(kind: str, name: str, points: Sequence[Point], value: Callable[[Point], float | None]) -> None:
        last = next(((p, v) for p in reversed(points) if (v := value(p)) is not None), None)
        if last is None:
            return
        point, number = last
        basis = page.covering.basis if kind in ("own", "local") else page.published_covering.basis
        text = words.plain(number, page.measure)
        found.append((kind, name, text, words.short_period(point.period, basis), number))

    add("local" if page.covering.local else "own", page.area.name, page.points, lambda p: p.value)
    add("england", "England", page.published, lambda p: p.beside("england"))
    add("region", page.region_name, page.published, lambda p: p.beside("region"))
    add(
        "neighbours",
        f"Neighbours’ {page.statistic}",
        page.published,
        lambda p: p.beside("neighbours", page.statistic),
    )
    plot = HEIGHT - TOP - BOTTOM
    wanted = [TOP + (1 - axis.place(number)) * plot for *_, number in found]
    tops = spread(wanted, gap=_LABEL_GAP, low=TOP, high=HEIGHT - BOTTOM)
    labels = (
        EndLabel(kind, name, text, period, top) for (kind, name, text, period, _), top in zip(found, tops, strict=True)
    )
    return tuple(sorted(labels, key=lambda label: label.top))


def _own(page: MeasurePage) -> Any:
    local = page.covering.local
    value = [point.value for point in page.points]
    return go.Scatter(
        x=[point.ends for point in page.points],
        y=value,
        mode="lines+markers",
        line={"color": palette.OWN, "width": 2.6},
        marker={
            "symbol": "diamond",
            "size": 10,
            "color": "white" if local else palette.OWN,
            "line": {"color": palette.OWN, "width": 2},
        },
        error_y=whiskers(value, [point.interval for point in page.points], palette.OWN, width=3),
        connectgaps=False,
        text=[_own_words(point, page) for point in page.points],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
        name=page.area.name,
    )


def _own_words(point: Point, page: MeasurePage) -> str:
    if point.figure is None or point.value is None:
        return ""
    lines = [
        f"<b>{page.area.name} {words.full(point.value, point.state, page.measure)}</b>",
        words.counts(point.figure, page.measure),
        words.capital(point.period_label),
        f"95% interval {words.span(point.interval, page.measure)}" if point.interval else "",
    ]
    return "<br>".join(line for line in lines if line)


def _published_own(page: MeasurePage) -> Any:
    points = [point for point in page.published if point.value is not None]
    return go.Scatter(
        x=[point.ends for point in points],
        y=[point.value for point in points],
        mode="markers",
        marker={"symbol": "diamond", "size": 7, "color": palette.OWN},
        text=[f"Published<br>{_own_words(point, page)}" for point in points],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
        name=f"{page.area.name}, published",
    )


def _line(page: MeasurePage, name: str, title: str, statistic: str = "value", **look: Any) -> Any:
    return go.Scatter(
        x=[point.ends for point in page.published],
        y=[point.beside(name, statistic) for point in page.published],
        connectgaps=False,
        text=[_beside_words(point, name, statistic, title, page) for point in page.published],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
        name=title,
        **look,
    )


def _beside_words(point: Point, name: str, statistic: str, title: str, page: MeasurePage) -> str:
    found = point.comparator(name, statistic)
    if found is None or found.value is None:
        return ""
    more = f"<br>{words.capital(words.neighbours_n(found))}" if name == "neighbours" else ""
    value = words.full(found.value, found.state, page.measure)
    return f"<b>{title} {value}</b>{more}<br>{words.capital(point.period_label)}"


def _england(page: MeasurePage) -> Any:
    return _line(
        page, "england", "England", mode="lines", line={"color": palette.ENGLAND, "width": 2.2},
    )  # fmt: skip


def _region(page: MeasurePage) -> Any:
    return _line(
        page, "region", page.region_name or "Region", mode="lines+markers",
        line={"color": palette.REGION, "width": 1.6, "dash": "dot"}, marker={"symbol": "square", "size": 4},
    )  # fmt: skip


def _neighbours(page: MeasurePage) -> Any:
    return _line(
        page, "neighbours", f"Neighbours’ {page.statistic}", page.statistic, mode="lines+markers",
        line={"color": palette.NEIGHBOURS, "width": 2, "dash": "dash"},
        marker={"symbol": "circle", "size": 7, "color": "white", "line": {"color": palette.NEIGHBOURS, "width": 1.8}},
    )  # fmt: skip


def _range(page: MeasurePage) -> list[Any]:
    """From the lowest to the highest neighbour, in as many pieces as there are gaps."""
    pieces: list[list[Point]] = [[]]
    for point in page.published:
        if point.beside("neighbours", "low") is None:
            pieces.append([])
        else:
            pieces[-1].append(point)
    return [
        go.Scatter(
            x=[p.ends for p in piece] + [p.ends for p in reversed(piece)],
            y=[p.beside("neighbours", "high") for p in piece]
            + [p.beside("neighbours", "low") for p in reversed(piece)],
            mode="lines",
            line={"width": 0.6, "color": palette.NEIGHBOURS},
            fill="toself",
            fillcolor=_RANGE,
            hoverinfo="skip",
            name="Lowest to highest neighbour",
        )
        for piece in pieces
        if piece
    ]


def _earlier(page: MeasurePage, figures: Sequence[HistoricFigure]) -> Any:
    return go.Scatter(
        x=[figure.ends for figure in figures],
        y=[figure.value for figure in figures],
        mode="markers",
        marker={"symbol": "square-open", "size": 10, "color": palette.QUIET, "line": {"width": 2}},
        text=[
            f"<b>{figure.as_printed}</b>, as printed<br>{words.capital(figure.period_label)}<br>{figure.paper}"
            for figure in figures
        ],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
        name=f"{page.area.name}, earlier papers",
    )


def _breaks(page: MeasurePage) -> list[date]:
    span = [point.ends for point in page.points]
    return [v.since for v in page.definition.breaks if span and span[0] < v.since <= span[-1]]


def _break(since: date) -> dict[str, Any]:
    line = {"color": palette.QUIET, "width": 1.4, "dash": "dot"}
    return {"type": "line", "x0": since, "x1": since, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _break_word(since: date, word: str = "definition changed") -> dict[str, Any]:
    return {
        "x": since, "y": 1, "yref": "paper", "text": word, "showarrow": False, "xanchor": "left",
        "yanchor": "top", "font": {"size": 12, "color": palette.QUIET},
    }  # fmt: skip


def _padded(span: Sequence[date]) -> list[str] | None:
    if not span:
        return None
    first, last = min(span).toordinal(), max(span).toordinal()
    pad = max((last - first) * 0.025, 20)
    return [date.fromordinal(int(first - pad)).isoformat(), date.fromordinal(int(last + pad)).isoformat()]


def _ticks(page: MeasurePage, earlier: Sequence[HistoricFigure]) -> tuple[list[date], list[str]]:
    """At most seven names of periods: “2025” under a published year, “Sep 2025” under a quarter’s end."""
    named = {figure.ends: f"{figure.ends:%b}<br>{figure.ends.year}" for figure in earlier}
    named |= {point.ends: _tick_word(point, page.covering) for point in (*page.published, *page.points)}
    ends = sorted(named, reverse=True)
    apart = (ends[0] - ends[-1]).days / 6.5 if ends else 0
    chosen: list[date] = []
    for end in ends:
        if not chosen or (chosen[-1] - end).days >= apart * 0.98:
            chosen.append(end)
    return chosen[::-1], [named[end] for end in chosen[::-1]]


def _tick_word(point: Point, covering: Covering) -> str:
    if covering.basis is Basis.ACADEMIC_YEAR:
        start, _ = parse_period(point.period).covered(Basis.ACADEMIC_YEAR)
        return f"{start.year}/{(start.year + 1) % 100:02d}"
    if covering is Covering.TERM:
        name, _, year = parse_period(point.period).label(Basis.TERM).partition(" term ")
        return f"{words.capital(name)}<br>{year}"
    if covering is Covering.MONTH:
        return f"{point.ends:%b}<br>{point.ends.year}"
    if not covering.local:
        return f"{point.ends.year}"
    if covering is Covering.QUARTER:
        start, _ = parse_period(point.period).covered(Basis.QUARTER)
        return f"{start:%b}–{point.ends:%b}<br>{point.ends.year}"
    return f"{point.ends:%b}<br>{point.ends.year}"


def _tick(value: float, page: MeasurePage) -> str:
    text = f"{round(value, 6):,g}"
    return f"{text}%" if page.measure.is_percentage else text
