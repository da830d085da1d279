"""Sets every figure beside England, its region, its statistical neighbours and itself a year before.

Computed on read, for all authorities at once. Design, rules 3 (what may be compared), 5 (joint returns),
7 (neighbours), 11 (rank) and 12 (latest). A comparator always carries its own period and source: a local figure stands
beside the newest published one that ends no later than itself, and whoever shows the two shows both dates.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from schema.catalogue import Catalogue
from schema.measures import Polarity
from schema.periods import Basis, parse_period

FloatArray = npt.NDArray[np.float64]

RELEASE = "release"

# The bases on which an annual publication can be set beside a local figure (design, rule 3).
_PUBLISHED_BASIS = {
    Basis.ROLLING_YEAR.value: Basis.YEAR.value,
    Basis.YEAR.value: Basis.YEAR.value,
    Basis.ACADEMIC_YEAR.value: Basis.ACADEMIC_YEAR.value,
    Basis.AT_DATE.value: Basis.AT_DATE.value,
}


@dataclass(frozen=True)
class NeighbourSets:
    """One model's statistical neighbours: `sets` has `area, rank, neighbour`."""

    model: str
    size: int
    sets: pd.DataFrame

    @cached_property
    def _by_area(self) -> dict[str, tuple[str, ...]]:
        ordered = self.sets.sort_values("rank")
        return {str(area): tuple(frame["neighbour"]) for area, frame in ordered.groupby("area")}

    def of(self, area: str) -> tuple[str, ...]:
        """The ids of an area's neighbours, the closest first. Empty for an authority that came after the model."""
        return self._by_area.get(area, ())


def newest_only(figures: pd.DataFrame) -> pd.DataFrame:
    """For each measure, period and basis the figures of its newest release, for every area alike.

    `figures` has `kind`, `released_on` and `compilation` of each figure's source beside its own columns. The release is
    chosen for the period and not for each area, so that authorities are only ever compared within one release (design,
    rule 12). A compilation, however new, stands only where no first publisher has anything for the period. Returns'
    figures are already of the newest submission.
    """
    published = figures["kind"] == RELEASE
    found = figures[published]
    day = found["released_on"].map({day: day.toordinal() for day in found["released_on"].unique()}).astype(float)
    standing = day.where(~found["compilation"].astype(bool), day - date.max.toordinal())
    best = standing.groupby([found["measure"], found["period"], found["basis"]]).transform("max")
    keep = ~published
    keep[found.index] = standing == best
    return figures[keep]


def compare(figures: pd.DataFrame, neighbours: NeighbourSets, catalogue: Catalogue) -> pd.DataFrame:
    """Figures with their comparators, of one measure or of all of them in one pass.

    `figures` are the newest (see `newest_only`), for all areas. Returned with the same rows and these columns added:
    `compared_period`, `compared_basis` and `compared_source_id` (of England, region and neighbours); `england_value`,
    `england_state`; `region_id`, `region_value`, `region_state`; `neighbours_mean`, `_median`, `_low`, `_high`, `_n`
    (how many of the set had a figure); `previous_value`, `previous_state`, `previous_period`, `previous_numerator`,
    `previous_denominator`, `previous_source_id`; and for published figures of authorities `rank`, `of`, `quartile` (1
    is best where the polarity says so, else highest; ties take the lowest number) and `unranked`, the authorities left
    out for want of a figure.
    """
    if figures.empty:
        return figures.reindex(columns=[*figures.columns, *ADDED])
    figures = figures.copy()
    codes = _Codes(figures)
    added = _previous(figures, codes)
    is_release = (figures["kind"] == RELEASE).to_numpy()
    grid = _Grid(figures, codes, is_release, catalogue)
    row, added["compared_period"], added["compared_basis"] = _compared_rows(codes, is_release, grid)
    column = grid.columns(figures["area"])
    england = np.full(len(figures), grid.column_of["england"])
    region = grid.region_column[column]
    added["compared_source_id"] = grid.source[row, england]
    added["england_value"] = grid.value[row, england]
    added["england_state"] = grid.state[row, england]
    added["region_id"] = grid.region_id[column]
    added["region_value"] = np.where(region >= 0, grid.value[row, region], np.nan)
    added["region_state"] = np.where(region >= 0, grid.state[row, region], "missing")
    for name, array in _neighbour_statistics(grid, neighbours).items():
        added[f"neighbours_{name}"] = array[row, column]
    ranked = is_release & grid.ranked[column]
    for name, array in zip(("rank", "of", "unranked"), _ranks(grid), strict=True):
        added[name] = np.where(ranked, array[row, column], np.nan)
    added["quartile"] = np.floor((added["rank"] - 1) * 4 / added["of"]) + 1
    beside = pd.DataFrame({name: pd.Series(added[name], index=figures.index) for name in ADDED})
    return pd.concat([figures, beside], axis=1)


def beside_local(local: pd.DataFrame, published: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which published figures some local one is set beside: `compare` says the same of the local ones with these alone.

    Both have `measure, category, period, basis`; the answer is as long as `published`.
    """
    both = pd.concat([published, local], ignore_index=True)
    codes, there = _Codes(both), np.arange(len(both)) < len(published)
    ends = [parse_period(code).end for code in codes.periods]
    known: dict[tuple[int, int], list[tuple[date, int]]] = defaultdict(list)
    for key in np.unique(codes.key[there]).tolist():
        series, period, basis = _apart(key, codes)
        known[series, basis].append((ends[period], key))
    for keys in known.values():
        keys.sort()
    place = {basis: number for number, basis in enumerate(codes.bases)}
    wanted = []
    for key in np.unique(codes.key[~there]).tolist():
        series, period, basis = _apart(key, codes)
        beside = place.get(_PUBLISHED_BASIS.get(codes.bases[basis], ""), -1)
        keys = known.get((series, beside), [])
        newest = bisect_right(keys, ends[period], key=lambda one: one[0])
        if newest:
            wanted.append(keys[newest - 1][1])
    return np.isin(codes.key[there], wanted)


def _apart(key: int, codes: "_Codes") -> tuple[int, int, int]:
    """The series, the period and the basis of a key of `_Codes`."""
    rest, basis = divmod(key, len(codes.bases))
    series, period = divmod(rest, len(codes.periods))
    return series, period, basis


ADDED = (
    "compared_period",
    "compared_basis",
    "compared_source_id",
    "england_value",
    "england_state",
    "region_id",
    "region_value",
    "region_state",
    "neighbours_mean",
    "neighbours_median",
    "neighbours_low",
    "neighbours_high",
    "neighbours_n",
    "previous_value",
    "previous_state",
    "previous_period",
    "previous_numerator",
    "previous_source_id",
    "previous_denominator",
    "rank",
    "of",
    "quartile",
    "unranked",
)

Ints = npt.NDArray[np.int64]


class _Codes:
    """Measure, category, period and basis of every figure as whole numbers, so that keys are compared without texts.

    `series` is the measure and category together, and `key` all four.
    """

    def __init__(self, figures: pd.DataFrame) -> None:
        measure, self.measures = _factorized(figures["measure"])
        category, self.categories = _factorized(figures["category"])
        self.period, self.periods = _factorized(figures["period"])
        self.basis, self.bases = _factorized(figures["basis"])
        self.series: Ints = measure * len(self.categories) + category
        self.key: Ints = self.of(self.series, self.period, self.basis)

    def of(self, series: Ints, period: Ints, basis: Ints) -> Ints:
        """The key of a series' figure for a period and basis."""
        found: Ints = (series * len(self.periods) + period) * len(self.bases) + basis
        return found

    def period_of(self, key: Ints) -> Ints:
        """The period that a key is of."""
        found: Ints = key // len(self.bases) % len(self.periods)
        return found

    def measure_of(self, key: Ints) -> Ints:
        """The measure that a key is of."""
        found: Ints = key // (len(self.periods) * len(self.bases) * len(self.categories))
        return found


def _factorized(texts: "pd.Series[str]") -> tuple[Ints, list[str]]:
    code, found = pd.factorize(texts.to_numpy(dtype=object))
    return code.astype(np.int64), [str(text) for text in found]


class _Grid:
    """Published figures as arrays of shape (keys + 1, areas); the last row is empty, for figures that nothing published
    may stand beside.

    An area without a figure of its own takes that of the joint return that it is a member of, and is not ranked again.
    """

    def __init__(
        self, figures: pd.DataFrame, codes: _Codes, is_release: npt.NDArray[np.bool_], catalogue: Catalogue
    ) -> None:
        published, areas = figures[is_release], catalogue.areas
        every = list(areas)
        self.column_of = {area.id: column for column, area in enumerate(every)}
        self.keys, row = np.unique(codes.key[is_release], return_inverse=True)
        shape = (len(self.keys) + 1, len(every))
        self.value = np.full(shape, np.nan)
        self.state = np.full(shape, "missing", dtype=object)
        self.source = np.zeros(shape, dtype=np.int64)
        column = self.columns(published["area"])
        self.value[row, column] = published["value"].to_numpy(dtype=float)
        self.state[row, column] = published["state"].to_numpy(dtype=object)
        self.source[row, column] = published["source_id"].to_numpy(dtype=np.int64)
        lower = np.array([catalogue.measure(name).polarity is Polarity.LOWER for name in codes.measures], dtype=bool)
        self.lower_is_better = np.append(lower[codes.measure_of(self.keys)], False)
        self.ranked = np.array([area.ranked for area in every])
        spans = [(period.start, period.end) for period in map(parse_period, codes.periods)]
        existed = np.array([[area.existed_between(*span) for area in every] for span in spans], dtype=bool)
        # Publishers go on listing authorities that are no more, without a figure.
        there = np.vstack([existed[codes.period_of(self.keys)], np.zeros((1, len(every)), dtype=bool)])
        self.reported = (self.source > 0) & self.ranked & (there | np.isfinite(self.value))
        self.rankable = np.where(self.ranked, self.value, np.nan)
        self.stands_for = np.tile(np.arange(len(every)), (shape[0], 1))
        for area in every:
            for member in area.members:
                own, joint = self.column_of[member], self.column_of[area.id]
                shared = (self.source[:, own] == 0) & (self.source[:, joint] > 0)
                self.value[shared, own] = self.value[shared, joint]
                self.state[shared, own] = self.state[shared, joint]
                self.stands_for[shared, own] = joint
        regions = [areas.region_of(area) for area in every]
        self.region_id = np.array([region.id if region else "" for region in regions], dtype=object)
        self.region_column = np.array([self.column_of[region.id] if region else -1 for region in regions])

    def columns(self, area: "pd.Series[str]") -> Ints:
        """The column of each area."""
        code, found = _factorized(area)
        return np.array([self.column_of[name] for name in found], dtype=np.int64)[code] if found else code

    def rows(self, key: Ints) -> Ints:
        """The row of each key; the empty row where nothing is published for it."""
        at = np.searchsorted(self.keys, key)
        there = (at < len(self.keys)) & (np.append(self.keys, -1)[np.minimum(at, len(self.keys))] == key)
        return np.where(there, at, len(self.keys))


def _compared_rows(
    codes: _Codes, is_release: npt.NDArray[np.bool_], grid: _Grid
) -> tuple[Ints, npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """The grid's row, period and basis that each figure is set beside: the empty row where nothing may be compared.

    A published figure stands in its own period; a local one beside the newest published that ends no later than it.
    """
    ends = [parse_period(code).end.toordinal() for code in codes.periods]
    published: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for key in grid.keys.tolist():
        series, when, manner = _apart(key, codes)
        published[series, manner].append((ends[when], when))
    for found in published.values():
        found.sort()
    wanted = [
        codes.bases.index(other) if (other := _PUBLISHED_BASIS.get(basis)) in codes.bases else -1
        for basis in codes.bases
    ]
    period, basis = codes.period.copy(), codes.basis.copy()
    local = np.flatnonzero(~is_release)
    each, which = np.unique(codes.key[local], return_inverse=True)
    beside = np.full((len(each), 2), -1)
    for place, own in enumerate(each.tolist()):
        series, own_period, own_basis = _apart(own, codes)
        known = published.get((series, wanted[own_basis]), [])
        at = bisect_right(known, (ends[own_period], len(codes.periods)))
        if at:
            beside[place] = known[at - 1][1], wanted[own_basis]
    period[local], basis[local] = beside[which.ravel()].T
    wanted_key = np.where(period >= 0, codes.of(codes.series, period, basis), -1)
    periods, bases = np.array([*codes.periods, ""], dtype=object), np.array([*codes.bases, ""], dtype=object)
    return grid.rows(wanted_key), periods[period], bases[basis]


def _neighbour_statistics(grid: _Grid, neighbours: NeighbourSets) -> dict[str, FloatArray]:
    """Mean (LAIT's convention), median, lowest, highest and count over each area's neighbours that have a figure."""
    index = np.full((len(grid.column_of), neighbours.size), -1)
    sets = neighbours.sets
    if len(sets):
        index[grid.columns(sets["area"]), sets["rank"].to_numpy(dtype=int) - 1] = grid.columns(sets["neighbour"])
    # In slices, so that memory does not grow with the number of measures and years.
    slices = [slice(start, start + _SLICE) for start in range(0, len(grid.value), _SLICE)]
    parts = [_statistics(grid.value[at], grid.stands_for[at], index) for at in slices]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


_SLICE = 500


def _statistics(own: FloatArray, stands_for: Ints, index: Ints) -> dict[str, FloatArray]:
    """The statistics of some rows of a grid. Two neighbours that make one joint return count once."""
    size = index.shape[1]
    values = np.where(index >= 0, own[:, index], np.nan)  # (keys, areas, size)
    returned = np.where(index >= 0, stands_for[:, index], -1)
    for place in range(1, size):
        again = (returned[..., :place] == returned[..., [place]]).any(axis=2)
        values[again, place] = np.nan
    ordered = np.sort(values, axis=2)  # NaN last
    n = np.isfinite(ordered).sum(axis=2)
    some = n > 0
    last = np.maximum(n - 1, 0)

    def take(place: npt.NDArray[np.int_]) -> FloatArray:
        return np.where(some, np.take_along_axis(ordered, place[..., None], axis=2)[..., 0], np.nan)

    with np.errstate(invalid="ignore"):
        mean = np.where(some, np.nansum(ordered, axis=2) / np.maximum(n, 1), np.nan)
    return {
        "mean": mean,
        "median": (take(last // 2) + take((last + 1) // 2)) / 2,
        "low": take(np.zeros_like(n)),
        "high": take(last),
        "n": n.astype(float),
    }


def _ranks(grid: _Grid) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rank, how many were ranked, and how many had no figure, each of shape (keys + 1, areas)."""
    signed = pd.DataFrame(np.where(grid.lower_is_better[:, None], grid.rankable, -grid.rankable))
    rank = signed.rank(axis=1, method="min").to_numpy(dtype=float)
    of = np.isfinite(grid.rankable).sum(axis=1, keepdims=True)
    reported = grid.reported.sum(axis=1, keepdims=True)
    shape = grid.rankable.shape
    return rank, np.broadcast_to(of, shape).astype(float), np.broadcast_to(reported - of, shape).astype(float)


def _previous(figures: pd.DataFrame, codes: _Codes) -> dict[str, npt.NDArray[Any]]:
    """The same area on the same basis one year earlier: windows that do not overlap, in the same season."""
    number = {code: place for place, code in enumerate(codes.periods)}
    earlier = [parse_period(code).earlier(years=1).code for code in codes.periods]
    before = np.array([number.get(code, -1) for code in earlier], dtype=np.int64)[codes.period]
    area, areas = _factorized(figures["area"])
    kind, kinds = _factorized(figures["kind"])
    who = area * len(kinds) + kind
    own = codes.key * (len(areas) * len(kinds)) + who
    wanted = codes.of(codes.series, before, codes.basis) * (len(areas) * len(kinds)) + who
    at = pd.Index(own).get_indexer(pd.Index(np.where(before >= 0, wanted, -1)))
    there = at >= 0
    added: dict[str, npt.NDArray[Any]] = {
        "previous_period": np.where(there, np.array(earlier, dtype=object)[codes.period], "")
    }
    for name in ("value", "numerator", "denominator"):
        added[f"previous_{name}"] = np.where(there, figures[name].to_numpy(dtype=float)[at], np.nan)
    added["previous_source_id"] = np.where(there, figures["source_id"].to_numpy(dtype=np.int64)[at], 0)
    added["previous_state"] = np.where(there, figures["state"].to_numpy(dtype=object)[at], "missing")
    return added
