"""A form as a workbook: guidance, the return's table, and a hidden sheet with what its drop-downs offer."""

import io
from datetime import UTC, datetime, time
from itertools import groupby
from math import ceil
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from etl.extract.returns import SHEET_NAME
from etl.templates.form import Template, TemplateRow
from etl.templates.guidance import guidance
from etl.validate.context import STATUSES, SYMBOLS
from schema.periods import Period, day_label
from schema.quantities import TOTAL

GUIDANCE = "Guidance"
LISTS = "Lists"
"""Hidden: what the drop-downs offer. A reader passes hidden sheets over."""

SHEET_COLUMNS = (
    "title", "period", "quantity", "category", "basis", "value", "symbol", "note", "extract_date", "last_value",
    "last_period", "definition",
)  # fmt: skip
RESTATED_ROWS = 60
RESTATED_PERIODS = 8
"""Empty rows for earlier periods, and how far back their drop-down goes; further back may be typed."""

_LINE_HEIGHT = 15.0
_SMALL = 0.92
"""Width of a character of 9 points, of those that a column's width is given in. On the wide side."""
_WIDTHS: dict[str, float] = {
    "title": 64, "period": 12, "quantity": 20, "category": 12, "basis": 12, "value": 12, "symbol": 9, "note": 34,
    "extract_date": 13, "last_value": 12, "last_period": 12, "definition": 80,
}  # fmt: skip
_HEADER_ROW = 6
"""From 0: the table's header stands in row 7."""


def template_workbook(template: Template) -> bytes:
    """The form as a workbook: guidance, the return's table, and a hidden sheet with what its drop-downs offer."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        made = datetime.combine(template.period.end, time(), UTC)  # the same form has the same bytes
        book.set_properties({"title": template.heading, "company": template.partnership, "created": made})
        formats = _Formats(book)
        first = book.add_worksheet(GUIDANCE)
        sheet = book.add_worksheet(SHEET_NAME)
        lists = _Lists(book.add_worksheet(LISTS))
        _write_guidance(first, template, formats)
        _write_return(sheet, template, formats, lists)
        lists.sheet.hide()
    return stream.getvalue()


class _Formats:
    """The few looks of a form. What may be filled in is white, bordered and not locked; nothing else is."""

    def __init__(self, book: Workbook) -> None:
        base = {"font_name": "Arial", "font_size": 10, "valign": "top"}
        fixed = {**base, "font_color": "#595959", "bg_color": "#F5F6F7", "font_size": 9}
        filled_in = {**base, "locked": False, "border": 1, "border_color": "#8A94A0", "bg_color": "#FFFFFF"}
        number = {"align": "right"}

        def made(*parts: dict[str, Any]) -> Format:
            return book.add_format({key: value for part in parts for key, value in part.items()})

        self.heading = made(base, {"bold": True, "font_size": 16, "font_color": "#1F3A5F"})
        self.subheading = made(base, {"bold": True, "font_size": 12, "font_color": "#1F3A5F"})
        self.plain = made(base, {"text_wrap": True})
        self.label = made(base, {"bold": True, "text_wrap": True})
        self.table_header = made(
            base, {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "text_wrap": True, "valign": "vcenter"}
        )
        self.band = made(base, {"bold": True, "bg_color": "#DCE6F1", "font_color": "#1F3A5F", "valign": "vcenter"})
        self.total_title = made(base, {"bold": True, "top": 1, "top_color": "#C9D2DC", "text_wrap": True})
        self.title = made(base, {"indent": 2, "text_wrap": True, "font_size": 9})
        self.fixed = made(fixed)
        self.definition = made(fixed, {"text_wrap": True})
        self.last_whole = made(fixed, number, {"num_format": "#,##0"})
        self.last_decimal = made(fixed, number, {"num_format": "#,##0.0"})
        self.whole = made(filled_in, number, {"num_format": "#,##0"})
        self.decimal = made(filled_in, number, {"num_format": "#,##0.0##"})
        self.text = made(filled_in, {"text_wrap": True})
        self.date = made(filled_in, {"num_format": "dd/mm/yyyy", "align": "left"})
        self.given = made(base, {"bg_color": "#F5F6F7", "border": 1, "border_color": "#C9D2DC"})


class _Lists:
    """What the drop-downs offer, a column of the hidden sheet each: a list written in a cell ends at 255 characters."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self._used = 0

    def source(self, items: list[str]) -> str:
        """Write a list, and give the reference to it."""
        self.sheet.write_column(0, self._used, items)
        column = xlsxwriter.utility.xl_col_to_name(self._used, col_abs=True)
        self._used += 1
        return f"={LISTS}!{column}$1:{column}${len(items)}"


def _write_return(sheet: Worksheet, template: Template, formats: _Formats, lists: _Lists) -> None:
    longest = {
        "quantity": max((len(row.quantity) for row in template.rows), default=0),
        "category": max((len(row.category) for row in template.rows), default=0),
    }
    for place, name in enumerate(SHEET_COLUMNS):
        sheet.set_column(place, place, max(_WIDTHS[name], longest.get(name, 0) * _SMALL + 1))
    _write_above(sheet, template, formats, lists)
    sheet.set_row(_HEADER_ROW, 30)
    sheet.write_row(_HEADER_ROW, 0, SHEET_COLUMNS, formats.table_header)
    symbols = lists.source(list(SYMBOLS))
    place = _HEADER_ROW + 1
    for family, rows in groupby(template.rows, key=lambda row: row.family):
        _write_band(sheet, place, family, formats)
        place += 1
        for row in rows:
            _write_row(sheet, place, row, template.period, formats, symbols)
            place += 1
    _write_band(sheet, place, "Earlier periods, where their figures have changed (a row for each)", formats)
    _write_restated(sheet, place + 1, template, formats, lists, symbols)
    last = place + RESTATED_ROWS
    sheet.freeze_panes(_HEADER_ROW + 1, 1)
    sheet.autofilter(_HEADER_ROW, 0, last, len(SHEET_COLUMNS) - 1)
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.print_area(0, 0, last, SHEET_COLUMNS.index("extract_date"))
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)
    sheet.set_footer(_footer(template))
    sheet.hide_gridlines(2)


def _write_above(sheet: Worksheet, template: Template, formats: _Formats, lists: _Lists) -> None:
    """What holds for every row. Nothing but the value may stand beside a label: the reader takes the next cell."""
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, template.heading, formats.heading)
    due = day_label(template.spec.due(template.period))
    sheet.write_string(1, 0, f"Due {due}. Fill in the white cells; the sheet {GUIDANCE} says how.", formats.plain)
    sheet.write_string(2, 0, "Area", formats.label)
    if template.area is None:
        sheet.merge_range(2, 1, 2, 2, "", formats.text)
    else:
        sheet.merge_range(2, 1, 2, 2, template.area.name, formats.given)
    sheet.write_string(3, 0, "Extract date", formats.label)
    sheet.merge_range(3, 1, 3, 2, "", formats.date)
    sheet.data_validation(
        3, 1, 3, 1,
        {
            "validate": "date", "criteria": ">=", "value": template.period.end,
            "input_title": "Extract date", "input_message": "The day on which the figures were taken from your system.",
            "error_title": "Extract date", "error_message": f"Write a day on or after {template.period.end:%d/%m/%Y}.",
        },
    )  # fmt: skip
    sheet.write_string(4, 0, "Status", formats.label)
    sheet.merge_range(4, 1, 4, 2, STATUSES[0], formats.text)
    sheet.data_validation(
        4, 1, 4, 1,
        {
            "validate": "list", "source": lists.source(list(STATUSES)),
            "input_title": "Status", "input_message": "final once nothing more is expected to change.",
        },
    )  # fmt: skip


def _write_band(sheet: Worksheet, place: int, text: str, formats: _Formats) -> None:
    sheet.set_row(place, 20)
    sheet.write_string(place, 0, text, formats.band)
    for column in range(1, len(SHEET_COLUMNS)):
        sheet.write_blank(place, column, None, formats.band)


def _write_row(sheet: Worksheet, place: int, row: TemplateRow, period: Period, formats: _Formats, symbols: str) -> None:
    at = {name: column for column, name in enumerate(SHEET_COLUMNS)}
    lines = max(
        ceil(len(row.definition) * _SMALL / _WIDTHS["definition"]), ceil(len(row.title) * _SMALL / _WIDTHS["title"]), 1
    )
    sheet.set_row(place, _LINE_HEIGHT * lines)
    sheet.write_string(place, at["title"], row.title, formats.total_title if row.category == TOTAL else formats.title)
    for name, text in (
        ("period", period.code), ("quantity", row.quantity), ("category", row.category), ("basis", row.basis.value),
        ("last_period", row.last.period if row.last else ""),
    ):  # fmt: skip
        sheet.write_string(place, at[name], text, formats.fixed)
    sheet.write_string(place, at["definition"], row.definition, formats.definition)
    sheet.write(
        place, at["last_value"], row.last_text, formats.last_whole if row.whole_number else formats.last_decimal
    )
    _write_inputs(sheet, place, formats, symbols, whole_number=row.whole_number)


def _write_inputs(sheet: Worksheet, place: int, formats: _Formats, symbols: str, *, whole_number: bool) -> None:
    """The cells of a row that are always filled in: value, symbol, note, and an extract date of its own."""
    at = {name: column for column, name in enumerate(SHEET_COLUMNS)}
    sheet.write_blank(place, at["value"], None, formats.whole if whole_number else formats.decimal)
    sheet.write_blank(place, at["symbol"], None, formats.text)
    sheet.write_blank(place, at["note"], None, formats.text)
    sheet.write_blank(place, at["extract_date"], None, formats.date)
    sheet.data_validation(
        place, at["value"], place, at["value"],
        {
            "validate": "integer" if whole_number else "decimal", "criteria": ">=", "value": 0,
            "error_title": "Value",
            "error_message": f"Write a {'whole ' if whole_number else ''}number, 0 or more. If there is none, leave "
            "this cell empty and choose a symbol.",
        },
    )  # fmt: skip
    sheet.data_validation(
        place, at["symbol"], place, at["symbol"],
        {
            "validate": "list", "source": symbols, "error_title": "Symbol",
            "error_message": f"Choose one of {', '.join(SYMBOLS)}; the sheet {GUIDANCE} says what they mean.",
        },
    )  # fmt: skip


def _write_restated(
    sheet: Worksheet, first: int, template: Template, formats: _Formats, lists: _Lists, symbols: str
) -> None:
    """Empty rows, all of whose cells may be filled in."""
    catalogue, items = template.catalogue, template.spec.items
    keys = [
        catalogue.breakdowns[name].key(category.id)
        for name in dict.fromkeys(name for item in items for name in item.breakdowns)
        for category in catalogue.breakdowns[name].categories
    ]
    offered = {
        "period": [template.spec.following(template.period, -back).code for back in range(1, RESTATED_PERIODS + 1)],
        "quantity": list(dict.fromkeys(item.quantity for item in items)),
        "category": [TOTAL, *keys],
        "basis": list(dict.fromkeys(basis.value for item in items for basis in item.bases)),
    }
    last = first + RESTATED_ROWS - 1
    for place in range(first, last + 1):
        _write_inputs(sheet, place, formats, symbols, whole_number=False)
        for name in offered:
            sheet.write_blank(place, SHEET_COLUMNS.index(name), None, formats.text)
    for name, choices in offered.items():
        column = SHEET_COLUMNS.index(name)
        # Earlier periods than are offered may be typed: only the choice is a help, and the check says what is wrong.
        sheet.data_validation(
            first, column, last, column,
            {
                "validate": "list", "source": lists.source(choices),
                "error_type": "warning" if name == "period" else "stop",
            },
        )  # fmt: skip


def _write_guidance(sheet: Worksheet, template: Template, formats: _Formats) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, template.heading, formats.heading)
    place = 2
    for heading, lines in guidance(template):
        sheet.write_string(place, 0, heading, formats.subheading)
        place += 1
        for label, text in lines:
            sheet.write_string(place, 0, label, formats.label)
            sheet.write_string(place, 1, text, formats.plain)
            sheet.set_row(place, _LINE_HEIGHT * max(ceil(len(text) / 95), ceil(len(label) / 24), 1))
            place += 1
        place += 1
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(_footer(template))


def _footer(template: Template) -> str:
    return f"&L{template.spec.short_title.replace('&', '&&')} {template.period.code}&RPage &P of &N"
