"""Rules that keep people out of a return, which holds counts."""

from collections.abc import Iterator

from etl.validate.child_records import looks_like_a_record
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
        for row, text in cells(ctx.written[column]):
            if text and looks_like_a_record(text, period):
                # The text itself is never repeated.
                yield Fault("This looks like part of a child’s record.", row, column)
