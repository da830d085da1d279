"""What has been received: each agency's newest return and what is missing, each publication's newest release."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.queries import Queries
from etl.load import store
from schema.context import Context
from schema.periods import Period, parse_period


@dataclass(frozen=True)
class ReturnFact:
    """An agency's newest return, and which quarters between its first and the newest due one never came."""

    agency: str
    agency_title: str
    newest_period: str
    newest_label: str
    extracted_on: date | None
    received_at: datetime | None
    status: str
    missing: tuple[str, ...]
    next_period: str
    next_due: date


@dataclass(frozen=True)
class ReleaseFact:
    """A publication's newest release."""

    series_title: str
    released_on: date


def return_facts(queries: Queries, context: Context) -> tuple[ReturnFact, ...]:
    """For each agency that owes a return: the newest received, and the quarters between that never came."""
    submitted = queries.periods_submitted(context)
    newest = {
        (source.publisher, source.edition): source
        for source in queries.sources(context).values()
        if source.kind == store.SUBMISSION
    }
    facts = []
    for agency, spec in sorted(queries.catalogue.returns.items()):
        periods = [parse_period(code) for code in submitted.get(agency, ())]
        periods.sort(key=lambda period: period.end)
        if not periods:
            continue
        got = {period.code for period in periods}
        last = periods[-1]
        source = newest[agency, last.code]
        following = spec.following(last)
        facts.append(
            ReturnFact(
                agency=agency,
                agency_title=spec.title,
                newest_period=last.code,
                newest_label=last.label(),
                extracted_on=source.released_on,
                received_at=source.loaded_at,
                status=source.status,
                missing=tuple(period.code for period in every_quarter(periods) if period.code not in got),
                next_period=following.code,
                next_due=spec.due(following),
            )
        )
    return tuple(facts)


def release_facts(sources: Iterable[store.Source]) -> tuple[ReleaseFact, ...]:
    """The newest release of each publication, the newest of all last."""
    newest: dict[str, date] = {}
    for source in sources:
        if source.kind == store.RELEASE:
            newest[source.series_title] = max(source.released_on, newest.get(source.series_title, source.released_on))
    return tuple(ReleaseFact(title, released) for title, released in sorted(newest.items(), key=lambda f: f[1]))


def every_quarter(periods: list[Period]) -> list[Period]:
    """All quarters from the first to the last, so that one that never came is seen."""
    if not periods:
        return []
    last = max(periods, key=lambda p: p.end)
    found, first = [last], min(p.start for p in periods)
    while found[-1].start > first:
        found.append(found[-1].earlier(quarters=1))
    return found[::-1]
