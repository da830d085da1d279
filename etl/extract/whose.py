"""Whose return a file is and for which period, as far as it tells: a guess, for a person to confirm."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath
from typing import NamedTuple

from etl.extract.returns import ReturnTable
from schema.catalogue import Catalogue
from schema.errors import WrongUseError
from schema.periods import Period, PeriodKind, parse_period

_CODE = re.compile(r"(?P<school>AY)?(?P<first>\d{4})[-_ ]?(?P<last>\d{2})[-_ ]?(?P<part>[QT]\d)", re.IGNORECASE)


class Guess(NamedTuple):
    """An agency's id and a period's code; empty where the file does not tell."""

    agency: str
    period: str


def guess(table: ReturnTable, catalogue: Catalogue) -> Guess:
    """What a file says of itself: by the quantities that it reports, its period column, and else its name."""
    agency = _agency_of_cells(table, catalogue) or _agency_of_name(table.name, catalogue)
    kind = catalogue.returns[agency].period_kind if agency else None
    return Guess(agency, _period(table, kind))


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


def _period(table: ReturnTable, kind: PeriodKind | None) -> str:
    """The period in the name where the cells have it too; else the latest in the cells, since what a return restates
    is earlier; else the one in the name."""
    in_cells = _of_kind(table.cells["period"].unique(), kind)
    written = (found.groupdict("") for found in _CODE.finditer(PurePath(table.name).stem))
    in_name = _of_kind(("{school}{first}-{last}{part}".format(**found) for found in written), kind)
    if both := in_name & in_cells:
        return max(both)
    return max(in_cells, default="") or max(in_name, default="")


def _of_kind(texts: Iterable[str], kind: PeriodKind | None) -> set[str]:
    """The periods among some texts that are of a kind: quarters and terms where none is known."""
    kinds = (kind,) if kind else (PeriodKind.QUARTER, PeriodKind.TERM)
    return {period.code for text in texts if (period := _period_of(text)) is not None and period.kind in kinds}


def _period_of(text: str) -> Period | None:
    try:
        return parse_period(text)
    except WrongUseError:
        return None  # what is wrong with it is said when the return is checked
