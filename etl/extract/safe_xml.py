"""Reads XML that a stranger wrote: no document type, no depth, no endless tag.

The standard library's expat is enough for that: it is told to stop at a document type, so that no entity can grow or
reach out, and what it cannot be told (how deep elements may stand, how long one tag may be) is counted beside it.
"""

from collections.abc import Callable
from xml.parsers import expat

MAX_DEPTH = 250
"""Elements within elements. A sheet of a workbook has about ten; rich text and drawings some more."""

MAX_TAG_BYTES = 2**20
"""One tag with its attributes. What is longer would have to be held whole."""

MAX_TAGS = 16_000_000
"""In one part, both ends counted: four for each cell of the largest sheet that is read, and some more. It bounds the
time that a part takes."""

_AT_ONCE = 2**16

Start = Callable[[str, dict[str, str]], None]


class UnsafeXmlError(ValueError):
    """XML that is made to do harm. The message says what it has, to follow “it holds”."""


def new_parser(namespaces: bool = False) -> expat.XMLParserType:
    """A parser that refuses a document type. Excel and LibreOffice never write one."""

    def refuse(*_: object) -> None:
        raise UnsafeXmlError("a document type with entities of its own")

    parser = expat.ParserCreate(namespace_separator=" ") if namespaces else expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    return parser


def feed(parser: expat.XMLParserType, xml: bytes) -> None:
    """Parse a whole part, some at a time, so that a tag without an end is noticed early.

    Raises:
        UnsafeXmlError: as above.
        expat.ExpatError: no well-formed XML.
    """
    if xml.count(b"<") > MAX_TAGS:
        raise UnsafeXmlError(f"more than {MAX_TAGS:,} tags")
    view = memoryview(xml)
    for begin in range(0, len(view), _AT_ONCE):
        piece = view[begin : begin + _AT_ONCE]
        parser.Parse(bytes(piece), False)
        if begin + len(piece) - max(parser.CurrentByteIndex, 0) > MAX_TAG_BYTES:
            raise UnsafeXmlError("a tag that does not end")
    parser.Parse(b"", True)


def elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part: its name without prefix, and its attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    ended: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((tag.rpartition(":")[2], attributes))
        require_shallow(len(found) - len(ended))

    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = ended.append
    feed(parser, xml)
    return found


def require_shallow(depth: int) -> None:
    """Refuse elements that stand too deep. Raises UnsafeXmlError."""
    if depth > MAX_DEPTH:
        raise UnsafeXmlError(f"more than {MAX_DEPTH} elements within one another")
