"""Computes figures: measures over quantity values and populations.

Design, rules 1 (origin), 2 (population), 3 (basis) and 6 (states). A *vintage* is what is computed together: all
datasets of one release of a publication, or all accepted returns of one agency. Counts of one release are never divided
by another release's, and rates rest on the population that belongs to the release.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.transform.cube import SEVERITY_NAMES, Cube, FloatArray, Ids, Part, Ranks, has_value, nothing, total
from schema.areas import AreaKind
from schema.catalogue import Catalogue
from schema.measures import Measure, Term
from schema.periods import Basis, Period, mid_year, parse_period
from schema.quantities import OLDEST, TOTAL, Ages
from schema.states import SEVERITY_OF, State

FIGURE_COLUMNS = (
    "measure",
    "source_id",
    "area",
    "period",
    "basis",
    "category",
    "numerator",
    "denominator",
    "value",
    "state",
    "origin",
    "other_value",
    "status",
    "measure_version",
    "denominator_source_id",
    "population_period",
)

COMPUTED = "computed"
PUBLISHED = "published"


@dataclass(frozen=True)
class Vintage:
    """What is computed together.

    `values` has `source_id, publisher, area, period, basis, quantity, category, value, state`. `population` has
    `source_id, released_on, area, period, age_from, age_to, value, state` (sex and ethnicity `total`), or is empty.
    `agency` marks returns, and whose measures are computed: quarters roll into years (terms into academic years), and
    where the mid-year that a rate asks for is unpublished the latest one stands in. Values of other agencies may be
    there too, for an agency's share of what another one counts.
    """

    values: pd.DataFrame
    population: pd.DataFrame
    status: dict[int, str]
    """The status of each source that figures may stand for, by its id."""
    agency: str = ""

    @property
    def local(self) -> bool:
        """Whether these are returns."""
        return bool(self.agency)


def compute_figures(vintage: Vintage, catalogue: Catalogue) -> pd.DataFrame:
    """Every figure that a vintage gives, one row for each measure, area, period, basis and category."""
    if vintage.values.empty:
        return pd.DataFrame({column: [] for column in FIGURE_COLUMNS})
    cube = Cube.of(settle_precedence(with_wholes_of_shares(vintage.values, catalogue), catalogue))
    if vintage.local:
        cube = cube.with_rolling_years(catalogue)
    rows = _Rows.of(cube, catalogue)
    populations = _Populations(vintage.population, rows, latest_may_stand_in=vintage.local)
    found = [
        made
        for measure in catalogue.measures.values()
        if not vintage.local or measure.agency == vintage.agency
        for basis in _bases(measure, cube, catalogue)
        for category in _categories(measure, cube)
        if len((made := _measure_figures(measure, basis, category, rows, populations, catalogue, vintage)).there)
    ]
    return _frame(found, rows, vintage)


@dataclass(frozen=True)
class _Rows:
    """A cube whose areas and periods are numbered, so that what depends on one alone is looked up once for all rows."""

    cube: Cube
    area: Ids
    areas: list[str]
    period: Ids
    periods: list[Period]
    national_or_regional: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, cube: Cube, catalogue: Catalogue) -> "_Rows":
        area, areas = pd.factorize(cube.area)
        period, codes = pd.factorize(cube.period)
        wide = {area.id for area in catalogue.areas if area.kind in (AreaKind.COUNTRY, AreaKind.REGION)}
        is_wide = np.array([name in wide for name in areas], dtype=bool)
        return cls(
            cube,
            area.astype(np.int64),
            [str(name) for name in areas],
            period.astype(np.int64),
            [parse_period(str(code)) for code in codes],
            is_wide[area],
        )


class _Figures(NamedTuple):
    """The figures of one measure, basis and category: `there` says of which rows of the cube, the rest is as long."""

    measure: Measure
    basis: str
    category: str
    there: Ids
    source: Ids
    numerator: FloatArray
    denominator: FloatArray
    value: FloatArray
    severity: Ranks
    is_printed: npt.NDArray[np.bool_]
    other_value: FloatArray
    denominator_source: Ids
    years: tuple[str, ...]
    """The mid-year of the population beneath, for each period of the cube; nothing where there is none."""


def _frame(found: list[_Figures], rows: _Rows, vintage: Vintage) -> pd.DataFrame:
    """One frame of all figures. To make one for each measure and category and join them takes five times as long."""
    if not found:
        return pd.DataFrame({column: [] for column in FIGURE_COLUMNS})
    lengths = [len(one.there) for one in found]
    period = rows.period[np.concatenate([one.there for one in found])]
    source = np.concatenate([one.source for one in found])
    at_period = np.repeat(np.arange(len(found)) * len(rows.periods), lengths) + period
    sources = sorted(vintage.status)
    versions = {
        measure.id: [measure.version_at(period.end) for period in rows.periods]
        for measure in {one.measure.id: one.measure for one in found}.values()
    }

    def each(texts: list[str]) -> "pd.Series[str]":
        return _spread(texts, np.repeat(np.arange(len(found)), lengths))

    return pd.DataFrame(
        {
            "measure": each([one.measure.id for one in found]),
            "source_id": source,
            "area": _spread(rows.areas, rows.area[np.concatenate([one.there for one in found])]),
            "period": _spread([period.code for period in rows.periods], period),
            "basis": each([one.basis for one in found]),
            "category": each([one.category for one in found]),
            "numerator": np.concatenate([one.numerator for one in found]),
            "denominator": np.concatenate([one.denominator for one in found]),
            "value": np.concatenate([one.value for one in found]),
            "state": _spread(list(SEVERITY_NAMES), np.concatenate([one.severity for one in found])),
            "origin": _spread([COMPUTED, PUBLISHED], np.concatenate([one.is_printed for one in found])),
            "other_value": np.concatenate([one.other_value for one in found]),
            "status": _spread([vintage.status[one] for one in sources], np.searchsorted(sources, source)),
            "measure_version": np.array([versions[one.measure.id] for one in found], dtype=np.int64).ravel()[at_period],
            "denominator_source_id": np.concatenate([one.denominator_source for one in found]),
            "population_period": _spread([year for one in found for year in one.years], at_period),
        }
    )


def _spread(texts: Sequence[str], at: npt.NDArray[np.integer[Any] | np.bool_]) -> "pd.Series[str]":
    """A column of few texts many times over, from the number of each."""
    return pd.Series(pd.array(texts, dtype="str").take(at.astype(np.int64)))


def with_wholes_of_shares(values: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The values, with the whole that each table of shares prints beside its parts once more as category `whole:…`.

    Two tables of a release may print different totals (West Sussex had 424 protection plans at 31 March 2013 in one and
    379 in the others). A share is its part in the total of its own table, or the shares would not make a hundred.
    """
    added = []
    for quantity, breakdown in {
        (m.numerator[0].quantity, m.share_by) for m in catalogue.measures.values() if m.share_by
    }:
        own = values[values["quantity"] == quantity]
        carriers = own.loc[own["category"].str.startswith(f"{breakdown}:"), "source_id"].unique()
        wholes = own[own["source_id"].isin(carriers) & (own["category"] == TOTAL)]
        added.append(wholes.assign(category=whole_of(breakdown)))
    return pd.concat([values, *added], ignore_index=True) if added else values


def whole_of(breakdown: str) -> str:
    """The category under which the whole of a table of shares stands."""
    return f"whole:{breakdown}"


def settle_precedence(values: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """One value for each (quantity, category, area, period, basis): that of the dataset to believe first.

    The order is the quantity's `published_in`. For returns every publisher is the one agency, and the value with the
    highest `recency` (of the latest extract) holds.
    """
    sources = values[["quantity", "publisher", "source_id"]].drop_duplicates()
    contested = set(sources.loc[sources.duplicated("quantity", keep=False), "quantity"])
    if not contested:
        return values
    is_contested = values["quantity"].isin(contested)
    disputed = values[is_contested]
    quantity, quantities = pd.factorize(disputed["quantity"])
    publisher, publishers = pd.factorize(disputed["publisher"])
    orders = [catalogue.precedence(str(name)) for name in quantities]
    place = [[order.index(name) if name in order else 0 for name in publishers] for order in orders]
    rank = np.array(place, dtype=np.int64)[quantity, publisher]
    recency = disputed["recency"] if "recency" in disputed else disputed["source_id"]
    ordered = disputed.assign(rank=rank, recent=recency).sort_values(["rank", "recent"], ascending=[True, False])
    settled = ordered.drop_duplicates(["quantity", "category", "area", "period", "basis"])
    settled = settled.drop(columns=["rank", "recent"])
    return pd.concat([values[~is_contested], settled])


class _Populations:
    """Looks up residents by area, mid-year and ages: a band as published, or the sum of its single years of age."""

    def __init__(self, population: pd.DataFrame, rows: _Rows, *, latest_may_stand_in: bool) -> None:
        if len(population):
            population = population[(population["sex"] == TOTAL) & (population["ethnicity"] == TOTAL)]
        self._population = population
        self._rows = rows
        self._latest_may_stand_in = latest_may_stand_in
        self._parts: dict[tuple[int, int], tuple[Part, tuple[str, ...]]] = {}

    def part(self, ages: Ages) -> tuple[Part, tuple[str, ...]]:
        """The residents of some ages beneath each row, and the mid-year that they are of by period."""
        key = (ages.age_from, ages.age_to)
        if key not in self._parts:
            self._parts[key] = self._part(self._band(ages))
        return self._parts[key]

    def _band(self, ages: Ages) -> pd.DataFrame:
        """Residents of some ages, of the newest release that has them: indexed by area and period."""
        found = self._population
        for _, release in sorted(found.groupby("released_on"), reverse=True) if len(found) else ():
            band = residents_in(release, ages)
            if len(band):
                return band
        return pd.DataFrame()

    def _part(self, indexed: pd.DataFrame) -> tuple[Part, tuple[str, ...]]:
        rows = self._rows
        if indexed.empty:
            return nothing(len(rows.cube)), ("",) * len(rows.periods)
        years = [mid_year_for(period.code) for period in rows.periods]
        if self._latest_may_stand_in:
            latest = max(indexed.index.get_level_values("period"))
            years = [min(year, latest) for year in years]
        wanted = pd.MultiIndex.from_arrays([rows.cube.area, np.array(years, dtype=object)[rows.period]])
        at = indexed.index.get_indexer(wanted)
        there = at >= 0
        severity = np.where(there, indexed["severity"].to_numpy(dtype=np.int8)[at], SEVERITY_OF[State.MISSING]).astype(
            np.int8
        )
        value = np.where(there & has_value(severity), indexed["value"].to_numpy(dtype=float)[at], np.nan)
        source = np.where(there, indexed["source_id"].to_numpy(dtype=np.int64)[at], 0)
        return Part(value, severity, source), tuple(years)


def residents_in(population: pd.DataFrame, ages: Ages) -> pd.DataFrame:
    """Residents of some ages by area and period: `value`, `severity`, `source_id`.

    The band itself where it is published; else the sum of its single years, where every one of them is there (ages 0 to
    17 are eighteen, and the last of a sheet stands for that age and over). A year that is hidden hides the sum.
    """
    whole = population[(population["age_from"] == ages.age_from) & (population["age_to"] == ages.age_to)]
    if whole.empty:
        single = (population["age_from"] == population["age_to"]) | (population["age_to"] == OLDEST)
        whole = population[single & (population["age_from"] >= ages.age_from) & (population["age_to"] <= ages.age_to)]
    width = whole["age_to"] - whole["age_from"] + 1
    found = (
        whole.assign(severity=whole["state"].map(SEVERITY_OF), width=width)
        .groupby(["area", "period"])
        .agg(
            value=("value", "sum"),
            severity=("severity", "max"),
            source_id=("source_id", "max"),
            width=("width", "sum"),
        )
    )
    return found[found["width"] == ages.age_to - ages.age_from + 1]


def mid_year_for(period_code: str) -> str:
    """The mid-year estimate that a rate for a period rests on: 30 June of the financial year in which it ends.

    A rate for the year to 31 March Y is the count over the population of mid-(Y-1), as the Department for Education
    computes it; a rolling year follows the year in which it ends (design, rule 2).
    """
    end = parse_period(period_code).end
    return mid_year(end.year - (end.month < 4)).code


def _bases(measure: Measure, cube: Cube, catalogue: Catalogue) -> list[str]:
    """The bases on which the cube holds the measure's numerator, or its printed value."""
    wanted = {measure.numerator[0].quantity} | ({measure.printed} if measure.printed else set())
    return sorted({basis for quantity, _, basis in cube.parts if quantity in wanted})


def _categories(measure: Measure, cube: Cube) -> tuple[str, ...]:
    """The whole, and each category of a required breakdown that both parts of the formula are reported by.

    A rate is not: the residents of a category are not the residents of the area.
    """
    if measure.share_by is not None:
        return cube.categories(measure.numerator[0].quantity, measure.share_by)
    if measure.population is not None or any(t.category != TOTAL for t in (*measure.numerator, *measure.denominator)):
        return (TOTAL,)
    quantities = [term.quantity for term in (*measure.numerator, *measure.denominator)]
    found = [set.intersection(*(set(cube.categories(q, b)) for q in quantities)) for b in measure.breakdowns]
    return (TOTAL, *sorted(set().union(*found)))


def _term(term: Term, basis: str, cube: Cube, catalogue: Catalogue) -> Part:
    """A term on the figure's basis. A stock beneath a flow (leavers over staff) is taken at the period's end."""
    at_date = catalogue.quantities[term.quantity].at_date
    return cube.part(term.quantity, term.category, Basis.AT_DATE.value if at_date else basis)


def _measure_figures(
    measure: Measure,
    basis: str,
    category: str,
    rows: _Rows,
    populations: _Populations,
    catalogue: Catalogue,
    vintage: Vintage,
) -> _Figures:
    cube = rows.cube
    above, below = (
        [term if category == TOTAL else Term(quantity=term.quantity, category=category) for term in terms]
        for terms in (measure.numerator, measure.denominator)
    )
    numerator = total([_term(term, basis, cube, catalogue) for term in above])
    years = ("",) * len(rows.periods)
    denominator: Part | None = None
    if measure.population is not None:
        denominator, years = populations.part(measure.population)
    elif measure.share_by:
        whole = Term(quantity=measure.denominator[0].quantity, category=whole_of(measure.share_by))
        denominator = _term(whole, basis, cube, catalogue)
    elif below:
        denominator = total([_term(term, basis, cube, catalogue) for term in below])
    value, severity = quotient(numerator, denominator, measure.per)
    printed = (
        cube.part(measure.printed, TOTAL, basis)
        if measure.printed and category == TOTAL
        else nothing(len(cube))._replace(source=numerator.source)
    )
    # Where nobody counts it and the publisher prints a sign, that sign is what the figure says.
    missing = SEVERITY_OF[State.MISSING]
    uncounted = (numerator.severity == missing) & (severity == missing) & ~has_value(printed.severity)
    severity = np.where(uncounted, printed.severity, severity).astype(np.int8)
    value, severity, is_printed, other = _ruling(measure, value, severity, printed, rows.national_or_regional)
    source = np.where(numerator.source > 0, numerator.source, printed.source)
    if vintage.local:
        # What a return left out is missing, and is shown so: it is never as if nobody had been asked. What it is not
        # asked for in this quarter is not.
        own = np.isin(source, list(vintage.status))
        asked = np.array([_is_asked(measure, basis, period, catalogue) for period in rows.periods], dtype=bool)
        wanted = (source > 0) | asked[rows.period]
        source = np.where(own, source, np.where(wanted, cube.newest_source(vintage.status), 0))
    there = np.flatnonzero(source > 0)
    rests_on = denominator.source if measure.population and denominator else np.zeros(len(cube), dtype=np.int64)
    return _Figures(
        measure=measure,
        basis=basis,
        category=category,
        there=there,
        source=source[there],
        numerator=numerator.value[there],
        denominator=np.full(len(there), np.nan) if denominator is None else denominator.value[there],
        value=value[there],
        severity=severity[there],
        is_printed=is_printed[there],
        other_value=other[there],
        denominator_source=rests_on[there],
        years=years,
    )


def _is_asked(measure: Measure, basis: str, period: Period, catalogue: Catalogue) -> bool:
    """Whether the home return for a period asks for a measure's numerator on a basis (or would add up to it)."""
    spec = catalogue.returns[measure.agency]
    if period.kind is not spec.period_kind or (basis == Basis.ACADEMIC_YEAR and period.end.month != 8):
        return False
    quantity = measure.numerator[0].quantity
    when: tuple[str, ...] = next((item.when for item in spec.items if item.quantity == quantity), ())
    return not when or period.code[-2:] in when


def quotient(numerator: Part, denominator: Part | None, per: int) -> tuple[FloatArray, Ranks]:
    """numerator ÷ denominator × per, in the worse state of the two. Over a zero it is not applicable, as DfE prints."""
    if denominator is None:
        return numerator.value * per, numerator.severity
    severity = np.maximum(numerator.severity, denominator.severity)
    nothing_below = has_value(severity) & (denominator.value == 0)
    ok = has_value(severity) & ~nothing_below
    value = np.full(len(numerator.value), np.nan)
    np.divide(numerator.value * per, denominator.value, out=value, where=ok)
    settled = np.where(value == 0, SEVERITY_OF[State.ZERO], SEVERITY_OF[State.VALUE])
    severity = np.where(nothing_below, SEVERITY_OF[State.NOT_APPLICABLE], np.where(ok, settled, severity))
    return value, severity.astype(np.int8)


def _ruling(
    measure: Measure, value: FloatArray, severity: Ranks, printed: Part, national_or_regional: npt.NDArray[np.bool_]
) -> tuple[FloatArray, Ranks, npt.NDArray[np.bool_], FloatArray]:
    """Design, rule 1: which of the computed and the printed value rules, and the other.

    Counts rule for authorities. The printed value rules for England and the regions, whose counts are rounded to 10;
    for measures of full-time equivalents; and where a part is hidden but the whole is printed. Nothing rules while a
    part is disputed.
    """
    everywhere = measure.printed_rules == "everywhere"
    is_printed = has_value(printed.severity) & (severity != SEVERITY_OF[State.DISPUTED])
    rules = is_printed & (national_or_regional | everywhere | ~has_value(severity))
    return (
        np.where(rules, printed.value, value),
        np.where(rules, printed.severity, severity).astype(np.int8),
        rules,
        np.where(rules, value, printed.value),
    )
