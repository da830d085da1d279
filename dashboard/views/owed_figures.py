"""The figures of an area that have not come with a return that was owed: “not received” is a state, and not a gap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.compared import Row
from dashboard.queries import Queries
from dashboard.views.choices import items_of
from dashboard.views.return_status import WAITS, ReturnState, ReturnStatus, calendar_of, today_of
from etl.load import store
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure
from schema.periods import Basis, Period, parse_period
from schema.quantities import TOTAL
from schema.states import State


@dataclass(frozen=True)
class OwedFigure:
    """A figure that the return for a period was to bring, and why there is none."""

    period: Period
    basis: Basis
    category: str
    state: State
    """`missing`, or `not-yet-due` where the period is over and the day of its return has not passed."""
    reason: str


def owed_figures(
    queries: Queries, context: Context, measure: Measure, area: Area, own: Sequence[Row], today: date | None = None
) -> list[OwedFigure]:
    """What has not come of a measure by a day, the earliest first: each basis and category that came before.

    `own` are the area's compared figures of the measure; where none ever came, the total is owed on each basis that the
    return asks for. Only the partnership's own area has returns. What a later return said of a period all the same, and
    what was never asked for, is not owed.
    """
    if area.id != queries.partnership(context).home_area:
        return []
    catalogue, spec = queries.catalogue, queries.catalogue.returns[measure.agency]
    local = [row for row in own if row["kind"] == store.SUBMISSION]
    there = {(str(row["period"]), Basis(str(row["basis"])), str(row["category"])) for row in local}
    series = {(basis, category) for _, basis, category in there} or {
        (basis, TOTAL) for item in items_of(catalogue, measure) for basis in item.bases
    }
    calendar = calendar_of(queries, context, spec, today or today_of(context))
    if not any(status.versions for status in calendar):
        return []  # where an agency has not begun to send its returns, nobody can say that one is owed
    found = []
    for status in reversed(calendar):
        period = parse_period(status.period)
        if status.held is not None or status.state is ReturnState.BEFORE or status.today <= period.end:
            continue
        state = State.NOT_YET_DUE if status.days_to_due >= 0 else State.MISSING
        found += [
            OwedFigure(period, basis, category, state, _reason(status, state))
            for basis, category in sorted(series)
            if (period.code, basis, category) not in there and _is_asked(measure, basis, period, catalogue)
        ]
    return found


def _is_asked(measure: Measure, basis: Basis, period: Period, catalogue: Catalogue) -> bool:
    """Whether the return for a period asks for what a measure counts, or for the last part of the year that it ends."""
    if basis is Basis.ACADEMIC_YEAR and period.end.month != 8:
        return False
    items, spec = items_of(catalogue, measure), catalogue.returns[measure.agency]
    return period.kind is spec.period_kind and bool(items) and all(item in spec.asked(period) for item in items)


def _reason(status: ReturnStatus, state: State) -> str:
    if status.state in WAITS:
        return "a return came, and nobody has accepted it yet"
    if status.state is ReturnState.WITHDRAWN:
        return "the return was withdrawn"
    if status.state is ReturnState.SENT_BACK:
        return "the return was sent back"
    return "the return is not yet due" if state is State.NOT_YET_DUE else "no return was received"
