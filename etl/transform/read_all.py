"""Reads every authority's newest figures at once: England, region, neighbours, the year before, and what depends.

Design, rule 8, over all measures in one vectorised pass; the pure parts are `readings`, `funnels`, `differences` and
`reasons`. Nothing is rounded and nothing is put into words here (`readings.sentence` and `reasons.reason_words` do).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.transform.comparisons import NeighbourSets
from etl.transform.cube import FloatArray
from etl.transform.funnels import (
    change_spread,
    dispersion,
    levels,
    levels_of_change,
    over_dispersed_limits,
    plain_limits,
)
from etl.transform.intervals import CONFIDENCE_95, CONFIDENCE_998
from etl.transform.newest import Bools, newest_rows
from etl.transform.read_grid import About, Grid
from etl.transform.readings import dependence, difference_levels
from etl.transform.reasons import OLDEST_COMPARATOR, Reason, not_compared
from schema.catalogue import Catalogue
from schema.states import State

COLUMNS = (
    "measure",
    "category",
    "area",
    "kind",
    "basis",
    "period",
    "value",
    "state",
    "numerator",
    "denominator",
    "reported_by",
    "compared_period",
    "compared_basis",
    "lag",
    "england_value",
    "region_id",
    "region_value",
    "reason",
    "level_england",
    "plain_level_england",
    "reason_region",
    "level_region",
    "neighbours_mean",
    "neighbours_median",
    "above",
    "level_neighbours",
    "of_neighbours",
    "reason_neighbours",
    "other_model",
    "other_mean",
    "other_median",
    "other_above",
    "other_level",
    "other_of",
    "depends_model",
    "depends_statistic",
    "depends_limits",
    "depends",
    "previous_period",
    "previous_value",
    "reason_previous",
    "level_previous",
    "change_level",
    "design_effect",
)

_WITH_VALUE = tuple(state.value for state in State if state.has_value)

Columns = dict[str, npt.NDArray[Any]]


def read_all(
    compared: pd.DataFrame,
    catalogue: Catalogue,
    neighbours: NeighbourSets,
    others: Sequence[NeighbourSets] = (),
    *,
    every_category: bool = False,
) -> pd.DataFrame:
    """One row for each area's newest figure of a measure, by kind and basis, with `COLUMNS`.

    `compared` is what `comparisons.compare` gives with `neighbours`, for all areas; `others` are the other models, of
    which the first that an area is in is the one a reading has to survive. A measure's headline category only, unless
    `every_category`. Members of a joint return have a row each where they have no figure of their own (`reported_by` is
    then the joint area, else `area`). England and the regions have no row.

    - `kind` is `release` or `submission`. Published figures: the newest on each basis, months left out. Local ones: the
      newest that came on each basis; a raw quarter or term is read only against the year before.
    - `value`, `england_value`, `region_value`, `neighbours_mean`, `neighbours_median`, `other_mean`, `other_median`,
      `previous_value` are in the measure's unit; `lag` is the whole months by which what is published ends earlier.
    - `level_england`, `level_region`: −2 … 2 by over-dispersed limits about England's (the region's) printed value, the
      spread being that of the published authorities; `plain_level_england` by plain limits. NaN where `reason`
      (`reason_region`) is not empty: a `reasons.Reason`.
    - `above`, `level_neighbours` and `of_neighbours` count neighbours that the figure lies above and level with, and
      those that have a figure; NaN where `reason_neighbours` says why. A stock has its place. `other_…` are the same in
      `other_model`, whose id is empty where there is none.
    - `depends_model`, `depends_statistic`, `depends_limits`, `depends`: see `readings.Dependence`, with the mean shown.
    - `level_previous`: the interval of the difference from the year before; `change_level`: how unusual that change is
      among the published changes of all authorities (never for a stock). Both NaN where `reason_previous` says why.
    - `design_effect` is the measure's own, 1 where it has none.
    """
    rows = newest_rows(compared, catalogue, every_category=every_category)
    if rows.empty:
        return pd.DataFrame({name: [] for name in COLUMNS})
    about = About(rows, catalogue)
    grid = Grid(compared, rows, catalogue, about)
    found: Columns = {name: rows[name].to_numpy() for name in COLUMNS if name in rows}
    found |= {"lag": about.lag, "design_effect": about.design_effect}
    found |= _against_published(rows, about, grid)
    found |= _among_neighbours(rows, about, grid, neighbours, others)
    found |= _before(rows, about, grid)
    depends = dependence(
        about.value,
        shown=found["neighbours_mean"],
        other_statistic=found["neighbours_median"],
        other_model=found["other_mean"],
        other_model_other_statistic=found["other_median"],
        level=found["level_england"],
        plain_level=found["plain_level_england"],
    )
    found |= {
        "depends_model": depends.model,
        "depends_statistic": depends.statistic,
        "depends_limits": depends.limits,
        "depends": depends.depends,
    }
    return pd.DataFrame({name: found[name] for name in COLUMNS})


def _against_published(rows: pd.DataFrame, about: About, grid: Grid) -> Columns:
    """England and the region: why they are not compared with, or the level."""
    state = {
        name: np.where(about.part, State.VALUE.value, rows[f"{name}_state"].to_numpy(dtype=object))
        for name in ("england", "region")
    }
    beside = {
        "basis": about.length,
        "other_basis": np.where(about.part, "", rows["compared_basis"].to_numpy(dtype=object)),
        "version": rows["measure_version"].to_numpy(),
        "other_version": np.where(about.part, rows["measure_version"].to_numpy(), about.compared_version),
        "lag": about.lag,
    }
    reason = not_compared(about.frame(rows, other_state=state["england"], **beside))
    reason_region = not_compared(about.frame(rows, other_state=state["region"], **beside))
    spread = dispersion(grid.numerator, grid.denominator, proportion=grid.proportion, centre=grid.england)
    tau2 = spread.tau2[grid.row]
    value = about.numerator / np.where(about.denominator > 0, about.denominator, np.nan)
    found: Columns = {}
    for name, why, printed in (
        ("england", reason, grid.england[grid.row]),
        ("region", reason_region, rows["region_value"].to_numpy(dtype=float) / about.per),
    ):
        at = np.flatnonzero(why == "")
        level, plain_level = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        n, share = about.denominator[at], about.proportion[at]
        plain = [
            plain_limits(printed[at], n / about.design_effect[at], proportion=share, confidence=confidence)
            for confidence in (CONFIDENCE_95, CONFIDENCE_998)
        ]
        wide = [
            over_dispersed_limits(printed[at], n, tau2[at], proportion=share, confidence=confidence, plain=limits)
            for confidence, limits in zip((CONFIDENCE_95, CONFIDENCE_998), plain, strict=True)
        ]
        level[at] = levels(value[at], *wide)
        plain_level[at] = levels(value[at], *plain)
        # Fewer than 20 authorities: the plain limits would have an answer, and the reading has none.
        plain_level[np.isnan(level)] = np.nan
        why[at] = np.where(np.isnan(level[at]), Reason.TOO_FEW.value, "")
        found[f"level_{name}"] = level
        if name == "england":
            found["plain_level_england"] = plain_level
    return found | {"reason": reason, "reason_region": reason_region}


def _among_neighbours(
    rows: pd.DataFrame, about: About, grid: Grid, neighbours: NeighbourSets, others: Sequence[NeighbourSets]
) -> Columns:
    """Position in each area's own neighbours, in the model shown and in the first other one that the area is in."""
    reason = not_compared(
        about.frame(
            rows,
            # A position needs a value only: no counts, and no events that are independent.
            stock=np.zeros(len(rows), dtype=bool),
            kind=np.where(about.kind == "count", "count", "rate"),
            numerator=np.zeros(len(rows)),
            denominator=np.ones(len(rows)),
            basis=about.length,
            other_basis=rows["compared_basis"].to_numpy(dtype=object),
            version=rows["measure_version"].to_numpy(),
            other_version=np.where(about.part, rows["measure_version"].to_numpy(), about.compared_version),
            lag=about.lag,
        )
    )
    none = (reason == Reason.DIFFERENT_BASIS) & ~about.part & (rows["compared_period"].to_numpy(dtype=object) == "")
    reason[none] = Reason.NO_COMPARATOR.value
    shown = _statistics(rows, about, grid, neighbours)
    reason = np.where((reason == "") & ~(shown["of"] > 0), Reason.NO_COMPARATOR.value, reason).astype(object)
    compared = reason == ""
    other = {name: np.full(len(rows), np.nan) for name in shown}
    model = np.full(len(rows), "", dtype=object)
    for sets in others:
        found = _statistics(rows, about, grid, sets)
        at = (model == "") & (found["of"] > 0) & compared
        model[at] = sets.model
        for name, array in found.items():
            other[name][at] = array[at]
    own = {name: np.where(compared, array, np.nan) for name, array in shown.items()}
    return {
        "reason_neighbours": reason,
        "neighbours_mean": own["mean"],
        "neighbours_median": own["median"],
        "above": own["above"],
        "level_neighbours": own["level"],
        "of_neighbours": own["of"],
        "other_model": model,
        "other_mean": other["mean"],
        "other_median": other["median"],
        "other_above": other["above"],
        "other_level": other["level"],
        "other_of": other["of"],
    }


def _statistics(rows: pd.DataFrame, about: About, grid: Grid, sets: NeighbourSets) -> dict[str, FloatArray]:
    """Mean, median and position of each row among its area's neighbours. Two that make one joint return count once."""
    index = np.full((len(grid.column_of), sets.size), -1)
    if len(sets.sets):
        index[grid.columns(sets.sets["area"]), sets.sets["rank"].to_numpy(dtype=int) - 1] = grid.columns(
            sets.sets["neighbour"]
        )
    chosen = index[grid.columns(rows["area"])]
    values = np.where(chosen >= 0, grid.value[grid.row[:, None], chosen], np.nan)
    whose = np.where(chosen >= 0, grid.stands_for[grid.row[:, None], chosen], -1)
    values[whose == grid.columns(rows["reported_by"])[:, None]] = np.nan
    # Only neighbours of a few areas make a joint return, so only those rows are looked through for a second one.
    ordered = np.sort(np.where(whose < 0, -1 - np.arange(sets.size), whose), axis=1)
    for at in np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1)):
        _, first = np.unique(whose[at], return_index=True)
        again = np.ones(sets.size, dtype=bool)
        again[first] = False
        values[at, again] = np.nan
    known = np.isfinite(values)
    of = known.sum(axis=1)
    ordered = np.sort(values, axis=1)  # NaN last
    last = np.maximum(of - 1, 0)
    each = np.arange(len(rows))
    own = np.where(np.isin(rows["state"].to_numpy().astype(str), _WITH_VALUE), about.value, np.nan)[:, None]
    with_figure = np.isfinite(own[:, 0])

    def count(which: Bools) -> FloatArray:
        return np.where(with_figure, which.sum(axis=1), np.nan)

    return {
        "mean": np.where(of > 0, np.nansum(values, axis=1) / np.maximum(of, 1), np.nan),
        "median": (ordered[each, last // 2] + ordered[each, (last + 1) // 2]) / 2,
        "above": count(own > values),
        "level": count(own == values),
        "of": of.astype(float),
    }


def _before(rows: pd.DataFrame, about: About, grid: Grid) -> Columns:
    """The year before: by the interval of the difference, and by how authorities ordinarily change."""
    x, n = about.numerator, about.denominator
    y, m = (rows[f"previous_{name}"].to_numpy(dtype=float) for name in ("numerator", "denominator"))
    version = rows["measure_version"].to_numpy()
    reason = not_compared(
        about.frame(
            rows,
            match=np.full(len(rows), "exact", dtype=object),
            other_state=rows["previous_state"].to_numpy(dtype=object),
            version=version,
            other_version=np.where(about.previous_version > 0, about.previous_version, version),
        )
    )
    reason = np.where((reason == "") & (np.isnan(y) | np.isnan(m)), Reason.PERCENT_ONLY.value, reason).astype(object)
    level = difference_levels(x, n, y, m, proportion=about.proportion, design_effect=about.design_effect)
    reason = np.where((reason == "") & np.isnan(level), Reason.DOES_NOT_FIT.value, reason).astype(object)
    spread = change_spread(
        grid.numerator,
        grid.denominator,
        grid.previous_numerator,
        grid.previous_denominator,
        proportion=grid.proportion,
    )
    changed = levels_of_change(
        x, n, y, m, proportion=about.proportion, ordinary=spread.ordinary[grid.row], tau2=spread.tau2[grid.row]
    )
    # The agency's own change is held against published ones only where they count the same, and lately enough.
    alike = about.published | ((about.match == "exact") & ~about.part & (about.lag <= OLDEST_COMPARATOR))
    read = reason == ""
    return {
        "reason_previous": reason,
        "level_previous": np.where(read, level, np.nan),
        "change_level": np.where(read & alike, changed, np.nan),
    }
