"""Reads a person's XLSX workbook as rows of text, having first made sure that reading it is safe.

A workbook is a ZIP archive of XML. Some things must be known before the reader (calamine) may have it:

* that it does not unpack to a size that exhausts the machine (`etl.extract.archive`);
* that no cell stands far away: the reader lays out every cell between the first and the last, and one stray cell in
  XFD1048576 ends the whole process, which no exception handler can catch;
* which cells hold an error (#N/A) or a formula that nobody has calculated, since the reader gives both as empty.

And some for the figures' sake: which cells show a number as a percentage, since the reader gives 21 % as 0.21; which
were calculated; and what is hidden.
"""

import io
import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from etl.extract import other_text
from etl.extract.archive import Archive, damaged, repacked
from etl.extract.safe_xml import UnsafeXmlError, elements, feed, new_parser, require_shallow
from etl.extract.sheet import (
    MAX_CELLS,
    MAX_SHEETS,
    NOT_CALCULATED,
    Book,
    Hidden,
    Rows,
    Sheet,
    Value,
    cell_text,
    column_letters,
    hidden_sheet,
)
from schema.errors import FileRefusedError

_BUILT_IN_PERCENT = frozenset({"9", "10"})
"""The number formats 0% and 0.00%, which no workbook spells out."""

_NO_PERCENT_SIGN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
"""What stands in a number format as text, and not as an instruction."""

_ALONE = "Copy the table alone, as values, into a new workbook."

# What gives life away, in the names of parts, content types and types of relationships, all in small letters.
_LIFE: tuple[tuple[str, str], ...] = (
    (
        r"vbaproject|vbadata|macroenabled|/(xl)?(intl)?macrosheet|activex|/control$",
        "holds macros. Save it as Excel Workbook (.xlsx), which leaves them out.",
    ),
    (
        r"/externallink|externallink\+xml",
        "takes cells from other workbooks, which are not here. Break the links (Data, Edit Links) so that their values "
        "stay, and save it.",
    ),
    (
        r"/embeddings/|/oleobject|\.oleobject|officedocument/2006/relationships/package$",
        f"carries another file inside it. {_ALONE}",
    ),
    (
        r"^xl/connections|/connections$|connections\+xml|/querytable",
        f"fetches something from another place when it is opened. {_ALONE}",
    ),
    (
        r"^customui/|/ui/(user)?(extensibility|customization)$|/attachedtemplate$|/attachedtoolbars$|webextension",
        f"changes how Excel works when it is opened. {_ALONE}",
    ),
)
_HARMLESS_LINK = re.compile(r"(https?|mailto|tel):|(?![a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)
"""A page, an address, or a place beside the workbook. Never a share of another machine, or a program to run."""

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_MAX_COLUMN = 16_384

_TRUE = ("1", "true")

_DROP_DOWNS = "Lists"
_CODE = re.compile(r"[a-z0-9][a-z0-9:-]*|(AY)?\d{4}-\d{2}[A-Z]\d")
"""What the hidden sheet of our own template holds: what its drop-downs offer, which is codes alone."""


@dataclass
class _Survey:
    """What a look through a sheet's XML found. Positions are (row, column), both from 1."""

    last_row: int = 0
    last_column: int = 0
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    """What to write in place of what the reader gives: errors, formulas without a result, percentages."""
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: Hidden = field(default_factory=Hidden)
    every_row_hidden: bool = False
    """Unless a row says otherwise, by having a height of its own."""


def read_workbook(name: str, archive: Archive, *, lifeless: bool = False) -> Book:
    """Every visible worksheet of a workbook, with its cells as text.

    Whole numbers have no decimal point, dates are ISO dates, a number shown as a percentage is one (`21%`), an error
    cell holds the error (`#N/A`), and a formula that was saved without its result holds NOT_CALCULATED. A `lifeless`
    workbook is demanded of a person: one without macros, without links to other files, and with no file inside it.
    The archive's parts are used up.

    Raises:
        FileRefusedError: no workbook, protected, damaged, or not safe to open; the message says what to do.
    """
    if "xl/workbook.bin" in archive.names:
        raise FileRefusedError(f"{name} is a binary workbook (.xlsb). Save it as Excel Workbook (.xlsx).")
    if lifeless:
        _refuse_life(name, archive)
    try:
        percent = _percent_styles(archive.parts)
        # Every part is looked through, and not those alone that the workbook names as its sheets: two readers may
        # understand these names in two ways.
        surveys = {
            part: _survey(name, xml, percent) for part, xml in archive.parts.items() if part.endswith((".xml", ".rels"))
        }
        sheets = _sheet_parts(archive.parts)
        if len(sheets) > MAX_SHEETS:
            raise FileRefusedError(
                f"{name} has {len(sheets):,} sheets; at most {MAX_SHEETS} are read. Copy the table alone into a new "
                "workbook."
            )
        pivot = any(part.startswith("xl/pivotCache/pivotCacheRecords") for part in archive.names)
        elsewhere = other_text.of_workbook(archive.parts, _shown_parts(archive.parts, sheets)) if lifeless else ()
        read = _read(name, repacked(archive.parts), {sheet: surveys[part] for sheet, part in sheets.items()})
    except UnsafeXmlError as error:
        raise FileRefusedError(
            f"{name} is not safe to open: it holds {error}, as no spreadsheet program writes. Copy the table into a "
            "new workbook."
        ) from error
    except (CalamineError, expat.ExpatError, KeyError, ValueError, OSError) as error:
        raise damaged(name) from error
    return Book(read.sheets, (*read.hidden, *(["the rows behind a pivot table"] if pivot else [])), elsewhere=elsewhere)


def _refuse_life(name: str, archive: Archive) -> None:
    """Refuse what can act, fetch, or carry something unseen: the original is kept, and others will open it.

    What a part is does not show in its name, but in what the workbook says of it: its content type, and the type of
    the relationship that leads to it. All three are looked at.
    """
    kinds = "\n".join([*archive.names, *_declared_kinds(archive)]).lower()
    for signs, says in _LIFE:
        if re.search(signs, kinds, re.MULTILINE):
            raise FileRefusedError(f"{name} {says}")
    for found in _relationships(archive):
        link = found.get("Type", "").endswith("/hyperlink")
        target = found.get("Target", "").strip()
        if found.get("TargetMode", "").lower() == "external" and not (link and _HARMLESS_LINK.match(target)):
            what = "links to a file on somebody’s machine" if link else "fetches something when it is opened"
            raise FileRefusedError(f"{name} {what}, which is in another place. {_ALONE}")


def _declared_kinds(archive: Archive) -> list[str]:
    """The content types of all parts, and the types of all relationships."""
    try:
        types = elements(archive.parts.get("[Content_Types].xml", b"<Types/>"))
    except (UnsafeXmlError, expat.ExpatError):
        types = []  # the survey refuses it, with its own words
    used = {part.rpartition(".")[2].lower() for part in archive.names}
    declared = [
        found.get("ContentType", "")
        for tag, found in types
        # What is said of an ending that no part has is a leftover.
        if tag != "Default" or found.get("Extension", "").lower() in used
    ]
    return declared + [found.get("Type", "") for found in _relationships(archive)]


def _relationships(archive: Archive) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for part, xml in archive.parts.items():
        if part.endswith(".rels"):
            try:
                found += [attributes for tag, attributes in elements(xml) if tag == "Relationship"]
            except (UnsafeXmlError, expat.ExpatError):
                continue  # the survey refuses it, with its own words
    return found


def _sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Sheet names, and the member of the archive that holds each."""
    targets = {
        attributes["Id"]: posixpath.normpath(posixpath.join("xl", attributes["Target"])).lstrip("/")
        for tag, attributes in elements(parts["xl/_rels/workbook.xml.rels"])
        if tag == "Relationship"
    }
    found: dict[str, str] = {}
    for tag, attributes in elements(parts["xl/workbook.xml"]):
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            found[attributes["name"]] = targets[relation]
    return found


def _shown_parts(parts: Mapping[str, bytes], sheets: Mapping[str, str]) -> set[str]:
    """The members of the archive that hold the visible sheets."""
    return {
        sheets[attributes["name"]]
        for tag, attributes in elements(parts["xl/workbook.xml"])
        if tag == "sheet" and attributes.get("state", "visible") == "visible"
    }


def _percent_styles(parts: Mapping[str, bytes]) -> frozenset[str]:
    """The cell styles (by their number, as a cell names it) that show a number as a percentage."""
    if "xl/styles.xml" not in parts:
        return frozenset()
    formats = set(_BUILT_IN_PERCENT)
    styles: list[str] = []
    of_cells = False
    for tag, attributes in elements(parts["xl/styles.xml"]):
        match tag:
            case "numFmt" if "%" in _NO_PERCENT_SIGN.sub("", attributes.get("formatCode", "")):
                formats.add(attributes.get("numFmtId", ""))
            case "cellXfs" | "cellStyleXfs" | "cellStyles" | "dxfs":
                of_cells = tag == "cellXfs"
            case "xf" if of_cells:
                styles.append(attributes.get("numFmtId", ""))
    return frozenset(str(number) for number, form in enumerate(styles) if form in formats)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _survey(name: str, xml: bytes, percent: frozenset[str]) -> _Survey:
    """How far a sheet's cells reach, which of them hold an error, a formula or a percentage, and what is hidden.

    A large return has a million cells. For most of them only the two handlers of `c` and `v` run: what a cell says is
    collected only where its attributes, or a formula in it, make that worth while.
    """
    survey = _Survey()
    row = column = opened = 0
    row_text, digits = "", 0
    kind = style = text = formula = ""
    filled = special = has_formula = has_value = False
    ended: list[str] = []
    columns: dict[str, int] = {}
    plain = {tag: tag for tag in ("c", "v", "f", "is", "row", "col", "sheetFormatPr", "r", "t", "si")}
    parser = new_parser()

    def refuse_far(row: int, column: int) -> None:
        raise FileRefusedError(
            f"{name}: something stands in cell {column_letters(column)}{row}, far from the table. Delete the rows "
            "and columns beyond the table, and save it again."
        )

    def place(attributes: dict[str, str]) -> None:
        nonlocal row, column
        reference = attributes.get("r")
        if reference is None:
            column += 1
            return
        if digits and reference.endswith(row_text) and (known := columns.get(reference[:-digits])) is not None:
            column = known
            return
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise ValueError(f"no cell reference: {reference[:20]}")
        column, row = _column_number(found[1]), int(found[2])
        columns[found[1]] = column

    def start_row(attributes: dict[str, str]) -> None:
        nonlocal row, column, row_text, digits
        row, column = int(attributes.get("r", row + 1)), 0
        row_text = str(row)
        digits = len(row_text)
        unsaid = survey.every_row_hidden and "ht" not in attributes
        if unsaid or attributes.get("hidden") in _TRUE or attributes.get("ht") in ("0", "0.0"):
            survey.hidden.rows.add(row)

    def hide_columns(attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in _TRUE or attributes.get("width") in ("0", "0.0"):
            first, last = int(attributes.get("min", 0)), int(attributes.get("max", 0))
            survey.hidden.columns.update(range(first, min(last, _MAX_COLUMN) + 1))

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal opened, kind, style, text, formula, filled, special, has_formula, has_value
        opened += 1
        if opened - len(ended) > 50:
            require_shallow(opened - len(ended))
        tag = plain.get(tag) or tag.rpartition(":")[2]
        if tag == "c":
            place(attributes)
            kind, style = attributes.get("t", ""), attributes.get("s", "")
            filled = has_formula = has_value = False
            special = kind == "e" or style in percent
            if special:
                text = ""
                parser.EndElementHandler = end
        elif tag in ("v", "f", "is"):
            if not filled:
                filled = True
                if row > survey.last_row:
                    survey.last_row = row
                if column > survey.last_column:
                    survey.last_column = column
                if survey.last_row * survey.last_column > MAX_CELLS:
                    refuse_far(row, column)
            if tag == "f":
                has_formula, formula = True, ""
                if not special:
                    special, text = True, ""
                    parser.EndElementHandler = end
                parser.CharacterDataHandler = of_formula
            elif tag == "v" and special:
                has_value = True
                parser.CharacterDataHandler = of_value
            else:
                has_value = True
        elif tag == "row":
            opened -= len(ended)
            ended.clear()
            start_row(attributes)
        elif tag == "col":
            hide_columns(attributes)
        elif tag == "sheetFormatPr":
            survey.every_row_hidden = attributes.get("zeroHeight") in _TRUE

    def of_value(characters: str) -> None:
        nonlocal text
        text += characters

    def of_formula(characters: str) -> None:
        nonlocal formula
        formula += characters

    def end(tag: str) -> None:
        nonlocal special
        ended.append(tag)
        parser.CharacterDataHandler = None
        if (plain.get(tag) or tag.rpartition(":")[2]) != "c":
            return
        special = False
        parser.EndElementHandler = ended.append
        if not filled:
            return
        if has_formula:
            survey.formulas[row, column] = f"={formula}"
        if kind == "e":
            survey.texts[row, column] = text.strip() or "#ERROR"
        elif has_formula and not text and kind != "str":
            # A formula whose result is an empty text says so by its type; one without any result does not.
            survey.texts[row, column] = NOT_CALCULATED
        elif kind in ("", "n") and text and style in percent:
            survey.texts[row, column] = f"{cell_text(float(text) * 100)}%"

    parser.StartElementHandler, parser.EndElementHandler = start, ended.append
    feed(parser, xml)
    return survey


def _read(name: str, content: bytes, surveys: Mapping[str, _Survey]) -> Book:
    sheets: list[Sheet] = []
    hidden: list[str] = []
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        for about in workbook.sheets_metadata:
            survey = surveys.get(about.name)
            if survey is None:
                raise damaged(name)
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            if about.visible is SheetVisibleEnum.Visible:
                sheets.append(_sheet(name, workbook, about.name, survey))
            elif survey.last_row and not _is_our_lists(workbook, about.name):
                hidden.append(hidden_sheet(about.name))
    return Book(sheets, tuple(hidden))


def _sheet(file: str, workbook: CalamineWorkbook, name: str, survey: _Survey) -> Sheet:
    # Read row by row: all values of a large sheet at once would stand beside all of their texts. It begins with the
    # first row of the sheet, and each row with the first column that anything stands in.
    values = workbook.get_sheet_by_name(name)
    left = [""] * (values.start or (0, 0))[1]
    instead: dict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), text in survey.texts.items():
        instead[row][column] = text
    rows = Rows(file)
    for number, found in enumerate(values.iter_rows(), start=1):
        cells = [*left, *map(cell_text, found)]
        rows.add(number, _put(cells, instead.pop(number)) if number in instead else cells)
    for beyond in sorted(instead):
        rows.add(beyond, _put([], instead[beyond]))
    return rows.sheet(name, survey.formulas, survey.hidden)


def _is_our_lists(workbook: CalamineWorkbook, name: str) -> bool:
    """Whether a hidden sheet is that of our own template, and holds nothing but codes."""
    if name != _DROP_DOWNS:
        return False
    rows: list[list[Value]] = workbook.get_sheet_by_name(name).to_python()
    return all(value == "" or _CODE.fullmatch(str(value)) is not None for row in rows for value in row)


def _put(cells: list[str], texts: Mapping[int, str]) -> list[str]:
    """Cells with other texts in some columns, which may lie beyond the last one that holds a value."""
    for column, text in texts.items():
        cells.extend([""] * (column - len(cells)))
        cells[column - 1] = text
    return cells
