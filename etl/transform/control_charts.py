"""Makes control charts of quarters or months: limits, signals, and what they say of polarity and target.

Design, rule 10, computed on read for all areas at once. `control_limits` has the formulas and their sources,
`control_rules` the four rules. Only raw quarters and months of flows are charted: a rolling year shares nine months of
twelve with the one before it and a stock most of its children, so that neither varies as the limits suppose. What
cannot be charted comes back as a `Refusal`, which says why.

Nothing here knows of seasons: where every August is low, the limits are wide enough for it or August signals.

Limits are drawn again only where a person says so, with a reason (`Rebase`): a chart that found its own new baselines
would explain every change away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.transform.control_grid import KIND_OF, every_period, first_from, segments
from etl.transform.control_limits import FEWEST, TRIAL_UNDER, XMR_FACTOR, Limits, Segments, share_limits, xmr_limits
from etl.transform.control_rules import Signals, signals
from etl.transform.control_spread import Together, together
from etl.transform.control_terms import Assurance, Event, Kind, Rebase, Refusal, Variation
from etl.transform.cube import FloatArray
from schema.measures import Polarity
from schema.periods import Basis, Period, PeriodKind, parse_period

Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]


@dataclass(frozen=True)
class ControlCharts:
    """The charts of all areas. Arrays are areas × periods, values and limits in the unit of the figures.

    `lower` and `upper` are clipped to what is possible; NaN where there are no limits.
    """

    areas: tuple[str, ...]
    periods: tuple[Period, ...]
    """Every one from the first to the last, those without a figure too."""
    kind: Kind
    value: FloatArray
    numerator: FloatArray
    """What a proportion or rate is made of, NaN where there is none and for a count."""
    denominator: FloatArray
    left_out: Bools
    """Where there were counts that make no proportion or rate (nothing below, or more above than below)."""
    segment: Segments
    limits: Limits
    lower: FloatArray
    upper: FloatArray
    floored: Bools
    """Where the lower limit would lie below what is possible: there is no signalling by being low."""
    signals: Signals
    rebases: tuple[Rebase, ...]
    events: tuple[Event, ...]
    screened: bool
    over_dispersed: bool
    per: float = 1
    """What a proportion or rate is multiplied by."""

    @property
    def centre(self) -> FloatArray:
        """The segment's mean."""
        return self.limits.centre

    @property
    def trial(self) -> Bools:
        """Where limits rest on fewer than 13 values."""
        return np.isfinite(self.centre) & (self.limits.points < TRIAL_UNDER)

    @cached_property
    def newest(self) -> npt.NDArray[np.intp]:
        """The column of each area's last value; −1 where it has none."""
        known = np.isfinite(self.value)
        last = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
        return np.where(known.any(axis=1), last, -1)

    def newest_of(self, what: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Of an array of areas × periods, what stands at each area's last value (in the last column without one)."""
        return what[np.arange(len(self.areas)), self.newest]

    def variation(self, polarity: Polarity) -> Words:
        """What each value is (`Variation`), with the direction turned into better and worse by polarity."""
        high, low = {
            Polarity.HIGHER: (Variation.IMPROVEMENT, Variation.CONCERN),
            Polarity.LOWER: (Variation.CONCERN, Variation.IMPROVEMENT),
            Polarity.JUDGEMENT: (Variation.NEITHER, Variation.NEITHER),
        }[polarity]
        found = np.empty(self.value.shape, dtype=object)
        found[...] = Variation.COMMON
        direction = self.signals.direction
        found[direction > 0], found[direction < 0] = high, low
        found[~np.isfinite(self.centre)] = Variation.NO_LIMITS
        found[np.isnan(self.value)] = Variation.MISSING
        return found

    def assurance(self, target: float | npt.ArrayLike | None, polarity: Polarity) -> Words:
        """Whether each area's process will meet its target (`Assurance`), by the limits at its last value.

        A target within the limits, or on one, is hit and missed by chance; beyond them it is always or never met. As
        in NHSRplotthedots only the newest baseline is asked. `target` is in the unit of the figures, one for all or one
        for each area (NaN where there is none).
        """
        found = np.empty(len(self.areas), dtype=object)
        found[...] = Assurance.NOT_ASKED
        if target is None or polarity is Polarity.JUDGEMENT:
            return found
        aim = np.broadcast_to(np.asarray(target, dtype=float), found.shape)
        lower, upper = (np.asarray(self.newest_of(limit), dtype=float) for limit in (self.lower, self.upper))
        above, below = (
            (Assurance.NOT_MET, Assurance.MET) if polarity is Polarity.HIGHER else (Assurance.MET, Assurance.NOT_MET)
        )
        asked = ~np.isnan(aim)
        found[asked] = Assurance.HIT_AND_MISS
        found[asked & (aim > upper)], found[asked & (aim < lower)] = above, below
        found[asked & ~np.isfinite(upper)] = Assurance.NO_LIMITS
        return found

    def together(self, area: str) -> tuple[Together, tuple[Period, ...]] | None:
        """How an area's values under its newest baseline vary taken together, and their periods; None for counts, and
        where there are too few or too small numbers to say."""
        row = self.areas.index(area)
        at = int(self.newest[row])
        if at < 0 or self.kind == "count":
            return None
        here = (self.segment[row] == self.segment[row, at]) & np.isfinite(self.value[row])
        found = together(self.numerator[row, here], self.denominator[row, here], self.kind)
        if found is None:
            return None
        return found, tuple(period for period, wanted in zip(self.periods, here, strict=True) if wanted)

    def rebases_of(self, area: str) -> tuple[Rebase, ...]:
        """The new baselines that the area's chart shows, earliest first: those that begin after the chart does."""
        return tuple(r for r in self.rebases if r.area in (None, area) and 0 < self._column(r) < len(self.periods))

    def _column(self, rebase: Rebase) -> int:
        return first_from(self.periods, rebase.start.start)

    def rule(self, area: str) -> str:
        """How the area's newest limits were drawn, in words: no chart stands without it."""
        row = self.areas.index(area)
        at = int(self.newest[row])
        points = int(self.limits.points[row, at]) if at >= 0 else 0
        unit = "month" if self.periods[0].kind is PeriodKind.MONTH else "quarter"
        counted = f"{points} {unit}{'' if points == 1 else 's'}"
        drawn = [r for r in self.rebases_of(area) if at >= 0 and self._column(r) <= at]
        since = f" from {self.periods[self._column(drawn[-1])].label()}" if drawn else ""
        if at < 0 or not np.isfinite(self.centre[row, at]):
            return (
                f"No limits: {counted}{since} with a figure, and {FEWEST} in a row are the fewest that limits rest on."
            )
        screened = ", leaving out changes over 3.267 times their mean" if self.screened else ""
        said = [
            f"Limits: {self._formula(unit, float(self.limits.inflation[row, at]))}{screened}, from {counted}{since}."
        ]
        if self.trial[row, at]:
            said.append(f"Trial limits: fewer than {TRIAL_UNDER} {unit}s.")
        if self.floored[row, at]:
            said.append("The lower limit would lie below 0, so none is drawn.")
        return " ".join(said)

    def _formula(self, unit: str, inflation: float) -> str:
        if self.kind == "count":
            return f"the mean ± {XMR_FACTOR} times the mean change from one {unit} to the next (XmR)"
        name, chance = ("p", "binomial") if self.kind == "proportion" else ("u", "Poisson")
        plain = f"the mean ± 3 standard errors of the {unit}’s own number ({chance}"
        if not self.over_dispersed:
            return f"{plain}, {name} chart)"
        if inflation <= 1:
            return f"{plain}, {name} chart: from one {unit} to the next it changes no more than chance has it)"
        wider = (
            f"{inflation:.1f} times as wide because from one {unit} to the next it changes by more than chance has it"
        )
        return f"{plain}), {wider} (Laney’s {name}’ chart)"


def control_charts(
    figures: pd.DataFrame,
    basis: Basis,
    kind: Kind,
    *,
    stock: bool = False,
    per: float = 1,
    rebases: Iterable[Rebase] = (),
    events: Iterable[Event] = (),
    screen: bool = False,
    over_dispersed: bool = True,
    floor: float | None = 0.0,
) -> ControlCharts | Refusal:
    """The charts of every area of a frame, or why there can be none.

    Args:
        figures: `area, period` and for a count `value`, else `numerator, denominator`; NaN where there is no number.
            One row for an area and period.
        basis: of the figures.
        kind: a "count" gets an XmR chart, a "proportion" a p’ and a "rate" a u’ chart, in the measure's unit.
        stock: whether the numerator is counted at a date.
        per: what a proportion or rate is multiplied by.
        rebases: new baselines, in any order; those of other areas do nothing.
        events: passed through.
        screen: leave out moving ranges over 3.267 times their mean, as NHSRplotthedots does and the NHS's own
            spreadsheet does not. Off: rule 10 has the plain mean, and screened limits signal more.
        over_dispersed: whether p and u limits are widened to p’ and u’.
        floor: the lowest value possible; None where there is no such.

    Raises:
        ValueError: an area has two rows for one period.
    """
    if stock or basis is Basis.AT_DATE:
        return Refusal.STOCK
    if basis in (Basis.ROLLING_YEAR, Basis.YTD):
        return Refusal.OVERLAPS
    codes, labels = pd.factorize(figures["period"])
    found = [parse_period(str(code)) for code in labels]
    if basis not in KIND_OF or any(period.kind is not KIND_OF[basis] for period in found):
        return Refusal.NOT_QUARTERS_OR_MONTHS
    if not found:
        return Refusal.NO_VALUES
    periods = every_period(found)
    place = {period.start: at for at, period in enumerate(periods)}
    column = np.array([place[period.start] for period in found], dtype=np.intp)[codes]
    row, areas = pd.factorize(figures["area"])
    if len(np.unique(row * len(periods) + column)) < len(figures):
        raise ValueError("an area has figures for one period twice; choose one source before charting them")

    def grid(name: str) -> FloatArray:
        laid = np.full((len(areas), len(periods)), np.nan)
        laid[row, column] = figures[name].to_numpy(dtype=float, na_value=np.nan)
        return laid

    names = tuple(str(area) for area in areas)
    ordered = tuple(sorted(rebases, key=lambda rebase: rebase.start.start))
    segment = segments(names, periods, ordered)
    if kind == "count":
        value, left_out = grid("value"), np.zeros((len(areas), len(periods)), dtype=bool)
        x = n = np.full(value.shape, np.nan)
        limits = xmr_limits(value, segment, screen=screen)
    else:
        x, n = grid("numerator"), grid("denominator")
        given = ~np.isnan(x) & ~np.isnan(n)
        left_out = given & ((n <= 0) | (x < 0) | ((x > n) if kind == "proportion" else False))
        x, n = np.where(given & ~left_out, x, np.nan), np.where(given & ~left_out, n, np.nan)
        value = x / n * per
        drawn = share_limits(x, n, segment, kind, over_dispersed=over_dispersed, screen=screen)
        limits = drawn._replace(centre=drawn.centre * per, spread=drawn.spread * per)
    if np.isnan(value).all():
        return Refusal.NO_VALUES
    # Where a period has no number of its own, nothing says how wide a p or u limit is: it has none there.
    lower, upper = limits.centre - limits.spread, limits.centre + limits.spread
    floored = np.zeros(value.shape, dtype=bool) if floor is None else lower < floor
    return ControlCharts(
        areas=names,
        periods=periods,
        kind=kind,
        value=value,
        numerator=x,
        denominator=n,
        left_out=left_out,
        segment=segment,
        limits=limits,
        lower=np.where(floored, 0.0 if floor is None else floor, lower),
        upper=np.minimum(upper, per) if kind == "proportion" else upper,
        floored=floored,
        signals=signals(value, limits.centre, limits.spread, segment),
        rebases=ordered,
        events=tuple(sorted(events, key=lambda event: event.on)),
        screened=screen,
        over_dispersed=over_dispersed,
        per=per,
    )
