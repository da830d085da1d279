"""The catalogue's heading, its tables, and why some measures stand alone."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.components import words
from dashboard.components.cards import section
from dashboard.components.links import Link, to_measure
from dashboard.components.match import MATCHES
from dashboard.components.static import static
from dashboard.views.catalogue import CataloguePage, CatalogueRow, Wanted
from dashboard.views.figure import FigureView
from schema.measures import Outcome, Polarity

POLARITIES = {
    Polarity.HIGHER: "higher is better",
    Polarity.LOWER: "lower is better",
    Polarity.JUDGEMENT: "a matter of judgement",
}


def heading(page: CataloguePage, wanted: Wanted) -> list[Any]:
    """How many measures there are, and how many have something published beside them."""
    number = len(page.rows)
    of = f"{number} of {words.plural(page.of, 'measure')}" if wanted != Wanted() else words.plural(number, "measure")
    lines = {line for row in page.rows for line in row.measure.lines}
    local = sum(row.local is not None for row in page.rows)
    return [
        html.H1(f"{of}, {page.counterparts} with a published counterpart"),
        html.P(
            f"They serve {words.plural(len(lines), 'line')} of “{page.framework.title}”. In {page.area.name} "
            f"{local} have a local figure and {sum(row.published is not None for row in page.rows)} a published one.",
            className="lead",
        ),
        html.P(f"Source of the lines: {page.framework.source}.", className="source-line"),
    ]


def group(outcome: Outcome, rows: Sequence[CatalogueRow], link: Link) -> html.Section:
    """One outcome's measures."""
    columns = [
        ("Measure", "k-name"),
        ("What it is", "k-kind"),
        ("Published match", "k-match"),
        ("Newest local figure", "k-figure"),
        ("Newest published figure", "k-figure"),
    ]
    table = html.Table(
        [
            html.Caption(f"{outcome.title}: every measure", className="unseen"),
            html.Colgroup([html.Col(className=width) for _, width in columns]),
            html.Thead(
                html.Tr([html.Th(name, scope="col", role="columnheader") for name, _ in columns], role="row"),
                role="rowgroup",
            ),
            html.Tbody([_row(row, link) for row in rows], role="rowgroup"),
        ],
        className="measures catalogue",
        role="table",
    )
    heading_ = html.H2(f"{outcome.short_title} · {outcome.title}: {words.plural(len(rows), 'measure')}")
    return html.Section([heading_, static(table)], className="outcome")


def _row(row: CatalogueRow, link: Link) -> html.Tr:
    measure = row.measure
    under = " · ".join(part for part in (", ".join(measure.lines), row.agency_title, *row.priorities) if part)
    retired = f"Retired {words.short_day(measure.retired)}. " if measure.retired else ""
    return html.Tr(
        [
            html.Th(
                [
                    html.Span(to_measure(measure, link), className="name"),
                    html.Span(f"{retired}{under}", className="sub"),
                ],
                scope="row",
                role="rowheader",
            ),
            html.Td(
                [row.kind_words, html.Span(f"{row.manner}; {POLARITIES[measure.polarity]}", className="sub")],
                role="cell",
            ),
            html.Td(
                [html.Span("Published match: ", className="word"), MATCHES[measure.published_as.match]], role="cell"
            ),
            _figure("Local: ", row.local, row),
            _figure("Published: ", row.published, row),
        ],
        role="row",
    )


def _figure(name: str, figure: FigureView | None, row: CatalogueRow) -> html.Td:
    if figure is None:
        return html.Td(html.Span("none yet", className="sub"), className="empty", role="cell")
    value = words.full(figure.value, figure.state, row.measure)
    period = words.short_period(figure.period, figure.basis)
    return html.Td(
        [html.Span(name, className="word"), html.Strong(value), html.Span(period, className="sub")], role="cell"
    )


def alone(page: CataloguePage, link: Link) -> html.Section | None:
    """The measures without a published counterpart, and why."""
    rows = page.alone
    if not rows:
        return None
    listed: list[Any] = []
    for row in rows:
        listed += [html.Dt(to_measure(row.measure, link)), html.Dd(row.measure.published_as.differs)]
    number = words.plural(len(rows), "measure")
    return section(
        "alone",
        "Measures with no published counterpart, and why",
        [
            html.P(
                f"{number} can be read only against {'its' if len(rows) == 1 else 'their'} own past and by asking.",
                className="muted",
            ),
            static(html.Dl(listed, className="definition reasons")),
        ],
        look="card alone",
    )
