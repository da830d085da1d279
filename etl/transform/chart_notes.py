"""What people put on charts – new baselines, events, targets – and which of it a chart shows.

Pure: `etl.load.chart_notes` keeps them. Nothing here is ever found by a computer: a person says it, with a reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from etl.transform.control_terms import Event, Rebase
from schema.measures import Measure
from schema.periods import Basis, parse_period

EventKind = Literal["", "event", "definition", "system"]


class NoteKind(StrEnum):
    """What a note does."""

    REBASE = "rebase"
    EVENT = "event"
    TARGET = "target"

    @property
    def words(self) -> str:
        """As a reader meets it."""
        return {NoteKind.REBASE: "new baseline", NoteKind.EVENT: "event", NoteKind.TARGET: "target"}[self]


@dataclass(frozen=True)
class NewNote:
    """A note about to be kept. An empty `measure`, `agency`, `area`, `category` or `basis` means every one."""

    kind: NoteKind
    day: date
    text: str
    who: str
    measure: str = ""
    agency: str = ""
    area: str = ""
    category: str = ""
    basis: str = ""
    period: str = ""
    value: float | None = None
    event_kind: EventKind = ""


@dataclass(frozen=True)
class ChartNote(NewNote):
    """A kept note. `actor` wrote it down; `withdrawn_at` is None while it holds."""

    id: int = 0
    at: datetime | None = None
    actor: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_why: str = ""

    def about(self, measure: Measure) -> bool:
        """Whether it is about a measure."""
        return self.measure in ("", measure.id) and self.agency in ("", measure.agency)


@dataclass(frozen=True)
class ChartNotes:
    """The notes that hold at an instant, in the order in which they were written down."""

    notes: tuple[ChartNote, ...]

    def rebases(self, measure: Measure) -> tuple[Rebase, ...]:
        """The measure's new baselines in all areas."""
        return tuple(
            Rebase(parse_period(note.period), note.text, note.who, note.area or None)
            for note in self._of(NoteKind.REBASE, measure)
        )

    def events(self, measure: Measure, area: str) -> tuple[Event, ...]:
        """What happened to the measure in an area, and each change of its definition, the earliest first."""
        told = [
            Event(note.day, note.text, note.event_kind or "event")
            for note in self._of(NoteKind.EVENT, measure)
            if note.area in ("", area)
        ]
        told += [Event(version.since, version.change, "definition") for version in measure.versions]
        return tuple(sorted(told, key=lambda event: event.on))

    def target(self, measure: Measure, area: str, *, category: str, basis: Basis, on: date) -> ChartNote | None:
        """The target that holds on a day: the one set for the latest day, and of those the one written down last."""
        held = [
            note
            for note in self._of(NoteKind.TARGET, measure)
            if note.area in ("", area)
            and note.category in ("", category)
            and note.basis in ("", basis.value)
            and note.day <= on
        ]
        return max(held, key=lambda note: (note.day, note.id), default=None)

    def _of(self, kind: NoteKind, measure: Measure) -> Iterable[ChartNote]:
        return (note for note in self.notes if note.kind is kind and note.about(measure))
