"""Counts and ratios of a journey, indexed so that a page picks its few without a scan."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from etl.load import store
from etl.transform.journeys import counts_of, ratios
from schema.periods import Basis, parse_period
from schema.states import State

BASES = (Basis.ROLLING_YEAR, Basis.QUARTER, Basis.YEAR)
"""On which a journey can be shown: a month is too short for any of its ratios."""


@dataclass(frozen=True)
class Counted:
    """A count and its state; None where there is no number."""

    count: float | None
    state: State
    source_id: int


@dataclass(frozen=True)
class RatioFound:
    """One count for every 100 of another."""

    ratio: float | None
    state: State
    above: float | None
    below: float | None


class When(NamedTuple):
    """Whose figures, and what they cover."""

    kind: str
    period: str
    basis: Basis


class JourneyFigures:
    """A journey's counts and ratios, for all areas. Never changed once made."""

    def __init__(self, figures: pd.DataFrame, measures: Sequence[str], pairs: Sequence[tuple[str, str]]) -> None:
        counts = counts_of(figures[figures["basis"].isin(BASES)], measures)
        found = ratios(counts, pairs)
        columns = ["measure", "area", "kind", "period", "basis", "count", "state", "source_id"]
        self._counts = {
            (measure, area, When(kind, period, Basis(basis))): Counted(_number(count), State(state), int(source))
            for measure, area, kind, period, basis, count, state, source in _rows(counts, columns)
        }
        columns = ["above", "below", "area", "kind", "period", "basis", "ratio", "state", "count_above", "count_below"]
        self._ratios: dict[tuple[str, str, When], dict[str, RatioFound]] = {}
        for above, below, area, kind, period, basis, ratio, state, over, under in _rows(found, columns):
            when = When(kind, period, Basis(basis))
            made = RatioFound(_number(ratio), State(state), _number(over), _number(under))
            self._ratios.setdefault((above, below, when), {})[area] = made

    def count(self, measure: str, area: str, when: When) -> Counted | None:
        """An area's count; None where it has no row."""
        return self._counts.get((measure, area, when))

    def ratio(self, above: str, below: str, area: str, when: When) -> RatioFound | None:
        """An area's ratio; None where it has neither count."""
        return self._ratios.get((above, below, when), {}).get(area)

    def values(self, above: str, below: str, when: When) -> dict[str, float]:
        """By area the ratios that are numbers."""
        found = self._ratios.get((above, below, when), {})
        return {area: one.ratio for area, one in found.items() if one.ratio is not None}

    def newest_local(self, area: str, basis: Basis) -> When | None:
        """The newest period of which any count came in a return of the area."""
        return _newest(
            when
            for (_, of, when), one in self._counts.items()
            if of == area and when.kind == store.SUBMISSION and when.basis is basis and one.count is not None
        )

    def newest_count(self, measure: str, area: str) -> When | None:
        """The newest published year for which an area has a row."""
        return _newest(
            when
            for (name, of, when) in self._counts
            if name == measure and of == area and when.kind == store.RELEASE and when.basis is Basis.YEAR
        )

    def newest_ratio(self, above: str, below: str, area: str) -> When | None:
        """The newest published year for which an area has both counts."""
        return _newest(
            when
            for (name, other, when), found in self._ratios.items()
            if (name, other) == (above, below)
            and when.kind == store.RELEASE
            and when.basis is Basis.YEAR
            and area in found
            and found[area].ratio is not None
        )


def _newest(whens: Iterable[When]) -> When | None:
    return max(whens, key=lambda when: parse_period(when.period).end, default=None)


def _rows(frame: pd.DataFrame, columns: list[str]) -> Iterable[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in columns), strict=True)


def _number(cell: float) -> float | None:
    return None if math.isnan(cell) else cell
