"""Rules about what a spreadsheet hides: formulas behind figures, and what is out of sight when it is looked over."""

from collections.abc import Iterator

import pandas as pd

from etl.validate.context import ReturnContext
from etl.validate.rules import Fault, once, rule
from schema.findings import Severity


@rule(
    "formula",
    Severity.WARNING,
    "Paste the column as values: a formula gives another result once its source changes. Or say what it works out.",
)
def formula(ctx: ReturnContext) -> Iterator[Fault]:
    """Cells that a formula fills; its last saved result was read."""
    for column in ctx.written.columns:
        rows = sorted(row for row, of in ctx.table.formulas if of == column and row in ctx.written.index)
        if rows:
            yield once(ctx, column, pd.Index(rows), "A formula fills this cell")


@rule(
    "hidden-content",
    Severity.WARNING,
    "Unhide it and look: it was read like everything else, or leave it out of the file. Or say what it is.",
)
def hidden_content(ctx: ReturnContext) -> Iterator[Fault]:
    """Sheets, rows or columns that do not show when the workbook is opened."""
    for what in ctx.table.hidden:
        yield Fault(f"Hidden in the workbook: {what}.")
