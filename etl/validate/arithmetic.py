"""Rules about sums: no part is greater than its whole, and what makes up a whole adds up to it.

Rows are compared within one period and one basis. A part that is suppressed or missing lets the sum fall short, so a
shortfall is only reported where every part is a number.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from etl.validate.context import ReturnContext, Term
from etl.validate.rules import Fault, Stage, rule
from schema.findings import Severity
from schema.quantities import TOTAL

ROUNDING = 0.05
"""Full-time equivalents are given to one decimal, so each may be out by this much."""


@dataclass(frozen=True)
class _Comparison:
    """Parts and whole of one period. `row` is where the whole stands (the first of its rows)."""

    row: int
    period: str
    whole: float
    parts: float
    complete: bool
    tolerance: float

    @property
    def above(self) -> bool:
        return self.parts > self.whole + self.tolerance

    @property
    def below(self) -> bool:
        return self.complete and self.parts < self.whole - self.tolerance


def _compared(ctx: ReturnContext, whole: Iterable[Term], parts: Iterable[Term]) -> Iterator[_Comparison]:
    """Each period and basis in which the whole is known, at least one part is, and they do not agree."""
    whole, parts = tuple(whole), tuple(parts)
    fractions = [q for q, _ in (*whole, *parts) if not ctx.catalogue.quantities[q].whole_number]
    rounding = 1e-6 + ROUNDING * len(fractions)
    grid = ctx.grid
    for basis in grid.bases:
        if (*whole[0], basis) not in grid.place:
            continue
        wholes = grid.of((*term, basis) for term in whole).sum(axis=0)
        given = grid.of((*term, basis) for term in parts)
        known = ~np.isnan(given)
        count, sums = known.sum(axis=0), np.nansum(given, axis=0)
        # A whole that is not known is NaN, which differs from nothing.
        for column in np.flatnonzero((count > 0) & (np.abs(sums - wholes) > rounding)).tolist():
            yield _Comparison(
                row=int(grid.row[grid.place[(*whole[0], basis)], column]),
                period=grid.periods[column],
                whole=float(wholes[column]),
                parts=float(sums[column]),
                complete=bool(count[column] == len(parts)),
                tolerance=rounding,
            )


def _categories(ctx: ReturnContext) -> Iterator[tuple[str, str, _Comparison]]:
    """Every quantity and breakdown whose categories exclude each other and do not come to its total."""
    for item in ctx.spec.items:
        for name in item.breakdowns:
            breakdown = ctx.catalogue.breakdowns[name]
            if not breakdown.multi_select:
                parts = [(item.quantity, breakdown.key(category.id)) for category in breakdown.categories]
                for comparison in _compared(ctx, [(item.quantity, TOTAL)], parts):
                    yield item.quantity, name, comparison


@rule(
    "categories-above-total",
    Severity.ERROR,
    "Correct the total or the category that is too high; each is counted under one category only.",
    stage=Stage.SUMS,
)
def categories_above_total(ctx: ReturnContext) -> Iterator[Fault]:
    """Categories that exclude each other and together pass their total."""
    for quantity, breakdown, sums in _categories(ctx):
        if sums.above:
            yield _at_whole(
                f"{quantity} by {breakdown} adds up to {sums.parts:g}, more than its total {sums.whole:g}", sums
            )


@rule(
    "categories-below-total",
    Severity.WARNING,
    "Add what is missing to its category (or to a “not known” one), or explain it.",
    stage=Stage.SUMS,
)
def categories_below_total(ctx: ReturnContext) -> Iterator[Fault]:
    """Categories that are all given as numbers and fall short of their total."""
    for quantity, breakdown, sums in _categories(ctx):
        if sums.below:
            yield _at_whole(
                f"{quantity} by {breakdown} adds up to {sums.parts:g}, less than its total {sums.whole:g}", sums
            )


@rule("parts-above-whole", Severity.ERROR, "Correct the part that is too high, or the whole.", stage=Stage.SUMS)
def parts_above_whole(ctx: ReturnContext) -> Iterator[Fault]:
    """Quantities that are parts of another (bands of duration, say) and together pass it."""
    for whole in ctx.spec.wholes:
        for sums in _compared(ctx, [(whole.whole, TOTAL)], [(part, TOTAL) for part in whole.parts]):
            if sums.above:
                yield _at_whole(
                    f"{_listed(whole.parts)} come to {sums.parts:g}, more than {whole.whole} ({sums.whole:g})", sums
                )


@rule("parts-below-whole", Severity.WARNING, "Correct the part that is too low, or explain it.", stage=Stage.SUMS)
def parts_below_whole(ctx: ReturnContext) -> Iterator[Fault]:
    """Quantities that should make up another exactly, are all given as numbers, and fall short of it."""
    for whole in ctx.spec.wholes:
        for sums in _compared(ctx, [(whole.whole, TOTAL)], [(part, TOTAL) for part in whole.parts]):
            if whole.exhaustive and sums.below:
                yield _at_whole(
                    f"{_listed(whole.parts)} come to {sums.parts:g}, less than {whole.whole} ({sums.whole:g})", sums
                )


@rule(
    "numerator-above-denominator",
    Severity.ERROR,
    "Correct one of them: the first counts some of what the second counts.",
    stage=Stage.SUMS,
)
def numerator_above_denominator(ctx: ReturnContext) -> Iterator[Fault]:
    """Two quantities of which a measure makes a percentage that would pass 100 %."""
    told = {(frozenset(whole.parts), whole.whole) for whole in ctx.spec.wholes}
    seen: set[tuple[tuple[Term, ...], tuple[Term, ...]]] = set()
    for measure in ctx.catalogue.measures.values():
        above = tuple((term.quantity, term.category) for term in measure.numerator)
        below = tuple((term.quantity, term.category) for term in measure.denominator)
        quantities = {quantity for quantity, _ in above}
        # Parts that the return itself names as such have a rule of their own.
        if any(quantities <= parts and below == ((whole, TOTAL),) for parts, whole in told):
            continue
        if not measure.is_percentage or measure.share_by or not below or (above, below) in seen:
            continue
        seen.add((above, below))
        for sums in _compared(ctx, below, above):
            if sums.above:
                first, second = _terms(above), _terms(below)
                yield _at_whole(f"{first} ({sums.parts:g}) is more than {second} ({sums.whole:g})", sums)


def _at_whole(message: str, sums: _Comparison) -> Fault:
    return Fault(f"{message}, for {sums.period}.", sums.row, "value", f"{sums.whole:g}")


def _terms(pairs: Iterable[tuple[str, str]]) -> str:
    """Quantities, each with the categories of it that are meant."""
    categories: dict[str, list[str]] = defaultdict(list)
    for quantity, category in pairs:
        categories[quantity] += [] if category == TOTAL else [category]
    return _listed(f"{name} ({_listed(found)})" if found else name for name, found in categories.items())


def _listed(quantities: Iterable[str]) -> str:
    """Up to three names, then how many more there are."""
    names = list(quantities)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
