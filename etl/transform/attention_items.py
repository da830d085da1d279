"""What stands on the attention list, and what has become of it since a date. How it comes there: `attention`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Why(StrEnum):
    """Why something is on the list, the strongest reason first."""

    STATUTORY = "statutory"
    """A time limit that law or statutory guidance sets is kept less often than before and than in England."""
    UNUSUAL = "unusual"
    """Unusual among English authorities, and adverse."""
    SPECIAL = "special"
    """Special cause in the newest quarter, and not an improvement."""
    TARGET = "target"
    """Off target by more than chance."""
    CHANGED = "changed"
    """Suddenly changed: for the worse, or activity either way."""
    DISPUTED = "disputed"
    """Two agencies give different numbers, and there is no figure until they agree."""
    LATE = "late"
    MISSING = "missing"
    POSSIBLY = "possibly"
    """Possibly unusual among English authorities, and adverse."""
    IMPROVED = "improved"
    """Suddenly changed for the better: worth knowing why, and whether it is so."""

    @property
    def adverse(self) -> bool:
        """Whether the reason says that something is amiss, so that more of it is worse."""
        return self in (Why.STATUTORY, Why.UNUSUAL, Why.TARGET, Why.POSSIBLY, Why.LATE, Why.MISSING)


PLACES = {why: 10.0 * (len(Why) - place) for place, why in enumerate(Why)}
"""The least weight of each reason."""


@dataclass(frozen=True)
class Facts:
    """The figures that a sentence is made of, unrounded, in the measure's unit; None or empty where there is none."""

    period: str = ""
    basis: str = ""
    local: bool = False
    besides_local: bool = False
    """Whether it is published, and the agency's own return has a figure of the measure as well."""
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    previous_period: str = ""
    previous_value: float | None = None
    previous_numerator: float | None = None
    previous_denominator: float | None = None
    england_value: float | None = None
    england_period: str = ""
    england_basis: str = ""
    direction: int = 0
    """1 where the figure is higher than what it is held against, −1 where it is lower."""
    among_authorities: bool = False
    """Whether it is held against how English authorities lie, or ordinarily change."""
    target: float | None = None
    rule: str = ""
    """Of control charts: `outside`, `two-of-three`, `one-side`, `trend`."""
    periods: tuple[str, ...] = ()
    since: date | None = None
    """The day by which the first of the late periods was due."""
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One thing on the list. `measure` is empty where it is about an agency's whole return."""

    area: str
    measure: str
    agency: str
    why: Why
    weight: float
    facts: Facts
    also: tuple[Why, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about, whichever way it is: the same from one reading of the list to the next."""
        return (self.area, self.measure) if self.measure else (self.area, "", self.agency, self.why)


class Disputed(NamedTuple):
    """A measure that has no figure because two agencies give different numbers for these periods, the newest first."""

    area: str
    measure: str
    periods: tuple[str, ...]


@dataclass(frozen=True)
class Owed:
    """Returns of an agency that are late, the oldest first, and the day by which the first was due."""

    area: str
    agency: str
    periods: tuple[str, ...]
    since: date


class Moved(StrEnum):
    """What has become of an item since a date."""

    NEW = "new"
    WORSE = "worse"
    CHANGED = "changed"
    LATE = "late"
    SETTLED = "settled"


def moved_since(before: Iterable[Item], now: Iterable[Item]) -> tuple[tuple[Moved, Item], ...]:
    """What is new, worse, changed, late or settled between two lists, in the order of the newer, the settled last.

    Worse is a stronger reason, or more of one that is adverse, in figures that are not the same. What stands as it did
    is left out.
    """
    old = {item.key: item for item in before}
    moved: list[tuple[Moved, Item]] = []
    current = list(now)
    for item in current:
        was = old.get(item.key)
        if was is None:
            moved.append((Moved.LATE if item.why is Why.LATE else Moved.NEW, item))
        elif (was.why, was.facts) != (item.why, item.facts):
            stronger = PLACES[item.why] > PLACES[was.why]
            more = item.why is was.why and item.why.adverse and item.weight > was.weight
            worse = item.why.adverse and (stronger or more)
            moved.append((Moved.LATE if item.why is Why.LATE else Moved.WORSE if worse else Moved.CHANGED, item))
    still = {item.key for item in current}
    return (*moved, *((Moved.SETTLED, item) for key, item in old.items() if key not in still))
