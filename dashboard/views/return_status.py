"""Where each agency's return for each period stands: not yet due, owed, waiting, accepted. The one place that says so.

Everything is told from the events of the submissions and from the return's calendar, so it is as true of the past as of
today: `context.as_of` decides which day it is and what had happened by then. Days are those of universal time, as
everywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from dashboard.queries import GivenCounts, Queries
from etl.load import store
from etl.load.submissions import ANSWERED, QUERIED, RETURNED, SUBMITTED, WITHDRAWN, SubmissionVersion
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.exports import csv_text
from schema.periods import Period, PeriodKind, parse_period, quarter_containing, term
from schema.returns import ReturnSpec

SHOWN = 8
"""Quarters or terms that are looked at, the one that is running among them."""


class ReturnState(StrEnum):
    """Where a return for a period stands: told by the version that holds, else by one that waits, else by the last."""

    BEFORE = "before-the-first"
    """From before the agency began to send returns: nobody can say that it was owed."""
    RUNNING = "not-yet-due"
    """The period is not over."""
    DUE = "due"
    OVERDUE = "overdue"
    """Its day has passed, and no later one has come either."""
    MISSING = "missing"
    """Its day has passed, and a later one has come."""
    NEVER = "no-return-yet"
    """The newest whose day has passed, of an agency that has never sent any."""
    WAITING = "waiting"
    QUERIED = "queried"
    ANSWERED = "answered"
    SENT_BACK = "sent-back"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    NIL = "nil"
    """Accepted, and every figure of it says nil."""


HOLDS = (ReturnState.ACCEPTED, ReturnState.NIL)
"""States in which figures are shown."""
WAITS = (ReturnState.WAITING, ReturnState.QUERIED, ReturnState.ANSWERED)
"""States in which a version has come, and nothing of it is shown yet."""
_OF_EVENT = {
    SUBMITTED: ReturnState.WAITING,
    QUERIED: ReturnState.QUERIED,
    ANSWERED: ReturnState.ANSWERED,
    RETURNED: ReturnState.SENT_BACK,
    WITHDRAWN: ReturnState.WITHDRAWN,
    # A version that nothing took the place of is never left superseded; the newest one before it tells.
}


@dataclass(frozen=True)
class ReturnStatus:
    """One agency's return for one period, on a day."""

    agency: str
    agency_title: str
    period: str
    label: str
    kind: PeriodKind
    due: date
    today: date
    state: ReturnState
    versions: tuple[SubmissionVersion, ...]
    """Every version, the oldest first."""
    held: SubmissionVersion | None
    """The version that is shown on the pages."""
    newest: SubmissionVersion | None
    """The version that the state tells of: the one that holds, else one that waits, else the last."""
    correction: ReturnState | None
    """Where one holds: what became of a newer version, if that waits or was sent back."""
    given: int
    """Figures that `newest` gives for the period; `asked` is how many the return asks for."""
    asked: int
    received: date | None
    """The day on which the first version came."""
    judged: bool
    """Whether it is said to be on time or late: not for what was handed in when an agency began, long after its day."""

    @property
    def days_to_due(self) -> int:
        """Days until it is due; below nought once the day has passed."""
        return (self.due - self.today).days

    @property
    def days_late(self) -> int:
        """Days after its day on which it came, or that it has not come by now; 0 where it is on time or not judged."""
        if self.owed:
            return max(-self.days_to_due, 0)
        return max((self.received - self.due).days, 0) if self.received is not None and self.judged else 0

    @property
    def on_time(self) -> bool | None:
        """Whether it came by its day; None where it has not come, or nobody can say."""
        return None if self.received is None or not self.judged else self.received <= self.due

    @property
    def owed(self) -> bool:
        """Whether the agency has to do something now: its day has passed, or what it sent wants mending."""
        unsent = (ReturnState.OVERDUE, ReturnState.MISSING, ReturnState.SENT_BACK, ReturnState.WITHDRAWN)
        return self.state in unsent and (self.state is ReturnState.SENT_BACK or self.days_to_due < 0)

    @property
    def without(self) -> bool:
        """Whether the day has passed, and no figure of the agency for the period is there."""
        return self.held is None and self.days_to_due < 0 and self.state is not ReturnState.BEFORE

    @property
    def status(self) -> str:
        """`provisional` or `final`; empty where nothing has come."""
        return self.newest.status if self.newest else ""


def today_of(context: Context) -> date:
    """The day that a context looks at."""
    return (context.as_of or datetime.now(UTC)).date()


def statuses(queries: Queries, context: Context, today: date | None = None, count: int = SHOWN) -> list[ReturnStatus]:
    """Every agency of the framework, by its title, and its last `count` periods, the newest first."""
    day = today or today_of(context)
    specs = [spec for spec in queries.catalogue.returns.values() if spec.framework == context.framework]
    return [
        one
        for spec in sorted(specs, key=lambda spec: spec.title)
        for one in calendar_of(queries, context, spec, day, count)
    ]


def calendar_of(
    queries: Queries, context: Context, spec: ReturnSpec, today: date, count: int | None = None
) -> list[ReturnStatus]:
    """One agency's periods, the newest first: `count` of them, or back to the first that it sent."""

    def make() -> list[ReturnStatus]:
        versions = [one for one in queries.submissions(context) if one.agency == spec.id]
        return calendar(spec, queries.catalogue, versions, queries.given_counts(context), today, count)

    return queries.kept(("calendar", context, spec.id, today, count), make)


def status_of(queries: Queries, context: Context, agency: str, code: str, today: date | None = None) -> ReturnStatus:
    """Where one return stands.

    Raises:
        WrongUseError: the agency has no return, or the period is none of its.
    """
    spec, period = queries.catalogue.return_spec(agency), parse_period(code)
    if period.kind is not spec.period_kind:
        example = "2025-26Q2" if spec.frequency == "quarterly" else "AY2025-26T1"
        raise WrongUseError(f"The return “{spec.title}” is {spec.frequency}: name its period as {example}.")
    versions = [one for one in queries.submissions(context) if one.agency == agency]
    day = today or today_of(context)
    return _status(spec, queries.catalogue, versions, queries.given_counts(context), day, period)


def calendar(
    spec: ReturnSpec,
    catalogue: Catalogue,
    versions: Sequence[SubmissionVersion],
    given: Mapping[int, GivenCounts],
    today: date,
    count: int | None = None,
) -> list[ReturnStatus]:
    """Where an agency's returns stand on a day, from its versions; the newest period first.

    Without a `count` it goes back to the first that was sent, and to the last that ended at least. What was sent for a
    period that is not over yet is told too.
    """
    running = spec.following(last_ended(spec, today))
    sent = [period for one in versions if (period := parse_period(one.period)).kind is spec.period_kind]
    newest = max([running, *sent], key=lambda period: period.end)
    if count is None:
        oldest = min([spec.following(running, -1), *sent], key=lambda period: period.end)
    else:
        oldest = spec.following(running, 1 - count)
    found = [newest]
    while found[-1].end > oldest.end:
        found.append(spec.following(found[-1], -1))
    # A return that has become termly keeps its quarters: what was sent is never left out of the whole.
    if count is None:
        others = {one.period for one in versions} - {period.code for period in found}
        found += sorted(map(parse_period, others), key=lambda period: period.end, reverse=True)
    return [_status(spec, catalogue, versions, given, today, period) for period in found]


def _status(
    spec: ReturnSpec,
    catalogue: Catalogue,
    versions: Sequence[SubmissionVersion],
    given: Mapping[int, GivenCounts],
    today: date,
    period: Period,
) -> ReturnStatus:
    own = tuple(one for one in versions if one.period == period.code)
    held = next((one for one in own if one.state == store.ACCEPTED), None)
    waiting = next((one for one in own if one.waits), None)
    told = held or waiting or next((one for one in reversed(own) if one.state in _OF_EVENT), None)
    counts = given.get(told.source_id, GivenCounts(0, 0)) if told else GivenCounts(0, 0)
    due = spec.due(period)
    first = min((one.submitted_at.date() for one in versions), default=None)
    if held is not None:
        state = ReturnState.NIL if 0 < counts.figures == counts.nil else ReturnState.ACCEPTED
    elif told is not None:
        state = _OF_EVENT[told.state]
    else:
        state = _unsent(spec, versions, period, today)
    return ReturnStatus(
        agency=spec.id,
        agency_title=spec.title,
        period=period.code,
        label=period.label(),
        kind=period.kind,
        due=due,
        today=today,
        state=state,
        versions=own,
        held=held,
        newest=told,
        correction=_correction(held, own[-1]) if held is not None else None,
        given=counts.figures,
        asked=catalogue.figures_asked(spec.id, period),
        received=own[0].submitted_at.date() if own else None,
        judged=first is not None and due >= first,
    )


def _correction(held: SubmissionVersion, last: SubmissionVersion) -> ReturnState | None:
    """What became of a version that is newer than the one that holds, where anybody still has to do something."""
    state = _OF_EVENT.get(last.state)
    return state if last.version > held.version and state is not ReturnState.WITHDRAWN else None


def _unsent(spec: ReturnSpec, versions: Sequence[SubmissionVersion], period: Period, today: date) -> ReturnState:
    if today <= period.end:
        return ReturnState.RUNNING
    if today <= spec.due(period):
        return ReturnState.DUE
    ends = [parse_period(one.period).end for one in versions]
    if not ends:
        return ReturnState.NEVER if today <= spec.due(spec.following(period)) else ReturnState.BEFORE
    if period.end < min(ends):
        return ReturnState.BEFORE
    return ReturnState.MISSING if period.end < max(ends) else ReturnState.OVERDUE


def last_ended(spec: ReturnSpec, today: date) -> Period:
    """The newest quarter or term that is over."""
    if spec.frequency == "quarterly":
        running = quarter_containing(today)
    else:
        school_year = today.year - (today.month < 9)
        running = term(school_year, (today.month - 9) % 12 // 4 + 1)
    return spec.following(running, -1)


def every_period(spec: ReturnSpec, periods: Iterable[Period]) -> list[Period]:
    """All periods of a return from the first to the last given, so that one that never came is seen."""
    given = sorted(set(periods), key=lambda period: period.end)
    if not given or any(period.kind is not spec.period_kind for period in given):
        return given
    found = [given[0]]
    while found[-1].end < given[-1].end:
        found.append(spec.following(found[-1]))
    return found


# ------------------------------------------------------------------------------------------------- the page


@dataclass(frozen=True)
class Waiting:
    """A version that somebody has yet to accept."""

    version: SubmissionVersion
    agency_title: str
    label: str


@dataclass(frozen=True)
class ReturnsPage:
    """What the page of the returns shows."""

    statuses: tuple[ReturnStatus, ...]
    """By agency, the newest period first: the last few."""
    owed: tuple[ReturnStatus, ...]
    """Whatever is owed now, however far back."""
    waiting: tuple[Waiting, ...]
    """The longest waiting first."""
    never: tuple[str, ...]
    """Titles of the agencies that have sent nothing, of which one was due."""


def returns_page(queries: Queries, context: Context, today: date | None = None) -> ReturnsPage:
    """The returns of the framework's agencies."""
    day = today or today_of(context)
    catalogue = queries.catalogue
    specs = sorted(
        (spec for spec in catalogue.returns.values() if spec.framework == context.framework), key=lambda s: s.title
    )
    found = statuses(queries, context, day)
    whole = [one for spec in specs for one in calendar_of(queries, context, spec, day)]
    titles = {spec.id: spec.title for spec in specs}
    waiting = sorted(
        (one for one in queries.submissions(context) if one.waits and one.agency in titles),
        key=lambda one: (one.submitted_at, one.source_id),
    )
    return ReturnsPage(
        statuses=tuple(found),
        owed=tuple(one for one in whole if one.owed),
        waiting=tuple(Waiting(one, titles[one.agency], parse_period(one.period).label()) for one in waiting),
        never=tuple(dict.fromkeys(one.agency_title for one in whole if one.state is ReturnState.NEVER)),
    )


STATUS_COLUMNS = (
    "agency", "agency_title", "period", "period_label", "due", "state", "days_to_due", "days_late", "received",
    "on_time", "version", "versions", "given", "asked", "status", "extracted", "submitted_by", "correction",
)  # fmt: skip


def status_row(one: ReturnStatus) -> dict[str, object]:
    """A status as the command line and the download write it: STATUS_COLUMNS. None is an empty cell."""
    version = one.newest
    return {
        "agency": one.agency,
        "agency_title": one.agency_title,
        "period": one.period,
        "period_label": one.label,
        "due": one.due.isoformat(),
        "state": one.state.value,
        "days_to_due": one.days_to_due,
        "days_late": one.days_late or None,
        "received": one.received.isoformat() if one.received else None,
        "on_time": None if one.on_time is None else "yes" if one.on_time else "no",
        "version": version.version if version else None,
        "versions": len(one.versions),
        "given": one.given if version else None,
        "asked": one.asked,
        "status": one.status,
        "extracted": version.extracted_on.isoformat() if version else None,
        "submitted_by": version.submitted_by if version else "",
        "correction": one.correction.value if one.correction else "",
    }


def status_csv(found: Iterable[ReturnStatus], line_end: str = "\r\n") -> str:
    """Where returns stand, a row each."""
    return csv_text(STATUS_COLUMNS, [status_row(one) for one in found], line_end)
