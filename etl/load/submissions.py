"""Keeps submissions: each version of an agency's return, its file, its findings, and what happened to it.

Everything here works inside the caller's transaction. Versions are only ever added; what happens to one is an event.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from etl.load import store
from schema.context import Context
from schema.errors import WrongUseError
from schema.findings import Finding, Severity
from schema.tables import SourceEventRow, SourceRow, SubmissionFileRow, SubmissionFindingRow

SUBMITTED = "submitted"
QUERIED = "queried"
ANSWERED = "answered"
RETURNED = "returned"
WITHDRAWN = "withdrawn"

WAITING = (SUBMITTED, QUERIED, ANSWERED)
"""States in which somebody has yet to accept a version, or to send it back."""


class ExplainedFinding(NamedTuple):
    """A finding, and how whoever sent the return explained it; empty for what needs no explanation."""

    finding: Finding
    explanation: str


@dataclass(frozen=True)
class SubmissionEvent:
    """Something that happened to a version, who did it, when (UTC), and what they wrote."""

    event: str
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True)
class SubmissionVersion:
    """One version of an agency's return for a period. `events` are in the order in which they happened."""

    source_id: int
    agency: str
    period: str
    version: int
    file_name: str
    sha256: str
    row_count: int
    extracted_on: date
    status: str
    """provisional or final."""
    events: tuple[SubmissionEvent, ...]

    @property
    def state(self) -> str:
        """What its newest event says."""
        return self.events[-1].event

    @property
    def waits(self) -> bool:
        """Whether somebody has yet to accept it, or to send it back."""
        return self.state in WAITING

    @property
    def was_accepted(self) -> bool:
        """Whether it has ever been accepted."""
        return any(event.event == store.ACCEPTED for event in self.events)

    @property
    def submitted_by(self) -> str:
        """Who sent it."""
        return self.events[0].actor

    @property
    def submitted_at(self) -> datetime:
        """When it was sent."""
        return self.events[0].at


def submissions(
    connection: Connection, context: Context, agency: str | None = None, period: str | None = None
) -> list[SubmissionVersion]:
    """Every version of the returns (of an agency, for a period) as it stood at the context's instant.

    Ordered by agency, period and version.
    """
    row, event = SourceRow.__table__.c, SourceEventRow.__table__.c
    wanted = [row.partnership_id == context.partnership, row.kind == store.SUBMISSION]
    wanted += [row.publisher == agency] if agency is not None else []
    wanted += [row.edition == period] if period is not None else []
    happened = sa.select(event.source_id, event.event, event.at, event.actor, event.reason).join(
        SourceRow, row.id == event.source_id
    )
    if context.as_of is not None:
        happened = happened.where(event.at <= context.as_of)
    events: dict[int, list[SubmissionEvent]] = defaultdict(list)
    for source_id, *what in connection.execute(happened.where(*wanted).order_by(event.id)):
        events[source_id].append(SubmissionEvent(*what))
    query = (
        sa.select(
            row.id.label("source_id"),
            row.publisher.label("agency"),
            row.edition.label("period"),
            row.released_on.label("extracted_on"),
            *(row[name] for name in ("version", "file_name", "sha256", "row_count", "status")),
        )
        .where(*wanted)
        .order_by(row.publisher, row.edition, row.version)
    )
    return [
        SubmissionVersion(**kept, events=tuple(events[kept["source_id"]]))
        for kept in connection.execute(query).mappings()
        if kept["source_id"] in events
    ]


def add_submission(
    connection: Connection,
    context: Context,
    new: store.NewSource,
    content: bytes,
    values: pd.DataFrame,
    findings: Sequence[ExplainedFinding],
    at: datetime | None = None,
) -> SubmissionVersion:
    """Keep a version of a return, its file, its values and its findings. It waits until a second person accepts it.

    A version of the same return that was waiting is superseded. `new.released_on` is the day of extract; `at` is when
    it was submitted, now where nothing is said.
    """
    earlier = submissions(connection, context.at(None), new.publisher, new.edition)
    version = max((one.version for one in earlier), default=0) + 1
    now = datetime.now(UTC)
    source_id: int = connection.execute(
        sa.insert(SourceRow)
        .values(
            **new._asdict(),
            partnership_id=context.partnership,
            version=version,
            loaded_at=now,
            actor=context.viewer,
        )
        .returning(SourceRow.id)
    ).scalar_one()
    for waiting in earlier:
        if waiting.waits:
            words = f"by version {version}, before it was accepted"
            add_event(connection, context, waiting, store.SUPERSEDED, words, at)
    connection.execute(sa.insert(SubmissionFileRow).values(source_id=source_id, content=content))
    if findings:
        connection.execute(
            sa.insert(SubmissionFindingRow),
            [
                {
                    "source_id": source_id,
                    "number": number,
                    "rule": finding.rule,
                    "severity": finding.severity.value,
                    "message": finding.message,
                    "remedy": finding.remedy,
                    "sheet": finding.sheet,
                    "row_number": finding.row,
                    "column_name": finding.column,
                    "cell": finding.cell,
                    "value": finding.value,
                    "explanation": explanation,
                }
                for number, (finding, explanation) in enumerate(findings, start=1)
            ],
        )
    store.add_values(connection, source_id, values)
    kept = SubmissionVersion(
        source_id,
        new.publisher,
        new.edition,
        version,
        new.file_name,
        new.sha256,
        new.row_count,
        new.released_on,
        new.status,
        (SubmissionEvent(SUBMITTED, at or now, context.viewer, ""),),
    )
    store.add_event(connection, context, source_id, SUBMITTED, at or now, "")
    store.audit(connection, context, "return submitted", _subject(kept), {"file": new.file_name, "version": version})
    return kept


def add_event(
    connection: Connection,
    context: Context,
    version: SubmissionVersion,
    event: str,
    reason: str,
    at: datetime | None = None,
) -> None:
    """Write down what happened to a version, who did it and why; now, or at an instant."""
    store.add_event(connection, context, version.source_id, event, at or datetime.now(UTC), reason)
    details = {"version": version.version, "reason": reason}
    store.audit(connection, context, f"return {event}", _subject(version), details)


def version_of(
    connection: Connection, context: Context, agency: str, period: str, version: int | None = None
) -> SubmissionVersion:
    """One version of a return; the newest where none is named.

    Raises:
        WrongUseError: there is no such version.
    """
    found = submissions(connection, context, agency, period)
    if not found:
        raise WrongUseError(f"No return of {agency} for {period} has been submitted.")
    if version is None:
        return found[-1]
    for one in found:
        if one.version == version:
            return one
    numbers = ", ".join(str(one.version) for one in found)
    raise WrongUseError(f"The return of {agency} for {period} has no version {version}. There are: {numbers}.")


def original_of(connection: Connection, version: SubmissionVersion) -> bytes:
    """A version's file, byte for byte as it was sent.

    Raises:
        WrongUseError: it was submitted to an older product, which did not keep files.
    """
    row = SubmissionFileRow.__table__.c
    content = connection.execute(sa.select(row.content).where(row.source_id == version.source_id)).scalar_one_or_none()
    if content is None:
        raise WrongUseError(
            f"The file of version {version.version} was not kept: it came in before files were. Its figures are there."
        )
    return bytes(content)


def findings_of(connection: Connection, version: SubmissionVersion) -> list[ExplainedFinding]:
    """What the checks found in a version when it was submitted, and how that was explained."""
    table = store.table_of(SubmissionFindingRow)
    query = sa.select(table).where(table.c.source_id == version.source_id).order_by(table.c.number)
    return [
        ExplainedFinding(
            Finding(
                rule=row["rule"],
                severity=Severity(row["severity"]),
                message=row["message"],
                remedy=row["remedy"],
                sheet=row["sheet"],
                row=row["row_number"],
                column=row["column_name"],
                cell=row["cell"],
                value=row["value"],
            ),
            row["explanation"],
        )
        for row in connection.execute(query).mappings()
    ]


def values_of(connection: Connection, version: SubmissionVersion) -> pd.DataFrame:
    """What a version says: `period, basis, quantity, category, value, symbol, state, row, note`, ordered by row."""
    columns = ["period", "basis", "quantity", "category", "value", "symbol", "state", "row", "note"]
    return store.read_values_of(connection, [version.source_id])[columns].sort_values("row", ignore_index=True)


def _subject(version: SubmissionVersion) -> str:
    return f"{version.agency} {version.period}"
