"""Rules about what a return leaves out for the period that it is submitted for. Earlier periods may be partial."""

from collections.abc import Iterator

from etl.validate.context import ReturnContext
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
    reported = _reported(ctx)
    for item in ctx.spec.asked(ctx.period):
        for basis in item.bases:
            if (item.quantity, basis.value, TOTAL) not in reported:
                continue
            for name in item.breakdowns:
                keys = [ctx.catalogue.breakdowns[name].key(c.id) for c in ctx.catalogue.breakdowns[name].categories]
                absent = [key for key in keys if (item.quantity, basis.value, key) not in reported]
                if absent:
                    which = f"by {name}" if len(absent) == len(keys) else f"for {', '.join(absent)}"
                    yield Fault(f"{item.quantity} is not reported {which} in {ctx.period.code}.", column="category")
