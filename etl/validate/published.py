"""Rules about what is published: a return counts much of what the census of the same council counts once a year."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import numpy as np

from etl.validate.context import ReturnContext
from etl.validate.plausibility import named, slips
from etl.validate.rules import Fault, Stage, rule
from schema.findings import Severity
from schema.periods import Basis, day_label, parse_period
from schema.quantities import TOTAL

FAR = 2.0
"""Twice or half as many. Of the authorities' published counts of 2013 to 2025 one in fifty lies so far from the one two
years earlier, and further than it ever moved before."""
BEYOND_ITS_OWN = 1.25
"""Some areas' counts move further. So the ratio is also a quarter beyond the largest that the published figures of this
area show within two years."""
WITHIN_DAYS = 2 * 366
CHANCE = 3
"""Small numbers double by chance: the difference is also more than three roots of their sum (Poisson)."""
OLDEST_DAYS = 3 * 366
"""What was published of a time further back says little about now."""


@rule(
    "far-from-published",
    Severity.WARNING,
    "Check that the same is counted as in the census, and all of it. If it is, say what has changed since.",
    stage=Stage.SUMS,
)
def far_from_published(ctx: ReturnContext) -> Iterator[Fault]:
    """A year, or a number at a date, of twice or half as many as was last published of the same quantity."""
    parts = _parts(ctx)
    slipped = {ctx.asked[place] for place in np.flatnonzero(slips(ctx)).tolist()}
    for quantity, (published, end, title, limit) in _latest(ctx).items():
        if quantity in parts:
            continue
        for basis in ctx.bases(quantity):
            key = (quantity, TOTAL, basis.value)
            value, what = _comparable(ctx, quantity, basis)
            far = max(value, published) > limit * min(value, published)
            if far and abs(value - published) > CHANCE * np.sqrt(value + published) and key not in slipped:
                yield Fault(
                    f"{named(*key)}: {value:,g} {what}, and {published:,g} {'' if what == 'now' else 'for the year '}"
                    f"to {day_label(end)} as published ({title}).",
                    ctx.row_now(key),
                    "value",
                    f"{ctx.grid.at(key, ctx.period.code):g}",
                )


def _parts(ctx: ReturnContext) -> frozenset[str]:
    """Quantities that count some of another: what falls in a band or an outcome hangs on practice, and moves at will.

    Every fifth authority's referrals closed at once, say, are twice or half of what they were two years before.
    """
    parts = {part for whole in ctx.spec.wholes for part in whole.parts}
    for measure in ctx.catalogue.measures.values():
        if measure.is_percentage and measure.denominator and not measure.share_by:
            parts |= {term.quantity for term in measure.numerator if term.category == TOTAL}
    return frozenset(parts)


def _latest(ctx: ReturnContext) -> dict[str, tuple[float, date, str, float]]:
    """By quantity: the latest published number, the last day that it covers, the publication's title, and the ratio
    that is far from it."""
    known: dict[str, list[tuple[date, float, str]]] = defaultdict(list)
    table = ctx.history.published
    columns = (table[name].tolist() for name in ("quantity", "period", "basis", "value", "publication"))
    for quantity, code, basis, value, title in zip(*columns, strict=True):
        end = parse_period(code).covered(Basis(basis))[1]
        if basis in (Basis.YEAR, Basis.ACADEMIC_YEAR, Basis.AT_DATE) and end <= ctx.period.end:
            known[quantity].append((end, float(value), title))
    found: dict[str, tuple[float, date, str, float]] = {}
    for quantity, years in known.items():
        years.sort()
        end, value, title = years[-1]
        if (ctx.period.end - end).days <= OLDEST_DAYS:
            moved = [
                max(one, other) / min(one, other)
                for place, (later, one, _) in enumerate(years)
                for earlier, other, _ in years[:place]
                if (later - earlier).days <= WITHIN_DAYS and min(one, other) > 0
            ]
            found[quantity] = (value, end, title, max([FAR, *(BEYOND_ITS_OWN * ratio for ratio in moved)]))
    return found


def _comparable(ctx: ReturnContext, quantity: str, basis: Basis) -> tuple[float, str]:
    """What the return says that can be set against a published year or date, in words too; NaN where nothing can."""
    counted = ctx.catalogue.quantities[quantity]
    own = ctx.grid.at((quantity, TOTAL, basis.value), ctx.period.code)
    if basis is Basis.AT_DATE:
        return own, "now"
    if basis in (Basis.ROLLING_YEAR, Basis.YEAR, Basis.ACADEMIC_YEAR):
        return own, "for the year"
    if basis is Basis.QUARTER and counted.additive:
        back = [ctx.spec.following(ctx.period, -number).code for number in (1, 2, 3)]
        return own + sum(ctx.past.at((quantity, TOTAL, basis.value), code) for code in back), "in four quarters"
    return float("nan"), ""
