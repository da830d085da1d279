"""A measure's compared figures, indexed by area and by period so that a page picks its few rows without a scan."""

from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from etl.load import store
from etl.transform.comparisons import NeighbourSets
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.periods import parse_period

Row = dict[str, Any]
"""One compared figure: the columns of `etl.transform.comparisons.compare`, with NaN where there is no number."""


class ComparedMeasure:
    """All figures of one measure, for all areas, with their comparators. Never changed once made."""

    def __init__(self, frame: pd.DataFrame, catalogue: Catalogue, neighbours: NeighbourSets) -> None:
        self._made = frame
        self._catalogue = catalogue
        self._neighbours = neighbours

    @property
    def frame(self) -> pd.DataFrame:
        """All rows, with the columns of `compare`."""
        return self._made

    @cached_property
    def _by_area(self) -> dict[str, "np.ndarray[Any, Any]"]:
        return {str(area): np.asarray(at) for area, at in self.frame.groupby("area", sort=False).indices.items()}

    @cached_property
    def _by_period(self) -> dict[tuple[Any, ...], "np.ndarray[Any, Any]"]:
        published = np.flatnonzero((self.frame["kind"] == store.RELEASE).to_numpy())
        # Grouped by three columns, each key is a tuple; pandas' types know of single ones alone.
        groups: dict[Any, Any] = self.frame.iloc[published].groupby(["period", "basis", "category"], sort=False).indices
        return {tuple(key): published[np.asarray(at)] for key, at in groups.items()}

    @cached_property
    def _columns(self) -> dict[str, "np.ndarray[Any, Any]"]:
        """Plain arrays: a page takes rows from every measure, and a frame would make each of them anew."""
        return {str(name): self.frame[name].to_numpy() for name in self.frame.columns}

    def rows(self, area: Area, category: str | None = None) -> list[Row]:
        """An area's figures, the earliest end first; a member of a joint return has the joint figure where it has none
        of its own."""
        own = self._rows_of(area.id)
        joint = self._catalogue.areas.composite_of(area)
        if joint is not None:
            has = {(row["period"], row["basis"], row["category"]) for row in own}
            shared = self._rows_of(joint.id)
            shared = [row for row in shared if (row["period"], row["basis"], row["category"]) not in has]
            own += [row | self._beside_member(row, area) for row in shared]
        if category is not None:
            own = [row for row in own if row["category"] == category]
        return sorted(own, key=_end)

    def _beside_member(self, row: Row, area: Area) -> Row:
        """A joint figure stands beside the neighbours of the member that is asked for: the pair has none of its own."""
        values = self.published(str(row["compared_period"]), str(row["compared_basis"]), str(row["category"]))
        areas = self._catalogue.areas
        nearest = [areas.by_id[found] for found in self._neighbours.of(area.id)]
        joints = {found.id: areas.composite_of(found) for found in nearest}
        ids = dict.fromkeys(j.id if (j := joints[a.id]) is not None and a.id not in values else a.id for a in nearest)
        found = np.array([values[i] for i in ids if i in values and i != row["area"]])
        if not len(found):
            return {"neighbours_n": 0.0}
        return {
            "neighbours_mean": float(found.mean()),
            "neighbours_median": float(np.median(found)),
            "neighbours_low": float(found.min()),
            "neighbours_high": float(found.max()),
            "neighbours_n": float(len(found)),
        }

    def _rows_of(self, area: str) -> list[Row]:
        at = self._by_area.get(area)
        if at is None:
            return []
        cells = (column[at].tolist() for column in self._columns.values())
        return [dict(zip(self._columns, row, strict=True)) for row in zip(*cells, strict=True)]

    def without_figure(self, period: str, basis: str, category: str) -> int:
        """How many ranked areas that were there have a row in a published period, and no number in it."""
        span = parse_period(period)
        values, by_id = self._columns["value"], self._catalogue.areas.by_id
        without = (i for i in self._by_period.get((period, basis, category), ()) if not np.isfinite(values[i]))
        areas = (by_id[str(self._columns["area"][i])] for i in without)
        return sum(area.ranked and area.existed_between(span.start, span.end) for area in areas)

    def level_with(self, row: Row) -> int:
        """How many other ranked areas have a published row's very figure, and so share its rank."""
        at = self._by_period.get((row["period"], row["basis"], row["category"]))
        if at is None or not np.isfinite(row["value"]):
            return 0
        areas, by_id = self._columns["area"], self._catalogue.areas.by_id
        same = (str(areas[i]) for i in at[self._columns["value"][at] == row["value"]])
        return sum(by_id[area].ranked for area in same if area != row["area"])

    def published(self, period: str, basis: str, category: str) -> dict[str, float]:
        """By area id the value of every ranked area (authorities, joint returns) that has one in a published period."""
        at = self._by_period.get((period, basis, category))
        if at is None:
            return {}
        areas, values = self.frame["area"].to_numpy()[at], self.frame["value"].to_numpy(dtype=float)[at]
        by_id = self._catalogue.areas.by_id
        return {
            str(area): float(value)
            for area, value in zip(areas, values, strict=True)
            if np.isfinite(value) and by_id[str(area)].ranked
        }


class ComparedThen(ComparedMeasure):
    """A measure of which, at an earlier instant, nothing stood otherwise but the agency's own figures.

    What is published is asked of the measure as it is compared now; the whole is put together only where it is needed.
    """

    def __init__(self, now: ComparedMeasure, own: pd.DataFrame) -> None:
        super().__init__(own.reset_index(drop=True), now._catalogue, now._neighbours)
        self._now = now

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All rows, with the columns of `compare`."""
        published = self._now.frame[self._now.frame["kind"] == store.RELEASE]
        parts = [part for part in (published, self._made) if len(part)]
        return pd.concat(parts, ignore_index=True) if parts else self._made

    @cached_property
    def _own(self) -> ComparedMeasure:
        return ComparedMeasure(self._made, self._catalogue, self._neighbours)

    def _rows_of(self, area: str) -> list[Row]:
        published = [row for row in self._now._rows_of(area) if row["kind"] == store.RELEASE]
        return [*published, *self._own._rows_of(area)]

    def without_figure(self, period: str, basis: str, category: str) -> int:
        """How many ranked areas have a row in a published period, and no number in it."""
        return self._now.without_figure(period, basis, category)

    def level_with(self, row: Row) -> int:
        """How many other ranked areas have a published row's very figure, and so share its rank."""
        return self._now.level_with(row)

    def published(self, period: str, basis: str, category: str) -> dict[str, float]:
        """By area id the value of every ranked area (authorities, joint returns) that has one in a published period."""
        return self._now.published(period, basis, category)


class ReleasedFigures:
    """Every release's figures of one measure, indexed by area. Never changed once made."""

    def __init__(self, frame: pd.DataFrame) -> None:
        # A compilation repeats what others publish first: it is held against them elsewhere, and is no release.
        published = frame[(frame["kind"] == store.RELEASE) & ~frame["compilation"]]
        self._frame = published[["area", "period", "basis", "category", "value", "state", "released_on"]]

    @cached_property
    def _by_area(self) -> dict[str, "np.ndarray[Any, Any]"]:
        return {str(area): np.asarray(at) for area, at in self._frame.groupby("area", sort=False).indices.items()}

    def rows(self, area: str, category: str) -> list[Row]:
        """An area's figures of a category in every release that has them."""
        at = self._by_area.get(area)
        if at is None:
            return []
        found = self._frame.iloc[at]
        records = found[found["category"] == category].to_dict("records")
        return [{str(name): cell for name, cell in row.items()} for row in records]


def _end(row: Row) -> date:
    return parse_period(str(row["period"])).end
