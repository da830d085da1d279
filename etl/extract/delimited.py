"""Reads a person's CSV file as rows of text, and says in one sentence what is wrong with one that is none."""

import csv
import io
import itertools

from schema.errors import FileRefusedError

Row = tuple[int, list[str]]
"""A row as a spreadsheet numbers it, from 1, and its cells."""

LONGEST_CELL = 20 * 2**20
"""Characters. As long as a file may be, so that a long note is read, and then found too long where it stands. With less
the reader gives up half-way, and its message would be taken for that of a quotation mark which is never closed."""

csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))

SAVE_AS_CSV = "In Excel choose Save As, “CSV UTF-8 (Comma delimited)”."

_BEGIN = 30
"""Rows in which the header is looked for."""

_FEW = 3
"""Cells. Fewer than a header has, and more than a line of title."""

# What a file begins with when somebody has only renamed it.
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a workbook or an archive", "If it is a workbook, name it .xlsx; otherwise unpack it."),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Excel file", SAVE_AS_CSV),
    (b"%PDF", "a PDF", "Give the table that it was printed from."),
    (b"\x1f\x8b", "a compressed file", "Unpack it."),
    (b"\xff\xfe", "UTF-16 text (“Unicode text”)", SAVE_AS_CSV),
    (b"\xfe\xff", "UTF-16 text (“Unicode text”)", SAVE_AS_CSV),
)


def read_delimited(name: str, content: bytes, most: int) -> list[Row]:
    """The records of a comma-separated UTF-8 file that are not blank, with their row numbers; at most `most` of them.

    A record is what a spreadsheet shows as one row: a quoted cell may run over several lines, a blank line is a row.

    Raises:
        FileRefusedError: it is no such file; the message says how to save it.
    """
    text = _text(name, content)
    records = enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1)
    filled = ((number, record) for number, record in records if any(map(str.strip, record)))
    try:
        rows = list(itertools.islice(filled, most))
    except csv.Error as error:
        raise FileRefusedError(
            f"{name} cannot be read as CSV ({error}). Look for a quotation mark that is opened and never closed, or "
            f"save it again. {SAVE_AS_CSV}"
        ) from error
    # A line of title may stand above the table, and it may hold any of these marks; a header has several.
    begin = [record for _, record in rows[:_BEGIN]]
    if max(map(len, begin), default=0) <= _FEW:
        for separator, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if any(len(record) == 1 and record[0].count(separator) > _FEW for record in begin):
                raise FileRefusedError(f"{name} is separated by {word}, not by commas. {SAVE_AS_CSV}")
    return rows


def _text(name: str, content: bytes) -> str:
    for signature, what, remedy in _SIGNATURES:
        if content.startswith(signature):
            raise FileRefusedError(f"{name} is {what}, not a CSV file. {remedy}")
    if b"\x00" in content:
        raise FileRefusedError(f"{name} is not plain text: it holds NUL bytes. {SAVE_AS_CSV}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileRefusedError(
            f"{name}, line {line}: the text is not UTF-8 but an older encoding, probably Windows-1252. {SAVE_AS_CSV}"
        ) from error
