"""Reads a CSV file as text cells, and says in one sentence what is wrong with one that is none."""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from etl.extract.table import Table
from schema.errors import FileRefusedError, WrongUseError

MAX_BYTES = 100 * 2**20
"""The largest publication known (LAIT, 641,070 rows) is under 50 MB. Anything past this is not one of ours."""

BELOW_A_PREAMBLE = ("Code", "Name", "Geography")
"""What begins the header of the Office for National Statistics' sheets, which stands some rows down."""

PREAMBLE_ROWS = 20
"""The most rows that a preamble has; theirs has seven."""

LONGEST_ROW = 131_072
"""Characters. What is longer has a quotation mark that is never closed, or was made to do harm."""

_AT_ONCE = 20_000
"""Rows that become columns together: a list of every row of a large file would take twice the memory."""


def read_csv_file(path: Path) -> Table:
    """Read a comma-separated UTF-8 file, plain or gzipped, with or without a byte-order mark.

    Raises:
        WrongUseError: there is no such file.
        FileRefusedError: it is no such table; the message says what to do.
    """
    name = path.name
    raw = _bytes(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileRefusedError(
            f"{name}, line {line}: the text is not UTF-8. Save it as “CSV UTF-8 (comma delimited)”."
        ) from error
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        above, header = _header(rows)
        if len(header) < 2:
            first = text.split("\n", 1)[0]
            kind = "semicolons or tabs" if ";" in first or "\t" in first else "no commas"
            raise FileRefusedError(
                f"{name}, line 1: expected a header separated by commas, found {kind}. Save it as CSV."
            )
        first_row = len(above) + 2
        cells = _columns(_whole_rows(name, rows, len(header), first_row), len(header))
    except csv.Error as error:
        raise FileRefusedError(
            f"{name}, line {rows.line_num}: not a table: {str(error).rstrip('.')}. Download the file again."
        ) from error
    if cells.empty:
        raise FileRefusedError(f"{name}: there is a header and nothing below it. Download the file again.")
    preamble = "\n".join(" ".join(filter(None, row)) for row in above)
    return Table(name, hashlib.sha256(raw).hexdigest(), tuple(c.strip() for c in header), cells, first_row, preamble)


def _header(rows: Iterator[list[str]]) -> tuple[list[list[str]], list[str]]:
    """The rows above the header, and the header without blank columns at its end."""
    seen: list[list[str]] = []
    for row in rows:
        seen.append(_stripped(row))
        if tuple(cell.strip() for cell in row[:3]) == BELOW_A_PREAMBLE:
            return seen[:-1], seen[-1]
        # A title, alone in its row, is the beginning of a preamble; a table without one begins with its header.
        if len(seen) == PREAMBLE_ROWS or len(seen[0]) != 1:
            break
    return [], seen[0] if seen else []


def _stripped(row: list[str]) -> list[str]:
    while row and not row[-1].strip():
        row = row[:-1]
    return row


def _columns(rows: Iterable[list[str]], width: int) -> pd.DataFrame:
    """Rows as columns of text, some thousands at a time."""
    parts: list[pd.DataFrame] = []
    together: list[list[str]] = []

    def put() -> None:
        if together:
            parts.append(pd.DataFrame(dict(enumerate(zip(*together, strict=True))), dtype="str"))
            together.clear()

    for row in rows:
        together.append(row)
        if len(together) == _AT_ONCE:
            put()
    put()
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({at: [] for at in range(width)}, dtype="str")


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise WrongUseError(f"There is no file {path}. Check the name and the folder.")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileRefusedError(
            f"{path.name} has {size / 2**20:,.0f} MB; the largest publication has under 50. "
            f"Give the published CSV itself (at most {MAX_BYTES // 2**20} MB)."
        )
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as archive:
                raw = archive.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise FileRefusedError(f"{path.name}: the compressed file is damaged. Fetch it again.") from error
        if len(raw) > MAX_BYTES:
            raise FileRefusedError(
                f"{path.name} unpacks to over {MAX_BYTES // 2**20} MB. Give the published CSV itself."
            )
    if not raw.strip():
        raise FileRefusedError(f"{path.name} is empty. Download it again.")
    if raw[:4] == b"PK\x03\x04":
        raise FileRefusedError(f"{path.name} is a workbook or an archive, not CSV. Unpack it, or save it as CSV UTF-8.")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileRefusedError(f"{path.name} is UTF-16 text. Save it as “CSV UTF-8 (comma delimited)”.")
    if b"\x00" in raw:
        raise FileRefusedError(f"{path.name} is not text: it holds NUL bytes. Give the published CSV itself.")
    return raw


def _whole_rows(name: str, rows: Iterable[list[str]], width: int, first_row: int) -> Iterator[list[str]]:
    """The cells beneath the header. A row that is longer or shorter than it is a fault, not something to pad.

    Blank lines at the end hold nothing and are left out. A row's number is that of a spreadsheet, the header being 1.
    """
    blank = 0
    for number, row in enumerate(rows, start=first_row):
        if not row:
            blank = blank or number
            continue
        if blank:
            raise FileRefusedError(f"{name}, row {blank}: there is nothing in it. Take that row out.")
        if sum(map(len, row)) > LONGEST_ROW:
            raise csv.Error("a cell never ends")
        if len(row) < width:
            raise FileRefusedError(f"{name}, row {number}: fewer cells than the header has columns. Mend that row.")
        if any(row[width:]):
            raise FileRefusedError(f"{name}, row {number}: more cells than the header has columns. Mend that row.")
        yield row[:width]
