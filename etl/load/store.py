"""Writes sources and what they say, and reads them back for the transforms.

Everything here works inside the caller's transaction. Sources and values are only ever added; figures are thrown away
and made again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from etl.load.bulk import bulk_insert
from schema.context import Context
from schema.errors import DatabaseNotReadyError
from schema.periods import parse_period
from schema.tables import (
    AreaRow,
    AuditEventRow,
    Base,
    FigureRow,
    NeighbourRow,
    PartnershipRow,
    PeriodRow,
    PopulationRow,
    QuantityValueRow,
    SourceEventRow,
    SourceRow,
)

RELEASE = "release"
SUBMISSION = "submission"

ACCEPTED = "accepted"
SUPERSEDED = "superseded"

_VALUES_FROM_FRAME = {"area": "area_id", "row": "row_number"}
_VALUES_TO_FRAME = {table: frame for frame, table in _VALUES_FROM_FRAME.items()}


class NewSource(NamedTuple):
    """A source about to be kept."""

    kind: str
    publisher: str
    edition: str
    series_title: str
    released_on: date
    status: str
    file_name: str
    sha256: str
    row_count: int
    reading: str = ""


def table_of(model: type[Base]) -> sa.Table:
    """A model's table."""
    table = model.__table__
    assert isinstance(table, sa.Table)  # noqa: S101 - tells the type checker what declarative models always are
    return table


def require_partnership(connection: Connection, context: Context) -> PartnershipRow:
    """The partnership of a context. Raises DatabaseNotReadyError where there is none yet."""
    row = connection.execute(
        sa.select(PartnershipRow.__table__).where(PartnershipRow.id == context.partnership)
    ).one_or_none()
    if row is None:
        raise DatabaseNotReadyError(
            f"No partnership “{context.partnership}” has been set up. Run `safeguarding init` first."
        )
    return PartnershipRow(**row._mapping)


def ensure_partnership(
    connection: Connection, partnership: str, name: str, home_area: str, *, demonstration: bool
) -> None:
    """Set the partnership up where it is not."""
    known = connection.execute(
        sa.select(PartnershipRow.id).where(PartnershipRow.id == partnership)
    ).scalar_one_or_none()
    if known is None:
        connection.execute(
            sa.insert(PartnershipRow).values(
                id=partnership, name=name, home_area=home_area, demonstration=demonstration
            )
        )


def audit(connection: Connection, context: Context, action: str, subject: str, details: dict[str, Any]) -> None:
    """Write down that somebody did something. Every write leaves one; the newest id is the version of the data."""
    connection.execute(
        sa.insert(AuditEventRow).values(
            partnership_id=context.partnership,
            at=datetime.now(UTC),
            actor=context.viewer,
            action=action,
            subject=subject,
            details=details,
        )
    )


class Version(NamedTuple):
    """A version of a source that is there already."""

    id: int
    version: int
    sha256: str
    reading: str
    file_name: str
    loaded_at: datetime


def versions_of(connection: Connection, context: Context, new: NewSource) -> list[Version]:
    """The versions of a source's edition that are kept, oldest first."""
    row = SourceRow.__table__.c
    query = (
        sa.select(*(row[name] for name in Version._fields))
        .where(
            row.partnership_id == context.partnership,
            row.kind == new.kind,
            row.publisher == new.publisher,
            row.edition == new.edition,
        )
        .order_by(row.version)
    )
    return [Version(*found) for found in connection.execute(query)]


def places_said(connection: Connection, source_id: int) -> set[tuple[str, str, str]]:
    """The areas, periods and quantities of which a source says anything.

    Of a population the “quantity” is the word itself, and of neighbours the model stands for the period.
    """
    value, people, near = (table_of(model).c for model in (QuantityValueRow, PopulationRow, NeighbourRow))
    queries = (
        sa.select(value.area_id, value.period, value.quantity).where(value.source_id == source_id),
        sa.select(people.area_id, people.period, sa.literal("population")).where(people.source_id == source_id),
        sa.select(near.area_id, near.model, sa.literal("neighbours")).where(near.source_id == source_id),
    )
    return {(str(a), str(p), str(q)) for query in queries for a, p, q in connection.execute(query.distinct())}


def add_source(
    connection: Connection, context: Context, new: NewSource, accepted_at: datetime | None = None
) -> tuple[int, bool]:
    """Keep a release as accepted, now or at an instant; an older version of the same edition is superseded.

    Returns its id, and False where the same content is already there (nothing is then changed).
    """
    same = versions_of(connection, context, new)
    if same and (same[-1].sha256, same[-1].reading) == (new.sha256, new.reading):
        return same[-1].id, False
    now = datetime.now(UTC)
    source_id = connection.execute(
        sa.insert(SourceRow)
        .values(
            **new._asdict(),
            partnership_id=context.partnership,
            version=len(same) + 1,
            loaded_at=now,
            actor=context.viewer,
        )
        .returning(SourceRow.id)
    ).scalar_one()
    at = accepted_at or now
    if same:
        add_event(connection, context, same[-1].id, SUPERSEDED, at, f"by version {len(same) + 1}")
    add_event(connection, context, source_id, ACCEPTED, at, "")
    return source_id, True


def add_event(connection: Connection, context: Context, source_id: int, event: str, at: datetime, reason: str) -> None:
    """Write down that something happened to a source at an instant."""
    connection.execute(
        sa.insert(SourceEventRow).values(source_id=source_id, event=event, at=at, actor=context.viewer, reason=reason)
    )


def add_values(connection: Connection, source_id: int, values: pd.DataFrame) -> int:
    """Keep a values frame. Its areas are known; its periods are added where they are new."""
    _require_areas(connection, values["area"].unique())
    _keep_periods(connection, values["period"].unique())
    rows = values.rename(columns=_VALUES_FROM_FRAME).assign(source_id=source_id)
    return bulk_insert(connection, table_of(QuantityValueRow), rows)


def add_population(connection: Connection, source_id: int, population: pd.DataFrame) -> int:
    """Keep a population frame."""
    _require_areas(connection, population["area"].unique())
    _keep_periods(connection, population["period"].unique())
    rows = population.rename(columns=_VALUES_FROM_FRAME).assign(source_id=source_id)
    return bulk_insert(connection, table_of(PopulationRow), rows)


def add_neighbours(connection: Connection, source_id: int, neighbours: pd.DataFrame) -> int:
    """Keep a model's neighbour sets."""
    rows = neighbours.rename(columns={"area": "area_id", "neighbour": "neighbour_id"}).assign(source_id=source_id)
    return bulk_insert(connection, table_of(NeighbourRow), rows)


def forget_figures(connection: Connection, sources: Sequence[int]) -> None:
    """Throw away the figures of these sources. What they were computed from stays."""
    for chunk in _chunks(sources):
        connection.execute(sa.delete(FigureRow).where(FigureRow.source_id.in_(chunk)))


def replace_figures(connection: Connection, sources: Sequence[int], figures: pd.DataFrame) -> int:
    """Throw away the figures of these sources and put the new ones in."""
    forget_figures(connection, sources)
    _keep_periods(connection, figures["period"].unique())
    return bulk_insert(connection, table_of(FigureRow), figures.rename(columns={"area": "area_id"}))


def _require_areas(connection: Connection, ids: Iterable[str]) -> None:
    """Refuse rows that point at no area. Extracts only give known ones, so this is a fault of ours and traces."""
    known = set(connection.execute(sa.select(AreaRow.id)).scalars())
    if unknown := sorted(set(ids) - known):
        raise LookupError(f"no area {', '.join(unknown[:5])} in the database: it is of another version of the schema")


def _keep_periods(connection: Connection, codes: Iterable[str]) -> None:
    known = set(connection.execute(sa.select(PeriodRow.code)).scalars())
    new = [parse_period(code) for code in codes if code not in known]
    if new:
        connection.execute(
            sa.insert(PeriodRow), [{"code": p.code, "kind": p.kind.value, "start": p.start, "end": p.end} for p in new]
        )


def _chunks(ids: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


@dataclass(frozen=True)
class Source:
    """A kept source, with the instant from which it holds."""

    id: int
    kind: str
    publisher: str
    edition: str
    version: int
    series_title: str
    released_on: date
    status: str
    file_name: str
    sha256: str
    reading: str
    row_count: int
    loaded_at: datetime
    actor: str
    accepted_at: datetime


def active_sources(connection: Connection, context: Context) -> list[Source]:
    """Every source that held at the context's instant (its newest event by then is `accepted`), oldest first."""
    event = SourceEventRow.__table__.c
    newest = sa.select(event.source_id, sa.func.max(event.id).label("id")).group_by(event.source_id)
    if context.as_of is not None:
        newest = newest.where(event.at <= context.as_of)
    last = newest.subquery()
    row = SourceRow.__table__.c
    query = (
        sa.select(*(row[field.name] for field in fields(Source)[:-1]), event.at.label("accepted_at"))
        .join(last, last.c.source_id == row.id)
        .join(SourceEventRow, SourceEventRow.id == last.c.id)
        .where(event.event == ACCEPTED, row.partnership_id == context.partnership)
        .order_by(row.id)
    )
    return [Source(**found) for found in connection.execute(query).mappings()]


def recency_of(returns: Sequence[Source]) -> dict[int, int]:
    """By id, which of some returns knows more: the later extract, whenever it was submitted, so that backfilling old
    quarters undoes no restatement."""
    return {s.id: place for place, s in enumerate(sorted(returns, key=lambda s: (s.released_on, s.id)))}


def all_versions(connection: Connection, sources: Sequence[Source]) -> list[int]:
    """The ids of every version of these sources' editions, superseded ones too."""
    row = SourceRow.__table__.c
    editions = {(source.kind, source.publisher, source.edition) for source in sources}
    query = sa.select(row.id).where(sa.tuple_(row.kind, row.publisher, row.edition).in_(list(editions)))
    return list(connection.execute(query.order_by(row.id)).scalars())


def read_values(connection: Connection, sources: Sequence[Source]) -> pd.DataFrame:
    """The values of some sources, with `source_id` and `publisher` beside the columns of a values frame."""
    frame = read_values_of(connection, [source.id for source in sources])
    publisher = {source.id: source.publisher for source in sources}
    return frame.assign(publisher=lambda f: f["source_id"].map(publisher))


def read_values_of(connection: Connection, source_ids: Sequence[int]) -> pd.DataFrame:
    """The values of some sources by their ids, whether they hold or not, with `source_id`."""
    return _read(connection, QuantityValueRow, source_ids).rename(columns=_VALUES_TO_FRAME)


def read_population(connection: Connection, source_ids: Sequence[int]) -> pd.DataFrame:
    """The population of some sources, with `source_id`."""
    return _read(connection, PopulationRow, source_ids).rename(columns=_VALUES_TO_FRAME)


def _read(connection: Connection, model: type[Base], source_ids: Sequence[int]) -> pd.DataFrame:
    table = table_of(model)
    names = [column.name for column in table.columns]
    rows: list[Any] = []
    for chunk in _chunks(source_ids):
        rows.extend(connection.execute(sa.select(table).where(table.c.source_id.in_(chunk))).all())
    frame = pd.DataFrame.from_records([tuple(row) for row in rows], columns=names)
    return frame.astype({"value": float})


COMPUTED = "figures computed"


def computed_by(connection: Connection, context: Context) -> str:
    """The fingerprint of what the kept figures were computed by; empty where it was never written down."""
    row = AuditEventRow.__table__.c
    query = (
        sa.select(row.details)
        .where(row.partnership_id == context.partnership, row.action == COMPUTED)
        .order_by(row.id.desc())
        .limit(1)
    )
    details = connection.execute(query).scalar_one_or_none()
    return str(details["fingerprint"]) if details else ""


def data_version(connection: Connection) -> int:
    """Grows with every write; whatever is computed on read is cached by it."""
    return connection.execute(sa.select(sa.func.coalesce(sa.func.max(AuditEventRow.id), 0))).scalar_one()
