"""What has been received: each agency's returns, which are missing or late, and each publication's newest release."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.queries import Queries
from dashboard.views.return_status import WAITS, ReturnState, ReturnStatus, calendar_of, today_of
from etl.load import store
from schema.areas import Area
from schema.context import Context
from schema.measures import Measure
from schema.periods import parse_period
from schema.returns import ReturnSpec

_UNSENT = (ReturnState.OVERDUE, ReturnState.MISSING, ReturnState.SENT_BACK, ReturnState.WITHDRAWN)
"""What an agency has to send, or to send again, once its day has passed."""


@dataclass(frozen=True)
class ReturnFact:
    """How an agency's returns stand on a day."""

    agency: str
    agency_title: str
    newest_period: str
    """Empty where none has ever been received, and then so is all that tells of it."""
    newest_label: str
    extracted_on: date | None
    received_at: datetime | None
    status: str
    missing: tuple[str, ...]
    """Earlier than the newest return that holds, those that never came, or were sent back or withdrawn."""
    late: tuple[str, ...]
    """After the newest that holds, those whose day has passed and that have not come, or were sent back or withdrawn;
    the oldest first. Empty for an agency that has sent none: nobody can say from when it owed one."""
    late_since: date | None
    """The day by which the first of those was owed."""
    waiting: tuple[str, ...]
    """Those that came and that nobody has accepted yet, the oldest first."""
    next_period: str
    """The first that is neither late nor here."""
    next_due: date


@dataclass(frozen=True)
class ReleaseFact:
    """A publication's newest release."""

    series_title: str
    released_on: date


def return_facts(queries: Queries, context: Context, today: date | None = None) -> tuple[ReturnFact, ...]:
    """For each agency of the framework that owes returns: how they stand today."""
    day = today or today_of(context)
    return tuple(
        return_fact(calendar_of(queries, context, spec, day), spec)
        for agency, spec in sorted(queries.catalogue.returns.items())
        if spec.framework == context.framework
    )


def return_fact(found: Sequence[ReturnStatus], spec: ReturnSpec) -> ReturnFact:
    """How one agency's returns stand, from where each of them does, the newest first."""
    held = next((one for one in found if one.held is not None), None)
    owed = [one for one in reversed(found) if one.state in _UNSENT and one.days_to_due < 0]
    newest = parse_period(held.period).end if held else date.min
    late = [one for one in owed if parse_period(one.period).end > newest]
    open_ = [one for one in found if one.state in (ReturnState.RUNNING, ReturnState.DUE)]
    following = parse_period(open_[-1].period) if open_ else spec.following(parse_period(found[0].period))
    version = held.held if held else None
    return ReturnFact(
        agency=spec.id,
        agency_title=spec.title,
        newest_period=held.period if held else "",
        newest_label=held.label if held else "",
        extracted_on=version.extracted_on if version else None,
        received_at=version.submitted_at if version else None,
        status=version.status if version else "",
        missing=tuple(one.period for one in owed if one not in late),
        late=tuple(one.period for one in late),
        late_since=late[0].due if late else None,
        waiting=tuple(one.period for one in reversed(found) if one.state in WAITS),
        next_period=following.code,
        next_due=spec.due(following),
    )


def owed_about(queries: Queries, context: Context, area: Area, measures: Iterable[Measure]) -> tuple[ReturnFact, ...]:
    """The agencies that some measures' local figures come from, and that owe a return or wait for one to be accepted.

    Only the partnership's own area has returns.
    """
    if area.id != queries.partnership(context).home_area:
        return ()
    homes = queries.catalogue.home_return
    asked = {
        agency
        for measure in measures
        for term in (*measure.numerator, *measure.denominator)
        if (agency := homes.get(term.quantity)) is not None
    }
    facts = return_facts(queries, context)
    return tuple(fact for fact in facts if fact.agency in asked and (fact.late or fact.waiting or fact.missing))


def release_facts(sources: Iterable[store.Source]) -> tuple[ReleaseFact, ...]:
    """The newest release of each publication, the newest of all last."""
    newest: dict[str, date] = {}
    for source in sources:
        if source.kind == store.RELEASE:
            newest[source.series_title] = max(source.released_on, newest.get(source.series_title, source.released_on))
    return tuple(ReleaseFact(title, released) for title, released in sorted(newest.items(), key=lambda f: f[1]))
