"""The marks of a control chart, told apart by shape first, and their key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboard.charts import control_words, palette
from dashboard.charts.control_view import ControlView
from etl.transform.control_terms import Variation

_NEITHER = "#490092"
"""The purple that the NHS gives to what is neither better nor worse."""


@dataclass(frozen=True)
class Mark:
    """How one kind of value is drawn. `path` is the same for the key, 30 by 18 pixels."""

    title: str
    symbol: str
    size: int
    fill: str
    line: str
    path: str


MARKS: Mapping[Variation, Mark] = {
    Variation.COMMON: Mark(
        control_words.VARIATION[Variation.COMMON], "circle", 7, "white", palette.QUIET,
        "M15 5.5a3.5 3.5 0 1 0 .01 0z",
    ),
    Variation.NO_LIMITS: Mark(
        control_words.VARIATION[Variation.NO_LIMITS], "circle-open-dot", 8, palette.QUIET, palette.QUIET,
        "M15 5a4 4 0 1 0 .01 0zM14.5 8.5h1v1h-1z",
    ),
    Variation.IMPROVEMENT: Mark(
        control_words.VARIATION[Variation.IMPROVEMENT], "square", 9, palette.OWN, palette.OWN, "M10.5 4.5h9v9h-9z",
    ),
    Variation.CONCERN: Mark(
        control_words.VARIATION[Variation.CONCERN], "triangle-up", 12, palette.LOCAL, palette.INK,
        "M15 3l6 11h-12z",
    ),
    Variation.NEITHER: Mark(
        control_words.VARIATION[Variation.NEITHER], "diamond", 10, "white", _NEITHER, "M15 3l6 6l-6 6l-6 -6z",
    ),
}  # fmt: skip


def key(view: ControlView) -> html.Ul:
    """What the marks that are drawn stand for."""
    drawn = {point.variation for point in view.points}
    rows = [
        html.Li([html.Img(src=_picture(mark), alt=""), mark.title])
        for variation, mark in MARKS.items()
        if variation in drawn
    ]
    return html.Ul(rows, className="legend")


@dataclass(frozen=True)
class EndLabel:
    """A line's name beside its end. `top` is in pixels from the top of the graph."""

    kind: str
    name: str
    value: str
    top: float


_LINES = {
    "mean": ("1.8", palette.INK, ""),
    "limit": ("1.8", palette.QUIET, "6 4"),
    "trial-limit": ("1.8", palette.QUIET, "2 3"),
    "target": ("2.2", palette.NEIGHBOURS, "10 3 2 3"),
}
"""Width, colour and dashes of the lines in their key."""


def lines_key(labels: Sequence[EndLabel]) -> html.Div:
    """The names of the lines, beside their ends on a wide screen and beneath the graph on a narrow one."""
    rows = [
        html.Li(
            [html.Img(src=_line(label.kind), alt=""), html.Strong(f"{label.name} {label.value}")],
            style={"top": f"{label.top:.0f}px"},
        )
        for label in labels
    ]
    return html.Div(html.Ul(rows), className="end-labels")


def told(view: ControlView, more: Component | None = None) -> html.Div | None:
    """What the letters on the chart stand for, who set the target, and `more`; None where there is nothing."""
    rows: list[Component] = []
    if view.notes:
        notes = [html.Li([html.Strong(note.letter), f" {note.text}."]) for note in view.notes]
        rows.append(html.Ul(notes, className="chart-notes"))
    if view.target_note:
        rows.append(html.P(view.target_note))
    if more is not None:
        rows.append(more)
    return html.Div(rows) if rows else None


def _line(kind: str) -> str:
    width, colour, dashes = _LINES[kind]
    return _uri(f"<path d='M0 9h30' stroke='{colour}' stroke-width='{width}' stroke-dasharray='{dashes}'/>")


def _picture(mark: Mark) -> str:
    """A mark as a data URI, for the key."""
    return _uri(f"<path d='{mark.path}' fill='{mark.fill}' stroke='{mark.line}' stroke-width='1.8'/>")


def _uri(shape: str) -> str:
    text = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 30 18' width='30' height='18'>{shape}</svg>"
    return "data:image/svg+xml," + quote(text, safe=" =:/'-.,;()+")
