"""What one area's control chart shows: taken from the charts of all areas, with the words that stand beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from etl.transform.control_charts import ControlCharts
from etl.transform.control_terms import Assurance, Event, Rebase, Variation
from schema.measures import Measure
from schema.periods import PeriodKind, day_label


@dataclass(frozen=True)
class ControlPoint:
    """One month or quarter. Limits are None where there are none, and so is the value."""

    ends: date
    label: str
    value: float | None
    lower: float | None
    centre: float | None
    upper: float | None
    floored: bool
    """Whether the lower limit would lie below what is possible."""
    trial: bool
    segment: int
    variation: Variation
    outside: int
    """This and the next three: 1 for high or rising, −1 for low or falling, 0 for no signal by that rule."""
    two_of_three: int
    one_side: int
    trend: int
    reason: str
    """Why there is no number; empty where there is one."""


@dataclass(frozen=True)
class Note:
    """A lettered mark on the chart: an event, or a new baseline."""

    letter: str
    on: date
    text: str
    rebase: bool


@dataclass(frozen=True)
class Overall:
    """That the values under the newest baseline, taken together, vary by more than chance."""

    points: int
    step: str
    """The first period since the level stepped; empty where no single step explains it."""
    before: float | None
    """The level before the step, in the measure's unit, and since; None without a step."""
    since: float | None


@dataclass(frozen=True)
class ControlView:
    """Everything on one control chart."""

    measure: Measure
    title: str
    """The measure, and its category where it has one."""
    area_name: str
    unit: str
    """What a period is called: "month" or "quarter"."""
    points: tuple[ControlPoint, ...]
    rule: str
    """How the limits were drawn."""
    source: str
    target: float | None
    assurance: Assurance
    notes: tuple[Note, ...]
    target_from: date | None = None
    """The day from which the target holds; None is from the first."""
    target_note: str = ""
    """Who set the target, when and why, as a sentence."""
    overall: Overall | None = None
    """Where the values vary more than chance would have them; None where they do not, or it cannot be said."""

    @property
    def newest(self) -> ControlPoint | None:
        """The last period with a value."""
        return next((point for point in reversed(self.points) if point.value is not None), None)


def control_view(
    charts: ControlCharts,
    area: str,
    *,
    measure: Measure,
    area_name: str,
    source: str,
    title: str = "",
    target: float | None = None,
    target_from: date | None = None,
    target_note: str = "",
    reasons: Mapping[str, str] | None = None,
) -> ControlView:
    """One area's chart.

    Args:
        charts: with the area among them.
        area: its id.
        measure: whose figures they are.
        area_name: as people read it.
        source: who published the figures and when, as a sentence.
        title: of the figures; the measure's own if it is empty.
        target: in the measure's unit.
        target_from: the day from which it holds.
        target_note: who set it, when and why, as a sentence.
        reasons: by a period's code, why it has no number.
    """
    row = charts.areas.index(area)
    variation = charts.variation(measure.polarity)[row]
    why = reasons or {}
    trial = charts.trial[row]
    points = tuple(
        ControlPoint(
            ends=period.end,
            label=period.label(),
            value=_number(charts.value[row, at]),
            lower=_number(charts.lower[row, at]),
            centre=_number(charts.centre[row, at]),
            upper=_number(charts.upper[row, at]),
            floored=bool(charts.floored[row, at]),
            trial=bool(trial[at]),
            segment=int(charts.segment[row, at]),
            variation=variation[at],
            outside=int(charts.signals.outside[row, at]),
            two_of_three=int(charts.signals.two_of_three[row, at]),
            one_side=int(charts.signals.one_side[row, at]),
            trend=int(charts.signals.trend[row, at]),
            reason=_reason(charts, row, at, why.get(period.code, "")),
        )
        for at, period in enumerate(charts.periods)
    )
    return ControlView(
        measure=measure,
        title=title or measure.title,
        area_name=area_name,
        unit="month" if charts.periods[0].kind is PeriodKind.MONTH else "quarter",
        points=points,
        rule=charts.rule(area),
        source=source,
        target=target,
        assurance=charts.assurance(target, measure.polarity)[row],
        notes=_notes(charts, area),
        target_from=target_from,
        target_note=target_note,
        overall=_overall(charts, area),
    )


def _overall(charts: ControlCharts, area: str) -> Overall | None:
    found = charts.together(area)
    if found is None or not found[0].beyond_chance:
        return None
    together, periods = found
    if together.step is None:
        return Overall(together.points, "", None, None)
    before, since = together.before * charts.per, together.since * charts.per
    return Overall(together.points, periods[together.step].label(), before, since)


def _notes(charts: ControlCharts, area: str) -> tuple[Note, ...]:
    """New baselines and events within the chart, lettered in the order of time."""
    first, last = charts.periods[0].start, charts.periods[-1].end
    marked: list[Rebase | Event] = [*charts.rebases_of(area), *(e for e in charts.events if first <= e.on <= last)]
    ordered = sorted(marked, key=_when)
    return tuple(Note(_letters(at), _when(one), _told(one), isinstance(one, Rebase)) for at, one in enumerate(ordered))


def _when(one: Rebase | Event) -> date:
    return one.start.start if isinstance(one, Rebase) else one.on


def _told(one: Rebase | Event) -> str:
    if isinstance(one, Rebase):
        return f"{one.start.label()}, new baseline by {one.who.strip()}: {_inner(one.reason)}"
    kind = {"event": "", "definition": ", definition changed", "system": ", system changed"}[one.kind]
    return f"{day_label(one.on)}{kind}: {_inner(one.label)}"


def _inner(text: str) -> str:
    """What somebody wrote, as they wrote it, without its full stop."""
    return text.strip().rstrip(".")


def _letters(at: int) -> str:
    """A to Z, then AA."""
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def _reason(charts: ControlCharts, row: int, at: int, given: str) -> str:
    if not np.isnan(charts.value[row, at]):
        return ""
    if charts.left_out[row, at]:
        return "its counts make no share: nothing below, or more above than below"
    return given or "no figure"


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
