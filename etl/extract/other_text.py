"""Looks for a child's record where a file holds text outside its visible cells, since the file is kept as it was sent.

Hidden sheets, comments, text boxes, properties, the rows behind a pivot table: all are XML, and it is their texts that
are looked at, with the attributes that people write. Themes and other attributes are passed over: their numbers mean
nothing. Of what is found, only what looks like a record is given.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import PurePath
from urllib.parse import unquote
from xml.parsers import expat

from etl.extract.safe_xml import UnsafeXmlError, elements, feed, new_parser
from etl.validate.child_records import LONGEST, looks_like_a_record

Found = tuple[str, str]
"""Where a text stands, in words, and the text, which looks like a record."""

Start = Callable[[str, dict[str, str]], None]

# What a part's name says of what is in it; the first that fits. None: nothing that a person writes.
_WORKBOOK_PARTS: tuple[tuple[str, str | None], ...] = (
    (r"\[Content_Types\].*|mimetype|xl/(calcChain|metadata).*|xl/theme/.*", None),
    (r".*\.rels", "a link"),
    (r"xl/styles.*", "the format of a cell"),
    (r"xl/sharedStrings.*", "a cell that does not show"),
    (r"xl/workbook\.xml", "the workbook’s list of names"),
    (r"xl/[a-z]*sheets/.*", "a sheet that does not show"),
    (r"xl/(threadedC|c)omments.*|xl/persons/.*", "a comment"),
    (r"xl/(drawings|charts|diagrams)/.*", "a text box or drawing"),
    (r"xl/pivotCache/.*", "the rows behind a pivot table"),
    (r"docProps/.*", "the file’s properties (File, Info)"),
    (r"customXml/.*", "data attached to the workbook"),
)
_SPREADSHEET_PARTS: tuple[tuple[str, str | None], ...] = (
    (r"META-INF/.*|mimetype|(.*/)?settings\.xml|manifest\.rdf|Configurations2/.*", None),
    (r"content\.xml", "a cell, comment or drawing that does not show"),
    (r"styles\.xml", "a page’s header or footer"),
    (r"meta\.xml", "the file’s properties (File, Properties)"),
)
_ELSEWHERE = "a part of the file that does not show"

_WITHIN_A_TEXT = frozenset({"t", "r", "span", "a", "s", "tab"})
"""Elements that one text may be made of: a word of it may be bold."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)
_LONGEST_NUMBER = 40
_AT_ONCE = 2**16


def in_name(name: str) -> bool:
    """Whether a file's own name seems to hold part of a record."""
    return holds_a_record(PurePath(name).stem.replace("_", " "))


def holds_a_record(text: str) -> bool:
    """`looks_like_a_record` for a text of any length and origin: a number with a fraction is none."""
    if len(text) < 6:
        return False
    if len(text) < _LONGEST_NUMBER and _NUMBER.fullmatch(text):
        number = float(text)
        if not number.is_integer():
            return False
        text = f"{number:.0f}"  # some programs write a whole number as 9.434765919E9
    return any(looks_like_a_record(text[begin : begin + _AT_ONCE + LONGEST]) for begin in range(0, len(text), _AT_ONCE))


def of_workbook(parts: Mapping[str, bytes], shown: Collection[str]) -> tuple[Found, ...]:
    """What looks like a record in a workbook's parts. Of the sheets `shown`, the cells are read elsewhere."""
    found = [
        ("a sheet’s name", attributes.get("name", ""))
        for tag, attributes in elements(parts["xl/workbook.xml"])
        if tag == "sheet" and holds_a_record(attributes.get("name", ""))
    ]
    found += [
        ("a header, footer, prompt or link of a sheet", text)
        for name in shown
        for text in _beside_cells(parts[name])
        if holds_a_record(text)
    ]
    return (*found, *_of_parts({name: xml for name, xml in parts.items() if name not in shown}, _WORKBOOK_PARTS))


_END_OF_CELLS = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")


def _beside_cells(xml: bytes) -> Iterator[str]:
    """The texts of a sheet that stand outside its cells, in elements and in attributes that people write.

    They come behind the cells, which are the bulk of it: what is in front is given a parser, and the cells are not.
    """
    cells = re.search(rb"<(?:\w+:)?sheetData[\s/>]", xml)
    end = _END_OF_CELLS.search(xml)
    without = xml if cells is None or end is None else xml[: cells.start()] + xml[end.end() :]
    texts: list[str] = []
    parser = new_parser()

    def begin(tag: str, attributes: dict[str, str]) -> None:
        texts.append("")
        texts.extend(_said_by(tag, attributes))
        texts.append("")

    def characters(text: str) -> None:
        texts[-1] += text

    parser.StartElementHandler, parser.CharacterDataHandler = begin, characters
    feed(parser, without)
    yield from filter(None, texts)


_SAID_BY_AN_ATTRIBUTE = frozenset(
    {
        *("prompt", "promptTitle", "error", "errorTitle", "tooltip", "display", "location", "Target", "href"),
        *("name", "displayName", "codeName", "comment", "title", "descr", "formatCode", "condition", "formula"),
    }
)
"""Attributes that hold what people wrote, or chose; most others are numbers that mean nothing."""


def _said_by(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    """The texts of an element's attributes. The name of a sheet has a place of its own."""
    short = tag.rpartition(":")[2]
    if short == "sheet" or tag == "table:table":
        return
    for name, text in attributes.items():
        if (last := name.rpartition(":")[2]) in _SAID_BY_AN_ATTRIBUTE or (last == "val" and short == "filter"):
            yield unquote(text)


def of_spreadsheet(parts: Mapping[str, bytes], start: Start) -> tuple[Found, ...]:
    """What looks like a record in an OpenDocument spreadsheet's parts. `start` is told of every element in them."""
    found: list[Found] = []

    def look(tag: str, attributes: dict[str, str]) -> None:
        start(tag, attributes)
        for key, text in attributes.items():
            if tag.endswith(":table") and key.endswith(":name") and holds_a_record(text):
                found.append(("a sheet’s name", text))

    return (*_of_parts(parts, _SPREADSHEET_PARTS, look), *found)


def _of_parts(
    parts: Mapping[str, bytes], kinds: tuple[tuple[str, str | None], ...], start: Start | None = None
) -> Iterator[Found]:
    for name, xml in parts.items():
        where = next((words for pattern, words in kinds if re.fullmatch(pattern, name)), _ELSEWHERE)
        if where is not None:
            for text in _texts(name, xml, start):
                if holds_a_record(text):
                    yield where, text


def _texts(part: str, xml: bytes, start: Start | None) -> list[str]:
    """The distinct texts of a part: each of what stands between two tags, without those within a text."""
    texts: dict[str, None] = {}
    pieces: list[str] = []
    within_format = 0
    behind_pivot = part.startswith("xl/pivotCache/")

    def end_text() -> None:
        if pieces and (text := "".join(pieces).strip()):
            texts[text] = None
        pieces.clear()

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal within_format
        if start is not None:
            start(tag, attributes)
        if attributes:
            texts.update(dict.fromkeys(_said_by(tag, attributes)))
            if behind_pivot and "v" in attributes:
                texts[attributes["v"]] = None
        short = tag.rpartition(":")[2]
        if short == "rPr":
            within_format += 1
        if not within_format and short not in _WITHIN_A_TEXT:
            end_text()

    def end(tag: str) -> None:
        nonlocal within_format
        short = tag.rpartition(":")[2]
        if not within_format and short not in _WITHIN_A_TEXT:
            end_text()
        if short == "rPr":
            within_format -= 1

    def characters(text: str) -> None:
        pieces.append(text)

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, characters
    try:
        feed(parser, xml)
    except UnsafeXmlError:
        raise
    except expat.ExpatError:
        # A drawing of old, say, is only nearly XML: its text is looked at, whatever it is.
        return re.sub(r"<[^>]*>", "\n", xml.decode("utf-8", "replace")).split("\n")
    return list(texts)
