"""What has been received: each agency's returns, which are missing or late, and each publication's newest release."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from dashboard.queries import Queries
from etl.load import store
from schema.context import Context
from schema.periods import Period, parse_period, quarter_containing, term
from schema.returns import ReturnSpec


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
    """Between its first and its newest return, those that never came."""
    late: tuple[str, ...]
    """After its newest return, those whose day has passed, the oldest first. Empty for an agency that has sent none:
    nobody can say from when it owed one."""
    late_since: date | None
    """The day by which the first of those was owed."""
    next_period: str
    """The first that is not late."""
    next_due: date


@dataclass(frozen=True)
class ReleaseFact:
    """A publication's newest release."""

    series_title: str
    released_on: date


def today_of(context: Context) -> date:
    """The day that a context looks at."""
    return (context.as_of or datetime.now(UTC)).date()


def return_facts(queries: Queries, context: Context, today: date | None = None) -> tuple[ReturnFact, ...]:
    """For each agency of the framework that owes returns: how they stand today."""
    day = today or today_of(context)
    submissions = {
        (source.publisher, source.edition): source
        for source in queries.sources(context).values()
        if source.kind == store.SUBMISSION
    }
    facts = []
    for agency, spec in sorted(queries.catalogue.returns.items()):
        if spec.framework != context.framework:
            continue
        got = [source for (publisher, _), source in submissions.items() if publisher == agency]
        facts.append(return_fact(spec, got, day))
    return tuple(facts)


def return_fact(spec: ReturnSpec, received: Iterable[store.Source], today: date) -> ReturnFact:
    """How one agency's returns stand, from those that were received."""
    sources = sorted(received, key=lambda source: parse_period(source.edition).end)
    periods = [parse_period(source.edition) for source in sources]
    last = sources[-1] if sources else None
    late: list[Period] = []
    following = spec.following(periods[-1]) if periods else last_ended(spec, today)
    while periods and spec.due(following) < today:
        late.append(following)
        following = spec.following(following)
    while spec.due(following) < today:
        following = spec.following(following)
    got = {period.code for period in periods}
    return ReturnFact(
        agency=spec.id,
        agency_title=spec.title,
        newest_period=last.edition if last else "",
        newest_label=periods[-1].label() if periods else "",
        extracted_on=last.released_on if last else None,
        received_at=last.loaded_at if last else None,
        status=last.status if last else "",
        missing=tuple(period.code for period in every_period(spec, periods) if period.code not in got),
        late=tuple(period.code for period in late),
        late_since=spec.due(late[0]) if late else None,
        next_period=following.code,
        next_due=spec.due(following),
    )


def last_ended(spec: ReturnSpec, today: date) -> Period:
    """The newest quarter or term that is over."""
    if spec.frequency == "quarterly":
        running = quarter_containing(today)
    else:
        school_year = today.year - (today.month < 9)
        running = term(school_year, (today.month - 9) % 12 // 4 + 1)
    return spec.following(running, -1)


def release_facts(sources: Iterable[store.Source]) -> tuple[ReleaseFact, ...]:
    """The newest release of each publication, the newest of all last."""
    newest: dict[str, date] = {}
    for source in sources:
        if source.kind == store.RELEASE:
            newest[source.series_title] = max(source.released_on, newest.get(source.series_title, source.released_on))
    return tuple(ReleaseFact(title, released) for title, released in sorted(newest.items(), key=lambda f: f[1]))


def every_period(spec: ReturnSpec, periods: Iterable[Period]) -> list[Period]:
    """All periods of a return from the first to the last given, so that one that never came is seen."""
    given = sorted(set(periods), key=lambda period: period.end)
    if not given or any(period.kind is not spec.period_kind for period in given):
        return given
    found = [given[0]]
    while found[-1].end < given[-1].end:
        found.append(spec.following(found[-1]))
    return found
