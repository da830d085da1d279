"""What the marks of a chart stand for."""

from collections.abc import Sequence

from dash import html

from dashboard.charts.marks import mark


def legend(marks: Sequence[tuple[str, str]]) -> html.Ul:
    """A list of marks, by their names in `charts.marks`, each with its words."""
    return html.Ul([html.Li([html.Img(src=mark(kind), alt=""), text]) for kind, text in marks], className="legend")
