"""Every number behind the figures, with the file and the row that it stands in."""

from datetime import datetime

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import words
from dashboard.components.cards import section
from dashboard.components.tables import table
from dashboard.views.evidence import Part
from dashboard.views.measure import MeasurePage

_FIRST_PARTS = 120


def provenance(page: MeasurePage) -> html.Section | None:
    """Every number behind the figures with the file and row that it stands in."""
    parts = page.evidence.parts
    if not parts:
        return None
    columns = (
        "Period", "What", "Value", "Symbol", "Used", "Source", "File", "Row", "Note", "Loaded",
    )  # fmt: skip
    rows = tuple(_part_cells(part) for part in parts[:_FIRST_PARTS])
    caption = f"{page.title}, {page.area.name}: every number behind the figures above"
    replaced = sum(not part.used and not part.dispute and not part.beside for part in parts)
    disputed = sum(part.dispute == "open" for part in parts)
    same = len(page.evidence.releases)
    said = f"{words.plural(len(parts), 'number')}, each with the file and the row that it stands in."
    if replaced:
        said += (
            f" {replaced} were replaced: a later return restated them, or another dataset of the release goes before."
        )
    if disputed:
        said += f" {disputed} are disputed: two agencies give different numbers, and none is used until they agree."
    if any(part.dispute == "agreed" for part in parts):
        said += " Where two agencies gave different numbers and agreed on one, the table says whose is used."
    if same and not any(row.differs for row in page.evidence.releases):
        said += f" {same} published figures stand in more than one release, and all releases print the same."
    if len(parts) > _FIRST_PARTS:
        said += f" The newest {_FIRST_PARTS} are listed."
    return section(
        "parts",
        "Where every figure came from",
        [
            html.P(said, className="muted small"),
            html.Details(
                [
                    html.Summary("Show the numbers, files and rows"),
                    table(TableTwin(caption, columns, rows), text=columns[1:], long=("What", "Source", "File", "Note")),
                ],
                className="table-key",
            ),
        ],
    )


def _part_cells(part: Part) -> tuple[str, ...]:
    what = f"{part.what}: {part.category.lower()}" if part.category else part.what
    return (
        words.capital(words.shorten(part.period_label)),
        what,
        words.count(part.value) if part.value is not None else words.state_words(part.state),
        part.symbol,
        _used(part),
        part.source,
        part.file_name,
        f"{part.row}",
        part.note,
        instant(part.loaded_at),
    )


def _used(part: Part) -> str:
    by_dispute = {"open": "disputed", "agreed": "yes, as agreed", "not-agreed": "not agreed on"}
    if part.dispute:
        return by_dispute[part.dispute]
    if part.used:
        return "yes"
    return "set beside" if part.beside else "replaced"


def instant(when: datetime) -> str:
    """“21 Nov 2026, 04:00 UTC”."""
    return f"{words.short_day(when.date())}, {when:%H:%M} UTC"
