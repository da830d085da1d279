"""Sets every figure beside England, its region, its statistical neighbours and itself a year before.

Computed on read, for all authorities at once. Design, rules 3 (what may be compared), 5 (joint returns),
7 (neighbours), 11 (rank) and 12 (latest). A comparator always carries its own period and source: a local figure stands
beside the newest published one that ends no later than itself, and whoever shows the two shows both dates.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from schema.areas import Areas
from schema.catalogue import Catalogue
from schema.measures import Measure, Polarity
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


def compare(figures: pd.DataFrame, measure: Measure, neighbours: NeighbourSets, catalogue: Catalogue) -> pd.DataFrame:
    """The figures of one measure with their comparators.

    `figures` are the newest (see `newest_only`) of one measure, for all areas. Returned with the same rows and these
    columns added: `compared_period`, `compared_basis` and `compared_source_id` (of England, region and neighbours);
    `england_value`, `england_state`; `region_id`, `region_value`, `region_state`; `neighbours_mean`, `_median`, `_low`,
    `_high`, `_n` (how many of the set had a figure); `previous_value`, `previous_state`, `previous_period`,
    `previous_numerator`, `previous_denominator`, `previous_source_id`; and for published figures of authorities `rank`,
    `of`, `quartile` (1 is best where the polarity says so, else highest; ties take the lowest number) and `unranked`,
    the authorities left out for want of a figure.
    """
    if figures.empty:
        return figures.reindex(columns=[*figures.columns, *ADDED])
    parts = [
        _compare_category(frame.copy(), measure, neighbours, catalogue)
        for _, frame in figures.groupby("category", sort=False)
    ]
    return pd.concat(parts).loc[figures.index]


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


def _compare_category(
    figures: pd.DataFrame, measure: Measure, neighbours: NeighbourSets, catalogue: Catalogue
) -> pd.DataFrame:
    _add_previous(figures)
    is_release = (figures["kind"] == RELEASE).to_numpy()
    grid = _Grid(figures[is_release], catalogue.areas)
    row, periods, bases = _compared_rows(figures, grid)
    column = grid.columns(figures["area"])
    figures["compared_period"], figures["compared_basis"] = periods, bases
    england = np.full(len(figures), grid.column_of["england"])
    region = grid.region_column[column]
    figures["compared_source_id"] = grid.source[row, england]
    figures["england_value"] = grid.value[row, england]
    figures["england_state"] = grid.state[row, england]
    figures["region_id"] = grid.region_id[column]
    figures["region_value"] = np.where(region >= 0, grid.value[row, region], np.nan)
    figures["region_state"] = np.where(region >= 0, grid.state[row, region], "missing")
    for name, array in _neighbour_statistics(grid, neighbours).items():
        figures[f"neighbours_{name}"] = array[row, column]
    ranked = is_release & grid.ranked[column]
    for name, array in zip(("rank", "of", "unranked"), _ranks(grid, measure.polarity), strict=True):
        figures[name] = np.where(ranked, array[row, column], np.nan)
    figures["quartile"] = np.floor((figures["rank"] - 1) * 4 / figures["of"]) + 1
    return figures


class _Grid:
    """A measure's published figures as arrays of shape (periods + 1, areas); the last row is empty, for figures that
    nothing published may stand beside.

    An area without a figure of its own takes that of the joint return that it is a member of, and is not ranked again.
    """

    def __init__(self, published: pd.DataFrame, areas: Areas) -> None:
        every = list(areas)
        self.column_of = {area.id: column for column, area in enumerate(every)}
        keys = list(dict.fromkeys(zip(published["period"], published["basis"], strict=True)))
        self.row_of = {key: row for row, key in enumerate(keys)}
        shape = (len(keys) + 1, len(every))
        self.value = np.full(shape, np.nan)
        self.state = np.full(shape, "missing", dtype=object)
        self.source = np.zeros(shape, dtype=np.int64)
        rows = (self.row_of[key] for key in zip(published["period"], published["basis"], strict=True))
        row = np.fromiter(rows, dtype=int, count=len(published))
        column = self.columns(published["area"])
        self.value[row, column] = published["value"].to_numpy(dtype=float)
        self.state[row, column] = published["state"].to_numpy(dtype=object)
        self.source[row, column] = published["source_id"].to_numpy(dtype=np.int64)
        self.ranked = np.array([area.ranked for area in every])
        self.reported = (self.source > 0) & self.ranked
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

    def columns(self, area: "pd.Series[str]") -> npt.NDArray[np.int_]:
        """The column of each area."""
        return np.fromiter((self.column_of[found] for found in area), dtype=int, count=len(area))


def _compared_rows(
    figures: pd.DataFrame, grid: _Grid
) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """The grid's row, period and basis that each figure is set beside: the empty row where nothing may be compared."""
    keys = list(zip(figures["kind"], figures["period"], figures["basis"], strict=True))
    found = {key: _beside(*key, grid) for key in dict.fromkeys(keys)}
    row = np.fromiter((grid.row_of.get(found[key], -1) for key in keys), dtype=int, count=len(keys))
    return (
        row,
        np.array([found[key][0] for key in keys], dtype=object),
        np.array([found[key][1] for key in keys], dtype=object),
    )


def _beside(kind: str, period: str, basis: str, grid: _Grid) -> tuple[str, str]:
    """A published figure's own period; for a local one the newest published that ends no later than it does."""
    if kind == RELEASE:
        return period, basis
    wanted, end = _PUBLISHED_BASIS.get(basis), parse_period(period).end
    earlier = {
        known_end: known
        for known, known_basis in grid.row_of
        if known_basis == wanted and (known_end := parse_period(known).end) <= end
    }
    return (earlier[max(earlier)], wanted) if earlier and wanted else ("", "")


def _neighbour_statistics(grid: _Grid, neighbours: NeighbourSets) -> dict[str, FloatArray]:
    """Mean (LAIT's convention), median, lowest, highest and count over each area's neighbours that have a figure.

    Two neighbours that make one joint return count once.
    """
    index = np.full((len(grid.column_of), neighbours.size), -1)
    sets = neighbours.sets
    if len(sets):
        index[grid.columns(sets["area"]), sets["rank"].to_numpy(dtype=int) - 1] = grid.columns(sets["neighbour"])
    values = np.where(index >= 0, grid.value[:, index], np.nan)  # (periods, areas, size)
    returned = np.where(index >= 0, grid.stands_for[:, index], -1)
    for place in range(1, neighbours.size):
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


def _ranks(grid: _Grid, polarity: Polarity) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rank, how many were ranked, and how many had no figure, each of shape (periods, areas)."""
    signed = pd.DataFrame(grid.rankable if polarity is Polarity.LOWER else -grid.rankable)
    rank = signed.rank(axis=1, method="min").to_numpy(dtype=float)
    of = np.isfinite(grid.rankable).sum(axis=1, keepdims=True)
    reported = grid.reported.sum(axis=1, keepdims=True)
    shape = grid.rankable.shape
    return rank, np.broadcast_to(of, shape).astype(float), np.broadcast_to(reported - of, shape).astype(float)


def _add_previous(figures: pd.DataFrame) -> None:
    """The same area on the same basis one year earlier: windows that do not overlap, in the same season."""
    codes = {code: parse_period(code).earlier(years=1).code for code in figures["period"].unique()}
    key = pd.MultiIndex.from_frame(figures[["kind", "area", "basis", "period"]])
    wanted = pd.MultiIndex.from_arrays(
        [figures["kind"], figures["area"], figures["basis"], figures["period"].map(codes)]
    )
    at = key.get_indexer(wanted)
    there = at >= 0
    figures["previous_period"] = np.where(there, figures["period"].map(codes), "")
    for name in ("value", "numerator", "denominator"):
        figures[f"previous_{name}"] = np.where(there, figures[name].to_numpy(dtype=float)[at], np.nan)
    figures["previous_source_id"] = np.where(there, figures["source_id"].to_numpy(dtype=np.int64)[at], 0)
    figures["previous_state"] = np.where(there, figures["state"].to_numpy(dtype=object)[at], "missing")
