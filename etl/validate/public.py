"""Notes on what the public version of a figure will not show."""

from collections.abc import Iterator

from etl.validate.context import ReturnContext
from etl.validate.rules import Fault, Stage, more_rows, rule
from schema.findings import Severity

SMALL = (1, 5)
"""Counts that could point at a child, both included."""


@rule(
    "small-number",
    Severity.NOTE,
    "Nothing need be done: give the true count. What is published of it is suppressed on the way out.",
    stage=Stage.SUMS,
)
def small_number(ctx: ReturnContext) -> Iterator[Fault]:
    """Counts from 1 to 5, which the public version will not show."""
    whole = [quantity.id for quantity in ctx.catalogue.quantities.values() if quantity.whole_number]
    own = ctx.own_rows & ctx.read["value"].between(*SMALL) & ctx.read["quantity"].isin(whole)
    small = ctx.read.loc[own, "quantity"]
    for quantity in small.unique().tolist():
        first, *others = (int(row) for row in small.index[small == quantity])
        more = f" (and {more_rows(len(others))} of it)" if others else ""
        yield Fault(
            f"{quantity} has a count from {SMALL[0]} to {SMALL[1]} here{more}.",
            first,
            "value",
            str(ctx.written.at[first, "value"]),
            also_rows=tuple(others),
        )
