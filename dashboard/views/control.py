"""What stands on the measure page as its control chart: the chart, or why there is none."""

from dataclasses import dataclass, replace

from dashboard.charts.control_view import ControlView, control_view
from dashboard.queries import Queries
from dashboard.views.choices import Covering
from dashboard.views.measure import MeasurePage
from etl.load import store
from etl.transform.chart_notes import ChartNote
from etl.transform.control_charts import ControlCharts
from etl.transform.control_of import MONTHS
from etl.transform.control_terms import Refusal
from schema.context import Context
from schema.periods import day_label


@dataclass(frozen=True)
class Control:
    """The control chart of one measure for one area. One of `chart` and `refusal` is there."""

    chart: ControlView | None
    refusal: str
    """Why there is no chart, as a sentence; empty where there is one."""
    elsewhere: tuple[Covering, ...]
    """Ways of covering time that have one, where this one has none."""
    windowed: bool
    """Whether there are more months than the window usually shows."""
    whole: bool
    """Whether all of them are shown."""


def control(queries: Queries, context: Context, page: MeasurePage, *, whole: bool = False) -> Control:
    """The control chart of what the page shows. It asks for the page's own figures, and so is on its basis."""
    measure, area, basis = page.measure, page.area, page.covering.basis
    windowed = page.covering is Covering.MONTH and len(page.points) > MONTHS
    charts = queries.control_charts(
        context, measure.id, basis, page.category, local=page.covering.local, whole=whole and windowed
    )
    row = _reported_by(queries, context, page)
    if isinstance(charts, ControlCharts) and row not in charts.areas:
        charts = Refusal.NO_VALUES
    if isinstance(charts, Refusal):
        elsewhere = () if charts is Refusal.STOCK else _elsewhere(page)
        window = f" in the last {MONTHS} months that are published" if windowed and not whole else ""
        words = (
            charts.words if charts is not Refusal.NO_VALUES else charts.words.replace(" yet.", f"{window or ' yet'}.")
        )
        return Control(None, words, elsewhere, windowed, whole)
    notes = queries.annotations(context)
    at = charts.areas.index(row)
    newest = charts.periods[int(charts.newest[at])] if charts.newest[at] >= 0 else charts.periods[-1]
    target = notes.target(measure, area.id, category=page.category, basis=basis, on=newest.end)
    point = page.newest_number or page.headline
    source = point.figure.source_label if point and point.figure else "none"
    view = control_view(
        replace(charts, events=notes.events(measure, area.id)),
        row,
        measure=measure,
        area_name=area.name,
        source=f"Source: {source}.",
        title=page.title,
        target=None if target is None else target.value,
        target_from=None if target is None else target.day,
        target_note="" if target is None else _said(target),
        reasons={point.period: point.reason for point in page.points if point.reason},
    )
    return Control(view, "", (), windowed, whole)


def _reported_by(queries: Queries, context: Context, page: MeasurePage) -> str:
    """The area whose rows the page shows: a member of a joint return has the joint one's."""
    kind = store.SUBMISSION if page.covering.local else store.RELEASE
    rows = queries.compared(context, page.measure.id, page.model.id).rows(page.area, page.category)
    shown = [r for r in rows if r["kind"] == kind and r["basis"] == page.covering.basis.value]
    return str(shown[-1]["area"]) if shown else page.area.id


def _elsewhere(page: MeasurePage) -> tuple[Covering, ...]:
    there = {found.key for found in page.coverings if found.available}
    return tuple(c for c in (Covering.QUARTER, Covering.MONTH) if c.value in there and c is not page.covering)


def _said(target: ChartNote) -> str:
    return f"The target holds from {day_label(target.day)}, set by {target.who}: {target.text.rstrip('.')}."
