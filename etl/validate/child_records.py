"""Knows what a child's record looks like, so that none gets into the product or into a message about itself.

A return holds counts. Free text is where a record slips in, pasted to explain a figure. These patterns find the three
that are met most; they are no proof that a text is harmless.
"""

import re
from datetime import date

from schema.periods import Period

_NHS_NUMBER = re.compile(r"(?<!\d)(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?!\d)")
# One letter, eleven digits, and a digit or (for a temporary number) a letter; I, O and S are not used.
_UNIQUE_PUPIL_NUMBER = re.compile(r"(?<![a-z0-9])[a-hj-np-rt-z]\d{11}[\da-hj-np-rt-z](?![a-z0-9])", re.IGNORECASE)
_DATE = r"(\d{1,2})[ /.-](\d{1,2}|[a-z]{3,9})[ /.-](\d{4}|\d{2})(?!\d)|(\d{4})-\d{2}-\d{2}"
_SAID_TO_BE_BORN = re.compile(rf"\b(d\.?\s?o\.?\s?b|date of birth|born)\b.{{0,20}}?({_DATE})", re.IGNORECASE)
_FULL_DATE = re.compile(_DATE, re.IGNORECASE)


def looks_like_a_record(text: str, period: Period | None = None) -> bool:
    """Whether a text seems to hold an NHS number, a unique pupil number or a date of birth.

    With a period, a full date of more than a year before it counts as a date of birth: a note about a quarter has no
    other use for one.
    """
    return (
        any(_is_nhs_number("".join(found.groups())) for found in _NHS_NUMBER.finditer(text))
        or _UNIQUE_PUPIL_NUMBER.search(text) is not None
        or _SAID_TO_BE_BORN.search(text) is not None
        or (period is not None and any(year < period.start.year - 1 for year in _years(text, period.start)))
    )


def _is_nhs_number(digits: str) -> bool:
    """Whether ten digits pass the NHS number's own check (modulus 11), which one in eleven numbers does by chance."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check % 11 == int(digits[-1]) and check != 10


def _years(text: str, near: date) -> list[int]:
    """The years of the full dates in a text. Two digits mean the latest such year that is not after `near`."""
    years: list[int] = []
    for found in _FULL_DATE.finditer(text):
        written = found[3] or found[4]
        years.append(int(written) if len(written) == 4 else near.year - (near.year - int(written)) % 100)
    return years


def shown(text: str, limit: int = 40) -> str:
    """A code, figure or date as a message may repeat it: shortened, and nothing at all where it might be a record."""
    if looks_like_a_record(text):
        return ""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def quoted(text: str) -> str:
    """`shown`, in quotation marks; “This text” where it must not be repeated."""
    return f"“{shown(text)}”" if shown(text) else "This text"
