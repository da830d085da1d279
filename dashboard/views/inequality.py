"""Groups of children in the local return: how many, what share, and how that compares with all the others.

Three grounds, the best that is there: residents by group where a population by group is loaded; what the measure is
itself divided by, or the quantity that it names in `within`, where the same return breaks it down alike; else counts
and shares alone. Small numbers never leave this module.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.queries import Queries
from dashboard.views.measure import MeasurePage
from dashboard.views.source_labels import source_labels
from dashboard.views.standing import LEADING_LOCAL
from etl.transform.figures import mid_year_for, residents_in
from etl.transform.inequality import HIDDEN, rates_by_group
from etl.transform.intervals import interval_of
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure
from schema.periods import Basis, parse_period
from schema.quantities import TOTAL, Breakdown

Ends = tuple[float, float]


@dataclass(frozen=True)
class GroupRow:
    """One group. What is hidden, or cannot be told, is None; a share is in per cent of all."""

    title: str
    count: float | None
    hidden: bool
    share: float | None
    people: float | None
    rate: float | None
    rate_95: Ends | None
    ratio: float | None
    ratio_95: Ends | None
    ratio_998: Ends | None


@dataclass(frozen=True)
class GroupTable:
    """One breakdown at the newest time that carries it."""

    title: str
    period_label: str
    total: float
    beneath: str
    """What a group is set against: the title of a quantity, “Residents …”; empty where there is nothing."""
    people: float | None
    """How many there are beneath all groups together."""
    per: int
    rows: tuple[GroupRow, ...]
    source_label: str
    fits: bool
    """Whether no group has more than there are beneath it, where it ought to be a part."""


@dataclass(frozen=True)
class Inequality:
    """Every breakdown of a measure by who the children are."""

    tables: tuple[GroupTable, ...]
    not_reported: tuple[str, ...]
    """Titles of those that the return asks for and that have never come."""
    unit: str
    residents: bool
    within: bool
    parts: bool = False
    """Whether each group's figure is itself a share, so that its interval is Wilson's."""


def inequality(
    queries: Queries, context: Context, page: MeasurePage, *, characteristic: bool = True
) -> Inequality | None:
    """The breakdowns of a measure that describe children, or else all its others: by agency, by kind; None where it has
    none. What the measure is itself shared out by has a chart of its own and is not among them."""
    catalogue, measure = queries.catalogue, page.measure
    wanted = [
        catalogue.breakdowns[b]
        for b in measure.breakdowns
        if catalogue.breakdowns[b].characteristic is characteristic and b != measure.share_by
    ]
    if not wanted or any(term.category != TOTAL for term in measure.numerator):
        return None
    above = tuple(term.quantity for term in measure.numerator)
    below = tuple(term.quantity for term in measure.denominator) or ((measure.within,) if measure.within else ())
    counts = queries.local_counts(context, (*above, *below), page.area.id)
    population = queries.residents(context, page.area.id) if measure.population is not None else None
    sources = source_labels(queries, context)
    found, missing = [], []
    for breakdown in wanted:
        at = _newest(counts, above, breakdown, catalogue)
        if at is None:
            missing.append(breakdown.title)
            continue
        period, basis, events, total, source = at
        beneath, title = _beneath(counts, measure, below, breakdown, period, basis, population, catalogue)
        when = parse_period(period).label(basis)
        label = sources.of_counts(source, (*above, *below), page.area.id, period, basis.value)
        found.append(_table(breakdown, events, total, beneath, title, measure, when, label))
    tables = tuple(found)
    return Inequality(
        tables,
        tuple(missing),
        measure.unit,
        residents=any(table.beneath.startswith(_RESIDENTS) for table in tables),
        within=any(table.beneath and not table.beneath.startswith(_RESIDENTS) for table in tables)
        and not measure.denominator,
        parts=measure.is_percentage and bool(measure.denominator),
    )


_RESIDENTS = "Residents"


def _newest(
    counts: pd.DataFrame, above: tuple[str, ...], breakdown: Breakdown, catalogue: Catalogue
) -> tuple[str, Basis, list[float], float, int] | None:
    """The newest period that has the breakdown, how it covers time, a number for each category, their whole."""
    keys = [breakdown.key(category.id) for category in breakdown.categories]
    flows = [catalogue.quantities[quantity] for quantity in above]
    for basis in LEADING_LOCAL:
        adds = basis is Basis.ROLLING_YEAR and all(q.additive for q in flows)
        rows = counts[counts["basis"] == (Basis.QUARTER.value if adds else basis.value)]
        rows = rows[rows["quantity"].isin(above) & rows["category"].isin([*keys, TOTAL])]
        periods = sorted(rows.loc[rows["category"] != TOTAL, "period"].unique(), key=lambda p: parse_period(p).end)
        if not periods:
            continue
        last = periods[-1]
        window = _four(last) if adds else (last,)
        if not set(window) <= set(periods):
            continue
        here = rows[rows["period"].isin(window)]
        whole = _sum(here, above, TOTAL, window)
        if not np.isfinite(whole):
            continue
        parts = [_sum(here, above, key, window) for key in keys]
        source = int(here.loc[here["period"] == last, "source_id"].max())
        return last, basis, parts, whole, source
    return None


def _four(last: str) -> tuple[str, ...]:
    """A quarter and the three before it."""
    period = parse_period(last)
    return tuple(period.earlier(quarters=back).code for back in range(4))


def _sum(rows: pd.DataFrame, quantities: Sequence[str], category: str, periods: Sequence[str]) -> float:
    """The sum over quantities and periods; NaN where one of them is no number."""
    found = rows[(rows["category"] == category) & rows["quantity"].isin(quantities) & rows["period"].isin(periods)]
    if len(found) != len(quantities) * len(periods):
        return float("nan")
    return float(found["value"].sum(skipna=False))


def _beneath(
    counts: pd.DataFrame,
    measure: Measure,
    below: tuple[str, ...],
    breakdown: Breakdown,
    period: str,
    basis: Basis,
    population: pd.DataFrame | None,
    catalogue: Catalogue,
) -> tuple[list[float], str]:
    """How many each group is set against, and what they are; an empty title where there is nothing."""
    nothing = [float("nan")] * len(breakdown.categories)
    if population is not None and len(population):
        residents = _residents(population, measure, breakdown, period)
        if np.isfinite(residents).sum() > 1 and basis not in (Basis.QUARTER, Basis.TERM):
            return residents, f"{_RESIDENTS} by {breakdown.title.lower()}"
    if not below:
        return nothing, ""
    at_date = all(catalogue.quantities[quantity].at_date for quantity in below)
    adds = basis is Basis.ROLLING_YEAR and all(catalogue.quantities[quantity].additive for quantity in below)
    covers = Basis.AT_DATE if at_date else Basis.QUARTER if adds else basis
    rows, window = counts[counts["basis"] == covers.value], _four(period) if adds and not at_date else (period,)
    found = [_sum(rows, below, breakdown.key(category.id), window) for category in breakdown.categories]
    if not np.isfinite(found).all():
        return nothing, ""
    return found, " and ".join(catalogue.quantities[quantity].title for quantity in below)


def _residents(population: pd.DataFrame, measure: Measure, breakdown: Breakdown, period: str) -> list[float]:
    """Residents of each group of a breakdown at the mid-year that a rate rests on, or the latest before it."""
    assert measure.population is not None  # noqa: S101 - the caller has asked
    known = population[population["period"] <= mid_year_for(period)]
    if known.empty:
        return [float("nan")] * len(breakdown.categories)
    known = known[known["period"] == known["period"].max()]
    found = []
    for category in breakdown.categories:
        who = dict.fromkeys(("sex", "ethnicity"), TOTAL)
        ages = category.ages
        if breakdown.id in who:
            who[breakdown.id], ages = category.id, measure.population
        if ages is None:
            found.append(float("nan"))
            continue
        rows = known[(known["sex"] == who["sex"]) & (known["ethnicity"] == who["ethnicity"])]
        band = residents_in(rows, ages) if len(rows) else rows
        found.append(float(band["value"].iloc[0]) if len(band) else float("nan"))
    return found


def _table(
    breakdown: Breakdown,
    events: list[float],
    total: float,
    people: list[float],
    beneath: str,
    measure: Measure,
    period_label: str,
    label: str,
) -> GroupTable:
    names = [category.id for category in breakdown.categories]
    residents = beneath.startswith(_RESIDENTS)
    per = measure.per if residents or measure.denominator else 100
    part = bool(beneath) and not residents and not measure.denominator
    does_fit = not part or all(x <= n for x, n in zip(events, people, strict=True) if np.isfinite([x, n]).all())
    given = people if does_fit else [float("nan")] * len(people)
    apart = [category.apart for category in breakdown.categories]
    frame = groups(names, events, given, apart, per=per, of_return=bool(beneath) and not residents)
    if part or (measure.denominator and measure.is_percentage and not residents):
        # A part of those beneath it, and not events among people taken as known.
        frame["rate_lower_95"], frame["rate_upper_95"] = interval_of(
            frame["events"].where(frame["rate"].notna()), frame["people"], per, "proportion"
        )
    # Where the groups do not make the whole that was reported, their shares are of that whole all the same.
    rows = tuple(
        GroupRow(
            title=category.title,
            count=_number(row["events"]),
            hidden=bool(row["hidden"]),
            share=None if _number(row["events"]) is None or not total else float(row["events"]) / total * 100,
            people=_number(row["people"]),
            rate=_number(row["rate"]),
            rate_95=_ends(row, "rate", "95"),
            ratio=_number(row["ratio"]),
            ratio_95=_ends(row, "ratio", "95"),
            ratio_998=_ends(row, "ratio", "998"),
        )
        for category, row in zip(breakdown.categories, frame.to_dict("records"), strict=True)
    )
    known = [value for value in given if np.isfinite(value)]
    return GroupTable(
        title=breakdown.title,
        period_label=period_label,
        total=total,
        beneath=beneath if does_fit else "",
        people=sum(known) if known else None,
        per=per,
        rows=rows,
        source_label=label,
        fits=does_fit,
    )


_RESULTS = ("rate", "rate_lower_95", "rate_upper_95", "rate_lower_998", "rate_upper_998")
_RATIOS = ("ratio", "ratio_lower_95", "ratio_upper_95", "ratio_lower_998", "ratio_upper_998")


def groups(
    names: Sequence[str],
    events: Sequence[float],
    people: Sequence[float],
    apart: Sequence[bool],
    *,
    per: float,
    of_return: bool = False,
) -> pd.DataFrame:
    """Groups over the people of each: rates, and ratios to all the other groups taken together.

    Columns as `rates_by_group` gives, and `hidden`. What is `apart`, or has no people, is counted and takes no part.
    The people are residents, who are published, or (`of_return`) counts of the same return, which are hidden as the
    events are; a group of which either is hidden has neither rate nor ratio. Both wholes are shown. But where something
    apart is hidden, a reader does not know the sum of the groups, and a ratio to the rest of it would give that away:
    then there are ratios only if all groups may be seen. With a count that is no number there are none.
    """
    x, n = np.asarray(events, dtype=float), np.asarray(people, dtype=float)
    unknown = [float("nan")] * len(names)
    every = _rated(names, events, unknown, per=per).assign(people=n)
    unseen = np.zeros(len(names), dtype=bool)
    if of_return:
        unseen = _rated(names, people, unknown, per=per)["hidden"].to_numpy(dtype=bool) & np.isfinite(n).any()
    there = np.isfinite(n) & ~np.asarray(apart, dtype=bool)
    hidden = every["hidden"].to_numpy(dtype=bool, copy=True)
    found = every.copy()
    if there.any():
        some = _rated(
            [name for name, good in zip(names, there, strict=True) if good],
            x[there].tolist(),
            n[there].tolist(),
            per=per,
            whole_shown=not (hidden | unseen)[~there].any(),
        )
        for column in (*_RESULTS, *_RATIOS):
            found.loc[there, column] = some[column].to_numpy()
        hidden[there] |= some["hidden"].to_numpy(dtype=bool)
    apart_hidden, group_hidden = (hidden | unseen)[~there].any(), (hidden | unseen)[there].any()
    if (apart_hidden and group_hidden) or not np.isfinite(x).all():
        found[list(_RATIOS)] = np.nan
    found["hidden"] = hidden
    found["people"] = np.where(unseen, np.nan, n)
    found.loc[hidden, "events"] = np.nan
    found.loc[hidden | unseen, [*_RESULTS, *_RATIOS]] = np.nan
    return found


def _rated(
    names: Sequence[str], events: Sequence[float], people: Sequence[float], *, per: float, whole_shown: bool = True
) -> pd.DataFrame:
    """`rates_by_group` of one table, with `hidden`; a count that is no number counts as a small one while hiding."""
    x = np.asarray(events, dtype=float)
    frame = pd.DataFrame(
        {"table": "", "category": list(names), "events": np.where(np.isfinite(x), x, 1.0), "people": list(people)}
    ).astype({"people": float})
    found = rates_by_group(frame, per=per, whole_shown=whole_shown)
    return found.assign(hidden=found["state"] == HIDDEN)


def _number(value: Any) -> float | None:
    number = float(value)
    return number if np.isfinite(number) else None


def _ends(row: dict[Hashable, Any], name: str, confidence: str) -> Ends | None:
    low, high = _number(row[f"{name}_lower_{confidence}"]), _number(row[f"{name}_upper_{confidence}"])
    return None if low is None or high is None else (low, high)
