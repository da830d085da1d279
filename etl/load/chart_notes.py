"""Keeps what people put on charts: new baselines, events, targets. They are added and withdrawn, never changed."""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from etl.load import store
from etl.transform.chart_notes import ChartNote, NewNote, NoteKind
from schema.context import Context
from schema.errors import WrongUseError
from schema.tables import ChartNoteRow, ChartNoteWithdrawalRow

_LARGEST = 2**31 - 1
"""Of a note's number: what PostgreSQL's integers hold."""


def add_note(connection: Connection, context: Context, new: NewNote) -> int:
    """Keep a note and say so in the audit trail. Returns its number.

    Raises:
        WrongUseError: one that holds says the same thing already, or another target for the same day.
    """
    store.require_partnership(connection, context)
    for note in read_notes(connection, context.at(None)):
        if _place(note) == _place(new):
            raise WrongUseError(
                f"It is there already, as {new.kind.words} {note.id}: “{note.text}”. Withdraw that first: "
                f'`safeguarding chart withdraw {note.id} --reason "…"`.'
            )
    at = datetime.now(UTC)
    kept = {
        "kind": new.kind.value,
        "measure": new.measure,
        "agency": new.agency,
        "area_id": new.area,
        "category": new.category,
        "basis": new.basis,
        "period": new.period,
        "value": new.value,
        "event_kind": new.event_kind,
        "text": new.text,
        "who": new.who,
    }
    note_id: int = connection.execute(
        sa.insert(ChartNoteRow)
        .values(**kept, day=new.day, partnership_id=context.partnership, at=at, actor=context.viewer)
        .returning(ChartNoteRow.id)
    ).scalar_one()
    details = {**kept, "day": new.day.isoformat(), "note": note_id}
    store.audit(connection, context, f"chart {new.kind.value} added", _subject(new), details)
    return note_id


def _place(note: NewNote) -> tuple[Any, ...]:
    """Where only one note can stand: one baseline or target a day, but several events."""
    what = note.text.casefold() if note.kind is NoteKind.EVENT else ""
    return (note.kind, note.measure, note.agency, note.area, note.category, note.basis, note.day, what)


def _subject(note: NewNote) -> str:
    return " ".join(part for part in (note.measure or note.agency or "every measure", note.area) if part)


def withdraw_note(connection: Connection, context: Context, note_id: int, reason: str) -> ChartNote:
    """Let a note hold no longer, from now on. Returns it as it was.

    Raises:
        WrongUseError: there is none of that number, or it has been withdrawn.
    """
    store.require_partnership(connection, context)
    known = {note.id: note for note in read_notes(connection, context.at(None), withdrawn=True)}
    note = known.get(note_id) if 0 < note_id <= _LARGEST else None
    if note is None:
        raise WrongUseError(
            f"There is no note {note_id} on any chart. `safeguarding chart list` names those there are."
        )
    if note.withdrawn_at is not None:
        raise WrongUseError(
            f"Note {note_id} was withdrawn on {note.withdrawn_at:%d/%m/%Y} by {note.withdrawn_by}; nothing changed."
        )
    at = datetime.now(UTC)
    connection.execute(
        sa.insert(ChartNoteWithdrawalRow).values(note_id=note_id, at=at, actor=context.viewer, reason=reason)
    )
    details = {"note": note_id, "reason": reason}
    store.audit(connection, context, f"chart {note.kind.value} withdrawn", _subject(note), details)
    return note


def read_notes(connection: Connection, context: Context, *, withdrawn: bool = False) -> tuple[ChartNote, ...]:
    """The notes that hold at the context's instant, in the order in which they were written down.

    With `withdrawn`, those too that had been withdrawn by then.
    """
    note, gone = store.table_of(ChartNoteRow).c, store.table_of(ChartNoteWithdrawalRow).c
    left = [gone.at.label("withdrawn_at"), gone.actor.label("withdrawn_by"), gone.reason.label("withdrawn_why")]
    query = (
        sa.select(*note, *left)
        .outerjoin(ChartNoteWithdrawalRow, gone.note_id == note.id)
        .where(note.partnership_id == context.partnership)
        .order_by(note.id)
    )
    found = [_note(row, context.as_of) for row in connection.execute(query).mappings()]
    there = [one for one in found if context.as_of is None or (one.at is not None and one.at <= context.as_of)]
    return tuple(one for one in there if withdrawn or one.withdrawn_at is None)


def _note(row: Any, as_of: datetime | None) -> ChartNote:
    held_still = row["withdrawn_at"] is None or (as_of is not None and row["withdrawn_at"] > as_of)
    day: date = row["day"]
    return ChartNote(
        kind=NoteKind(row["kind"]),
        day=day,
        text=row["text"],
        who=row["who"],
        measure=row["measure"],
        agency=row["agency"],
        area=row["area_id"],
        category=row["category"],
        basis=row["basis"],
        period=row["period"],
        value=row["value"],
        event_kind=row["event_kind"],
        id=row["id"],
        at=row["at"],
        actor=row["actor"],
        withdrawn_at=None if held_still else row["withdrawn_at"],
        withdrawn_by="" if held_still else row["withdrawn_by"],
        withdrawn_why="" if held_still else row["withdrawn_why"],
    )
