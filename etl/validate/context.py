"""What a rule is given: a return as it was written, and the same cells as they were understood.

Reading is done once, over whole columns. A cell that cannot be understood becomes "" (NaN for a number); the rules say
which those are, and why.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from etl.extract.returns import ABOVE_TABLE, ReturnTable
from etl.extract.sheet import NOT_CALCULATED
from etl.validate.grid import FloatArray, Grid, Key, grid_of
from etl.validate.history import History
from schema.areas import Area
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

UNDERSTOOD_AS: tuple[tuple[str, str], ...] = (
    (r"\*+|[<≤]\s*=?\s*([1-9]|10)|1\s*(-|–|to)\s*[4-9]|suppressed", "c"),
    (r"n\.?\s?/?\s?a\.?|not applicable", "z"),
    (r"-{1,3}|–|—|\.{2,3}|…|:|not available|unavailable", "x"),
    (r"nil|nil return|none", "nil"),
    ("|".join(SYMBOLS), ""),
)
"""What people write in place of a number or a symbol, and the symbol that it is read as ("": itself). A dash says
nought in some tables and no figure in others: it is read as no figure, which never invents one."""

_ERROR_CELL = re.compile(
    rf"#(N/A|DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|ERROR)|{NOT_CALCULATED}"
)
_PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_GROUPED_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:\.[0-9]+)?")
_PERCENTAGE = re.compile(r"[+-]?[0-9][0-9.,]*\s*(?:%|per ?cent)", re.IGNORECASE)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_ISO_DATE = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d?)-(?P<day>\d\d?){_CLOCK}")
_BRITISH_DATE = re.compile(rf"(?P<day>\d\d?)(?P<mark>[/.-])(?P<month>\d\d?)(?P=mark)(?P<year>\d{{4}}){_CLOCK}")
_NAMED_DATE = re.compile(
    r"(?P<day>\d\d?)(?:st|nd|rd|th)?[ ./-]{1,2}(?P<name>[a-z]{3,9})\.?,?[ /-]{1,2}(?P<year>\d{4}|\d\d)" + _CLOCK,
    re.IGNORECASE,
)
_FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_SERIAL = re.compile(r"([34]\d{4}|5[0-4]\d{3})(\.\d+)?")
"""A day as Excel counts it, from 1982 to 2050."""

_LONGEST_CODE = 500
"""Characters. No code, name, date or sign is so long, and what is need not be searched."""

_COUNCIL = re.compile(
    r"[ ,]+((city|county|district|(metropolitan|royal|london)( borough)?|borough|metropolitan district) )?council$"
)

_BOROUGH_OF = re.compile(r"^(the )?((london|royal|metropolitan) )*(borough|city|county) of | council$")


Term = tuple[str, str]
"""A quantity and a category of it."""


@dataclass(frozen=True)
class ReturnContext:
    """`written` and `read` have the same rows and columns; `read` has `value` as a number (float64).

    The quantity that is read may belong to another return, the category to another quantity: only that there is such
    a one has been looked up. What stands once above the table stands on every row here that says nothing else.
    `stands_for` is the symbol that a value's text was read as ("" where it is a number, or nothing). `area` is whose
    return it is; None where that is not known. `today` is given, so that a check can be repeated.
    """

    table: ReturnTable
    spec: ReturnSpec
    period: Period
    area: Area | None
    catalogue: Catalogue
    today: date
    written: pd.DataFrame
    read: pd.DataFrame
    stands_for: "pd.Series[str]"
    from_above: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """By column, the rows that have what stands above the table."""
    history: History = field(default_factory=History.none)

    @cached_property
    def items(self) -> dict[str, tuple[ReturnItem, ...]]:
        """What the return asks for, by quantity."""
        found: dict[str, list[ReturnItem]] = defaultdict(list)
        for item in self.spec.items:
            found[item.quantity].append(item)
        return {quantity: tuple(items) for quantity, items in found.items()}

    def breakdowns(self, quantity: str) -> tuple[str, ...]:
        """By what the return asks for a quantity."""
        return tuple(dict.fromkeys(name for item in self.items.get(quantity, ()) for name in item.breakdowns))

    def bases(self, quantity: str) -> tuple[Basis, ...]:
        """How the return asks for a quantity."""
        return tuple(dict.fromkeys(basis for item in self.items.get(quantity, ()) for basis in item.bases))

    @cached_property
    def in_return(self) -> "pd.Series[bool]":
        """Rows whose quantity belongs to this return."""
        return self.read["quantity"].isin(list(self.items))

    @cached_property
    def wrong_period(self) -> bool:
        """Whether no row is for the period of the return, so that it is probably the wrong file or period."""
        return not self.own_rows.any()

    @cached_property
    def blank(self) -> "pd.Series[bool]":
        """Rows with neither a value nor a symbol."""
        return (self.written["value"] == "") & (self.written["symbol"] == "")

    @cached_property
    def numbers(self) -> "pd.Series[float]":
        """The number of each row. A nil is nought; other symbols are no number."""
        return self.read["value"].mask(self.read["symbol"] == "nil", 0.0)

    @cached_property
    def grid(self) -> Grid:
        """The numbers of the rows whose quantity, category, basis and period are all understood."""
        known = (self.read[["period", "basis", "quantity", "category"]] != "").all(axis=1) & self.in_return
        return grid_of(self.read[known], self.numbers[known], self.read.index[known].to_numpy(dtype="int64"))

    @cached_property
    def past(self) -> Grid:
        """Everything known of the periods before this one, without a period left out between the first and the last.

        What this return says of an earlier period stands in place of what was accepted before: it is the later word.
        """
        earlier = self.history.values[self.history.values["period"] < self.period.code]
        read = self.read[(self.read["period"] != "") & (self.read["period"] < self.period.code) & self.in_return]
        codes = set(earlier["period"].unique()) | set(read["period"].unique())
        key = ["period", "basis", "quantity", "category"]
        told = pd.concat(
            # The first of two stands in a grid: what is written now comes first.
            [read[key].assign(value=self.numbers[read.index]), earlier[[*key, "value"]]],
            ignore_index=True,
        )
        return grid_of(told, told["value"], periods=self._consecutive(min(codes)) if codes else ())

    def _consecutive(self, first: str) -> list[str]:
        """The codes of every period from this one on to the one before the return's, oldest first."""
        codes: list[str] = []
        period = self.spec.following(self.period, -1)
        while period.code >= first:
            codes.insert(0, period.code)
            period = self.spec.following(period, -1)
        return codes

    @cached_property
    def asked(self) -> tuple[Key, ...]:
        """Every series that the return asks for, in its own order: a total, then its categories, on each basis."""
        return tuple(
            dict.fromkeys(
                (item.quantity, category, basis.value)
                for item in self.spec.items
                for basis in item.bases
                for category in (TOTAL, *(key for name in item.breakdowns for key in self.category_keys(name)))
            )
        )

    def category_keys(self, breakdown: str) -> list[str]:
        """A breakdown's categories as a file writes them."""
        found = self.catalogue.breakdowns[breakdown]
        return [found.key(category.id) for category in found.categories]

    @cached_property
    def now(self) -> FloatArray:
        """The number of each asked series for the return's own period; NaN where there is none."""
        column = self.grid.column.get(self.period.code)
        values = self.grid.of(self.asked)
        return values[:, column] if column is not None else np.full(len(self.asked), np.nan)

    @cached_property
    def before(self) -> FloatArray:
        """The numbers of each asked series in the periods before, asked × periods, the latest last."""
        return self.past.of(self.asked)

    @cached_property
    def last_time(self) -> FloatArray:
        """What the last accepted return before this one that asked for each asked series gave; NaN for no number."""
        earlier = [code for code in reversed(self.history.accepted) if code < self.period.code]
        asked_in = {code: {item.quantity for item in self.spec.asked(parse_period(code))} for code in earlier}
        last: dict[str, str] = {}
        for code in earlier:
            for quantity in asked_in[code]:
                last.setdefault(quantity, code)
        found = [self.past.at(key, last.get(key[0], "")) for key in self.asked]
        return np.array(found, dtype=float)

    def row_now(self, key: Key) -> int | None:
        """Where a series stands for the return's own period."""
        return self.grid.row_at(key, self.period.code) or None

    @cached_property
    def period_before(self) -> str:
        """The code of the period before the return's."""
        return self.spec.following(self.period, -1).code

    @cached_property
    def own_rows(self) -> "pd.Series[bool]":
        """Rows for the return's own period."""
        return self.read["period"] == self.period.code

    @property
    def span(self) -> str:
        """What the return's periods are called: quarter or term."""
        return self.spec.period_kind.value

    def is_percentage(self) -> "pd.Series[bool]":
        """Rows whose value is written or shown as a percentage."""
        return holds(self.written["value"], lambda text: _PERCENTAGE.fullmatch(text) is not None)

    def not_understood(self, column: str) -> Iterator[tuple[int, str]]:
        """Row and text of the cells that say something which could not be read."""
        written, read = self.written[column], self.read[column]
        unread = read == "" if column != "value" else read.isna() & (self.stands_for == "") & ~self.is_percentage()
        yield from cells(written[(written != "") & unread & ~is_error_cell(written)])

    def only(self, rows: "pd.Index[int]") -> "ReturnContext":
        """The same return with these rows alone."""
        return replace(
            self, written=self.written.loc[rows], read=self.read.loc[rows], stands_for=self.stands_for.loc[rows]
        )


def context(
    table: ReturnTable,
    spec: ReturnSpec,
    period: Period,
    area: str,
    catalogue: Catalogue,
    today: date,
    history: History | None = None,
) -> ReturnContext:
    """Read every cell of a return. `area` is an area's id, or "" where it is not known whose return it is."""
    written = table.cells.copy()
    from_above: dict[str, frozenset[int]] = {}
    for column in ABOVE_TABLE:
        if column in table.above:
            empty = written[column] == ""
            from_above[column] = frozenset(int(row) for row in written.index[empty])
            written[column] = written[column].mask(empty, table.above[column].text).astype("str")
    return ReturnContext(
        table=table,
        spec=spec,
        period=period,
        area=catalogue.areas.by_id[area] if area else None,
        catalogue=catalogue,
        today=today,
        written=written,
        read=_read(written, spec, catalogue),
        stands_for=_mapped(written["value"], understood_as),
        from_above=from_above,
        history=history or History.none(),
    )


def cells(column: "pd.Series[str]") -> Iterator[tuple[int, str]]:
    """Row and text of each cell, with the row as a plain integer."""
    for row, text in zip(column.index.tolist(), column.tolist(), strict=True):
        yield int(row), str(text)


def is_error_cell(column: "pd.Series[str]") -> "pd.Series[bool]":
    """Cells in which a spreadsheet left an error, or a formula without its result."""
    return holds(column, lambda text: _ERROR_CELL.fullmatch(text) is not None)


def holds(column: "pd.Series[str]", asked: Callable[[str], bool]) -> "pd.Series[bool]":
    """Which cells something holds of. Each distinct text is asked once: a return repeats most of its cells."""
    codes, texts = pd.factorize(column)
    answers = np.array([asked(text) for text in texts.tolist()], dtype=bool)
    return pd.Series(answers[codes] if len(column) else False, index=column.index, dtype=bool)


def understood_as(text: str) -> str:
    """The symbol that a text in place of a number is read as; "" where it is none."""
    plain = re.sub(r"\s+", " ", text.lower())
    for form, symbol in UNDERSTOOD_AS:
        if re.fullmatch(form, plain):
            return symbol or plain
    return ""


def read_date(text: str) -> date | None:
    """A day written as 2025-10-14, 14/10/2025, 14 October 2025, 14-Oct-25, or as Excel counts it (45944).

    The day comes before the month, as in Britain, and a year of two digits is only read beside the month's name:
    14/10/25 could be meant in two ways. A time of day is passed over. None where it is no day.
    """
    if _SERIAL.fullmatch(text):
        return date(1899, 12, 30) + timedelta(days=int(float(text)))
    found = _ISO_DATE.fullmatch(text) or _BRITISH_DATE.fullmatch(text)
    month = int(found["month"]) if found else 0
    if found is None and (found := _NAMED_DATE.fullmatch(text)) is not None:
        name = found["name"].lower()
        known = name in _FULL_MONTHS or name in _MONTHS or name == "sept"
        month = _MONTHS.index(name[:3]) + 1 if known else 0
    if found is None or month == 0:
        return None
    year = int(found["year"]) if len(found["year"]) == 4 else 2000 + int(found["year"])
    try:
        return date(year, month, int(found["day"]))
    except ValueError:
        return None


def is_serial(text: str) -> bool:
    """Whether a text is a day as Excel counts it, without its format."""
    return _SERIAL.fullmatch(text) is not None


def _read(cells: pd.DataFrame, spec: ReturnSpec, catalogue: Catalogue) -> pd.DataFrame:
    quantity = _mapped(cells["quantity"], lambda text: text if (text := _code(text)) in catalogue.quantities else "")
    natural = _mapped(
        quantity,
        lambda text: (
            (Basis.AT_DATE if catalogue.quantities[text].at_date else spec.natural_basis).value if text else ""
        ),
    )
    basis = _mapped(cells["basis"], lambda text: text if (text := _code(text)) in set(Basis) else "")
    names = _area_names(catalogue)
    symbol = _mapped(cells["symbol"], understood_as)
    return pd.DataFrame(
        {
            "period": _mapped(cells["period"], lambda text: _period(text, spec.period_kind)),
            "quantity": quantity,
            "category": _mapped(cells["category"], lambda text: _category(text, catalogue)),
            "value": _numbers(cells["value"]),
            "symbol": symbol.where(cells["symbol"] != "", _mapped(cells["value"], understood_as)).astype("str"),
            "note": cells["note"],
            "extract_date": _mapped(
                cells["extract_date"], lambda text: day.isoformat() if (day := read_date(text)) else ""
            ),
            "basis": basis.where(cells["basis"] != "", natural).astype("str"),
            "status": _mapped(
                cells["status"], lambda text: text if (text := text.lower() or STATUSES[0]) in STATUSES else ""
            ),
            "area": _mapped(cells["area"], lambda text: _area(text, names)),
        }
    )


def _area(text: str, names: Mapping[str, str]) -> str:
    """The id of the area that a name or code is meant for; "" where there is none."""
    plain = _area_name(text)
    # The City of London Council is the council of the City of London, and not of a city of London.
    candidates = (plain, plain.removesuffix(" council"), _COUNCIL.sub("", plain), _BOROUGH_OF.sub("", plain))
    return next((names[name] for name in candidates if name in names), "")


def _area_name(text: str) -> str:
    """A name without its capitals and what lists put after it: `Bristol, City of` is Bristol."""
    return re.sub(r", (city|county) of$", "", re.sub(r"\s+", " ", text.casefold().replace("&", "and")))


def _area_names(catalogue: Catalogue) -> dict[str, str]:
    """Authorities' ids by name, id, and every code. Other areas make no return, and may share an authority's name."""
    return {
        key.casefold(): area.id
        for area in catalogue.areas
        if area.ranked
        for key in (area.id, _area_name(area.name), area.dfe or area.id, *(alias.code for alias in area.gss))
    }


def _mapped(column: "pd.Series[str]", reading: Callable[[str], str]) -> "pd.Series[str]":
    """Read each distinct text once: a return repeats its codes hundreds of times."""
    codes, texts = pd.factorize(column)
    meant = [reading(text) if len(text) <= _LONGEST_CODE else "" for text in texts.tolist()]
    return pd.Series(pd.array(meant, dtype="str").take(codes), index=column.index, name=column.name)


def _code(text: str) -> str:
    """`Initial conferences` and `initial_conferences` as the id that they mean."""
    return re.sub(r"[\s_]+", "-", text.lower())


def period_of(text: str) -> Period | None:
    """A period of any kind, None where the text is none."""
    try:
        return parse_period(text)
    except WrongUseError:
        return None


def _period(text: str, kind: PeriodKind) -> str:
    period = period_of(text)
    return period.code if period is not None and period.kind is kind else ""


def _category(text: str, catalogue: Catalogue) -> str:
    key = _code(re.sub(r"\s*:\s*", ":", text)) or TOTAL
    return key if key in catalogue.category_keys else ""


def _numbers(column: "pd.Series[str]") -> "pd.Series[float]":
    """Numbers as float64, NaN for what is none. Commas or spaces may group thousands; a minus sign may be the
    typographer's."""
    codes, texts = pd.factorize(column)
    numbers = np.array([_number(text) for text in texts.tolist()], dtype=np.float64)
    return pd.Series(numbers[codes] if len(column) else np.nan, index=column.index, name=column.name, dtype="float64")


def _number(text: str) -> float:
    """One number; NaN for what is none, and for one that no computer holds."""
    text = text.replace("\u2212", "-")
    if _GROUPED_NUMBER.fullmatch(text):
        text = text.replace(",", "").replace(" ", "")
    number = float(text) if _PLAIN_NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else math.nan
