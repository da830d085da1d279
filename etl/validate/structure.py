"""Rules about the shape of a return: its rows, its periods, and what stands twice."""

from collections.abc import Iterator

from etl.extract.workbook import NOT_CALCULATED
from etl.validate.child_records import quoted
from etl.validate.context import ReturnContext, cells, is_error_cell
from etl.validate.rules import Fault, rule
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


@rule("spreadsheet-error", Severity.ERROR, "Mend the formula, or write the number itself.")
def spreadsheet_error(ctx: ReturnContext) -> Iterator[Fault]:
    """A cell that holds a spreadsheet's error, or a formula without its result."""
    for column in ctx.written.columns:
        written = ctx.written[column]
        for row, text in cells(written[is_error_cell(written)]):
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


@rule("period-unknown", Severity.ERROR, "Write the quarter as 2025-26Q2: July to September 2025.")
def period_unknown(ctx: ReturnContext) -> Iterator[Fault]:
    """A period that is no quarter of a financial year."""
    for row, text in ctx.not_understood("period"):
        yield Fault(f"{quoted(text)} is no quarter.", row, "period", text)


@rule("period-after-return", Severity.ERROR, "Leave later quarters out, or submit the file for its latest quarter.")
def period_after_return(ctx: ReturnContext) -> Iterator[Fault]:
    """A row for a later quarter than the return is submitted for."""
    # A quarter's code sorts as its dates do.
    for row, code in cells(ctx.read["period"][ctx.read["period"] > ctx.period.code]):
        yield Fault(f"{code} is later than {ctx.period.code}, the quarter of this return.", row, "period", code)


@rule("period-absent", Severity.ERROR, "Check that this is the right file, and the quarter that it is submitted for.")
def period_absent(ctx: ReturnContext) -> Iterator[Fault]:
    """A return without one row for the quarter that it is submitted for."""
    if not (ctx.read["period"] == ctx.period.code).any():
        yield Fault(f"No row is for {ctx.period.code}, the quarter of this return.", column="period")


@rule("row-duplicate", Severity.ERROR, "Keep one of the two rows.")
def row_duplicate(ctx: ReturnContext) -> Iterator[Fault]:
    """A second row for the same quantity, period, basis and category, whatever its value."""
    keys = ctx.read[KEY]
    first: dict[tuple[str, ...], int] = {}
    for row, *key in keys[(keys != "").all(axis=1)].itertuples():
        earlier = first.setdefault(tuple(key), int(row))
        if earlier != row:
            period, basis, quantity, category = key
            yield Fault(f"Row {earlier} already gives {quantity}, {category}, for {period} ({basis}).", int(row))
