"""The instant that somebody asks about, as addresses and commands write it, and in words."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from schema.context import Context
from schema.errors import WrongUseError

AS_OF = "as_of"
"""Its name in every address."""

EARLIEST = 1990
"""The year before which nothing can have been known."""

# In an address a plus sign that nobody wrote as %2B arrives as a space.
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d\d:?\d\d$)")


def instant_of(text: str, now: datetime | None = None) -> datetime:
    """The instant that is written, in UTC; a bare day means its end, since what was accepted on that day held on it.

    Args:
        text: 2026-01-31, or 2026-01-31T17:00, which is in UTC unless it names a zone (2026-01-31T17:00+01:00).
        now: what is still to come lies after it; the clock's now where it is left out.

    Raises:
        WrongUseError: it is none, one at which nothing can have been known, or one that is still to come.
    """
    text = text.strip()
    try:
        try:
            instant = datetime.combine(date.fromisoformat(text), time.max)
        except ValueError:
            instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUseError(
            f"“{text[:40]}” is not an instant. Write a day, 2026-01-31, or an instant, 2026-01-31T17:00."
        ) from error
    if not EARLIEST <= instant.year <= 9000:
        raise WrongUseError(f"“{text[:40]}” is no instant at which anything was known. Write it as 2026-01-31T17:00.")
    instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    if instant > (now or datetime.now(UTC)):
        raise WrongUseError(
            f"“{text[:40]}” is still to come, and a day is shown as it stood at its end. Choose an earlier one."
        )
    return instant


def looking_back(context: Context, asked: Mapping[str, str]) -> Context:
    """The context as of the instant that an address asks for; as it is where it asks for none.

    Raises:
        WrongUseError: what it asks for is no instant, or is still to come.
    """
    text = asked.get(AS_OF, "").strip()
    return context.at(instant_of(_LOST_PLUS.sub("+", text))) if text else context


def written(instant: datetime | None) -> str:
    """The instant as an address writes it, so that `instant_of` reads it back; empty for now."""
    if instant is None:
        return ""
    utc = instant.astimezone(UTC)
    return utc.date().isoformat() if utc.time() == time.max else utc.replace(tzinfo=None).isoformat()


def words(instant: datetime) -> str:
    """The instant in words: “the end of 31 January 2026”, or “17:00 on 31 January 2026 (UTC)”."""
    utc = instant.astimezone(UTC)
    day = f"{utc.day} {utc:%B %Y}"
    if utc.time() == time.max:
        return f"the end of {day}"
    return f"{utc:%H:%M:%S} on {day} (UTC)" if utc.second or utc.microsecond else f"{utc:%H:%M} on {day} (UTC)"


def file_words(instant: datetime) -> str:
    """The instant as part of a file's name: 2026-01-31, or 2026-01-31T170000Z."""
    utc = instant.astimezone(UTC)
    return utc.date().isoformat() if utc.time() == time.max else f"{utc:%Y-%m-%dT%H%M%SZ}"
