"""Rules about what a return leaves out for the period that it is submitted for. Earlier periods may be partial."""

from collections.abc import Iterator

from etl.validate.context import ReturnContext
from etl.validate.continuity import dropped
from etl.validate.rules import Fault, rule
from schema.findings import Severity
from schema.quantities import TOTAL

_SAY_SO = (
    "Add the row. If there is no figure, leave its value empty and say why in symbol: x (not available), nil (none)."
)


def _reported(ctx: ReturnContext) -> set[tuple[str, str, str]]:
    """Quantity, basis and category of every row for the return's own period, right or wrong."""
    rows = ctx.read[ctx.read["period"] == ctx.period.code]
    return set(zip(rows["quantity"], rows["basis"], rows["category"], strict=True))


@rule("quantity-not-reported", Severity.WARNING, _SAY_SO)
def quantity_not_reported(ctx: ReturnContext) -> Iterator[Fault]:
    """A quantity that the return asks for and that has no row for its period."""
    reported = _reported(ctx)
    for item in ctx.spec.asked(ctx.period) if reported else ():
        for basis in item.bases:
            if (item.quantity, basis.value, TOTAL) not in reported:
                how = f" ({basis.words})" if len(item.bases) > 1 and basis is not ctx.spec.natural_basis else ""
                yield Fault(f"{item.quantity}{how} is not reported for {ctx.period.code}.", column="quantity")


@rule("category-not-reported", Severity.WARNING, _SAY_SO)
def category_not_reported(ctx: ReturnContext) -> Iterator[Fault]:
    """A quantity that is reported without a breakdown, or without a category, that the return asks for."""
    for quantity, _, which, measure in _absent(ctx):
        if not measure:
            yield Fault(f"{quantity} is not reported {which} in {ctx.period.code}.", column="category")


@rule("required-breakdown-missing", Severity.WARNING, _SAY_SO)
def required_breakdown_missing(ctx: ReturnContext) -> Iterator[Fault]:
    """A quantity without any category of a breakdown that a measure is never shown without."""
    for quantity, name, which, measure in _absent(ctx):
        if measure:
            yield Fault(
                f"{quantity} is not reported {which} in {ctx.period.code}, and “{measure}” must come by {name}.",
                column="category",
            )


def _absent(ctx: ReturnContext) -> Iterator[tuple[str, str, str, str]]:
    """Quantity, breakdown, which of it is absent in words, and the title of a measure that requires it ("": none).

    What the last return had is told as dropped, and not here.
    """
    reported = _reported(ctx)
    had = dropped(ctx)
    for item in ctx.spec.asked(ctx.period):
        for basis in item.bases:
            if (item.quantity, basis.value, TOTAL) not in reported:
                continue
            for name in item.breakdowns:
                keys = ctx.category_keys(name)
                absent = [key for key in keys if (item.quantity, basis.value, key) not in reported]
                told = set(had.get((item.quantity, basis.value), ()))
                absent = [key for key in absent if key not in told]
                if absent:
                    every = len(absent) == len(keys)
                    which = f"by {name}" if every else f"for {', '.join(absent)}"
                    yield item.quantity, name, which, _requires(ctx, item.quantity, name) if every else ""


def _requires(ctx: ReturnContext, quantity: str, breakdown: str) -> str:
    """The title of a measure that must come by a breakdown of a quantity; "" where none does."""
    for measure in ctx.catalogue.measures.values():
        if breakdown in measure.breakdowns and quantity in {term.quantity for term in measure.numerator}:
            return measure.title
    return ""
