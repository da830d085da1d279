"""A figure against the target that holds for it: met or not by the figure as it is, and whether chance could say."""

from dataclasses import dataclass

import numpy as np

from dashboard.queries import Queries
from dashboard.views.figure import FigureView
from dashboard.views.intervals import effect_of
from etl.transform.differences import limits_of
from etl.transform.intervals import CONFIDENCE_95, CONFIDENCE_998, Interval
from etl.transform.readings import target_levels, target_met
from etl.transform.reasons import Reason, measure_kind, reason_words
from schema.areas import Area
from schema.context import Context
from schema.measures import Measure
from schema.periods import day_label, parse_period


@dataclass(frozen=True)
class Target:
    """A target beside one figure. `met` is None where there is no figure, or what is published is another measure."""

    value: float
    """In the measure's unit."""
    set_by: str
    """Who set it, from when and why, as a sentence."""
    figure: float | None
    period_label: str
    met: bool | None
    level: int | None
    """Of `readings.target_levels`, above 0 where the figure lies above the target; None where `why` says why chance is
    not weighed."""
    why: str
    """A clause; empty where it is."""

    @property
    def by_chance(self) -> bool:
        """Whether chance alone could put the figure on this side of the target."""
        return self.level == 0 and self.figure != self.value


def target_of(
    queries: Queries, context: Context, measure: Measure, area: Area, figure: FigureView | None
) -> Target | None:
    """The target that held for the area when the figure's period ended; None where none did, or there is no figure."""
    if figure is None:
        return None
    note = queries.annotations(context).target(
        measure, area.id, category=figure.category, basis=figure.basis, on=parse_period(figure.period).end
    )
    if note is None or note.value is None:
        return None
    said = f"It holds from {day_label(note.day)}, set by {note.who}: {note.text.rstrip('.')}."
    met: bool | None = None
    level, why = None, ""
    if not figure.local and measure.published_as.match != "exact":
        why = reason_words(Reason.NO_COUNTERPART)
    elif figure.value is None or not figure.state.has_value:
        why = reason_words(Reason.NO_FIGURE, state=figure.state)
    else:
        met = target_met(figure.value, note.value, measure.polarity)[0]
        level, why = _level(queries, measure, figure, note.value)
    return Target(note.value, said, figure.value, figure.period_label, met, level, why)


_NOT_WEIGHED = {
    "count": Reason.COUNT_ONLY,
    "mean": Reason.MEAN_ONLY,
    "equivalents": Reason.NOT_EVENTS,
}


def _level(queries: Queries, measure: Measure, figure: FigureView, target: float) -> tuple[int | None, str]:
    """The level against the target by the figure's own interval, or why chance is not weighed."""
    kind = measure_kind(measure, queries.catalogue)
    if kind in _NOT_WEIGHED:
        # A count needs no area of another size beside it to be held against a target: but chance cannot be weighed.
        why = "" if kind == "count" else reason_words(_NOT_WEIGHED[kind])
        return None, why or "it is a count, and what it is out of is not known"
    if queries.catalogue.at_date(measure):
        return None, reason_words(Reason.STOCK)
    if figure.numerator is None or figure.denominator is None:
        return None, reason_words(Reason.PERCENT_ONLY)
    at_95, at_998 = (
        Interval(found.lower * measure.per, found.upper * measure.per)
        for found in (
            limits_of(
                figure.numerator,
                figure.denominator,
                proportion=kind == "proportion",
                confidence=confidence,
                design_effect=effect_of(measure),
            )
            for confidence in (CONFIDENCE_95, CONFIDENCE_998)
        )
    )
    if not np.isfinite(at_95.lower):
        return None, reason_words(Reason.DOES_NOT_FIT)
    return int(target_levels(target, at_95, at_998)), ""
