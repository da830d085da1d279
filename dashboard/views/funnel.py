"""Every authority's published figure of one period against the size of what it rests on, or why there is no funnel."""

from dataclasses import dataclass

import numpy as np

from dashboard.queries import Queries
from dashboard.views.measure import MeasurePage
from etl.load import store
from etl.transform.cube import FloatArray
from etl.transform.funnels import Funnel, over_dispersed_limits, plain_limits
from etl.transform.funnels import funnel as funnel_of
from etl.transform.intervals import CONFIDENCE_95, CONFIDENCE_998, Interval
from etl.transform.reasons import Reason, fits, measure_kind, reason_words
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure

_POINTS = 120

Limits = tuple[tuple[float, ...], tuple[float, ...]]
"""The lower and the upper line."""


@dataclass(frozen=True)
class FunnelArea:
    """One mark of the funnel. `value` is in the measure's unit; levels are −2 to 2 as `etl.transform.funnels.levels`
    gives, against England."""

    area: str
    name: str
    numerator: float
    denominator: float
    value: float
    level: int
    plain_level: int
    own: bool
    neighbour: bool


@dataclass(frozen=True)
class Curves:
    """The limits in the measure's unit at `size`, denominators in rising order. Wide ones know over-dispersion."""

    size: tuple[float, ...]
    plain_95: Limits
    plain_998: Limits
    wide_95: Limits
    wide_998: Limits


@dataclass(frozen=True)
class FunnelView:
    """All authorities that have counts in one published period."""

    period_label: str
    beneath: str
    """What the size of an authority is: “Residents aged 0 to 17”, “Referrals received”."""
    proportion: bool
    centre: float
    """England as printed where it is; else the authorities' own average."""
    centre_is_england: bool
    entries: tuple[FunnelArea, ...]
    curves: Curves
    left_out: int
    """Authorities that have a row and no counts."""
    own: FunnelArea | None
    own_name: str
    tau: float
    """The standard deviation between authorities on the stabilised scale."""
    phi: float
    design_effect: float

    @property
    def of(self) -> int:
        """How many authorities are drawn."""
        return len(self.entries)

    @property
    def plainly_outside(self) -> int:
        """How many chance alone would leave out at 95 %."""
        return sum(entry.plain_level != 0 for entry in self.entries)

    @property
    def outside(self) -> int:
        """How many lie outside the over-dispersed limits at 95 %, those at 99.8 % among them."""
        return sum(entry.level != 0 for entry in self.entries)

    @property
    def far_outside(self) -> int:
        """How many lie outside them at 99.8 %."""
        return sum(abs(entry.level) == 2 for entry in self.entries)


def funnel(queries: Queries, context: Context, page: MeasurePage) -> FunnelView | str:
    """The funnel of the period that the page ranks, or the clause that says why there is none."""
    catalogue, measure = queries.catalogue, page.measure
    kind = measure_kind(measure, catalogue)
    reason = {"count": Reason.COUNT_ONLY, "mean": Reason.MEAN_ONLY}.get(kind)
    if kind == "equivalents":
        return "it rests on full-time equivalents, which are not counts of separate events"
    if reason is None and catalogue.at_date(measure):
        reason = Reason.STOCK
    if reason is not None:
        return reason_words(reason)
    newest, ranking = page.newest_published, page.ranking
    if newest is None or ranking is None:
        return reason_words(Reason.NO_COMPARATOR)
    frame = queries.compared(context, measure.id, page.model.id).frame
    basis = newest.figure.basis if newest.figure else page.published_covering.basis
    ranked = frame["area"].map(lambda area: catalogue.areas.by_id[str(area)].ranked).to_numpy(dtype=bool)
    here = (frame["kind"] == store.RELEASE) & (frame["period"] == newest.period) & (frame["basis"] == basis.value)
    rows = frame[here.to_numpy() & (frame["category"] == page.category).to_numpy() & ranked]
    proportion = kind == "proportion"
    x, n = rows["numerator"].to_numpy(dtype=float), rows["denominator"].to_numpy(dtype=float)
    # Its own figure stands where counts are hidden and the rate is printed, and cannot be put at a size.
    good = fits(x, n, proportion) & np.isfinite(rows["value"].to_numpy(dtype=float))
    if not good.any():
        return reason_words(Reason.PERCENT_ONLY)
    x, n, rows = x[good], n[good], rows[good]
    effect = measure.design_effect.value if measure.design_effect else 1.0
    england = None if ranking.england is None else ranking.england / measure.per
    found = funnel_of(x, n, proportion=proportion, centre=england, design_effect=effect)
    if not np.isfinite(found.level).all():
        return reason_words(Reason.TOO_FEW)
    nearest = {entry.area for entry in ranking.entries if entry.neighbour}
    standing = ranking.own.area if ranking.own else ""
    entries = tuple(
        FunnelArea(
            area=str(area),
            name=catalogue.areas.by_id[str(area)].name,
            numerator=float(above),
            denominator=float(below),
            value=float(value) * measure.per,
            level=int(level),
            plain_level=int(plain),
            own=area == standing,
            neighbour=area in nearest and area != standing,
        )
        for area, above, below, value, level, plain in zip(
            rows["area"], x, n, found.value, found.level, found.plain_level, strict=True
        )
    )
    return FunnelView(
        period_label=newest.period_label,
        beneath=_beneath(measure, catalogue),
        proportion=proportion,
        centre=float(found.centre) * measure.per,
        centre_is_england=england is not None,
        entries=tuple(sorted(entries, key=lambda entry: (-entry.value, entry.name))),
        curves=_curves(found, n, proportion, measure.per, effect),
        left_out=int((~good).sum()),
        own=next((entry for entry in entries if entry.own), None),
        own_name=ranking.own_name,
        tau=float(np.sqrt(found.dispersion.tau2)),
        phi=float(found.dispersion.phi),
        design_effect=effect,
    )


def _beneath(measure: Measure, catalogue: Catalogue) -> str:
    if measure.population is not None:
        return f"Residents aged {measure.population.age_from} to {measure.population.age_to}"
    return " and ".join(dict.fromkeys(catalogue.quantities[term.quantity].title for term in measure.denominator))


def _curves(found: Funnel, denominators: FloatArray, proportion: bool, per: float, effect: float) -> Curves:
    """The lines, through sizes evenly spaced on the logarithmic axis, a little past the smallest and the largest."""
    size = np.geomspace(denominators.min() * 0.94, denominators.max() * 1.06, _POINTS)
    centre, tau2 = float(found.centre), float(found.dispersion.tau2)
    plain = [plain_limits(centre, size / effect, proportion=proportion, confidence=c) for c in _CONFIDENCES]
    wide = [
        over_dispersed_limits(centre, size, tau2, proportion=proportion, confidence=c, plain=p)
        for c, p in zip(_CONFIDENCES, plain, strict=True)
    ]

    def lines(limits: Interval) -> Limits:
        return tuple((limits.lower * per).tolist()), tuple((limits.upper * per).tolist())

    return Curves(tuple(size.tolist()), lines(plain[0]), lines(plain[1]), lines(wide[0]), lines(wide[1]))


_CONFIDENCES = (CONFIDENCE_95, CONFIDENCE_998)
