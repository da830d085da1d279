"""Quantity values laid out as aligned arrays, so that a formula over them is arithmetic on arrays."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from schema.catalogue import Catalogue
from schema.periods import Basis, Period, PeriodKind, parse_period
from schema.quantities import QuantityKind
from schema.states import SEVERITY, SEVERITY_OF, State

FloatArray = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int8]
Ids = npt.NDArray[np.int64]

_MISSING = SEVERITY_OF[State.MISSING]
_LAST_WITH_VALUE = SEVERITY_OF[State.NIL]

SEVERITY_NAMES = np.array([state.value for state in SEVERITY], dtype=object)
"""The states' names by severity rank."""


class Part(NamedTuple):
    """One term of a formula for every row of a cube. `value` is NaN wherever `severity` ranks past a nil return."""

    value: FloatArray
    severity: Ranks
    source: Ids
    """The source that each value came from; 0 where there is none."""


def has_value(severity: Ranks) -> npt.NDArray[np.bool_]:
    """Where a number stands behind the state."""
    return severity <= _LAST_WITH_VALUE


def state_names(severity: Ranks) -> npt.NDArray[np.object_]:
    """Severity ranks as the states' names."""
    return SEVERITY_NAMES[severity]


@dataclass(frozen=True)
class Cube:
    """Values by (area, period), one `Part` for each (quantity, category, basis)."""

    area: npt.NDArray[np.object_]
    period: npt.NDArray[np.object_]
    parts: dict[tuple[str, str, str], Part]

    @classmethod
    def of(cls, values: pd.DataFrame) -> "Cube":
        """Lay out a frame with `area, period, basis, quantity, category, value, state, source_id`.

        Each (quantity, category, basis) stands at most once for an (area, period): precedence has been settled.
        """
        area_code, areas = pd.factorize(values["area"])
        period_code, periods = pd.factorize(values["period"])
        pair, row = np.unique(area_code.astype(np.int64) * max(len(periods), 1) + period_code, return_inverse=True)
        value = values["value"].to_numpy(dtype=float)
        severity = np.asarray(values["state"].map(SEVERITY_OF), dtype=np.int8)
        source = values["source_id"].to_numpy(dtype=np.int64)
        parts: dict[tuple[str, str, str], Part] = {}
        for key, rows in values.groupby(["quantity", "category", "basis"], sort=False).indices.items():
            at = np.asarray(rows)
            part = nothing(len(pair))
            part.value[row[at]] = np.where(has_value(severity[at]), value[at], np.nan)
            part.severity[row[at]] = severity[at]
            part.source[row[at]] = source[at]
            parts[cast("tuple[str, str, str]", key)] = part
        n_periods = max(len(periods), 1)
        return cls(
            np.asarray(areas, dtype=object)[pair // n_periods],
            np.asarray(periods, dtype=object)[pair % n_periods],
            parts,
        )

    def __len__(self) -> int:
        return len(self.area)

    def newest_source(self, among: Collection[int]) -> Ids:
        """For each row the newest of some sources that says anything of its area and period; 0 where none does."""
        key = frozenset(among)
        if key not in self._newest:
            found = [np.where(np.isin(part.source, list(key)), part.source, 0) for part in self.parts.values()]
            self._newest[key] = np.maximum.reduce(found)
        return self._newest[key]

    @cached_property
    def _newest(self) -> dict[frozenset[int], Ids]:
        return {}

    def part(self, quantity: str, category: str, basis: str) -> Part:
        """A term; missing throughout where nobody reports it."""
        return self.parts.get((quantity, category, basis)) or nothing(len(self))

    def categories(self, quantity: str, breakdown: str) -> tuple[str, ...]:
        """The categories of a breakdown that the cube holds for a quantity."""
        found = {c for q, c, _ in self.parts if q == quantity and c.partition(":")[0] == breakdown}
        return tuple(sorted(found))

    @cached_property
    def _row_of(self) -> dict[tuple[str, str], int]:
        return {(area, period): row for row, (area, period) in enumerate(zip(self.area, self.period, strict=True))}

    def with_rolling_years(self, catalogue: Catalogue) -> "Cube":
        """The cube with a year added for every flow that adds up: the rolling year of the four quarters that end there,
        and the academic year of the three terms that end with a summer.

        A quarter that is missing leaves the rolling year missing: three quarters are never called a year. Where the
        return gives the year itself (children counted once), that stands and nothing is summed.
        """
        added = {}
        for basis, year, before in (
            (Basis.QUARTER, Basis.ROLLING_YEAR, self._quarters_of_rolling_year()),
            (Basis.TERM, Basis.ACADEMIC_YEAR, self._terms_of_academic_year()),
        ):
            for (quantity, category, own), part in self.parts.items():
                if own != basis or (quantity, category, year.value) in self.parts:
                    continue
                known = catalogue.quantities[quantity]
                if known.kind is QuantityKind.FLOW and known.additive:
                    added[(quantity, category, year.value)] = self._summed(part, before)
        return Cube(self.area, self.period, {**self.parts, **added})

    def _quarters_of_rolling_year(self) -> npt.NDArray[np.int64]:
        """For each row the rows of its quarter and the three before: shape (rows, 4)."""
        return self._rows_of(
            4, PeriodKind.QUARTER, lambda period: [period.earlier(quarters=back).code for back in range(4)]
        )

    def _terms_of_academic_year(self) -> npt.NDArray[np.int64]:
        """For each row of a summer term the rows of it and the two before: shape (rows, 3)."""
        return self._rows_of(
            3,
            PeriodKind.TERM,
            lambda period: [period.earlier(terms=back).code if period.end.month == 8 else "" for back in range(3)],
        )

    def _rows_of(self, count: int, kind: PeriodKind, codes: Callable[[Period], list[str]]) -> npt.NDArray[np.int64]:
        """For each row the rows of some periods of its own area, -1 where one is not there."""
        periods = {code: parse_period(code) for code in set(self.period)}
        wanted = {code: codes(period) for code, period in periods.items() if period.kind is kind}
        return np.array(
            [
                [self._row_of.get((area, code), -1) for code in wanted.get(period, [""] * count)]
                for area, period in zip(self.area, self.period, strict=True)
            ],
            dtype=np.int64,
        ).reshape(-1, count)

    def _summed(self, part: Part, quarters: npt.NDArray[np.int64]) -> Part:
        severity = np.where(quarters >= 0, part.severity[quarters], np.int8(_MISSING)).max(axis=1).astype(np.int8)
        # The rolling year ends with this quarter: without the quarter itself there is no rolling year to speak of.
        ok = has_value(severity)
        value = np.where(ok, np.where(quarters >= 0, part.value[quarters], np.nan).sum(axis=1), np.nan)
        zero = SEVERITY_OF[State.ZERO]
        severity = np.where(ok, np.where(value == 0, zero, SEVERITY_OF[State.VALUE]), severity).astype(np.int8)
        # A term that ends no academic year, and a period that is no quarter, say nothing of a year.
        return Part(value, severity, np.where(quarters[:, 0] >= 0, part.source, 0))


def nothing(rows: int) -> Part:
    """A part that is missing in every row."""
    return Part(np.full(rows, np.nan), np.full(rows, _MISSING, dtype=np.int8), np.zeros(rows, dtype=np.int64))


def total(parts: list[Part]) -> Part:
    """The sum of several terms, in the worst of their states. One hidden part hides the sum."""
    if len(parts) == 1:
        return parts[0]
    severity = np.maximum.reduce([part.severity for part in parts])
    value = np.where(has_value(severity), np.add.reduce([part.value for part in parts]), np.nan)
    source = np.maximum.reduce([part.source for part in parts])
    return Part(value, severity, source)
