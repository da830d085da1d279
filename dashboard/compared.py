"""A measure's compared figures, indexed by area and by period so that a page picks its few rows without a scan."""

from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from etl.load import store
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.periods import parse_period

Row = dict[str, Any]
"""One compared figure: the columns of `etl.transform.comparisons.compare`, with NaN where there is no number."""


class ComparedMeasure:
    """All figures of one measure, for all areas, with their comparators. Never changed once made."""

    def __init__(self, frame: pd.DataFrame, catalogue: Catalogue) -> None:
        self.frame = frame
        self._catalogue = catalogue

    @cached_property
    def _by_area(self) -> dict[str, "np.ndarray[Any, Any]"]:
        return {str(area): np.asarray(at) for area, at in self.frame.groupby("area", sort=False).indices.items()}

    @cached_property
    def _by_period(self) -> dict[tuple[Any, ...], "np.ndarray[Any, Any]"]:
        published = np.flatnonzero((self.frame["kind"] == store.RELEASE).to_numpy())
        groups = self.frame.iloc[published].groupby(["period", "basis", "category"], sort=False).indices
        return {tuple(key): published[np.asarray(at)] for key, at in groups.items()}  # type: ignore[arg-type]

    def rows(self, area: Area, category: str | None = None) -> list[Row]:
        """An area's figures, the earliest end first; a member of a joint return has the joint figure where it has none
        of its own."""
        own = self._rows_of(area.id)
        joint = self._catalogue.areas.composite_of(area)
        if joint is not None:
            has = {(row["period"], row["basis"], row["category"]) for row in own}
            shared = self._rows_of(joint.id)
            own += [row for row in shared if (row["period"], row["basis"], row["category"]) not in has]
        if category is not None:
            own = [row for row in own if row["category"] == category]
        return sorted(own, key=_end)

    def _rows_of(self, area: str) -> list[Row]:
        at = self._by_area.get(area)
        if at is None:
            return []
        return [{str(name): cell for name, cell in row.items()} for row in self.frame.iloc[at].to_dict("records")]

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


def _end(row: Row) -> date:
    return parse_period(str(row["period"])).end
