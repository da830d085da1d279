"""What people change, beside loading figures. The only writer of the dashboard; knows nothing of Dash."""

import math
from collections.abc import Callable
from datetime import date
from typing import Literal

from sqlalchemy.engine import Connection

from etl.load import store
from etl.load.chart_notes import add_note, withdraw_note
from etl.load.engine import Engine, writing
from etl.load.migrate import upgrade
from etl.pipeline import bring_up_to_date, quiet
from etl.transform.chart_notes import ChartNote, NewNote, NoteKind
from etl.transform.control_of import refusal_of
from schema.areas import Area, load_areas
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import DatabaseNotReadyError, WrongUseError
from schema.measures import Measure, Polarity
from schema.periods import Basis, Period, PeriodKind
from schema.tables import PartnershipRow


def set_up_partnership(
    engine: Engine,
    context: Context,
    area: Area | None,
    name: str,
    catalogue: Catalogue,
    progress: Callable[[str], None] = quiet,
) -> PartnershipRow:
    """Make or update the tables, set the partnership up where it is not, and compute again what older code computed.

    `area` may be left out where the partnership is there.

    Raises:
        WrongUseError: it is set up already, for another area (figures of one are never called another's), or it is not
            and no area is given.
    """
    upgrade(engine)
    with writing(engine) as connection:
        if area is None:
            area = _home_area(connection, context)
        title = name or f"{area.name} Safeguarding Children Partnership"
        store.ensure_partnership(connection, context.partnership, title, area.id, demonstration=False)
        known = store.require_partnership(connection, context)
    if known.home_area != area.id:
        raise WrongUseError(
            f"This database is {known.name}'s, whose area is {known.home_area}. "
            "Set DATABASE_URL to another database for another partnership."
        )
    bring_up_to_date(engine, catalogue, context, progress)
    return known


def _home_area(connection: Connection, context: Context) -> Area:
    try:
        return load_areas().by_id[store.require_partnership(connection, context).home_area]
    except DatabaseNotReadyError as error:
        raise WrongUseError(
            "Say whose database it will be: `safeguarding init --area E06000021`, with the authority's id, DfE code or "
            "GSS code."
        ) from error


LONGEST = 300
"""Characters of a reason, a label or a name: more than a chart has room for."""


def rebase_chart(
    engine: Engine,
    context: Context,
    catalogue: Catalogue,
    *,
    measure: str,
    start: Period,
    reason: str,
    who: str,
    area: Area | None = None,
    everywhere: bool = False,
) -> int:
    """Draw the limits of a measure's control chart anew from a month or quarter on. Returns the note's number.

    `area` is the partnership's own where none is given; `everywhere` is all areas.

    Raises:
        WrongUseError: the measure has no control chart, the period is no month or quarter, a reason or a name is
            missing, or the same baseline is there already.
    """
    formula = catalogue.measure(measure)
    basis = {PeriodKind.MONTH: Basis.MONTH, PeriodKind.QUARTER: Basis.QUARTER}.get(start.kind)
    if basis is None:
        raise WrongUseError(
            f"A new baseline begins with a month or a quarter, not with {start.code}: write it as 2025M04 or 2025-26Q1."
        )
    if (refused := refusal_of(formula, catalogue, basis)) is not None:
        raise WrongUseError(f"{formula.id} has no limits that could be drawn anew. {refused.words}")
    with writing(engine) as connection:
        note = NewNote(
            kind=NoteKind.REBASE,
            measure=formula.id,
            area=_area_of_note(connection, context, area, everywhere=everywhere),
            day=start.start,
            period=start.code,
            text=_text(reason, "the reason for the new baseline"),
            who=_text(who, "who decided on the new baseline"),
        )
        return add_note(connection, context, note)


def mark_event(
    engine: Engine,
    context: Context,
    catalogue: Catalogue,
    *,
    day: date,
    label: str,
    kind: Literal["event", "definition", "system"] = "event",
    measure: str = "",
    agency: str = "",
    area: Area | None = None,
    everywhere: bool = False,
) -> int:
    """Mark on charts that something happened. Without a measure or an agency it is on all charts of the area.

    Raises:
        WrongUseError: there is no such measure or agency, both are given, what happened is not said, or the same event
            is marked already.
    """
    if measure and agency:
        raise WrongUseError("Mark an event for one measure or for all of an agency’s, not both.")
    with writing(engine) as connection:
        note = NewNote(
            kind=NoteKind.EVENT,
            measure=catalogue.measure(measure).id if measure else "",
            agency=catalogue.return_spec(agency).id if agency else "",
            area=_area_of_note(connection, context, area, everywhere=everywhere),
            day=day,
            event_kind=kind,
            text=_text(label, "what happened"),
            who=context.viewer,
        )
        return add_note(connection, context, note)


def set_target(
    engine: Engine,
    context: Context,
    catalogue: Catalogue,
    *,
    measure: str,
    value: float,
    since: date,
    reason: str,
    who: str,
    basis: Basis | None = None,
    category: str = "",
    area: Area | None = None,
) -> int:
    """Set a target from a day on, in the measure's unit. A later day's target takes the place of an earlier one's.

    `basis` is needed where the measure is a number of something or a rate by residents, of which a quarter has a
    fourth of what a year has; a share or a mean needs none. `category` is the measure's headline one where it is shared
    out and none is given.

    Raises:
        WrongUseError: neither direction of the measure is better, the value cannot be, the basis is missing or does not
            matter, or a target is set for that day already.
    """
    formula = catalogue.measure(measure)
    if formula.polarity is Polarity.JUDGEMENT:
        raise WrongUseError(
            f"{formula.id} takes no target: {formula.polarity.words}. Mark what was agreed as an event instead."
        )
    _require_possible(formula, value)
    per_time = formula.population is not None or not formula.denominator
    stock = catalogue.at_date(formula)
    if per_time and not stock and basis is None:
        raise WrongUseError(
            f"{formula.id} is {formula.unit or 'a number'} over a period: say over which, with --basis quarter, "
            "--basis month, --basis rolling-year or --basis year."
        )
    if basis is not None and (not per_time or stock):
        raise WrongUseError(f"{formula.id} has the same target however time is covered: leave --basis out.")
    with writing(engine) as connection:
        note = NewNote(
            kind=NoteKind.TARGET,
            measure=formula.id,
            area=_area_of_note(connection, context, area),
            category=_category_of(formula, catalogue, category),
            basis="" if basis is None else basis.value,
            day=since,
            value=value,
            text=_text(reason, "the reason for the target"),
            who=_text(who, "who set the target"),
        )
        return add_note(connection, context, note)


def withdraw_chart_note(engine: Engine, context: Context, number: int, reason: str) -> ChartNote:
    """Let a baseline, an event or a target hold no longer. It stays on record, and a look back still shows it.

    Raises:
        WrongUseError: there is none of that number, it was withdrawn before, or no reason is given.
    """
    with writing(engine) as connection:
        return withdraw_note(connection, context, number, _text(reason, "the reason for withdrawing it"))


def _area_of_note(connection: Connection, context: Context, area: Area | None, *, everywhere: bool = False) -> str:
    if area is not None and everywhere:
        raise WrongUseError(f"Say {area.name} or everywhere, not both.")
    if everywhere:
        return ""
    return area.id if area is not None else store.require_partnership(connection, context).home_area


def _category_of(measure: Measure, catalogue: Catalogue, category: str) -> str:
    if not category:
        return measure.headline_category
    if measure.share_by is None:
        raise WrongUseError(f"{measure.id} is not shared out by categories: leave --category out.")
    breakdown = catalogue.breakdowns[measure.share_by]
    known = {found.id: breakdown.key(found.id) for found in breakdown.categories}
    if category not in known:
        raise WrongUseError(f"“{category[:40]}” is no category of {measure.id}. There are: {', '.join(known)}.")
    return known[category]


def _require_possible(measure: Measure, value: float) -> None:
    if not math.isfinite(value) or value < 0 or (measure.is_percentage and value > 100):
        most = " and at most 100" if measure.is_percentage else ""
        raise WrongUseError(
            f"A target of {value:g} cannot be for {measure.id}: it is at least 0{most} ({measure.unit})."
        )


def _text(given: str, what: str) -> str:
    """What somebody wrote, on one line."""
    text = " ".join(given.split())
    if not text:
        raise WrongUseError(f"Say {what}: it stands on the chart.")
    if len(text) > LONGEST:
        raise WrongUseError(f"Say {what} in at most {LONGEST} characters, not {len(text)}.")
    if not text.isprintable():
        raise WrongUseError(f"Write {what} in plain text: it has characters that cannot be shown.")
    return text
