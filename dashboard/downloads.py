"""What is on the screen as a file: the figures of the measure page, the bars of a comparison, the catalogue, as CSV."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from flask import Flask, Response, request

from dashboard.components.apart import reading
from dashboard.components.target import verdict
from dashboard.instants import file_words, looking_back
from dashboard.queries import Queries
from dashboard.rounding import shown
from dashboard.views.areas import home_area
from dashboard.views.catalogue import CataloguePage, CatalogueRow, catalogue_page, wanted_of
from dashboard.views.choices import Asked
from dashboard.views.compare import Bar, ComparePage, Panel, compare_page
from dashboard.views.definition import definition
from dashboard.views.frameworks import with_framework
from dashboard.views.historic import HistoricFigure, historic
from dashboard.views.journey import JourneyPage, Value, journey_page
from dashboard.views.measure import MeasurePage, measure_page
from dashboard.views.over_time import NOTHING, Ends, OverTime
from dashboard.views.owed_figures import owed_figures
from dashboard.views.points import Point, without_figure
from etl.transform.differences import unit_of_change
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import MendableError
from schema.exports import csv_text
from schema.measures import Term
from schema.periods import parse_period
from schema.quantities import TOTAL

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
    "change",
    "change_lower_95",
    "change_upper_95",
    "change_unit",
    "change_per_cent",
    "change_not_told",
    "trend_per_period",
    "trend_lower_95",
    "trend_upper_95",
    "trend_period",
    "trend_not_told",
    "origin",
    "other_value",
    "status",
    "population_period",
    "source",
)

COMPARE_COLUMNS = (
    "measure", "title", "period", "basis", "category", "area", "area_name", "numerator", "denominator", "value",
    "shown", "unit", "state", "interval_low", "interval_high", "england", "rank", "of",
    "own_less_this", "own_less_this_low", "own_less_this_high", "own_less_this_unit", "own_less_this_per_cent",
    "own_reading", "not_compared", "target", "target_met", "target_reading", "source",
)  # fmt: skip


CATALOGUE_COLUMNS = (
    "measure", "title", "framework", "outcome", "lines", "agency", "priorities", "kind", "covers", "unit", "decimals",
    "polarity", "polarity_reason", "statutory_limit", "match", "differs", "paper_says", "source", "we_read_it_as",
    "doubts", "formula", "numerator", "denominator", "population", "breakdowns", "cohort", "serves", "question",
    "a_rise_may_mean", "since", "version", "retired", "area", "area_name",
    "local_period", "local_basis", "local_category", "local_value", "local_shown", "local_state",
    "published_period", "published_basis", "published_category", "published_value", "published_shown",
    "published_state",
)  # fmt: skip


PAPER_COLUMNS = (
    "whose", "starts", "ends", "basis", "label_printed", "category", "as_printed", "value", "numerator", "denominator",
    "unit", "paper", "published", "place", "scope", "caveat", "disagreement", "file_name", "row",
)  # fmt: skip


JOURNEY_COLUMNS = (
    "what", "measure", "for_every_100", "source_of_contact_or_referral", "area", "area_name", "whose", "region_name",
    "model", "n", "period", "basis", "value", "state", "count_above", "count_below", "source",
)  # fmt: skip


def add_routes(server: Flask, queries: Queries, context: Context) -> None:
    """Give the application its downloads."""

    @server.get("/download/measure/<measure>.csv")
    def download_measure(measure: str) -> Response:
        return _answered(queries, context, lambda then, asked: _measure(queries, then, measure, asked))

    @server.get("/download/papers/<measure>.csv")
    def download_papers(measure: str) -> Response:
        return _answered(queries, context, lambda then, asked: _papers(queries, then, measure, asked))

    @server.get("/download/compare.csv")
    def download_compare() -> Response:
        return _answered(queries, context, lambda then, asked: _compare(queries, then, asked))

    @server.get("/download/journey.csv")
    def download_journey() -> Response:
        return _answered(queries, context, lambda then, asked: _journey(queries, then, asked))

    @server.get("/download/catalogue.csv")
    def download_catalogue() -> Response:
        return _answered(queries, context, lambda then, asked: _catalogue(queries, then, asked))


Make = Callable[[Context, Mapping[str, str]], tuple[str, str]]
"""Makes a file's name, without its ending, and its text, of what a context sees and an address asks for."""


def _answered(queries: Queries, context: Context, make: Make) -> Response:
    try:
        with queries.one_version():
            then = with_framework(queries.catalogue, looking_back(context, request.args), request.args.get("framework"))
            stem, text = make(then, request.args)
    except MendableError as error:
        return Response(f"{error}\n", 404, mimetype="text/plain")
    # Two files of one name would be taken for one another: which of them is of the past, its name says.
    name = f"{stem}.csv" if then.as_of is None else f"{stem}_as-of-{file_words(then.as_of)}.csv"
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
    owed = owed_points(queries, context, page)
    return f"{page.measure.id}{category}_{page.area.id}_{page.covering.value}", as_csv(page, owed)


def _papers(queries: Queries, context: Context, measure: str, asked: Mapping[str, str]) -> tuple[str, str]:
    area = home_area(queries, context, asked.get("area"))
    found = historic(queries, context, queries.catalogue.measure(measure), area)
    return f"{measure}_{area.id}_earlier-papers", papers_csv(found)


def _compare(queries: Queries, context: Context, asked: Mapping[str, str]) -> tuple[str, str]:
    area = home_area(queries, context, asked.get("area"))
    page = compare_page(queries, context, area, asked.get("measures", ""), asked.get("areas", ""), asked.get("model"))
    return f"compare_{page.area.id}", compare_csv(page)


def _journey(queries: Queries, context: Context, asked: Mapping[str, str]) -> tuple[str, str]:
    area = home_area(queries, context, asked.get("area"))
    page = journey_page(queries, context, area, asked.get("basis", ""), asked.get("model") or None)
    return f"journey_{page.area.id}_{page.covering.value}", journey_csv(page)


def _catalogue(queries: Queries, context: Context, asked: Mapping[str, str]) -> tuple[str, str]:
    area = home_area(queries, context, asked.get("area"))
    wanted = wanted_of(asked, queries.catalogue, context)
    page = catalogue_page(queries, context, area, wanted)
    return f"catalogue_{context.framework}_{area.id}", catalogue_csv(page, queries.catalogue)


def catalogue_csv(page: CataloguePage, catalogue: Catalogue) -> str:
    """The catalogue's measures, defined, and where each stands in the area."""
    return csv_text(CATALOGUE_COLUMNS, [_measure_row(row, page, catalogue) for row in page.rows])


def _measure_row(row: CatalogueRow, page: CataloguePage, catalogue: Catalogue) -> dict[str, object]:
    measure = row.measure
    said = definition(measure, catalogue, measure.headline_category)
    cohort = measure.cohort
    found: dict[str, object] = {
        "measure": measure.id,
        "title": measure.title,
        "framework": measure.framework,
        "outcome": measure.outcome,
        "lines": " ".join(measure.lines),
        "agency": measure.agency,
        "priorities": " ".join(measure.priorities),
        "kind": row.kind.value,
        "covers": row.manner,
        "unit": measure.unit,
        "decimals": measure.decimals,
        "polarity": measure.polarity.value,
        "polarity_reason": measure.polarity_reason,
        "statutory_limit": measure.statutory_limit,
        "match": measure.published_as.match,
        "differs": measure.published_as.differs,
        "paper_says": measure.paper_says,
        "source": measure.source,
        "we_read_it_as": measure.we_read_it_as,
        "doubts": " | ".join(measure.doubts),
        "formula": said.formula,
        "numerator": _terms(measure.numerator),
        "denominator": _terms(measure.denominator),
        "population": said.population,
        "breakdowns": " ".join(measure.breakdowns),
        "cohort": f"{cohort.who} | {cohort.look_back} | {cohort.follow_up} | {cohort.reported}" if cohort else "",
        "serves": measure.serves or "",
        "question": measure.question,
        "a_rise_may_mean": measure.a_rise_may_mean,
        "since": measure.since.isoformat(),
        "version": measure.version,
        "retired": measure.retired.isoformat() if measure.retired else "",
        "area": page.area.code,
        "area_name": page.area.name,
    }
    for name, figure in (("local", row.local), ("published", row.published)):
        found |= {
            f"{name}_period": figure.period if figure else "",
            f"{name}_basis": figure.basis.value if figure else "",
            f"{name}_category": figure.category if figure else "",
            f"{name}_value": figure.value if figure else None,
            f"{name}_shown": shown(figure.value, measure) if figure else None,
            f"{name}_state": figure.state.value if figure else "",
        }
    return found


def _terms(terms: Sequence[Term]) -> str:
    """A sum as the YAML writes it."""
    return " + ".join(t.quantity if t.category == TOTAL else f"{t.quantity}@{t.category}" for t in terms)


def as_csv(page: MeasurePage, owed: Sequence[Point] = ()) -> str:
    """The measure page's figures, the earliest period first. Values are unrounded; `shown` is what the page prints.

    `owed` are points that the page's chart does without: see `owed_points`.
    """
    points = sorted((*page.points, *owed), key=lambda point: point.ends)
    return csv_text(COLUMNS, [_row(point, page) for point in points])


def owed_points(queries: Queries, context: Context, page: MeasurePage, today: date | None = None) -> list[Point]:
    """The periods that a page covers, and of which the return was owed by a day and has not come."""
    if not page.covering.local:
        return []
    own = queries.compared(context, page.measure.id, page.model.id).rows(page.area)
    there = {point.period for point in page.points}
    return [
        without_figure(one.period, one.basis, one.state, one.reason)
        for one in owed_figures(queries, context, page.measure, page.area, own, today)
        if (one.basis, one.category) == (page.covering.basis, page.category) and one.period.code not in there
    ]


def compare_csv(page: ComparePage) -> str:
    """The compare page's figures: one row for each measure and area."""
    rows = [_bar(bar, panel) for panel in page.panels for bar in panel.bars]
    return csv_text(COMPARE_COLUMNS, rows)


def journey_csv(page: JourneyPage) -> str:
    """The journey page’s counts, ratios and shares by source, one row for each number. Values are unrounded."""
    rows: list[dict[str, object]] = []
    for step in page.steps:
        found = [value for value in (step.local, step.published) if value is not None]
        rows += [_journey_row("count", step.measure.id, "", "", value, page) for value in found]
    for ratio in page.ratios:
        rows += [_journey_row("ratio", ratio.above.id, ratio.below.id, "", value, page) for value in ratio.values]
    for row in page.sources:
        contacts = [row.contacts] if row.contacts is not None else []
        for measure, values in ((page.contacts, contacts), (page.referrals, row.referrals)):
            rows += [_journey_row("share", measure.id, "", row.source, value, page) for value in values]
    return csv_text(JOURNEY_COLUMNS, rows)


def _journey_row(
    what: str, measure: str, for_every: str, source: str, value: Value, page: JourneyPage
) -> dict[str, object]:
    return {
        "what": what,
        "measure": measure,
        "for_every_100": for_every,
        "source_of_contact_or_referral": source,
        "area": page.area.code,
        "area_name": page.area.name,
        "whose": value.whose,
        "region_name": page.region_name if value.whose == "region" else "",
        "model": page.model.id if value.n is not None else "",
        "n": value.n,
        "period": value.period,
        "basis": value.basis.value,
        "value": value.value,
        "state": value.state.value,
        "count_above": value.above,
        "count_below": value.below,
        "source": value.source,
    }


def papers_csv(figures: Sequence[HistoricFigure]) -> str:
    """What earlier papers print, the newest first, with the row of the file that each was transcribed in."""
    return csv_text(PAPER_COLUMNS, [{name: getattr(figure, name) for name in PAPER_COLUMNS} for figure in figures])


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
        **_apart(bar, panel),
        "source": panel.source_label,
    }


def _apart(bar: Bar, panel: Panel) -> dict[str, object]:
    """The area's own figure less this one's, or on its own row how it stands to its target."""
    apart, target = bar.apart, panel.target if bar.own else None
    low, high = (None, None) if apart is None or apart.limits is None else apart.limits
    met = None if target is None else target.met
    return {
        "own_less_this": apart.absolute if apart else None,
        "own_less_this_low": low,
        "own_less_this_high": high,
        "own_less_this_unit": unit_of_change(panel.measure) if apart else "",
        "own_less_this_per_cent": apart.relative if apart else None,
        "own_reading": reading(bar) if apart and apart.level is not None else "",
        "not_compared": apart.why if apart else "",
        "target": target.value if target else None,
        "target_met": "" if met is None else "yes" if met else "no",
        "target_reading": verdict(target, panel.measure) if target else "",
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
        **_over_time(page.over_time.get(point.period, NOTHING)),
        "origin": figure.origin if figure else "",
        "other_value": figure.other_value if figure else None,
        "status": figure.status if figure else "",
        "population_period": figure.population_period if figure else "",
        "source": figure.source_label if figure else "",
    }


def _over_time(found: OverTime) -> dict[str, object]:
    """Under the names that the command line's indicators have for them."""

    def ends(name: str, limits: Ends | None) -> dict[str, object]:
        low, high = limits or (None, None)
        return {f"{name}_lower_95": low, f"{name}_upper_95": high}

    return {
        "change": found.change,
        **ends("change", found.change_limits),
        "change_unit": found.unit,
        "change_per_cent": found.per_cent,
        "change_not_told": found.change_why,
        "trend_per_period": found.trend,
        **ends("trend", found.trend_limits),
        "trend_period": found.step,
        "trend_not_told": found.trend_why,
    }
