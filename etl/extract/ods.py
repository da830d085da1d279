"""Reads an OpenDocument spreadsheet (.ods) as rows of text.

All sheets stand in one part, content.xml, and say of every cell what it is: a number, a percentage, a date, a text. So
it is read here in one pass, in which what must be known besides (errors, formulas, what is hidden) is at hand too.
A cell or row may say that it is repeated, and LibreOffice repeats empty ones to the end of the sheet: what is empty
takes no room here, and what is not is counted before it is repeated.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from etl.extract import other_text
from etl.extract.archive import Archive, damaged
from etl.extract.safe_xml import UnsafeXmlError, feed, new_parser, require_shallow
from etl.extract.sheet import (
    MAX_CELLS,
    MAX_SHEETS,
    NOT_CALCULATED,
    Book,
    Hidden,
    Rows,
    cell_text,
    column_letters,
    hidden_sheet,
)
from schema.errors import FileRefusedError

MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_SHORT = {
    f"{_NAMESPACE}office:1.0": "office",
    f"{_NAMESPACE}table:1.0": "table",
    f"{_NAMESPACE}text:1.0": "text",
    f"{_NAMESPACE}style:1.0": "style",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}

_PASSED_OVER = frozenset(
    {
        "office:annotation", "office:forms", "table:tracked-changes", "table:shapes", "table:named-expressions",
        "table:content-validations", "table:database-ranges", "table:data-pilot-tables",
    }
)  # fmt: skip
"""Elements whose inside is nothing that stands in a cell."""

_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})

_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\\\]|\.\./", re.IGNORECASE)
_LIVE_FORMULA = re.compile(r"\bDDE\s*\(|['\"\[]file:", re.IGNORECASE)

_LONGEST_SPACE = 1_000
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?")


@dataclass
class _Table:
    """A sheet as it is being read."""

    name: str
    visible: bool
    rows: Rows
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: Hidden = field(default_factory=Hidden)
    row: int = 0
    """The last row that is done."""
    columns: int = 0
    last_column: int = 0


class _Cell:
    """A cell as it is being read: its attributes, and the paragraphs of its text."""

    __slots__ = ("attributes", "covered", "paragraphs", "repeated")

    def __init__(self, attributes: Mapping[str, str], repeated: int, covered: bool) -> None:
        self.attributes = attributes
        self.repeated = repeated
        self.covered = covered
        self.paragraphs: list[str] = []


def read_ods(name: str, archive: Archive) -> Book:
    """Every visible sheet of an OpenDocument spreadsheet, with its cells as those of a workbook are given.

    Raises:
        FileRefusedError: no such file, protected, damaged, or not safe to open; the message says what to do.
    """
    if b"encryption-data" in archive.parts.get("META-INF/manifest.xml", b"") or "encrypted-package" in archive.names:
        raise FileRefusedError(f"{name} is protected by a password. Save it without one (File, Save As).")
    _refuse_life(name, archive)
    reader = _Reader(name)
    try:
        feed(reader.parser, archive.parts["content.xml"])
        elsewhere = other_text.of_spreadsheet(archive.parts, lambda tag, given: _refuse_live(name, tag, given))
    except UnsafeXmlError as error:
        raise FileRefusedError(
            f"{name} is not safe to open: it holds {error}, as no spreadsheet program writes. Copy the table into a "
            "new workbook."
        ) from error
    except (expat.ExpatError, KeyError, ValueError, OverflowError) as error:
        raise damaged(name) from error
    tables = reader.tables
    return Book(
        [table.rows.sheet(table.name, table.formulas, table.hidden) for table in tables if table.visible],
        tuple(hidden_sheet(table.name) for table in tables if not table.visible and table.rows.numbers),
        elsewhere=elsewhere,
    )


def _refuse_life(name: str, archive: Archive) -> None:
    modules = [
        part
        for part in archive.names
        if part.lower().startswith(("basic/", "scripts/")) and not part.endswith(("script-lc.xml", "script-lb.xml"))
    ]
    if modules:
        raise FileRefusedError(
            f"{name} holds macros. Save it as Excel Workbook (.xlsx), without them, or copy the table alone into a new "
            "spreadsheet."
        )


def _refuse_live(name: str, tag: str, given: Mapping[str, str]) -> None:
    """Refuse an element, in whatever part, that runs something or reaches out of the file."""
    short = tag.rpartition(":")[2]
    if short == "event-listener":
        raise FileRefusedError(f"{name} holds macros. Copy the table alone, as values, into a new spreadsheet.")
    for key, text in given.items():
        attribute = key.rpartition(":")[2]
        outside = attribute == "href" and _OUTSIDE.match(text.strip()) is not None
        if attribute == "formula" and _LIVE_FORMULA.search(text):
            raise FileRefusedError(
                f"{name} takes cells from other files, which are not here. Copy the table alone, as values, into a new "
                "spreadsheet."
            )
        if outside and (short not in ("a", "template") or text.strip().lower().startswith(("file:", "\\\\", "//"))):
            raise FileRefusedError(
                f"{name} fetches something from another place when it is opened. Copy the table alone, as values, into "
                "a new spreadsheet."
            )


class _Reader:
    """Follows the elements of content.xml. `tables` are its sheets, once it has been fed."""

    def __init__(self, name: str) -> None:
        self.tables: list[_Table] = []
        self.parser = new_parser(namespaces=True)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._name = name
        self._depth = 0
        self._passed_over_at = 0
        self._names: dict[str, str] = {}
        self._style = ""
        self._invisible: set[str] = set()
        self._within = 0
        """How many tables are open: one inside a cell is passed over."""
        self._cells: list[tuple[int, int, _Cell]] = []
        self._column = 0
        self._cell: _Cell | None = None
        self._row_attributes: Mapping[str, str] = {}
        self._paragraph: list[str] | None = None
        self._count = 0

    def _short(self, name: str) -> str:
        if name not in self._names:
            space, _, local = name.rpartition(" ")
            self._names[name] = f"{_SHORT.get(space, '?')}:{local}"
        return self._names[name]

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self._depth += 1
        require_shallow(self._depth)
        if self._passed_over_at:
            return
        name = self._names.get(tag) or self._short(tag)
        # Most elements by far are cells and their paragraphs: they come first.
        if name == "text:p":
            self._start_paragraph()
            return
        if name in _PASSED_OVER:
            self._passed_over_at = self._depth
            return
        if not name.startswith(("table:", "text:", "style:")):
            return
        found = {self._names.get(key) or self._short(key): text for key, text in given.items()}
        if name in _CELLS:
            if self._within == 1:
                self._cell = _Cell(
                    found, _number(found, "table:number-columns-repeated"), name == "table:covered-table-cell"
                )
            return
        match name:
            case "style:style" if found.get("style:family") == "table":
                self._style = found.get("style:name", "")
            case "style:table-properties" if found.get("table:display") == "false":
                self._invisible.add(self._style)
            case "table:table":
                self._start_table(found)
            case "table:table-source" | "table:dde-link":
                raise FileRefusedError(
                    f"{self._name} takes cells from other files, which are not here. Break the links (Edit, Links) so "
                    "that their values stay, and save it."
                )
            case "table:table-column" if self._within == 1:
                self._start_column(found)
            case "table:table-row" if self._within == 1:
                self._row_attributes, self._cells, self._column = found, [], 0
            case "text:h":
                self._start_paragraph()
            case "text:s" if self._paragraph is not None:
                self._paragraph.append(" " * min(_number(found, "text:c"), _LONGEST_SPACE))
            case "text:tab" if self._paragraph is not None:
                self._paragraph.append("\t")
            case "text:line-break" if self._paragraph is not None:
                self._paragraph.append("\n")

    def _end(self, tag: str) -> None:
        depth, self._depth = self._depth, self._depth - 1
        if self._passed_over_at:
            if depth == self._passed_over_at:
                self._passed_over_at = 0
            return
        name = self._names.get(tag) or self._short(tag)
        if name in _CELLS:
            if self._within == 1 and self._cell is not None:
                self._cells.append((self._column + 1, self._column + self._cell.repeated, self._cell))
                self._column += self._cell.repeated
                self._cell = None
            return
        match name:
            case "table:table":
                self._within -= 1
            case "table:table-row" if self._within == 1:
                self._end_row()
            case "text:p" | "text:h" if self._paragraph is not None:
                self.parser.CharacterDataHandler = None
                if self._cell is not None:
                    self._cell.paragraphs.append("".join(self._paragraph))
                self._paragraph = None

    def _start_paragraph(self) -> None:
        if self._within == 1:
            self._paragraph = []
            self.parser.CharacterDataHandler = self._paragraph.append

    def _start_table(self, found: Mapping[str, str]) -> None:
        self._within += 1
        if self._within == 1:
            if len(self.tables) == MAX_SHEETS:
                raise FileRefusedError(
                    f"{self._name} has more than {MAX_SHEETS} sheets. Copy the table alone into a new workbook."
                )
            visible = found.get("table:style-name") not in self._invisible
            self.tables.append(_Table(found.get("table:name", ""), visible, Rows(self._name)))

    def _start_column(self, found: Mapping[str, str]) -> None:
        table = self.tables[-1]
        repeated = _number(found, "table:number-columns-repeated")
        if found.get("table:visibility", "visible") != "visible":
            table.hidden.columns.update(range(table.columns + 1, table.columns + min(repeated, 20_000) + 1))
        table.columns += repeated

    def _end_row(self) -> None:
        table = self.tables[-1]
        repeated = _number(self._row_attributes, "table:number-rows-repeated")
        cells = [
            (first, last, text, cell.attributes.get("table:formula", ""))
            for first, last, cell in self._cells
            if (text := _cell_text(cell)) or "table:formula" in cell.attributes
        ]
        if cells:
            first, last = cells[-1][:2]
            table.last_column = max(table.last_column, last)
            # What is repeated counts in every place; a place far away would make as many empty cells.
            self._count += repeated * sum(last - first + 1 for first, last, _, _ in cells)
            if max(self._count, (table.row + repeated) * table.last_column) > MAX_CELLS:
                raise FileRefusedError(
                    f"{self._name}: something stands in cell {column_letters(last)}{table.row + repeated}, far from "
                    "the table. Delete the rows and columns beyond the table, and save it again."
                )
            row = [""] * last
            for first, last, text, _ in cells:
                row[first - 1 : last] = [text] * (last - first + 1)
            for number in range(table.row + 1, table.row + repeated + 1):
                table.rows.add(number, row)
                for first, last, _, formula in cells:
                    if formula:
                        for column in range(first, last + 1):
                            table.formulas[number, column] = f"={formula.partition('=')[2]}"
                if self._row_attributes.get("table:visibility", "visible") != "visible":
                    table.hidden.rows.add(number)
        table.row += repeated


def _number(attributes: Mapping[str, str], name: str) -> int:
    """How often something is repeated: 1 where nothing is said."""
    if name not in attributes:
        return 1
    number = int(attributes[name])
    if number < 1:
        raise ValueError(f"{name} is {number}")
    return number


def _cell_text(cell: _Cell) -> str:
    """A cell as a person would type it."""
    said = cell.attributes
    written = cell.paragraphs[0] if len(cell.paragraphs) == 1 else "\n".join(cell.paragraphs)
    if cell.covered or not (written or said):
        return ""  # a merged cell's text stands in its first place
    if said.get("calcext:value-type") == "error" or (written[:1] == "#" and _ERROR.fullmatch(written)):
        return written if _ERROR.fullmatch(written) else "#ERROR"
    match said.get("office:value-type", ""):
        case "float" | "currency":
            return cell_text(float(said["office:value"]))
        case "percentage":
            return f"{cell_text(float(said['office:value']) * 100)}%"
        case "date":
            day, _, clock = said["office:date-value"].partition("T")
            return f"{day} {clock}" if clock.strip("0:.Z") else day
        case "boolean":
            return said["office:boolean-value"].upper()
        case "string":
            return said.get("office:string-value") or written
        case "" if "table:formula" in said and not written:
            return NOT_CALCULATED
        case _:
            return written
