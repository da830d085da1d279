"""Rules about the extract date: when the figures were taken from the case system, the same for the whole return.

A date stands on every row, so a wrong one is reported once, at the first row that has it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pandas as pd

from etl.validate.child_records import quoted
from etl.validate.context import ReturnContext, holds, is_error_cell, is_serial
from etl.validate.rules import Fault, once, rule
from schema.findings import Severity


def _once(
    ctx: ReturnContext, texts: "pd.Series[str]", message: Callable[[str], str], remedy: str = ""
) -> Iterator[Fault]:
    """One fault for each distinct text, at its first row."""
    for text in texts.unique():
        fault = once(ctx, "extract_date", texts.index[texts == text], message(text), text)
        yield replace(fault, remedy=remedy)


def _dates(ctx: ReturnContext) -> "pd.Series[str]":
    """The extract dates that could be read, as ISO text, which sorts as dates do."""
    return ctx.read["extract_date"][ctx.read["extract_date"] != ""]


@rule(
    "extract-date-missing",
    Severity.ERROR,
    "Write the day on which the figures were extracted: on every row, or once above the table, beside “Extract date”.",
)
def extract_date_missing(ctx: ReturnContext) -> Iterator[Fault]:
    """A row that does not say when its figure was extracted."""
    written = ctx.written["extract_date"][~ctx.blank]
    yield from _once(ctx, written[written == ""], lambda _: "The extract date is empty")


@rule("extract-date-unreadable", Severity.ERROR, "Write it as 2025-10-14, 14/10/2025 or 14 October 2025.")
def extract_date_unreadable(ctx: ReturnContext) -> Iterator[Fault]:
    """An extract date that is no day of the calendar, or is written in a way that could mean two days."""
    written = ctx.written["extract_date"]
    unread = (written != "") & (ctx.read["extract_date"] == "") & ~is_error_cell(written)
    yield from _once(ctx, written[unread], lambda text: f"{quoted(text)} is no date")


@rule("extract-date-serial", Severity.WARNING, "Check the day. To have it shown, format the column as a date.")
def extract_date_serial(ctx: ReturnContext) -> Iterator[Fault]:
    """An extract date that is a bare number, read as a day as Excel counts them."""
    written, read = ctx.written["extract_date"], ctx.read["extract_date"]
    serials = written[holds(written, is_serial)]
    yield from _once(ctx, serials, lambda text: f"{text} was read as {_plain(str(read[written == text].iloc[0]))}")


@rule("extract-date-in-future", Severity.ERROR, "Correct the date.")
def extract_date_in_future(ctx: ReturnContext) -> Iterator[Fault]:
    """An extract date that has not come yet."""
    dates = _dates(ctx)
    yield from _once(
        ctx, dates[dates > ctx.today.isoformat()], lambda day: f"{_plain(day)} is after today, {_plain(ctx.today)}"
    )


@rule(
    "extract-date-before-period-end",
    Severity.ERROR,
    "Extract the figures again after the period has ended, or correct the date.",
)
def extract_date_before_period_end(ctx: ReturnContext) -> Iterator[Fault]:
    """Figures that were extracted before the quarter or term was over, and so cannot be complete."""
    if ctx.wrong_period:  # the rows are not about the period that is asked for, which has a finding of its own
        return
    dates, end = _dates(ctx), ctx.period.end
    yield from _once(
        ctx, dates[dates < end.isoformat()],
        lambda day: f"On {_plain(day)} the {ctx.span} {ctx.period.code} was not over; it ended on {_plain(end)}",
    )  # fmt: skip


@rule("extract-date-differs", Severity.ERROR, "Extract everything on one day, and give every row that date.")
def extract_date_differs(ctx: ReturnContext) -> Iterator[Fault]:
    """Rows that were extracted on different days."""
    dates = _dates(ctx)[~ctx.blank]
    if dates.nunique() > 1:
        most = dates.value_counts(sort=False).idxmax()
        first = int(dates.index[dates == most][0])
        yield from _once(
            ctx, dates[dates != most], lambda day: f"{_plain(day)} is not the date of row {first}, {_plain(str(most))}"
        )


def _plain(day: date | str) -> str:
    """A day as it is written in Britain: 14/10/2025."""
    return f"{date.fromisoformat(day) if isinstance(day, str) else day:%d/%m/%Y}"
