"""What earlier papers printed of the measure, apart from the series."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.charts.graph import TableTwin
from dashboard.components import words
from dashboard.components.cards import download, section
from dashboard.components.tables import table
from dashboard.views.historic import NOT_STATED, HistoricFigure, disagreeing
from dashboard.views.measure import MeasurePage


def historic(
    page: MeasurePage, figures: Sequence[HistoricFigure], href: str, trend_link: dcc.Link | None
) -> html.Section | None:
    """The section; None where no paper prints anything of this measure for the area.

    Args:
        page: the measure and area.
        figures: what the papers print.
        href: where the figures can be had as a file.
        trend_link: puts them on the trend or takes them off; None where none can stand there.
    """
    if not figures:
        return None
    said = (
        "Kept as printed, each with its caveats. Between these and any newer series there is a break: another way of "
        "counting, another population or an unvalidated figure may lie there. So nothing is joined to them, and "
        "nothing is computed from them."
    )
    if disagreeing(figures):
        said += " Papers do not agree with one another here; each is shown."
    body: list[Any] = [html.P(said, className="muted small")]
    if trend_link is not None:
        body.append(html.P(trend_link, className="small"))
    text = ("What", "As printed")
    body.append(table(historic_table(page, figures), text=text, long=("Whose", "Paper and place", "What to know")))
    return section("papers", "What earlier papers printed", body, action=download(href, "CSV"))


def historic_table(page: MeasurePage, figures: Sequence[HistoricFigure]) -> TableTwin:
    """One row a figure, the newest first."""
    shared = any(figure.category_title for figure in figures)
    columns = ["Period", *(["What"] if shared else []), "As printed", "Whose", "What to know", "Paper and place"]
    rows = [
        (
            words.capital(_when(figure)),
            *([figure.category_title or "All"] if shared else []),
            _printed(figure),
            figure.whose,
            figure.remarks,
            f"{figure.paper} ({figure.place}; “{figure.label_printed}”)"
            if figure.label_printed != NOT_STATED
            else f"{figure.paper} ({figure.place})",
        )
        for figure in figures
    ]
    return TableTwin(f"{page.measure.title}, {page.area.name}: as earlier papers print it", tuple(columns), tuple(rows))


def _when(figure: HistoricFigure) -> str:
    if figure.period_label == NOT_STATED:
        return f"{NOT_STATED} (paper of {words.month(words.day(figure.published))})"
    return words.shorten(figure.period_label)


def _printed(figure: HistoricFigure) -> str:
    """With its unit, unless that is printed with it."""
    text = figure.as_printed
    known = figure.value is None or figure.unit == "%" or figure.unit in text
    return words.capital(text) if known else f"{words.capital(text)} {figure.unit}"
