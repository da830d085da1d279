"""The section that sets a measure's bases one below the other, each named and none on another's axis."""

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import words
from dashboard.components.cards import section
from dashboard.components.tables import table
from dashboard.views.bases import BasisRow
from dashboard.views.measure import MeasurePage
from schema.states import State


def bases(page: MeasurePage) -> html.Section | None:
    """The newest figure on each basis; None where there is one basis only."""
    if len(page.bases) < 2:
        return None
    said = (
        "Each basis covers time in its own way: a quarter is not a year, and a year to date is set beside the same "
        "quarters of the year before. None is stretched to another."
    )
    body = [html.P(said, className="muted small"), table(_twin(page), text=("Covers", "Reported by", "A year before"))]
    return section("bases", "On every basis", body)


def _twin(page: MeasurePage) -> TableTwin:
    columns = ("Basis", "Covers", "Reported by", words.unit_head(page.measure), "Of", "A year before")
    rows = [
        (
            words.capital(row.basis.words),
            row.label,
            "local return" if row.local else "published",
            words.value(row.value, row.state, page.measure),
            _counts(row),
            _before(row, page),
        )
        for row in page.bases
    ]
    return TableTwin(f"{page.title}, {page.area.name}: newest figure on every basis", columns, tuple(rows))


def _counts(row: BasisRow) -> str:
    if row.numerator is None or row.denominator is None:
        return ""
    return f"{words.count(row.numerator)} of {words.count(row.denominator)}"


def _before(row: BasisRow, page: MeasurePage) -> str:
    if not row.before_label:
        return "none"
    if row.before is None:
        return f"no figure, {row.before_label}"
    return f"{words.value(row.before, State.VALUE, page.measure)}, {row.before_label}"
