"""Who owes what by when: what is late, what is due, and what comes after it. As rows, and as a calendar file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from dashboard.queries import Queries
from dashboard.views.return_status import ReturnState, ReturnStatus, calendar_of, today_of
from schema.catalogue import Catalogue
from schema.context import Context
from schema.exports import csv_text
from schema.periods import parse_period
from schema.returns import ReturnSpec

COLUMNS = ("agency", "agency_title", "period", "period_label", "due", "days", "state", "figures", "answered_by")
AHEAD = 4
"""Returns that are not due yet, for each agency: about a year of them, for a calendar that is filled once."""


@dataclass(frozen=True)
class Reminder:
    """One return that somebody owes. `days` until it is due; below nought where it is late."""

    agency: str
    agency_title: str
    period: str
    label: str
    due: date
    days: int
    state: str
    figures: int
    """How many it asks for."""
    answers: str
    """The team that fills it in."""


def reminders(queries: Queries, context: Context, today: date | None = None, ahead: int = AHEAD) -> list[Reminder]:
    """What every agency of the framework owes, the most urgent first: what is late, and `ahead` not due yet of each."""
    day = today or today_of(context)
    found = [
        one
        for spec in queries.catalogue.returns.values()
        if spec.framework == context.framework
        for one in reminders_of(spec, queries.catalogue, calendar_of(queries, context, spec, day), ahead)
    ]
    return sorted(found, key=lambda one: (one.due, one.agency_title))


def reminders_of(
    spec: ReturnSpec, catalogue: Catalogue, calendar: Sequence[ReturnStatus], ahead: int = AHEAD
) -> list[Reminder]:
    """What one agency owes, from where its returns stand, the newest first."""
    asked = [one for one in reversed(calendar) if one.owed or one.state in (ReturnState.DUE, ReturnState.RUNNING)]
    found = [_reminder(spec, one.period, one.due, one.days_to_due, one.state.value, one.asked) for one in asked]
    last, today = parse_period(calendar[0].period), calendar[0].today
    there = sum(one.days >= 0 for one in found)
    for count in range(1, ahead - there + 1):
        period = spec.following(last, count)
        due = spec.due(period)
        figures = catalogue.figures_asked(spec.id, period)
        found.append(_reminder(spec, period.code, due, (due - today).days, ReturnState.RUNNING.value, figures))
    return found


def _reminder(spec: ReturnSpec, code: str, due: date, days: int, state: str, figures: int) -> Reminder:
    return Reminder(spec.id, spec.title, code, parse_period(code).label(), due, days, state, figures, spec.answers)


def as_csv(found: Iterable[Reminder], line_end: str = "\r\n") -> str:
    """A row for each return that is owed."""
    return csv_text(
        COLUMNS,
        [
            {
                "agency": one.agency,
                "agency_title": one.agency_title,
                "period": one.period,
                "period_label": one.label,
                "due": one.due.isoformat(),
                "days": one.days,
                "state": one.state,
                "figures": one.figures,
                "answered_by": one.answers,
            }
            for one in found
        ],
        line_end,
    )


def as_ics(found: Iterable[Reminder], stamp: datetime) -> str:
    """The same as a calendar (RFC 5545): a whole-day event on each due day, which reminds a week before.

    An event keeps its id for ever, so that a calendar that reads the file again changes what it has and adds nothing
    twice.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Safeguarding dashboard//Returns//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped('Safeguarding returns due')}"]
    for one in found:
        summary = _escaped(f"{one.agency_title}: return for {one.label} is due")
        lines += [
            "BEGIN:VEVENT",
            f"UID:return-{one.agency}-{one.period}@safeguarding-dashboard".replace(" ", ""),
            f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{one.due:%Y%m%d}",
            f"SUMMARY:{summary}",
            f"DESCRIPTION:{_escaped(f'{one.figures:,} figures are asked for. Answered by: {one.answers}.')}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{summary}",
            "TRIGGER:-P7D",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    """A text value: what has a meaning of its own in the format is marked (RFC 5545, 3.3.11)."""
    plain = " ".join(text.split())
    for character in ("\\", ";", ","):
        plain = plain.replace(character, f"\\{character}")
    return plain


def _folded(line: str) -> str:
    """A line in pieces of at most 75 bytes, each further one after a space, and no character cut (RFC 5545, 3.1)."""
    pieces: list[str] = []
    piece = ""
    for character in line:
        if len((piece + character).encode()) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join([*pieces, piece])
