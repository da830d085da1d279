"""A sender's own file with its faults marked where they stand, and the same faults as a list.

The copy holds what was read, cell by cell: nothing of the original but its visible texts and numbers, no formula, no
link. It can be mended and sent back as it is: the list of findings is a sheet that no reader takes for the return.
"""

import io
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from etl.extract.returns import SHEET_NAME, read_book, return_sheet
from etl.extract.sheet import Sheet, cell_text
from schema.exports import csv_text
from schema.findings import Finding

FINDINGS = "Findings"

FINDING_COLUMNS = ("severity", "rule", "sheet", "row", "column", "cell", "value", "message", "remedy")

MOST_NOTES = 5_000
"""Cells that get a note. Each is a drawing of its own: with many more a program opens the file slowly, or not."""

_MOST_LINKS = 60_000
"""A sheet may have 65,530."""
_LONGEST_CELL = 32_767
_LONGEST_NOTE = 2_000

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,14})?")
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")

_HEADINGS = ("Severity", "Where", "What is wrong", "How to mend it", "Rule", "Column name", "What stands there")
"""None of them names a column of a return."""
_WIDTHS = (10, 24, 70, 70, 26, 14, 24)


class _Look(NamedTuple):
    """How a severity is shown: a fill, and an edge that tells it apart where colours can not be seen."""

    fill: str
    edge: str
    style: int
    """As the writer counts them: 2 is thick, 1 thin, 4 dotted."""


_LOOKS = {
    "error": _Look("#F4B6B0", "#8A1C12", 2),
    "warning": _Look("#FCE8A6", "#8A6D00", 1),
    "note": _Look("#DCE9F7", "#1F3A5F", 4),
}
"""By severity, the gravest first."""

Place = tuple[int, int]
"""Row and column of a cell, both from 0, as the writer counts."""


class _Written(NamedTuple):
    """A sheet of the sender's, and the name that it has in the copy."""

    sheet: Sheet
    name: str


def findings_csv(findings: Sequence[Finding]) -> str:
    """The findings as CSV, one row each."""
    return csv_text(
        FINDING_COLUMNS, [{name: getattr(finding, name) for name in FINDING_COLUMNS} for finding in findings]
    )


def marked_copy(content: bytes, name: str, findings: Sequence[Finding]) -> bytes:
    """An .xlsx of a return's visible sheets with every finding marked.

    First comes a sheet with all findings, each with a link to its cell; then the return's own sheet, its faulty cells
    coloured by severity and with a note that says what is wrong and how to mend it; then the others as they were.
    A finding about a whole row is marked in its first filled cell, one about the whole file is in the list alone.

    Raises:
        FileRefusedError: the content is no return's file; it has been refused before, then, with no finding to mark.
    """
    book = read_book(name, content)
    own = return_sheet(name, book)
    sheets = _named([own, *(sheet for sheet in book.sheets if sheet is not own)])
    marks = _marks(findings, own)
    # Row by row, so that a large return is not held a second time; the writer keeps what is done in a file of its own.
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "tmpdir": tempfile.gettempdir(),
    }  # fmt: skip
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, options) as written:
        formats = _Formats(written)
        _write_findings(written.add_worksheet(FINDINGS), findings, own, sheets[0].name, formats)
        for sheet, title in sheets:
            _write_sheet(written.add_worksheet(title), sheet, marks if sheet is own else {}, formats)
    return stream.getvalue()


class _Formats:
    """The few looks of a marked copy."""

    def __init__(self, book: Workbook) -> None:
        base = {"font_name": "Arial", "font_size": 10, "valign": "top"}

        def made(**more: object) -> Format:
            return book.add_format({**base, **more})

        self.heading = made(bold=True, font_size=14)
        self.label = made(bold=True, font_color="#FFFFFF", bg_color="#1F3A5F", text_wrap=True)
        self.text = made(text_wrap=True)
        self.link = made(font_color="#0B5CAD", underline=1)
        self.severity = {severity: made(bold=True, bg_color=look.fill) for severity, look in _LOOKS.items()}
        self.marked = {
            severity: made(bg_color=look.fill, border=look.style, border_color=look.edge)
            for severity, look in _LOOKS.items()
        }


def _named(sheets: Sequence[Sheet]) -> list[_Written]:
    """Names that a workbook may have: short, each once, and none that of the list of findings or of a reserved one."""
    taken = {FINDINGS.lower(), "history"}
    found: list[_Written] = []
    for sheet in sheets:
        wanted = _NOT_IN_A_NAME.sub(" ", sheet.name).strip(" '")[:31] or SHEET_NAME
        name, again = wanted, 1
        while name.lower() in taken:
            again += 1
            name = f"{wanted[:26]} ({again})"
        taken.add(name.lower())
        found.append(_Written(sheet, name))
    return found


def _place(finding: Finding, own: Sheet, first_filled: dict[int, int]) -> Place | None:
    """The cell in which a finding is marked; None where it is about the whole file."""
    if finding.sheet not in ("", own.name):
        return None
    address = _ADDRESS.fullmatch(finding.cell)
    if address is not None:
        column = 0
        for letter in address[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(address[2]) - 1, column - 1
    return None if finding.row is None else (finding.row - 1, first_filled.get(finding.row, 0))


def _first_filled(own: Sheet) -> dict[int, int]:
    """By row, the first column (from 0) that something stands in."""
    return {number: next((at for at, cell in enumerate(row) if cell.strip()), 0) for number, row in own.rows()}


def _marks(findings: Sequence[Finding], own: Sheet) -> dict[Place, list[Finding]]:
    first_filled = _first_filled(own)
    found: dict[Place, list[Finding]] = defaultdict(list)
    for finding in findings:
        if (place := _place(finding, own, first_filled)) is not None:
            found[place].append(finding)
    return found


def _write_findings(sheet: Worksheet, findings: Sequence[Finding], own: Sheet, title: str, formats: _Formats) -> None:
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    counts = Counter(finding.severity.value for finding in findings)
    said = [f"{counts[word]:,} {word}{'' if counts[word] == 1 else 's'}" for word in _LOOKS if counts[word]]
    sheet.write_string(0, 0, f"Found: {', '.join(said) or 'nothing'}", formats.heading)
    sheet.write_string(
        1, 0, "Mend the coloured cells in the sheets that follow, and send this file; this sheet may stay."
    )
    first_filled = _first_filled(own)
    marked = {place for finding in findings if (place := _place(finding, own, first_filled)) is not None}
    if len(marked) > MOST_NOTES:
        sheet.write_string(2, 0, f"The first {MOST_NOTES:,} of {len(marked):,} coloured cells have a note.")
    for column, heading in enumerate(_HEADINGS):
        sheet.write_string(3, column, heading, formats.label)
    for row, finding in enumerate(findings, start=4):
        sheet.write_string(row, 0, finding.severity.value, formats.severity[finding.severity.value])
        place = _place(finding, own, first_filled)
        where = _where(finding, title)
        if place is not None and row < _MOST_LINKS:
            target = f"internal:{_quoted(title)}!{xlsxwriter.utility.xl_rowcol_to_cell(*place)}"
            sheet.write_url(row, 1, target, formats.link, where)
        else:
            sheet.write_string(row, 1, where, formats.text)
        for column, text in enumerate(
            (finding.message, finding.remedy, finding.rule, finding.column, finding.value), start=2
        ):
            sheet.write_string(row, column, text[:_LONGEST_CELL], formats.text)
    sheet.autofilter(3, 0, 3 + max(len(findings), 1), len(_HEADINGS) - 1)
    sheet.freeze_panes(4, 0)
    sheet.hide_gridlines(2)


def _where(finding: Finding, title: str) -> str:
    if finding.cell:
        return f"{title}, {finding.cell}"
    if finding.row is not None:
        return f"{title}, row {finding.row}"
    return f"the whole file{f', column {finding.column}' if finding.column else ''}"


def _quoted(title: str) -> str:
    """A sheet's name as a link writes it."""
    return "'" + title.replace("'", "''") + "'"


def _write_sheet(sheet: Worksheet, own: Sheet, marks: dict[Place, list[Finding]], formats: _Formats) -> None:
    """The cells as they were read. A plain number is one, so that it can be mended as one; all else is text."""
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 20, 14)
    by_row: dict[int, dict[int, list[Finding]]] = defaultdict(dict)
    for (row, column), found in marks.items():
        by_row[row][column] = found
    cells = {number - 1: row for number, row in own.rows()}
    notes = 0
    for row in sorted(cells.keys() | by_row.keys()):
        faults = by_row.get(row, {})
        texts = cells.get(row, [])
        for column in range(max(len(texts), max(faults, default=-1) + 1)):
            text = texts[column] if column < len(texts) else ""
            found = faults.get(column, [])
            form = formats.marked[_gravest(found)] if found else None
            _write_cell(sheet, row, column, text, form)
            if found and notes < MOST_NOTES:
                notes += 1
                sheet.write_comment(row, column, _note(found), {"author": "", "x_scale": 2.5, "y_scale": 1.6})


def _write_cell(sheet: Worksheet, row: int, column: int, text: str, form: Format | None) -> None:
    if _NUMBER.fullmatch(text) and cell_text(float(text)) == text:
        sheet.write_number(row, column, float(text), form)
    elif text:
        sheet.write_string(row, column, text[:_LONGEST_CELL], form)
    elif form is not None:
        sheet.write_blank(row, column, None, form)


def _gravest(found: Sequence[Finding]) -> str:
    return min((finding.severity.value for finding in found), key=list(_LOOKS).index)


def _note(found: Sequence[Finding]) -> str:
    lines = [f"{finding.severity.value.capitalize()}: {finding.message} {finding.remedy}" for finding in found]
    return "\n\n".join(lines)[:_LONGEST_NOTE]
