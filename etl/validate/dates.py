"""Rules about the extract date: when the figures were taken from the case system, the same for the whole return.

A date stands on every row, so a wrong one is reported once, at the first row that has it.
"""

from collections.abc import Callable, Iterator
from datetime import date

import pandas as pd

from etl.validate.child_records import quoted
from etl.validate.context import ReturnContext, is_error_cell
from etl.validate.rules import Fault, more_rows, rule
from schema.findings import Severity


def _once(texts: "pd.Series[str]", message: Callable[[str], str], remedy: str = "") -> Iterator[Fault]:
    """One fault for each distinct text, at its first row."""
    for text in texts.unique():
        row, *others = (int(number) for number in texts.index[texts == text])
        more = f" ({more_rows(len(others), 'is', 'are')} the same)" if others else ""
        yield Fault(f"{message(text)}{more}.", row, "extract_date", text, remedy, tuple(others))


def _dates(ctx: ReturnContext) -> "pd.Series[str]":
    """The extract dates that could be read, as ISO text, which sorts as dates do."""
    return ctx.read["extract_date"][ctx.read["extract_date"] != ""]


@rule("extract-date-missing", Severity.ERROR, "Write the day on which the figures were extracted, on every row.")
def extract_date_missing(ctx: ReturnContext) -> Iterator[Fault]:
    """A row that does not say when its figure was extracted."""
    written = ctx.written["extract_date"]
    yield from _once(written[written == ""], lambda _: "The extract date is empty")


@rule("extract-date-unreadable", Severity.ERROR, "Write it as 2025-10-14 or 14/10/2025.")
def extract_date_unreadable(ctx: ReturnContext) -> Iterator[Fault]:
    """An extract date that is no day of the calendar, or is written in a way that could mean two days."""
    written = ctx.written["extract_date"]
    unread = (written != "") & (ctx.read["extract_date"] == "") & ~is_error_cell(written)
    serial = written.str.fullmatch(r"4\d{4}")
    yield from _once(written[unread & ~serial], lambda text: f"{quoted(text)} is no date")
    yield from _once(
        written[unread & serial],
        lambda text: f"{quoted(text)} is a date as Excel counts it, without its format",
        "Format the column as a date, or write it as 2025-10-14.",
    )


@rule("extract-date-in-future", Severity.ERROR, "Correct the date.")
def extract_date_in_future(ctx: ReturnContext) -> Iterator[Fault]:
    """An extract date that has not come yet."""
    dates = _dates(ctx)
    yield from _once(
        dates[dates > ctx.today.isoformat()], lambda day: f"{_plain(day)} is after today, {_plain(ctx.today)}"
    )


@rule(
    "extract-date-before-period-end",
    Severity.ERROR,
    "Extract the figures again after the quarter has ended, or correct the date.",
)
def extract_date_before_period_end(ctx: ReturnContext) -> Iterator[Fault]:
    """Figures that were extracted before the quarter was over, and so cannot be complete."""
    dates, end = _dates(ctx), ctx.period.end
    yield from _once(
        dates[dates < end.isoformat()],
        lambda day: f"On {_plain(day)} the quarter {ctx.period.code} was not over; it ended on {_plain(end)}",
    )


@rule("extract-date-differs", Severity.ERROR, "Extract everything on one day, and give every row that date.")
def extract_date_differs(ctx: ReturnContext) -> Iterator[Fault]:
    """Rows that were extracted on different days."""
    dates = _dates(ctx)
    if dates.nunique() > 1:
        most = dates.value_counts(sort=False).idxmax()
        first = int(dates.index[dates == most][0])
        yield from _once(
            dates[dates != most], lambda day: f"{_plain(day)} is not the date of row {first}, {_plain(str(most))}"
        )


def _plain(day: date | str) -> str:
    """A day as it is written in Britain: 14/10/2025."""
    return f"{date.fromisoformat(day) if isinstance(day, str) else day:%d/%m/%Y}"
