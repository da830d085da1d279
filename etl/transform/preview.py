"""What a return would change, before anybody submits it: each figure beside its past, and what the pages would show.

Frames in, frames out. A figure that was not given has no value and no symbol; that is never shown as 0.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd

from etl.transform.submission_changes import changes, less, shown
from etl.validate.history import History
from schema.catalogue import Catalogue
from schema.periods import Basis, Period, PeriodKind, parse_period
from schema.quantities import TOTAL, QuantityKind
from schema.returns import ReturnSpec
from schema.states import State

_FIGURE = ["quantity", "category", "basis"]
_KEY = ["period", *_FIGURE]

BESIDE = ("previous", "year_ago", "last")
"""What each figure is set beside: the period before, the same period a year before, and the version before."""

FIGURE_COLUMNS = (
    "row", *_FIGURE, "value", "symbol", "note", *(f"{name}_{what}" for name in BESIDE for what in ("value", "symbol")),
)  # fmt: skip
RESTATED_COLUMNS = ("row", *_KEY, "old_value", "old_symbol", "value", "symbol", "note", "changed")
MEASURE_COLUMNS = (
    "measure", "category", "basis", "period_before", "value_before", "state_before", "period_after", "value_after",
    "state_after", "numerator_after", "denominator_after", "left_out",
)  # fmt: skip
EARLIER_COLUMNS = (
    "measure",
    "category",
    "basis",
    "period",
    "value_before",
    "state_before",
    "value_after",
    "state_after",
)
PUBLISHED_COLUMNS = (
    "quantity", "period", "basis", "made_of", "local", "local_before", "published", "publication", "released_on",
)  # fmt: skip


@dataclass(frozen=True)
class Past:
    """What is known before a return comes in.

    `last` is what the agency's newest version for the same period says, whether it was accepted or not: `version` is
    its number, 0 where there is none, and then `last` has no rows. It has the columns of
    `etl.load.submissions.values_of`.
    """

    history: History
    last: pd.DataFrame
    version: int


@dataclass(frozen=True)
class Preview:
    """What a return says beside what was known, and what it would change.

    `figures` (FIGURE_COLUMNS): every figure for the return's own period, in the file's order, beside the period before
    (as the file restates it, where it does), the same one a year before, and the version before.
    `restated` (RESTATED_COLUMNS): the figures given again for other periods; `changed` where they differ.
    `measures` (MEASURE_COLUMNS): for each measure and basis the newest figure now and as it would be; `left_out` where
    a part of it is missing for the return's own period, so that an older figure goes on leading.
    `earlier` (EARLIER_COLUMNS): the figures of other periods that would change.
    `published` (PUBLISHED_COLUMNS): the year as the returns make it beside the published one.
    `changes`: `etl.transform.submission_changes.changes` from the version before; no rows where there is none.
    """

    period: Period
    previous: Period
    year_ago: Period
    version: int
    figures: pd.DataFrame
    restated: pd.DataFrame
    measures: pd.DataFrame
    earlier: pd.DataFrame
    published: pd.DataFrame
    changes: pd.DataFrame


def preview(
    values: pd.DataFrame,
    spec: ReturnSpec,
    period: Period,
    past: Past,
    figures_before: pd.DataFrame,
    figures_after: pd.DataFrame,
    catalogue: Catalogue,
) -> Preview:
    """Set a checked return beside what was known.

    Args:
        values: what it says, with the columns of `etl.validate.check.VALUE_COLUMNS`.
        spec: the agency's return.
        period: what it is for.
        past: what was known before.
        figures_before: the measures' figures as the pages have them, with `etl.transform.figures.FIGURE_COLUMNS`, of
            one area.
        figures_after: the same with this return among them.
        catalogue: the measures and quantities.
    """
    previous, year_ago = spec.following(period, -1), period.earlier(years=1)
    own = values["period"] == period.code
    known = past.history.values
    # What the file says itself of an earlier period is the later word on it.
    told = pd.concat([values[[*_KEY, "value", "symbol"]], known[[*_KEY, "value", "symbol"]]], ignore_index=True)
    told = told.drop_duplicates(_KEY, keep="first")
    return Preview(
        period=period,
        previous=previous,
        year_ago=year_ago,
        version=past.version,
        figures=_figures(values[own], told, previous, year_ago, past.last[past.last["period"] == period.code]),
        restated=_restated(values[~own], known),
        measures=_measures(figures_before, figures_after, period),
        earlier=_earlier(figures_before, figures_after, period),
        published=_published(told, known, values[~own], spec, past.history, catalogue),
        changes=changes(past.last, values) if past.version else changes(past.last, values).iloc[:0],
    )


def _figures(
    own: pd.DataFrame, told: pd.DataFrame, previous: Period, year_ago: Period, last: pd.DataFrame
) -> pd.DataFrame:
    found = own
    for name, beside in (
        ("previous", told[told["period"] == previous.code]),
        ("year_ago", told[told["period"] == year_ago.code]),
        ("last", last),
    ):
        renamed = beside[[*_FIGURE, "value", "symbol"]].rename(
            columns={what: f"{name}_{what}" for what in ("value", "symbol")}
        )
        found = found.merge(renamed, on=_FIGURE, how="left", validate="one_to_one")
        found[f"{name}_symbol"] = found[f"{name}_symbol"].fillna("").astype("str")
    return found.sort_values("row", kind="stable", ignore_index=True)[list(FIGURE_COLUMNS)]


def _restated(others: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    old = known[[*_KEY, "value", "symbol"]].rename(columns={"value": "old_value", "symbol": "old_symbol"})
    found = others.merge(old, on=_KEY, how="left", validate="one_to_one")
    found["old_symbol"] = found["old_symbol"].fillna("").astype("str")
    same = _same(found["old_value"], found["value"]) & (found["old_symbol"] == found["symbol"])
    ordered = found.assign(changed=~same).sort_values("row", kind="stable", ignore_index=True)
    return ordered[list(RESTATED_COLUMNS)]


def _same(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one == other) | (one.isna() & other.isna())


def _measures(before: pd.DataFrame, after: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The newest figure of each measure on each basis, before and after."""
    key = ["measure", "category", "basis"]
    kept = ["period", "value", "state", "numerator", "denominator"]
    now = _newest(before, key)[[*key, *kept]]
    then = _newest(after, key)[[*key, *kept]]
    both = then.merge(now, on=key, how="outer", suffixes=("_after", "_before"), validate="one_to_one")
    absent = after[(after["period"] == period.code) & (after["state"] == State.MISSING.value)]
    left_out = pd.MultiIndex.from_frame(both[key]).isin(pd.MultiIndex.from_frame(absent[key]))
    for name in ("period_before", "period_after", "state_before", "state_after"):
        both[name] = both[name].fillna(State.MISSING.value if name.startswith("state") else "").astype("str")
    return both.assign(left_out=left_out).sort_values(key, ignore_index=True)[list(MEASURE_COLUMNS)]


def _newest(figures: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The figure of the latest period that came, for each key. The codes of one kind of period sort as dates do."""
    came = figures[figures["state"] != State.MISSING.value]
    return came.sort_values("period", kind="stable").drop_duplicates(key, keep="last")


def _earlier(before: pd.DataFrame, after: pd.DataFrame, period: Period) -> pd.DataFrame:
    key = ["measure", "category", "basis", "period"]
    kept = [*key, "value", "state"]
    both = before[kept].merge(after[kept], on=key, how="outer", suffixes=("_before", "_after"), validate="one_to_one")
    for name in ("state_before", "state_after"):
        both[name] = both[name].fillna(State.MISSING.value).astype("str")
    same = _same(both["value_before"], both["value_after"]) & (both["state_before"] == both["state_after"])
    return both[~same & (both["period"] != period.code)].sort_values(key, ignore_index=True)[list(EARLIER_COLUMNS)]


def _published(
    told: pd.DataFrame,
    known: pd.DataFrame,
    others: pd.DataFrame,
    spec: ReturnSpec,
    history: History,
    catalogue: Catalogue,
) -> pd.DataFrame:
    """For each quantity the newest published period that the returns cover too, and those that this one restates."""
    now, before = _numbers(told), _numbers(known)
    restated = [parse_period(code).covered(parse_period(code).natural_basis) for code in others["period"].unique()]
    rows = []
    asked = {item.quantity for item in spec.items if not item.also}
    published = history.published[history.published["quantity"].isin(asked)]
    for quantity, group in published.sort_values("period", ascending=False).groupby("quantity", sort=True):
        if not counts_the_same(str(quantity), catalogue):
            continue
        newest = True
        for found in group.to_dict("records"):
            span = parse_period(found["period"]).covered(Basis(found["basis"]))
            local, made_of = _year(now, str(quantity), span, spec, catalogue)
            if local is None:
                continue
            touched = any(span[0] <= end and start <= span[1] for start, end in restated)
            if newest or touched:
                rows.append(
                    {
                        **{name: found[name] for name in ("quantity", "period", "basis", "publication", "released_on")},
                        "made_of": made_of,
                        "local": local,
                        "local_before": _year(before, str(quantity), span, spec, catalogue)[0],
                        "published": found["value"],
                    }
                )
            newest = False
    frame = pd.DataFrame(rows, columns=list(PUBLISHED_COLUMNS))
    return frame.astype(dict.fromkeys(("local", "local_before", "published"), "float64"))


def counts_the_same(quantity: str, catalogue: Catalogue) -> bool:
    """Whether what is published of a quantity is the same count as the return's.

    Where measures are made of it, one of them must be published just so; a close relative is no reconciliation.
    """
    of_it = [
        measure
        for measure in catalogue.measures.values()
        if any(term.quantity == quantity for term in (*measure.numerator, *measure.denominator))
    ]
    return not of_it or any(measure.published_as.match == "exact" for measure in of_it)


_Numbers = dict[str, list[tuple[Period, Basis, float]]]
"""By quantity, the totals of each period and basis."""


def _numbers(told: pd.DataFrame) -> _Numbers:
    """The totals of a frame. A nil is nought; what is no number is not there."""
    whole = told[(told["category"] == TOTAL) & told["value"].notna() & told["symbol"].isin(["", "nil"])]
    columns = (whole[name].tolist() for name in ("quantity", "period", "basis", "value"))
    found: _Numbers = defaultdict(list)
    for quantity, code, basis, value in zip(*columns, strict=True):
        found[quantity].append((parse_period(code), Basis(basis), value))
    return found


_Span = tuple[date, date]


def _year(
    numbers: _Numbers, quantity: str, span: _Span, spec: ReturnSpec, catalogue: Catalogue
) -> tuple[float | None, str]:
    """What the returns say of a published interval, and how: given as such, or its parts added up."""
    parts: list[tuple[Period, float]] = []
    for period, basis, value in numbers.get(quantity, ()):
        covered = period.covered(basis)
        if covered == span:
            return value, "at that date" if covered[0] == covered[1] else "as reported"
        if basis is spec.natural_basis:
            parts.append((period, value))
    known = catalogue.quantities[quantity]
    if known.kind is not QuantityKind.FLOW or not known.additive:
        return None, ""
    within = sorted(
        ((period, value) for period, value in parts if span[0] <= period.start and period.end <= span[1]),
        key=lambda part: part[0].start,
    )
    if not within or not _unbroken([period for period, _ in within], span):
        return None, ""
    words = "terms" if spec.period_kind is PeriodKind.TERM else "quarters"
    return sum(value for _, value in within), f"{len(within)} {words} added"


def _unbroken(periods: list[Period], span: _Span) -> bool:
    """Whether successive periods fill an interval from its first day to its last."""
    joined = all(one.end + timedelta(days=1) == other.start for one, other in pairwise(periods))
    return joined and (periods[0].start, periods[-1].end) == span


def reconciled(local: float, published: float) -> str:
    """How the returns' year stands to the published one, in words: a difference is expected, and is no fault."""
    difference = less(local, published)
    if not difference:
        return "The same."
    share = f" ({abs(difference) / published * 100:.1f}%)" if published else ""
    return f"{shown(abs(difference), '')} {'more' if difference > 0 else 'fewer'} than published{share}."


COMPARISON_COLUMNS = (
    "part", "id", "category", "basis", "period", "value", "symbol", "beside", "beside_period", "beside_value",
    "beside_symbol", "note",
)  # fmt: skip


def comparisons(found: Preview) -> pd.DataFrame:
    """Everything in a preview as one table, a row for each comparison: COMPARISON_COLUMNS.

    `part` is `figure`, `measure`, `other-period`, `restated` or `published`; `id` names a measure or a quantity;
    `beside` says what the value is set beside, and `symbol` is a measure's state. Where nothing stands beside, there is
    no row, but for measures and restated figures: those are then new.
    """
    periods = {"previous": found.previous.code, "year_ago": found.year_ago.code, "last": found.period.code}
    names = {"previous": "period before", "year_ago": "a year before", "last": f"version {found.version}"}
    tables = []
    for name, beside in names.items():
        rows = found.figures.assign(
            part="figure",
            id=found.figures["quantity"],
            period=found.period.code,
            beside=beside,
            beside_period=periods[name],
            beside_value=found.figures[f"{name}_value"],
            beside_symbol=found.figures[f"{name}_symbol"],
        )
        tables.append(rows[rows["beside_value"].notna() | (rows["beside_symbol"] != "")])
    now = {"part": "measure", "beside": "now", "note": ""}
    for frame, renamed, added in (
        (found.measures, {"period_after": "period", "period_before": "beside_period"}, now),
        (found.earlier, {}, now | {"part": "other-period"}),
    ):
        both = {
            "measure": "id", "value_after": "value", "state_after": "symbol", "value_before": "beside_value",
            "state_before": "beside_symbol",
        }  # fmt: skip
        rows = frame.rename(columns=both | renamed).assign(**added)
        tables.append(rows if "beside_period" in rows else rows.assign(beside_period=rows["period"]))
    was = {"quantity": "id", "old_value": "beside_value", "old_symbol": "beside_symbol"}
    restated = found.restated.rename(columns=was).assign(part="restated", beside="was")
    tables.append(restated.assign(beside_period=restated["period"]))
    published = found.published.rename(columns={"quantity": "id", "local": "value", "published": "beside_value"})
    said = [
        f"{reconciled(local, other)} {made_of[:1].upper()}{made_of[1:]}. {title}, {day}."
        for local, other, made_of, title, day in zip(
            published["value"],
            published["beside_value"],
            published["made_of"],
            published["publication"],
            published["released_on"],
            strict=True,
        )
    ]
    tables.append(
        published.assign(
            part="published", beside="published", beside_period=published["period"], beside_symbol="", symbol="",
            category=TOTAL, note=said,
        )
    )  # fmt: skip
    kept = [table[list(COMPARISON_COLUMNS)].astype(object) for table in tables if len(table)]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(COMPARISON_COLUMNS))
