"""Writes a return of many rows: what one agency is asked for, for as many earlier quarters as it takes.

Every two-hundredth row has a fault of its own, of five kinds in turn, so that a check has findings to make.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import xlsxwriter

from schema.catalogue import default_catalogue
from schema.periods import parse_period
from schema.quantities import TOTAL

AGENCY, PERIOD = "childrens-social-care", parse_period("2025-26Q2")
ROWS = 100_000
FAULT_EVERY = 200

COLUMNS = ("period", "quantity", "category", "basis", "value", "symbol", "note", "extract_date")
Row = tuple[str, ...]


def rows() -> Iterator[Row]:
    """The return's rows, the latest quarter first, without any fault."""
    catalogue = default_catalogue()
    spec = catalogue.return_spec(AGENCY)
    period = PERIOD
    while True:
        for item in spec.items:
            broken_down = [catalogue.breakdowns[name] for name in item.breakdowns]
            keys = [breakdown.key(category.id) for breakdown in broken_down for category in breakdown.categories]
            for basis in item.bases:
                for category in (TOTAL, *keys):
                    value = str(len(period.code) * 900 if category == TOTAL else 7)
                    yield period.code, item.quantity, category, basis.value, value, "", "", "2025-10-14"
        period = spec.following(period, -1)


def faulty(row: Row, kind: int) -> Row:
    """A row with one fault of a kind."""
    period, quantity, category, basis, value, symbol, note, day = row
    match kind % 5:
        case 0:
            return period, quantity, category, basis, f"-{value}", symbol, note, day
        case 1:
            return period, quantity, category, basis, "about seven", symbol, note, day
        case 2:
            return period, f"{quantity}x", category, basis, value, symbol, note, day
        case 3:
            return period, quantity, f"{category}x", basis, value, symbol, note, day
        case _:
            return period, quantity, category, basis, value, "x", note, day


def written() -> list[Row]:
    """The rows of the large return, with the faults in them."""
    found = enumerate(islice(rows(), ROWS))
    return [faulty(row, at // FAULT_EVERY) if at % FAULT_EVERY == 100 else row for at, row in found]


def write_csv(path: Path) -> None:
    """The large return as CSV."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([COLUMNS, *written()])


def write_xlsx(path: Path) -> None:
    """The large return as a workbook, its plain numbers as numbers."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Return")
        sheet.write_row(0, 0, COLUMNS)
        for number, row in enumerate(written(), start=1):
            for column, text in enumerate(row):
                if text.lstrip("-").isdecimal():
                    sheet.write_number(number, column, float(text))
                elif text:
                    sheet.write_string(number, column, text)
