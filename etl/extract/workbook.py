"""Reads a person's XLSX workbook as rows of text, having first made sure that reading it is safe.

A workbook is a ZIP archive of XML. Three things must be known before the reader (calamine) may have it:

* that it does not unpack to a size that exhausts the machine;
* that no cell stands far away: the reader lays out every cell between the first and the last, and one stray cell in
  XFD1048576 ends the whole process, which no exception handler can catch;
* which cells hold an error (#N/A) or a formula that nobody has calculated, since the reader gives both as empty.

And one for the figures' sake: which cells show a number as a percentage, since the reader gives 21 % as 0.21.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from etl.extract.delimited import Row
from schema.errors import FileRefusedError

MAX_UNPACKED_BYTES = 100 * 2**20
MAX_RATIO = 30
"""Unpacked to packed. A workbook of 1.25 million cells has about 8, an archive made to do harm 67 and more."""

RATIO_MATTERS_FROM = 5 * 2**20
"""Bytes unpacked. Below this even the most repetitive sheet does no harm."""

MAX_CELLS = 2_000_000
"""Rows times columns up to the last cell of a sheet, empty ones included."""

NOT_CALCULATED = "#NOT-CALCULATED"
"""Stands in the place of a formula that was saved without its result."""

_BUILT_IN_PERCENT = frozenset({"9", "10"})
"""The number formats 0% and 0.00%, which no workbook spells out."""

_NO_PERCENT_SIGN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
"""What stands in a number format as text, and not as an instruction."""

_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")

Value = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True)
class Sheet:
    """A visible worksheet, and its rows that are not blank."""

    name: str
    rows: list[Row]


@dataclass
class _Survey:
    """What a look through a sheet's XML found. Positions are (row, column), both from 1."""

    last_row: int = 0
    last_column: int = 0
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    """What to write in place of what the reader gives: errors, formulas without a result, percentages."""


def column_letters(number: int) -> str:
    """The letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_workbook(name: str, content: bytes) -> list[Sheet]:
    """Every visible worksheet of a workbook, with its cells as text.

    Whole numbers have no decimal point, dates are ISO dates, a number shown as a percentage is one (`21%`), an error
    cell holds the error (`#N/A`), and a formula that was saved without its result holds NOT_CALCULATED.

    Raises:
        FileRefusedError: no workbook, protected, damaged, or not safe to open; the message says what to do.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if _PROTECTED in content:
            raise FileRefusedError(f"{name} is protected by a password. Save it without one (File, Info, Protect).")
        raise FileRefusedError(
            f"{name} is an old Excel file (.xls) by another name. Save it as Excel Workbook (.xlsx)."
        )
    if not content.startswith(b"PK"):
        raise FileRefusedError(f"{name} is named .xlsx and is no workbook. If it is a CSV file, name it .csv.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_bomb(name, archive, len(content))
            percent = _percent_styles(archive)
            surveys = {sheet: _survey(name, archive, part, percent) for sheet, part in _sheet_parts(archive).items()}
        return _read(name, content, surveys)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, CalamineError) as error:
        raise _damaged(name) from error
    except (expat.ExpatError, KeyError, ValueError, OSError) as error:
        raise _damaged(name) from error


def _damaged(name: str) -> FileRefusedError:
    return FileRefusedError(
        f"{name} is damaged, cut short, or no Excel workbook. Open it in Excel, save it again as Excel Workbook "
        "(.xlsx), and send that."
    )


def _refuse_bomb(name: str, archive: zipfile.ZipFile, packed: int) -> None:
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise FileRefusedError(f"{name} is protected by a password. Save it without one.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_MATTERS_FROM and unpacked > MAX_RATIO * packed):
        raise FileRefusedError(
            f"{name} unpacks from {packed / 2**20:,.1f} to {unpacked / 2**20:,.0f} MB, far more than a return holds. "
            "Copy the table alone into a new workbook."
        )
    # The sizes above are what the archive claims. Unpacking every member once proves them, within those bounds.
    if archive.testzip() is not None:
        raise _damaged(name)


def _elements(xml: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Every element of a small XML part: its name without prefix, and its attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    parser.Parse(xml, True)
    yield from found


def _parser() -> expat.XMLParserType:
    """A parser that refuses a document type, so that no entity can grow or reach out. Excel never writes one."""

    def refuse(*_: object) -> None:
        raise ValueError("a document type inside a workbook")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet names, and the member of the archive that holds each."""
    targets = {
        attributes["Id"]: posixpath.normpath(posixpath.join("xl", attributes["Target"])).lstrip("/")
        for tag, attributes in _elements(archive.read("xl/_rels/workbook.xml.rels"))
        if tag == "Relationship"
    }
    parts: dict[str, str] = {}
    for tag, attributes in _elements(archive.read("xl/workbook.xml")):
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            parts[attributes["name"]] = targets[relation]
    return parts


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The cell styles (by their number, as a cell names it) that show a number as a percentage."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    formats = set(_BUILT_IN_PERCENT)
    styles: list[str] = []
    of_cells = False
    for tag, attributes in _elements(archive.read("xl/styles.xml")):
        match tag:
            case "numFmt" if "%" in _NO_PERCENT_SIGN.sub("", attributes.get("formatCode", "")):
                formats.add(attributes.get("numFmtId", ""))
            case "cellXfs" | "cellStyleXfs" | "cellStyles" | "dxfs":
                of_cells = tag == "cellXfs"
            case "xf" if of_cells:
                styles.append(attributes.get("numFmtId", ""))
    return frozenset(str(number) for number, form in enumerate(styles) if form in formats)


def _survey(name: str, archive: zipfile.ZipFile, part: str, percent: frozenset[str]) -> _Survey:
    """How far a sheet's cells reach, and which of them hold an error, a formula without a result, or a percentage."""
    survey = _Survey()
    row = column = 0
    kind = text = style = ""
    has: set[str] = set()
    collecting = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, text, style, has, collecting
        match tag.rpartition(":")[2]:
            case "row":
                row, column = int(attributes.get("r", row + 1)), 0
            case "c":
                kind, text, has = attributes.get("t", ""), "", set()
                style = attributes.get("s", "")
                reference = attributes.get("r")
                if reference is None:
                    column += 1
                    return
                found = _REFERENCE.fullmatch(reference)
                if found is None:
                    raise ValueError(f"no cell reference: {reference[:20]}")
                column = 0
                for letter in found[1].upper():
                    column = column * 26 + ord(letter) - ord("A") + 1
                row = int(found[2])
            case "v" | "f" | "is" as inner:
                has.add(inner)
                collecting = inner == "v"

    def data(characters: str) -> None:
        nonlocal text
        if collecting:
            text += characters

    def end(tag: str) -> None:
        nonlocal collecting
        collecting = False
        if tag.rpartition(":")[2] != "c" or not has:
            return
        survey.last_row, survey.last_column = max(survey.last_row, row), max(survey.last_column, column)
        if survey.last_row * survey.last_column > MAX_CELLS:
            raise FileRefusedError(
                f"{name}: something stands in cell {column_letters(column)}{row}, far from the table. Delete the rows "
                "and columns beyond the table, and save it again."
            )
        if kind == "e":
            survey.texts[row, column] = text.strip() or "#ERROR"
        elif "f" in has and not text and kind != "str":
            # A formula whose result is an empty text says so by its type; one without any result does not.
            survey.texts[row, column] = NOT_CALCULATED
        elif kind in ("", "n") and text and style in percent:
            survey.texts[row, column] = f"{_text(float(text) * 100)}%"

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return survey


def _read(name: str, content: bytes, surveys: dict[str, _Survey]) -> list[Sheet]:
    sheets: list[Sheet] = []
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        for about in workbook.sheets_metadata:
            if about.visible is not SheetVisibleEnum.Visible or about.typ is not SheetTypeEnum.WorkSheet:
                continue
            survey = surveys.get(about.name)
            if survey is None:
                raise _damaged(name)
            values = workbook.get_sheet_by_name(about.name).to_python(skip_empty_area=False)
            rows = [[_text(value) for value in row] for row in values]
            for (row, column), text in survey.texts.items():
                _put(rows, row, column, text)
            sheets.append(Sheet(about.name, [row for row in enumerate(rows, start=1) if any(map(str.strip, row[1]))]))
    return sheets


def _put(rows: list[list[str]], row: int, column: int, text: str) -> None:
    """Write into a cell, which may lie beyond the last one that holds a value."""
    rows.extend([] for _ in range(row - len(rows)))
    cells = rows[row - 1]
    rows[row - 1] = [old or "" for old, _ in zip_longest(cells, range(max(column, len(cells))))]
    rows[row - 1][column - 1] = text


def _text(value: Value) -> str:
    """A cell as a person would type it."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        # Excel keeps fifteen significant digits: 0.1 + 0.2 is 0.3 there, and should be here.
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
