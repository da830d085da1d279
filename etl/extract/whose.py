"""Whose return a file is and for which period, as far as it tells: a guess, for a person to confirm."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath
from typing import NamedTuple

from etl.extract.returns import ReturnTable
from schema.catalogue import Catalogue
from schema.errors import WrongUseError
from schema.periods import Period, PeriodKind, parse_period

_CODE = re.compile(r"(?P<school>AY)?(?P<first>\d{4})[-_ ]?(?P<last>\d{2})[-_ ]?(?P<part>[QT]\d)", re.IGNORECASE)


_FULL = 0.5
"""A period has a full set where it has at least this share of the rows of the one with the most: what a return restates
may be as much as the return itself, and a row with a mistyped period is no return."""


class Guess(NamedTuple):
    """An agency's id and a period's code; empty where the file does not tell. `later` are periods after that one of
    which the file has rows too: a return is never for an earlier period than its rows, so that some are mistyped."""

    agency: str
    period: str
    later: tuple[str, ...] = ()


def guess(table: ReturnTable, catalogue: Catalogue) -> Guess:
    """What a file says of itself: by the quantities that it reports, its heading and period column, else its name."""
    agency = _agency_of_cells(table, catalogue) or _agency_of_name(table.name, catalogue)
    kind = catalogue.returns[agency].period_kind if agency else None
    rows: Counter[str] = Counter()
    for text, many in table.cells["period"].value_counts().items():
        if (written := _period_of(str(text))) is not None and _fits(written, kind):
            rows[written.code] += int(many)
    period = _period(table, rows, kind)
    return Guess(agency, period, tuple(sorted(code for code in rows if period and code > period)))


def _agency_of_cells(table: ReturnTable, catalogue: Catalogue) -> str:
    """The one agency whose return asks for most of the quantities; empty where several might be meant."""
    named = set(table.cells["quantity"]) & set(catalogue.quantities)
    asked = Counter(
        {spec.id: len(named & {item.quantity for item in spec.items}) for spec in catalogue.returns.values()}
    )
    (best, most), (_, second) = asked.most_common(2)
    return best if most * 2 > len(named) and most > second else ""


def _agency_of_name(name: str, catalogue: Catalogue) -> str:
    """The one agency whose id or title is in the file's name."""
    stem = _plain(PurePath(name).stem)
    found = [
        spec.id
        for spec in catalogue.returns.values()
        if any(_plain(word) in stem for word in (spec.id, spec.title, spec.short_title))
    ]
    return found[0] if len(found) == 1 else ""


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _period(table: ReturnTable, rows: Mapping[str, int], kind: PeriodKind | None) -> str:
    """The period in the form's heading, else in the file's name, where the cells have it too; else the newest of which
    the cells have a full set, since what a return restates is earlier; else the one in the name.

    `rows` says how many rows there are of each period.
    """
    in_name = _written(PurePath(table.name).stem, kind)
    for told in (_written(table.heading, kind), in_name):
        if both := told & set(rows):
            return max(both)
    full = [code for code, many in rows.items() if many >= _FULL * max(rows.values())]
    return max(full, default="") or max(in_name, default="")


def _written(text: str, kind: PeriodKind | None) -> set[str]:
    """The periods of a kind whose codes stand in a text."""
    codes = ("{school}{first}-{last}{part}".format(**found.groupdict("")) for found in _CODE.finditer(text))
    return {period.code for code in codes if (period := _period_of(code)) is not None and _fits(period, kind)}


def _fits(period: Period, kind: PeriodKind | None) -> bool:
    """Whether a return of a kind can be for it: a quarter or a term where none is known."""
    return period.kind in ((kind,) if kind else (PeriodKind.QUARTER, PeriodKind.TERM))


def _period_of(text: str) -> Period | None:
    try:
        return parse_period(text)
    except WrongUseError:
        return None  # what is wrong with it is said when the return is checked
