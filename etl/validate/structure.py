"""Rules about the shape of a return: its rows, its periods, and what stands twice."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from etl.extract.returns import ABOVE_TABLE
from etl.extract.sheet import NOT_CALCULATED
from etl.validate.child_records import quoted
from etl.validate.context import ReturnContext, cells, is_error_cell, period_of
from etl.validate.grid import grouped
from etl.validate.rules import Fault, once, rule
from schema.findings import Severity

KEY = ["period", "basis", "quantity", "category"]
"""What a value is about. There is one value for each."""


@rule(
    "row-too-long",
    Severity.ERROR,
    "Delete what stands there. In a CSV file, put a text or number that holds a comma in quotation marks.",
)
def row_too_long(ctx: ReturnContext) -> Iterator[Fault]:
    """A row with something in a column that has no name, so that its cells may have shifted."""
    for row in ctx.table.overlong_rows:
        yield Fault("Something stands outside the return's columns.", row)


LONGEST_NOTE = 4_000
"""Characters. Two pages: more is an attachment."""


@rule("sum-row", Severity.NOTE, "Nothing need be done: sums are worked out here. To be rid of this, delete the row.")
def sum_row(ctx: ReturnContext) -> Iterator[Fault]:
    """A row at the end that adds up the others, which is left out."""
    for row in ctx.table.sum_rows:
        yield Fault("This row is a sum of the rows above it, and was left out.", row)


@rule("note-too-long", Severity.ERROR, "Shorten it, and send the rest as a document.")
def note_too_long(ctx: ReturnContext) -> Iterator[Fault]:
    """A note that is longer than a note can be."""
    length = ctx.written["note"].str.len()
    for row in length.index[length > LONGEST_NOTE]:
        yield Fault(f"The note has {int(length[row]):,} characters; {LONGEST_NOTE:,} are kept.", int(row), "note")


@rule("spreadsheet-error", Severity.ERROR, "Mend the formula, or write the number itself.")
def spreadsheet_error(ctx: ReturnContext) -> Iterator[Fault]:
    """A cell that holds a spreadsheet's error, or a formula without its result."""
    for column in ctx.written.columns:
        written = ctx.written[column]
        wrong = written[is_error_cell(written)]
        if column in ABOVE_TABLE and column in ctx.table.above and len(wrong):
            yield once(ctx, column, wrong.index, "The spreadsheet has an error in this cell", str(wrong.iloc[0]))
            continue
        for row, text in cells(wrong):
            if text == NOT_CALCULATED:
                remedy = "Open the workbook in Excel, let it calculate, and save it."
                yield Fault("The formula in this cell was saved without its result.", row, column, remedy=remedy)
            else:
                yield Fault(f"The spreadsheet has an error in this cell: {text}.", row, column, text)


@rule("cell-empty", Severity.ERROR, "Fill the cell. If the row is not needed, delete it.")
def cell_empty(ctx: ReturnContext) -> Iterator[Fault]:
    """A row that does not say which quantity or which period it is about."""
    for column in ("period", "quantity"):
        written = ctx.written[column]
        for row, _ in cells(written[written == ""]):
            yield Fault(f"The {column} is empty.", row, column)


@rule(
    "period-unknown",
    Severity.ERROR,
    "Write a quarter as 2025-26Q2 (July to September 2025), a school term as AY2025-26T1 (autumn 2025).",
)
def period_unknown(ctx: ReturnContext) -> Iterator[Fault]:
    """A period that is none, or is not of the kind that the return is for."""
    written = ctx.written["period"]
    for text in dict.fromkeys(text for _, text in ctx.not_understood("period")):
        if ctx.wrong_period and period_of(text) is not None:
            continue  # it is told once, for the whole file
        yield once(ctx, "period", written.index[written == text], f"{quoted(text)} is no {ctx.span}", text)


@rule("period-after-return", Severity.ERROR, "Leave later periods out, or submit the file for its latest one.")
def period_after_return(ctx: ReturnContext) -> Iterator[Fault]:
    """A row for a later period than the return is submitted for."""
    if ctx.wrong_period:
        return
    # The codes of one kind of period sort as their dates do.
    read = ctx.read["period"]
    for code in sorted(set(read[read > ctx.period.code])):
        message = f"{code} is later than {ctx.period.code}, the {ctx.span} of this return"
        yield once(ctx, "period", read.index[read == code], message, code)


@rule(
    "period-absent", Severity.ERROR, "Check that this is the right file, and that it is submitted for the right period."
)
def period_absent(ctx: ReturnContext) -> Iterator[Fault]:
    """A return without one row for the period that it is submitted for."""
    found = [period for text in ctx.written["period"].unique() if (period := period_of(text)) is not None]
    # Where no period can be read at all, it is the periods that are wrong, and they have a finding.
    if ctx.wrong_period and (found or (ctx.written["period"] == "").all()):
        codes = sorted({period.code for period in found}, reverse=True)
        which = f" The rows are for {', '.join(codes[:3])}{' and others' if len(codes) > 3 else ''}." if codes else ""
        yield Fault(
            f"No row is for {ctx.period.code}, the {ctx.span} of this return.{which}",
            column="period",
            also_rows=tuple(int(row) for row in ctx.written.index),
        )


@rule("figures-absent", Severity.ERROR, "Fill in the values, or say in symbol why there are none.")
def figures_absent(ctx: ReturnContext) -> Iterator[Fault]:
    """A return in which every value and every symbol is empty, as a template is before it is filled in."""
    if bool(ctx.blank.all()):
        yield Fault("No row has a value or a symbol: the return has not been filled in.", column="value")


@rule(
    "area-differs",
    Severity.ERROR,
    "Check that this is the right file. If it is, correct the area, or leave it empty.",
)
def area_differs(ctx: ReturnContext) -> Iterator[Fault]:
    """A return that says it is another area's."""
    if ctx.area is None:
        return
    written, read = ctx.written["area"], ctx.read["area"]
    other = written[(written != "") & (read != ctx.area.id) & ~is_error_cell(written)]
    if len(other):
        names = [quoted(text) for text in other.unique()]
        listed = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
        message = (
            f"The return says it is for {listed}, and this partnership’s area is {ctx.area.name} ({ctx.area.code})"
        )
        yield once(ctx, "area", other.index, message, str(other.iloc[0]))


@rule("row-duplicate", Severity.ERROR, "Keep one of the two rows.")
def row_duplicate(ctx: ReturnContext) -> Iterator[Fault]:
    """A second row for the same quantity, period, basis and category, whatever its value."""
    keys = ctx.read.loc[(ctx.read[KEY] != "").all(axis=1), KEY]
    pair, _ = grouped(keys)
    twice = pd.Series(pair).duplicated().to_numpy()
    rows = keys.index.to_numpy(dtype="int64")
    # Numbered as they come, each new key stands at the next row that repeats none.
    first = rows[~twice]
    wrong = np.flatnonzero(twice)
    columns = (keys[name].iloc[wrong].tolist() for name in KEY)
    for place, period, basis, quantity, category in zip(wrong.tolist(), *columns, strict=True):
        message = f"Row {first[pair[place]]} already gives {quantity}, {category}, for {period} ({basis})."
        yield Fault(message, int(rows[place]))


@rule("file-read-so", Severity.NOTE, "Nothing need be done if the preview shows the figures as you know them.")
def file_read_so(ctx: ReturnContext) -> Iterator[Fault]:
    """A file that had to be read in another than the plain way: semicolons, an older encoding, a wrong ending."""
    for remark in ctx.table.remarks:
        yield Fault(remark)
