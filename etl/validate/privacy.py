"""Rules that keep people out of a return, which holds counts."""

from collections.abc import Iterator

from etl.validate.child_records import looks_like_a_name, looks_like_a_record
from etl.validate.context import ReturnContext, cells
from etl.validate.rules import Fault, rule
from schema.findings import Severity


@rule(
    "child-record",
    Severity.ERROR,
    "Take it out of the file, and explain the figure in general terms, with a month and year at most. Delete copies of "
    "this file that you have sent.",
)
def child_record(ctx: ReturnContext) -> Iterator[Fault]:
    """Text that looks like part of a child's record: an NHS number, a unique pupil number, a date of birth."""
    for column in ctx.written.columns:
        # Only notes are prose, where an old date says something about a person.
        period = ctx.period if column == "note" else None
        written = ctx.written[column]
        # Each distinct text is looked at once: a return repeats its codes and dates on every row.
        found = [text for text in written.unique().tolist() if text and looks_like_a_record(text, period)]
        for row, _ in cells(written[written.isin(found)] if found else written.iloc[:0]):
            # The text itself is never repeated.
            yield Fault("This looks like part of a child’s record.", row, column)
    for where in ctx.table.elsewhere:
        yield Fault(f"This looks like part of a child’s record: in {where}.")


@rule(
    "child-name",
    Severity.ERROR,
    "Take the name out of the file: a return says how many, and never who. If it is a place or a service, write it in "
    "another way. Delete copies of this file that you have sent.",
)
def child_name(ctx: ReturnContext) -> Iterator[Fault]:
    """Text that looks like somebody's name, in a note or where a code should be."""
    for column in ctx.written.columns:
        if column in ("value", "extract_date", "area"):
            continue  # numbers, days, and the names of councils
        written = ctx.written[column]
        found = [text for text in written.unique().tolist() if text and looks_like_a_name(text)]
        for row, _ in cells(written[written.isin(found)] if found else written.iloc[:0]):
            yield Fault("This looks like somebody’s name.", row, column)
