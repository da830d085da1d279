"""Which of an area's figures leads: the newest local one on the best basis there is, and the newest published one."""

from collections.abc import Sequence

from dashboard.compared import Row
from etl.load import store
from schema.periods import Basis
from schema.states import State

# How a local figure leads, best first (design, rule 12 and R4): what can stand beside a publication goes before what
# cannot, and a single quarter or term leads only where there is nothing longer.
LEADING_LOCAL = (
    Basis.AT_DATE,
    Basis.ROLLING_YEAR,
    Basis.YEAR,
    Basis.ACADEMIC_YEAR,
    Basis.QUARTER,
    Basis.TERM,
)
# A month of a publication never leads: it is a twelfth of what stands beside it.
LEADING_PUBLISHED = (Basis.AT_DATE, Basis.YEAR, Basis.ACADEMIC_YEAR, Basis.POOLED_YEARS)
RAW = (Basis.QUARTER, Basis.TERM)
"""Parts of a year, beside which nothing published may stand."""


def local_rows(rows: Sequence[Row]) -> list[Row]:
    """The agency's own figures on their leading basis, the earliest first. What never came is none of them."""
    own = [row for row in rows if row["kind"] == store.SUBMISSION and row["state"] != State.MISSING]
    return _first_of(own, LEADING_LOCAL)


def published_rows(rows: Sequence[Row]) -> list[Row]:
    """The published figures on their leading basis, the earliest first."""
    return _first_of([row for row in rows if row["kind"] == store.RELEASE], LEADING_PUBLISHED)


def raw_rows(rows: Sequence[Row]) -> list[Row]:
    """The agency's own quarters or terms as they came, the earliest first."""
    return _first_of([row for row in rows if row["kind"] == store.SUBMISSION], RAW)


def newest(rows: Sequence[Row]) -> Row | None:
    """The last of rows that are in order."""
    return rows[-1] if rows else None


def _first_of(rows: Sequence[Row], bases: Sequence[Basis]) -> list[Row]:
    """The rows on the first basis on which any ever came: a formula may have a part that nobody gives."""
    for basis in bases:
        found = [row for row in rows if row["basis"] == basis.value]
        if any(row["state"] != State.MISSING for row in found):
            return found
    return []
