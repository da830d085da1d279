"""What needs attention in an area, and what of it has moved since a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.queries import Queries
from dashboard.views.received import return_facts
from dashboard.views.return_status import today_of
from dashboard.views.standing import newest, raw_rows
from etl.transform.attention import OUTSIDE, attention
from etl.transform.attention_items import Disputed, Item, Moved, Owed, moved_since
from etl.transform.control_charts import ControlCharts
from etl.transform.control_limits import TRIAL_UNDER
from etl.transform.disputes import headline_rests_on
from schema.areas import Area
from schema.context import Context
from schema.errors import WrongUseError
from schema.measures import Measure
from schema.periods import Basis, parse_period

_LONDON = ZoneInfo("Europe/London")

AGO = {"Six weeks": timedelta(weeks=6), "Three months": timedelta(days=91), "A year": timedelta(days=365)}
"""The days that a reader can choose without writing one; a partnership's executive meets every six weeks."""


@dataclass(frozen=True)
class AttentionView:
    """The list of one area, the weightiest first. `moved` is None where no day was asked for."""

    items: tuple[Item, ...]
    measures: Mapping[str, Measure]
    agencies: Mapping[str, str]
    today: date
    since: date | None = None
    moved: tuple[tuple[Moved, Item], ...] | None = None
    nothing_then: bool = False
    """Nothing at all had been received by that day."""


def asked_day(text: str, today: date) -> date | None:
    """The day of `?since=`; None where none is asked for. Raises WrongUseError for no day, or one still to come."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise WrongUseError(
            f"“since={text[:20]}” is no day. Write it as year-month-day, for example since={today - AGO['Six weeks']}."
        ) from None
    if day > today:
        raise WrongUseError(f"since={day} is still to come. Choose a day up to today, {today}.")
    return day


def attention_view(
    queries: Queries,
    context: Context,
    area: Area,
    measures: Sequence[Measure],
    *,
    since: date | None = None,
    today: date | None = None,
) -> AttentionView:
    """What the list has of some measures and of the agencies that they come from."""
    day = today or today_of(context)
    items = _chosen(attention_items(queries, context, area, day), measures)
    moved, nothing = None, False
    if since is not None:
        # As it was when that day began, so that what came on the day itself is news.
        then = context.at(datetime.combine(since, time(), _LONDON))
        nothing = not queries.sources(then)
        before = () if nothing else attention_items(queries, _as_known(queries, context, then), area, since)
        moved = moved_since(_chosen(before, measures), items)
    return AttentionView(
        items=items,
        measures={measure.id: measure for measure in measures},
        agencies={spec.id: spec.title for spec in queries.catalogue.returns.values()},
        today=day,
        since=since,
        moved=moved,
        nothing_then=nothing,
    )


def _as_known(queries: Queries, context: Context, then: Context) -> Context:
    """The context to read an earlier state in: today's where the same sources and notes held, for then so did all that
    is made of them, and nothing need be computed again."""
    same = queries.sources(then).keys() == queries.sources(context).keys()
    same = same and queries.settlements(then) == queries.settlements(context)
    return context if same and queries.annotations(then) == queries.annotations(context) else then


def _chosen(items: Sequence[Item], measures: Sequence[Measure]) -> tuple[Item, ...]:
    ids, agencies = {measure.id for measure in measures}, {measure.agency for measure in measures}
    return tuple(item for item in items if (item.measure in ids if item.measure else item.agency in agencies))


def attention_items(queries: Queries, context: Context, area: Area, today: date) -> tuple[Item, ...]:
    """What `etl.transform.attention` lists of the measures in use, from what a context knows."""
    return queries.kept(("attention", context, area.id, today), lambda: _items(queries, context, area, today))


def _items(queries: Queries, context: Context, area: Area, today: date) -> tuple[Item, ...]:
    known = queries.catalogue.measures_of(context.framework)
    measures = [measure for measure in known if measure.retired is None or measure.retired > today]
    compared = queries.compared_all(context)
    whole = queries.readings_with_counts(context)
    readings = whole[(whole["area"] == area.id) & whole["measure"].isin([measure.id for measure in measures])]
    rows = {measure.id: raw_rows(compared[measure.id].rows(area, measure.headline_category)) for measure in measures}
    quarters = [row | {"area": area.id} for found in rows.values() if (row := newest(found)) is not None]
    home = queries.partnership(context).home_area
    agencies = {measure.agency for measure in measures}
    owed = [
        Owed(area.id, fact.agency, fact.late, fact.late_since)
        for fact in (return_facts(queries, context, today) if area.id == home else ())
        if fact.late_since is not None and fact.agency in agencies
    ]
    long = [measure for measure in measures if len(rows[measure.id]) >= TRIAL_UNDER]
    return attention(
        readings,
        pd.DataFrame(quarters) if quarters else readings.iloc[:0],
        queries.catalogue,
        targets=_targets(queries, context, area, readings),
        signals=_signals(queries, context, area, long),
        disputed=_disputed(queries, context, area, measures),
        owed=owed,
    )


def _disputed(queries: Queries, context: Context, area: Area, measures: Sequence[Measure]) -> list[Disputed]:
    """The measures that open disputes about the area leave without the figure they lead with. Where only a category is
    disputed, the total stands, and the measure is not listed: it is told of on its own page and among the disputes."""
    periods: dict[str, list[str]] = {}
    for dispute in queries.disputes(context):
        if dispute.open and dispute.place.area == area.id:
            for measure in measures:
                if headline_rests_on(measure, dispute.place):
                    periods.setdefault(measure.id, []).append(dispute.place.period)
    return [Disputed(area.id, measure, tuple(dict.fromkeys(found))) for measure, found in periods.items()]


def _targets(
    queries: Queries, context: Context, area: Area, readings: pd.DataFrame
) -> dict[tuple[str, str, str], float]:
    """The targets that held when each figure's period ended."""
    notes, catalogue = queries.annotations(context), queries.catalogue
    if not notes.notes:
        return {}
    found = {}
    keys = zip(readings["measure"], readings["category"], readings["basis"], readings["period"], strict=True)
    for name, category, basis, period in keys:
        end = parse_period(str(period)).end
        note = notes.target(catalogue.measure(name), area.id, category=category, basis=Basis(basis), on=end)
        if note is not None and note.value is not None:
            found[area.id, name, basis] = note.value
    return found


_RULES = (("outside", OUTSIDE), ("two_of_three", "two-of-three"), ("one_side", "one-side"), ("trend", "trend"))


def _signals(queries: Queries, context: Context, area: Area, measures: Sequence[Measure]) -> pd.DataFrame:
    """What the control charts of an agency's own quarters say of the newest one."""
    found = []
    for measure in measures:
        charts = queries.control_charts(context, measure.id, Basis.QUARTER, measure.headline_category, local=True)
        if not isinstance(charts, ControlCharts) or area.id not in charts.areas:
            continue
        row = charts.areas.index(area.id)
        at = int(charts.newest[row])
        if at < 0:
            continue
        direction = int(charts.signals.direction[row, at])
        rule = next((word for name, word in _RULES if getattr(charts.signals, name)[row, at]), "")
        found.append((area.id, measure.id, charts.periods[at].code, direction, bool(charts.trial[row, at]), rule))
    return pd.DataFrame(found, columns=["area", "measure", "period", "direction", "trial", "rule"])
