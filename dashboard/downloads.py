"""What is on the screen as a file: the figures of the measure page as CSV."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request

from dashboard.queries import Queries
from dashboard.rounding import shown
from dashboard.views.areas import home_area
from dashboard.views.choices import Asked
from dashboard.views.compare import Bar, ComparePage, Panel, compare_page
from dashboard.views.measure import MeasurePage, measure_page
from dashboard.views.points import Point
from schema.context import Context
from schema.errors import MendableError
from schema.periods import parse_period

# As the command line's indicators call them, with one row a period: the comparators stand beside and not below.
COLUMNS = (
    "measure",
    "area",
    "area_name",
    "period",
    "period_start",
    "period_end",
    "basis",
    "category",
    "numerator",
    "denominator",
    "value",
    "shown",
    "unit",
    "state",
    "reason",
    "interval_low",
    "interval_high",
    "comparator_period",
    "england",
    "england_state",
    "region_name",
    "region",
    "region_state",
    "neighbours_mean",
    "neighbours_median",
    "neighbours_minimum",
    "neighbours_maximum",
    "n",
    "model",
    "rank",
    "of",
    "quartile",
    "unranked",
    "origin",
    "other_value",
    "status",
    "population_period",
    "source",
)

COMPARE_COLUMNS = (
    "measure", "title", "period", "basis", "category", "area", "area_name", "numerator", "denominator", "value",
    "shown", "unit", "state", "interval_low", "interval_high", "england", "rank", "of", "source",
)  # fmt: skip


def add_routes(server: Flask, queries: Queries, context: Context) -> None:
    """Give the application its downloads."""

    @server.get("/download/measure/<measure>.csv")
    def download_measure(measure: str) -> Response:
        return _answered(lambda asked: _measure(queries, context, measure, asked))

    @server.get("/download/compare.csv")
    def download_compare() -> Response:
        return _answered(lambda asked: _compare(queries, context, asked))


def _answered(make: Any) -> Response:
    try:
        name, text = make(request.args)
    except MendableError as error:
        return Response(f"{error}\n", 404, mimetype="text/plain")
    # The mark at the start tells Excel that this is UTF-8.
    answer = Response("\ufeff" + text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _measure(queries: Queries, context: Context, measure: str, asked: Mapping[str, str]) -> tuple[str, str]:
    area = home_area(queries, context, asked.get("area"))
    wanted = Asked(
        asked.get("basis") or None,
        asked.get("neighbours") or None,
        asked.get("model") or None,
        asked.get("category") or None,
    )
    page = measure_page(queries, context, measure, area, wanted)
    category = f"_{page.category.partition(':')[2]}" if page.category_title else ""
    return f"{page.measure.id}{category}_{page.area.id}_{page.covering.value}.csv", as_csv(page)


def _compare(queries: Queries, context: Context, asked: Mapping[str, str]) -> tuple[str, str]:
    area = home_area(queries, context, asked.get("area"))
    page = compare_page(queries, context, area, asked.get("measures", ""), asked.get("areas", ""), asked.get("model"))
    return f"compare_{page.area.id}.csv", compare_csv(page)


def as_csv(page: MeasurePage) -> str:
    """The measure page's figures, the earliest period first. Values are unrounded; `shown` is what the page prints."""
    return _written(COLUMNS, [_row(point, page) for point in page.points])


def compare_csv(page: ComparePage) -> str:
    """The compare page's figures: one row for each measure and area."""
    rows = [_bar(bar, panel) for panel in page.panels for bar in panel.bars]
    return _written(COMPARE_COLUMNS, rows)


def _bar(bar: Bar, panel: Panel) -> dict[str, object]:
    return {
        "measure": panel.measure.id,
        "title": panel.title,
        "period": panel.period,
        "basis": panel.basis.value,
        "category": panel.category,
        "area": bar.code,
        "area_name": bar.name,
        "numerator": bar.numerator,
        "denominator": bar.denominator,
        "value": bar.value,
        "shown": shown(bar.value, panel.measure),
        "unit": panel.measure.unit,
        "state": bar.state.value,
        "interval_low": bar.interval[0] if bar.interval else None,
        "interval_high": bar.interval[1] if bar.interval else None,
        "england": panel.england,
        "rank": bar.rank.rank if bar.rank else None,
        "of": bar.rank.of if bar.rank else None,
        "source": panel.source_label,
    }


def _row(point: Point, page: MeasurePage) -> dict[str, object]:
    figure, basis = point.figure, page.covering.basis
    start, end = parse_period(point.period).covered(basis)
    england, region = point.comparator("england"), point.comparator("region")
    mean = point.comparator("neighbours", "mean")
    return {
        "measure": page.measure.id,
        "area": page.area.code,
        "area_name": page.area.name,
        "period": point.period,
        "period_start": start.isoformat(),
        "period_end": end.isoformat(),
        "basis": basis.value,
        "category": page.category,
        "numerator": figure.numerator if figure else None,
        "denominator": figure.denominator if figure else None,
        "value": point.value,
        "shown": shown(point.value, page.measure),
        "unit": page.measure.unit,
        "state": point.state.value,
        "reason": point.reason,
        "interval_low": point.interval[0] if point.interval else None,
        "interval_high": point.interval[1] if point.interval else None,
        "comparator_period": england.period_label if england else "",
        "england": england.value if england else None,
        "england_state": england.state.value if england else "",
        "region_name": page.region_name,
        "region": region.value if region else None,
        "region_state": region.state.value if region else "",
        "neighbours_mean": point.beside("neighbours", "mean"),
        "neighbours_median": point.beside("neighbours", "median"),
        "neighbours_minimum": point.beside("neighbours", "low"),
        "neighbours_maximum": point.beside("neighbours", "high"),
        "n": mean.n if mean else None,
        "model": page.model.id if mean else "",
        "rank": point.rank.rank if point.rank else None,
        "of": point.rank.of if point.rank else None,
        "quartile": point.rank.quartile if point.rank else None,
        "unranked": point.rank.unranked if point.rank else None,
        "origin": figure.origin if figure else "",
        "other_value": figure.other_value if figure else None,
        "status": figure.status if figure else "",
        "population_period": figure.population_period if figure else "",
        "source": figure.source_label if figure else "",
    }


def _written(columns: tuple[str, ...], rows: list[dict[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n", extrasaction="raise")
    writer.writeheader()
    writer.writerows({name: safe(cell) for name, cell in row.items()} for row in rows)
    return out.getvalue()


def safe(cell: object) -> object:
    """A text that a spreadsheet would take for a formula is made plain by an apostrophe; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
