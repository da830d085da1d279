"""What other releases said of the same periods, and how local figures meet the published ones."""

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import words
from dashboard.components.cards import section
from dashboard.components.measure import cells
from dashboard.components.tables import table
from dashboard.views.evidence import Meeting, ReleaseCell, ReleaseRow
from dashboard.views.measure import MeasurePage
from schema.measures import Measure


def releases(page: MeasurePage) -> html.Section | None:
    """What other releases said of the same periods."""
    found = page.evidence.releases
    differ = [row for row in found if row.differs]
    if not differ:
        return None
    days = sorted({cell.released for row in found for cell in row.cells}, reverse=True)
    said = (
        f"{words.plural(len(found), 'figure')} of {page.area.name}, its region and England stand in more than one "
        f"release; {words.plural(len(differ), 'differs', 'differ')}. The newest release is the one shown."
    )
    rows = tuple(
        (
            row.area_name,
            words.capital(words.shorten(row.period_label)),
            *(_cell(next((c for c in row.cells if c.released == day), None), page.measure) for day in days),
        )
        for row in differ
    )
    head = tuple(f"Release of {words.short_day(day)}{' (shown)' if at == 0 else ''}" for at, day in enumerate(days))
    caption = f"{page.title}: figures that differ between releases"
    return section(
        "releases",
        _releases_title(differ[0], page.measure),
        [
            html.P(said, className="muted small"),
            table(TableTwin(caption, ("Area", "Period", *head), rows), text=("Period",)),
        ],
    )


def _releases_title(example: ReleaseRow, measure: Measure) -> str:
    first = example.cells[0]
    second = next(cell for cell in example.cells if _cell(cell, measure) != _cell(first, measure))
    return (
        f"Releases differ: {example.area_name}, {example.period_label}, {_cell(first, measure)} in the release of "
        f"{words.day(first.released)}, {_cell(second, measure)} in that of {words.day(second.released)}"
    )


def _cell(cell: ReleaseCell | None, measure: Measure) -> str:
    return "" if cell is None else words.value(cell.value, cell.state, measure)


def meetings(page: MeasurePage) -> html.Section | None:
    """How the agency's own figures meet the published ones of the same year or date."""
    found = page.evidence.meetings
    if not found:
        return None
    stock = page.definition.kind == "stock"
    why = (
        "The same date, counted by the agency in its return and by the publisher in the census."
        if stock
        else "Four quarters rarely equal the published year exactly: late recording, corrections, children counted "
        "once."
    )
    measure = page.measure
    names = {"numerator": cells.head(page.definition.numerator), "denominator": cells.below_head(page)}
    rows = tuple(
        (
            words.capital(meeting.period_label),
            names[meeting.of],
            words.count(meeting.local),
            words.count(meeting.published),
            _signed(meeting.difference),
            "" if meeting.per_cent is None else f"{_signed_share(meeting.per_cent)}",
            words.plain(meeting.local_value, measure) if meeting.local_value is not None else "",
            words.plain(meeting.published_value, measure) if meeting.published_value is not None else "",
        )
        for meeting in found
    )
    columns = ("Period", "Counted", "Local", "Published", "Difference", "Per cent", "Local figure", "Published figure")
    caption = f"{page.title}, {page.area.name}: local against published"
    return section(
        "meetings",
        _meeting_title(found[0], names),
        [
            html.P(why, className="muted small"),
            table(TableTwin(caption, columns, rows), text=("Counted",), long=("Counted",)),
        ],
    )


def _meeting_title(meeting: Meeting, names: dict[str, str]) -> str:
    if not meeting.difference:
        return f"Local and published agree on {names[meeting.of].lower()}, {meeting.period_label}"
    more = "more" if meeting.difference > 0 else "fewer"
    return (
        f"{names[meeting.of]}: the returns count {words.count(abs(meeting.difference))} {more} than is published, "
        f"{meeting.period_label}"
    )


def _signed(number: float) -> str:
    text = words.count(abs(number))
    return text if number == 0 else f"{'+' if number > 0 else words.MINUS}{text}"


def _signed_share(number: float) -> str:
    text = f"{abs(number):.1f}%"
    return "0.0%" if text == "0.0%" else f"{'+' if number > 0 else words.MINUS}{text}"
