"""What people change, beside loading figures. The only writer of the dashboard; knows nothing of Dash."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from sqlalchemy.engine import Connection

from etl.computing import bring_up_to_date, quiet
from etl.load import store
from etl.load.chart_notes import add_note, withdraw_note
from etl.load.disputes import add_settlement, read_disputes
from etl.load.engine import Engine, writing
from etl.load.migrate import upgrade
from etl.load.submissions import SubmissionVersion
from etl.plain_text import line_on_a_chart, plain_text
from etl.submissions import (
    Checked,
    Submitted,
    accept_return,
    answer_query,
    compute_returns,
    query_return,
    send_back_return,
    withdraw_return,
)
from etl.submissions import submit_return as submit_checked
from etl.transform.chart_notes import ChartNote, NewNote, NoteKind
from etl.transform.control_of import refusal_of
from etl.transform.disputes import Dispute, Place, Said, Settlement
from schema.areas import Area, load_areas
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import DatabaseNotReadyError, WrongUseError
from schema.measures import Measure, Polarity
from schema.periods import Basis, Period, PeriodKind, parse_period
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


def settle_dispute(
    engine: Engine,
    context: Context,
    catalogue: Catalogue,
    *,
    place: Place,
    agreed: str,
    reason: str,
    who: str,
    seen: Mapping[str, Said] | None = None,
    instead_of: int = 0,
    progress: Callable[[str], None] = quiet,
) -> Settlement:
    """Write down whose number stands where two agencies dispute one, and compute again what rests on it.

    `who` agreed on it, `context.viewer` writes it down. `seen` is what each agency said when it was agreed, where that
    is known: the numbers may have changed since. `instead_of` is the settlement that this one replaces, for one that
    was agreed before.

    Raises:
        WrongUseError: nothing is disputed there, somebody settled it before, an agency has changed its number, the
            agreed one gives none, or the reason or the name is missing.
    """
    words, names = (
        plain_text(reason, "reason why that number stands"),
        plain_text(who, "name of who agreed on it", a_name=True),
    )
    with writing(engine) as connection:
        dispute = next((d for d in read_disputes(connection, context.at(None), catalogue) if d.place == place), None)
        if dispute is None:
            raise WrongUseError(
                f"No two agencies give different numbers for {place.key}. `safeguarding dispute list` names the "
                "disputes there are; one is over when an agency corrects its number."
            )
        _require_unsettled(dispute, instead_of, catalogue)
        if seen is not None and dict(seen) != dispute.said:
            now = " and ".join(f"{agency} {said:g}" for agency, said in dispute.numbers.items())
            raise WrongUseError(f"An agency has changed its number since you looked: now {now}. Look at it again.")
        if agreed not in dispute.numbers:
            raise WrongUseError(
                f"“{agreed[:40]}” gives no number for it. Choose the source: {' or '.join(dispute.numbers)}."
            )
        held = dispute.settlement
        if held is not None and held.agreed == agreed:
            raise WrongUseError(f"The number of {agreed} stands already, by settlement {held.id}; nothing changed.")
        settled = add_settlement(connection, context, dispute, agreed, words, names)
        progress("Computing figures")
        compute_returns(connection, catalogue, context, {dispute.home})
    return settled


def _require_unsettled(dispute: Dispute, instead_of: int, catalogue: Catalogue) -> None:
    held = dispute.settlement
    if held is None and instead_of:
        raise WrongUseError(
            f"Settlement {instead_of} holds no longer: the dispute is open. Settle it without naming one."
        )
    if held is not None and held.id != instead_of:
        title = catalogue.return_spec(held.agreed).title
        raise WrongUseError(
            f"{held.actor} settled it at {held.at:%H:%M on %d/%m/%Y} (UTC): the number of {title} stands, "
            f"as agreed by {held.who} (settlement {held.id}). Nothing was changed."
        )


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
            text=line_on_a_chart(reason, "reason for the new baseline"),
            who=line_on_a_chart(who, "name of who decided on the new baseline", a_name=True),
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
            text=line_on_a_chart(label, "label of the event"),
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
            text=line_on_a_chart(reason, "reason for the target"),
            who=line_on_a_chart(who, "name of who set the target", a_name=True),
        )
        return add_note(connection, context, note)


def withdraw_chart_note(engine: Engine, context: Context, number: int, reason: str) -> ChartNote:
    """Let a baseline, an event or a target hold no longer. It stays on record, and a look back still shows it.

    Raises:
        WrongUseError: there is none of that number, it was withdrawn before, or no reason is given.
    """
    with writing(engine) as connection:
        return withdraw_note(connection, context, number, line_on_a_chart(reason, "reason for withdrawing it"))


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


def act_on_return(
    engine: Engine,
    context: Context,
    catalogue: Catalogue,
    action: str,
    agency: str,
    period: str,
    version: int,
    words: str,
    seen: int | None = None,
) -> SubmissionVersion:
    """Do something with a version of a return: `accept`, `query`, `answer`, `send-back` or `withdraw` it.

    `words` is the comment, the answer or the reason; accepting needs none. `seen` is how many events
    all versions of the return had together (`etl.submissions.events_of`) when whoever does it looked. Returns the
    version as it is then.

    Raises:
        WrongUseError: it cannot be done now, not by this person, not without words, or something happened to the
            return since it was seen.
    """
    when = parse_period(period)
    if action == "accept":
        return accept_return(engine, context, catalogue, agency, when, version, seen=seen).version
    if action == "withdraw":
        return withdraw_return(engine, context, catalogue, agency, when, version, words, seen=seen)
    if action == "query":
        return query_return(engine, context, agency, when, version, words, seen)
    if action == "answer":
        return answer_query(engine, context, agency, when, version, words, seen)
    if action == "send-back":
        return send_back_return(engine, context, agency, when, version, words, seen)
    raise ValueError(f"there is no action “{action}”")


def submit_return(
    engine: Engine,
    context: Context,
    catalogue: Catalogue,
    checked: Checked,
    newest: int,
    explanations: Mapping[str, str],
) -> Submitted:
    """Keep a return that has just been checked again, for a second person to accept.

    `newest` is the newest version that there was when its sender first saw it checked: whoever was quicker since then
    is noticed, and nothing is submitted over their head.

    Raises:
        FileRefusedError: a finding blocks it, or a warning is not explained.
        WrongUseError: an explanation explains nothing here, or somebody submitted a version since.
    """
    return submit_checked(engine, context, catalogue, replace(checked, newest=newest), explanations)
