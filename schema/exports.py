"""Writes tables as CSV that a spreadsheet program opens without running anything in them."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def plain_cell(cell: object) -> object:
    """A cell that a spreadsheet takes for what it is: a text that it would run as a formula gets an apostrophe before
    it. A number stays a number, below nought too, whether it is one or is written as one."""
    if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA) and _NUMBER.fullmatch(cell) is None:
        return f"'{cell}"
    return cell


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]], line_end: str = "\r\n") -> str:
    """Rows as CSV under a header, each cell plain (`plain_cell`); None is an empty cell.

    Raises:
        ValueError: a row has something that no column is there for.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator=line_end, extrasaction="raise")
    writer.writeheader()
    writer.writerows({name: plain_cell(cell) for name, cell in row.items()} for row in rows)
    return stream.getvalue()
