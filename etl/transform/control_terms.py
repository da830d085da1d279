"""The terms of control charts: why there is none, what a value is, whether a target is met; new baselines, events."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from schema.errors import WrongUseError
from schema.periods import Period

Kind = Literal["count", "proportion", "rate"]
"""How chance works: a "count" (or a mean) is judged by its own past alone, the others by their numbers too."""


class Refusal(StrEnum):
    """Why there is no chart."""

    OVERLAPS = "overlaps"
    STOCK = "stock"
    PRINTED = "printed"
    TERM = "term"
    NOT_QUARTERS_OR_MONTHS = "not-quarters-or-months"
    NO_VALUES = "no-values"

    @property
    def words(self) -> str:
        """The reason as a reader meets it."""
        return {
            Refusal.OVERLAPS: "No control chart: each figure shares most of its months with the one before it.",
            Refusal.STOCK: "No control chart: most of what is counted at one date is counted again at the next.",
            Refusal.PRINTED: "No control chart: the figure is as printed, without the counts behind it.",
            Refusal.TERM: "No control chart: there are three terms in a year, and no two of them are alike.",
            Refusal.NOT_QUARTERS_OR_MONTHS: "No control chart: it needs quarters or months, as they are.",
            Refusal.NO_VALUES: "No control chart: there is no figure yet.",
        }[self]


class Variation(StrEnum):
    """What a value is, beside the values before it."""

    COMMON = "common-cause"
    IMPROVEMENT = "special-cause-improvement"
    CONCERN = "special-cause-concern"
    NEITHER = "special-cause-neither"
    """Higher or lower than chance would have it, of a measure of which neither is better."""
    NO_LIMITS = "no-limits"
    MISSING = "missing"


class Assurance(StrEnum):
    """Whether a process that goes on as it is will meet its target."""

    MET = "reliably-met"
    NOT_MET = "reliably-not-met"
    HIT_AND_MISS = "hit-and-miss"
    NOT_ASKED = "not-asked"
    """There is no target, or neither direction is better."""
    NO_LIMITS = "no-limits"


@dataclass(frozen=True)
class Rebase:
    """A new baseline from a period on, by a person, with a reason.

    Raises:
        WrongUseError: the reason or the person is missing.
    """

    start: Period
    """Limits are drawn again from the first period charted that begins with it or later."""
    reason: str
    who: str
    area: str | None = None
    """None is every area."""

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.who.strip():
            raise WrongUseError(
                f"The new baseline from {self.start.label()} has no {'reason' if self.who.strip() else 'name'}: "
                "say why the limits are drawn again, and who decided it."
            )


@dataclass(frozen=True)
class Event:
    """Something that happened, marked on the chart and used for nothing else."""

    on: date
    label: str
    kind: Literal["event", "definition", "system"] = "event"
