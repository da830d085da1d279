"""Writes small OpenDocument spreadsheets as LibreOffice does, so that tests can read them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from xml.sax.saxutils import escape, quoteattr

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
_CALCEXT = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'

_MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'


def cell(value: object = None, *, repeated: int = 1, formula: str = "", percent: bool = False) -> str:
    """A cell as it is written. A text that begins with `#` is an error."""
    more = f' table:number-columns-repeated="{repeated}"' if repeated != 1 else ""
    more += f" table:formula={quoteattr(formula)}" if formula else ""
    if value is None:
        return f"<table:table-cell{more}/>"
    said = escape(str(value))
    match value:
        case bool():
            kind, said = f'"boolean" office:boolean-value="{str(value).lower()}"', str(value).upper()
        case int() | float() if percent:
            kind, said = f'"percentage" office:value="{value}"', f"{value * 100:.0f}%"
        case int() | float():
            kind = f'"float" office:value="{value}"'
        case date():
            kind, said = f'"date" office:date-value="{value.isoformat()}"', f"{value:%d/%m/%Y}"
        case _ if said.startswith("#"):
            kind = '"string" office:string-value="" calcext:value-type="error"'
        case _:
            kind = '"string"'
    return f"<table:table-cell{more} office:value-type={kind}><text:p>{said}</text:p></table:table-cell>"


def row(cells: Sequence[str], *, repeated: int = 1, hidden: bool = False) -> str:
    more = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    more += ' table:visibility="filter"' if hidden else ""
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def sheet(name: str, rows: Sequence[str], *, columns: str = "", hidden: bool = False) -> str:
    style = "hidden" if hidden else "shown"
    return (
        f'<table:table table:name={quoteattr(name)} table:style-name="{style}">{columns}{"".join(rows)}</table:table>'
    )


def plain(name: str, *rows: Sequence[object], hidden: bool = False) -> str:
    """A sheet of values, with the empty cells to its end that LibreOffice writes."""
    end = [row([cell(repeated=16_384)], repeated=1_048_576 - len(rows))]
    return sheet(name, [row([*map(cell, values), cell(repeated=1_000)]) for values in rows] + end, hidden=hidden)


def ods_bytes(*sheets: str, head: str = "", parts: Mapping[str, str] | None = None) -> bytes:
    """A spreadsheet of these sheets. `head` is written before the content, `parts` beside it."""
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties table:display="{display}"/>'
        "</style:style>"
        for name, display in (("shown", "true"), ("hidden", "false"))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<office:document-content {_SPACES} {_CALCEXT}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f"{''.join(sheets)}</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIMETYPE, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        for name, part in {"META-INF/manifest.xml": _MANIFEST, **(parts or {})}.items():
            archive.writestr(name, part)
    return stream.getvalue()
