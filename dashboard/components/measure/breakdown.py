"""The words and the table around a measure's categories."""

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import words
from dashboard.components.legend import legend as legend_of
from dashboard.views.breakdown import Breakdown
from dashboard.views.measure import MeasurePage


def legend(page: MeasurePage) -> html.Ul:
    """The marks of the categories."""
    marks = [
        ("local" if page.covering.local else "published", f"{page.area.name}, 95% interval"),
        ("england-stroke", "England"),
    ]
    if not page.no_neighbours:
        marks += [("neighbour-circle", f"Neighbours’ {page.statistic}"), ("range", "Lowest to highest neighbour")]
    return legend_of(marks)


def title(view: Breakdown, page: MeasurePage) -> str:
    """The largest categories."""
    known = sorted((r for r in view.rows if r.figure.value is not None), key=lambda r: -(r.figure.value or 0.0))
    if not known:
        return f"{view.title}: no category has a figure"
    first = [f"{row.title} {words.value(row.figure.value, row.figure.state, page.measure)}" for row in known[:2]]
    return f"{view.title}: {' and '.join(first)} are the largest" if len(first) > 1 else f"{view.title}: {first[0]}"


def summary(view: Breakdown) -> str:
    """Which categories have no number, and how to add them up."""
    hidden = [
        f"{row.title} ({words.state_words(row.figure.state).lower()})" for row in view.rows if row.figure.value is None
    ]
    said = (
        "A child may count under several categories, so they may pass 100% together."
        if view.multi_select
        else "Each is a share of the same whole."
    )
    if hidden:
        said += f" No figure: {', '.join(hidden)}."
    if view.compared_label:
        said += f" England and neighbours: {view.compared_label}."
    return said


def table(view: Breakdown, page: MeasurePage) -> TableTwin:
    """Every category."""
    measure = page.measure

    def cell(value: float | None) -> str:
        return "" if value is None else words.plain(value, measure)

    rows = tuple(
        (
            row.title,
            words.count(row.figure.numerator) if row.figure.state.has_value else "",
            words.value(row.figure.value, row.figure.state, measure),
            words.span(row.interval, measure),
            words.value(row.england, row.england_state, measure),
            cell(row.mean),
            cell(row.median),
            words.span((row.low, row.high), measure),
            f"{row.n}",
        )
        for row in view.rows
    )
    columns = (
        "Category", "Count", page.area.name, "95% interval", "England", "Neighbours’ mean", "Median",
        "Lowest to highest", "Neighbours with a figure",
    )  # fmt: skip
    return TableTwin(f"{page.measure.title}, {view.period_label}", columns, rows)
