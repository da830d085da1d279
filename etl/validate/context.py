"""What a rule is given: a return as it was written, and the same cells as they were understood.

Reading is done once, over whole columns. A cell that cannot be understood becomes "" (NaN for a number); the rules say
which those are, and why.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

import numpy as np
import pandas as pd

from etl.extract.returns import ReturnTable
from etl.extract.workbook import NOT_CALCULATED
from schema.catalogue import Catalogue
from schema.errors import WrongUseError
from schema.periods import Basis, Period, PeriodKind, parse_period
from schema.quantities import TOTAL
from schema.returns import ReturnItem, ReturnSpec
from schema.states import EES_SYMBOLS, State

SYMBOLS: dict[str, State] = {
    **{symbol: EES_SYMBOLS[symbol] for symbol in ("c", "z", "x", "low", "k", "u")},
    "nil": State.NIL,
}
"""What a return may put in the place of a number."""

STATUSES = ("provisional", "final")

_ERROR_CELL = re.compile(
    rf"#(N/A|DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|ERROR)|{NOT_CALCULATED}"
)
_PLAIN_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_GROUPED_NUMBER = r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"


@dataclass(frozen=True)
class ReturnContext:
    """`written` and `read` have the same rows and columns; `read` has `value` as a number (float64).

    The quantity that is read may belong to another return, the category to another quantity: only that there is such
    a one has been looked up. `today` is given, so that a check can be repeated.
    """

    table: ReturnTable
    spec: ReturnSpec
    period: Period
    catalogue: Catalogue
    today: date
    written: pd.DataFrame
    read: pd.DataFrame

    @cached_property
    def items(self) -> dict[str, ReturnItem]:
        """What the return asks for, by quantity."""
        return {item.quantity: item for item in self.spec.items}

    @cached_property
    def in_return(self) -> "pd.Series[bool]":
        """Rows whose quantity belongs to this return."""
        return self.read["quantity"].isin(list(self.items))

    def not_understood(self, column: str) -> Iterator[tuple[int, str]]:
        """Row and text of the cells that say something which could not be read."""
        written, read = self.written[column], self.read[column]
        unread = read.isna() if column == "value" else read == ""
        yield from cells(written[(written != "") & unread & ~is_error_cell(written)])

    def only(self, rows: "pd.Index[int]") -> "ReturnContext":
        """The same return with these rows alone."""
        return replace(self, written=self.written.loc[rows], read=self.read.loc[rows])


def context(table: ReturnTable, spec: ReturnSpec, period: Period, catalogue: Catalogue, today: date) -> ReturnContext:
    """Read every cell of a return."""
    return ReturnContext(table, spec, period, catalogue, today, table.cells, _read(table.cells, catalogue))


def cells(column: "pd.Series[str]") -> Iterator[tuple[int, str]]:
    """Row and text of each cell, with the row as a plain integer."""
    for row, text in zip(column.index.tolist(), column.tolist(), strict=True):
        yield int(row), str(text)


def is_error_cell(column: "pd.Series[str]") -> "pd.Series[bool]":
    """Cells in which a spreadsheet left an error, or a formula without its result."""
    return column.str.fullmatch(_ERROR_CELL)


def read_date(text: str) -> date | None:
    """A day written as 2025-10-14 or 14/10/2025; None where it is neither."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    return None


def _read(cells: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    quantity = _mapped(cells["quantity"], lambda text: text if (text := _code(text)) in catalogue.quantities else "")
    natural = quantity.map(
        {q.id: (Basis.AT_DATE if q.at_date else Basis.QUARTER).value for q in catalogue.quantities.values()}
    )
    basis = _mapped(cells["basis"], lambda text: text if (text := _code(text)) in set(Basis) else "")
    return pd.DataFrame(
        {
            "period": _mapped(cells["period"], _quarter),
            "quantity": quantity,
            "category": _mapped(cells["category"], lambda text: _category(text, catalogue)),
            "value": _numbers(cells["value"]),
            "symbol": _mapped(cells["symbol"], lambda text: text if (text := text.lower()) in SYMBOLS else ""),
            "note": cells["note"],
            "extract_date": _mapped(
                cells["extract_date"], lambda text: day.isoformat() if (day := read_date(text)) else ""
            ),
            "basis": basis.where(cells["basis"] != "", natural.fillna("")).astype("str"),
            "status": _mapped(
                cells["status"], lambda text: text if (text := text.lower() or STATUSES[0]) in STATUSES else ""
            ),
        }
    )


def _mapped(column: "pd.Series[str]", reading: Callable[[str], str]) -> "pd.Series[str]":
    """Read each distinct text once: a return repeats its codes hundreds of times."""
    return column.map({text: reading(text) for text in column.unique()}).astype("str")


def _code(text: str) -> str:
    """`Initial conferences` and `initial_conferences` as the id that they mean."""
    return re.sub(r"[\s_]+", "-", text.lower())


def _quarter(text: str) -> str:
    try:
        period = parse_period(text)
    except WrongUseError:
        return ""
    return period.code if period.kind is PeriodKind.QUARTER else ""


def _category(text: str, catalogue: Catalogue) -> str:
    key = _code(re.sub(r"\s*:\s*", ":", text)) or TOTAL
    return key if key in catalogue.category_keys else ""


def _numbers(column: "pd.Series[str]") -> "pd.Series[float]":
    """Numbers as float64, NaN for what is none. Commas may group thousands; a minus sign may be the typographer's."""
    text = column.str.replace("\u2212", "-")
    grouped = text.str.fullmatch(_GROUPED_NUMBER)
    plain = text.str.replace(",", "").where(grouped, text)
    numbers = pd.to_numeric(plain.where(plain.str.fullmatch(_PLAIN_NUMBER)), errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))
