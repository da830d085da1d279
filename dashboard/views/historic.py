"""What earlier papers print of a measure: as printed, with their caveats, and never part of the series."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from dashboard.queries import Queries
from dashboard.views.measure import MeasurePage
from etl.extract.papers import NEIGHBOURS, OTHER_PERIOD, WIDER
from etl.extract.papers import NOT_STATED as AREA_NOT_STATED
from schema.areas import Area
from schema.context import Context
from schema.measures import Measure
from schema.periods import Basis, day_label
from schema.quantities import TOTAL

NOT_STATED = "not stated"
"""What a paper's figure has for a period where the paper gives none."""

_WHOSE = {
    "": "{area}",
    NEIGHBOURS: "{area}’s statistical neighbours",
    WIDER: "A wider area with {area} in it",
    AREA_NOT_STATED: "The paper does not say",
}


@dataclass(frozen=True)
class HistoricFigure:
    """One figure as a paper prints it."""

    starts: date
    ends: date
    basis: str
    period_label: str
    """What it covers, in our words."""
    label_printed: str
    """The same in the paper's."""
    whose: str
    is_own: bool
    category: str
    category_title: str
    as_printed: str
    value: float | None
    unit: str
    numerator: float | None
    denominator: float | None
    paper: str
    published: date
    place: str
    scope: str
    caveat: str
    disagreement: str
    """A sentence where the printed counts do not make the printed value."""
    file_name: str
    row: int

    @property
    def remarks(self) -> str:
        """All that a reader must know beside the figure, in sentences."""
        told = (self.scope, self.caveat, self.disagreement)
        return " ".join(text if text.endswith((".", "?")) else f"{text}." for text in told if text)


def historic(queries: Queries, context: Context, measure: Measure, area: Area) -> tuple[HistoricFigure, ...]:
    """Of an area, and where the papers set them beside it of its neighbours, region and England; the newest first.

    What stands beside is left out where the papers have nothing of the area itself.
    """
    catalogue = queries.catalogue
    own = _figures(queries, context, measure, area, own=True)
    if not own:
        return ()
    region = catalogue.areas.region_of(area)
    beside = [a for a in (region, catalogue.areas.by_id["england"]) if a is not None and a.id != area.id]
    rest = [figure for other in beside for figure in _figures(queries, context, measure, other, own=False)]
    papers = {figure.paper for figure in own}
    found = [*own, *(figure for figure in rest if figure.paper in papers)]
    return tuple(sorted(found, key=lambda figure: (-figure.ends.toordinal(), -figure.starts.toordinal())))


def drawable(figures: Sequence[HistoricFigure], page: MeasurePage) -> tuple[HistoricFigure, ...]:
    """Those that may be drawn left of the series, behind a break; the earliest first.

    Only the area's own, in the measure's unit and on its basis, of the same category, for which the paper says of no
    other scope, and that end before the series on the page begins. Where papers print two values for one time, neither
    is drawn.
    """
    series = [point.ends for point in (*page.points, *page.published)]
    if not series or page.covering.raw:
        return ()
    basis = Basis.AT_DATE if page.definition.kind == "stock" else Basis.YEAR
    fit = [
        figure
        for figure in figures
        if figure.is_own
        and figure.value is not None
        and figure.category == page.category
        and figure.unit == page.measure.unit
        and figure.basis == basis
        and not figure.scope
        and not figure.disagreement
        and figure.ends < min(series)
    ]
    said = {figure.ends: {other.value for other in fit if other.ends == figure.ends} for figure in fit}
    once = {figure.ends: figure for figure in fit if len(said[figure.ends]) == 1}
    return tuple(once[ends] for ends in sorted(once))


def break_between(drawn: Sequence[HistoricFigure], page: MeasurePage) -> date:
    """Where the break in the series stands: half way between the last printed figure and the first of the series."""
    last, first = drawn[-1].ends, min(point.ends for point in (*page.points, *page.published))
    return date.fromordinal((last.toordinal() + first.toordinal()) // 2)


def disagreeing(figures: Sequence[HistoricFigure]) -> bool:
    """Whether papers print different values of the area for the same time, category, unit and scope."""
    key = [
        (f.ends, f.starts, f.category, f.unit, f.scope, f.value) for f in figures if f.is_own and f.value is not None
    ]
    return any(one[:5] == other[:5] and one[5] != other[5] for one, other in pairwise(sorted(key, key=str)))


def _figures(queries: Queries, context: Context, measure: Measure, area: Area, *, own: bool) -> list[HistoricFigure]:
    catalogue = queries.catalogue
    made = []
    for raw in queries.historic(context, measure.id, area.id).to_dict("records"):
        row = {str(name): cell for name, cell in raw.items()}
        beside, category = str(row["beside"]), str(row["category"])
        starts, ends = row["start"], row["end"]
        if not own and beside:
            continue
        made.append(
            HistoricFigure(
                starts=starts,
                ends=ends,
                basis=str(row["basis"]),
                period_label=_period(starts, ends, str(row["basis"]), str(row["period_label"])),
                label_printed=str(row["period_label"]),
                whose=_WHOSE[beside].format(area=area.name),
                is_own=own and not beside,
                category=category,
                category_title="" if category == TOTAL else catalogue.category_title(category),
                as_printed=str(row["as_printed"]),
                value=_number(row["value"]),
                unit=str(row["unit"]),
                numerator=_number(row["numerator"]),
                denominator=_number(row["denominator"]),
                paper=str(row["paper"]),
                published=row["published"],
                place=str(row["place"]),
                scope=str(row["scope"]),
                caveat=str(row["caveat"]),
                disagreement=str(row["disagreement"]),
                file_name=str(row["file_name"]),
                row=int(row["row"]),
            )
        )
    return made


def _number(cell: object) -> float | None:
    return cell if isinstance(cell, float) and not math.isnan(cell) else None


def _period(starts: date, ends: date, basis: str, printed: str) -> str:
    if basis == Basis.AT_DATE:
        return f"at {day_label(ends)}"
    if basis == Basis.YEAR:
        return f"year to {day_label(ends)}"
    if basis == OTHER_PERIOD and printed == NOT_STATED:
        return NOT_STATED
    return f"{day_label(starts)} to {day_label(ends)}"
