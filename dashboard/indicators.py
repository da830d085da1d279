"""Indicators as rows: each figure with each of its comparators, as the command line and the downloads give them."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from dashboard.queries import Queries
from dashboard.rounding import shown
from dashboard.views.intervals import effect_of, interval_kind
from dashboard.views.owed_figures import owed_figures
from dashboard.views.source_labels import SourceLabels, source_label, source_labels
from etl.computing import quiet
from etl.transform.comparisons import RELEASE, compare, newest_only
from etl.transform.cube import FloatArray
from etl.transform.intervals import interval_of
from etl.transform.over_time import over_time
from etl.transform.positions import position_words
from etl.transform.readings import judged, level_words, moved_words
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure, Polarity
from schema.periods import Basis, Period, PeriodKind, parse_period

CHANGES = (
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
)
"""Of `etl.transform.over_time`: the change on a year before, and the trend over the last five periods."""

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
    "lower_95",
    "upper_95",
    "unit",
    "state",
    "origin",
    "status",
    "comparator",
    "comparator_value",
    "comparator_shown",
    "comparator_state",
    "comparator_period",
    "comparator_basis",
    "comparator_source",
    "statistic",
    "model",
    "n",
    "reading",
    "verdict",
    "not_compared",
    "depends",
    "rank",
    "of",
    "quartile",
    *CHANGES,
    "source",
    "released_on",
    "loaded_at",
)

_NEIGHBOUR_STATISTICS = {"mean": "mean", "median": "median", "low": "minimum", "high": "maximum"}


def indicators(
    queries: Queries,
    context: Context,
    *,
    measure: str | None = None,
    area: Area | None = None,
    period: Period | None = None,
    model: str | None = None,
    release: date | None = None,
    today: date | None = None,
    progress: Callable[[str], None] = quiet,
) -> pd.DataFrame:
    """One row for each measure, area, period, basis, category and comparator.

    `value` and `comparator_value` are unrounded; `shown` and `comparator_shown` are what pages print. A figure that
    nothing may stand beside has one row with an empty comparator; so has one whose return was owed by `today` (the day
    of the context) and has not come: without a number, `missing` or `not-yet-due`. An area's newest figures are read
    (`reading`, and `verdict` where better and worse may be said), or `not_compared` names the
    `etl.transform.reasons.Reason`; `depends` says where another fair choice of neighbours would turn the words round.
    Older figures, and what an older `release` said, are not read: those columns are empty. `CHANGES` are
    `etl.transform.over_time`'s, of every figure. `release` shows the published figures as they were when the newest
    release was of that day: England's rate for a year differs between releases with other populations.
    """
    catalogue = queries.catalogue
    chosen: Sequence[Measure] = (
        [catalogue.measure(measure)] if measure is not None else catalogue.measures_of(context.framework)
    )
    frames = []
    for number, one in enumerate(chosen, 1):
        progress(f"{one.title}: {number} of {len(chosen)}")
        frames.append(_of_measure(queries, context, one, area, period, model, release))
    if release is None:
        pairs = zip(frames, chosen, strict=True)
        frames = [_with_owed(frame, queries, context, one, area, period, today) for frame, one in pairs]
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame({name: [] for name in COLUMNS})


def _of_measure(
    queries: Queries,
    context: Context,
    measure: Measure,
    area: Area | None,
    period: Period | None,
    model: str | None,
    release: date | None,
) -> pd.DataFrame:
    neighbours = queries.neighbours(context, model)
    if release is None:
        compared = queries.compared(context, measure.id, model).frame
    else:
        figures = queries.figures(context, measure.id, all_releases=True)
        published = (figures["kind"] == RELEASE) & (figures["released_on"] <= release)
        figures = newest_only(figures[published])
        compared = compare(figures, neighbours, queries.catalogue)
    if area is not None:
        joint = queries.catalogue.areas.composite_of(area)
        compared = compared[compared["area"].isin([area.id, joint.id if joint else area.id])]
    whole = compared = compared.assign(place=compared.index)
    if period is not None:
        compared = compared[compared["period"] == period.code]
    if compared.empty:
        return pd.DataFrame({name: [] for name in COLUMNS})
    read = None if release is not None else queries.readings_of(context, measure.id, model)
    return _long(compared, whole, read, queries, context, measure, neighbours.model)


def _with_owed(
    frame: pd.DataFrame,
    queries: Queries,
    context: Context,
    measure: Measure,
    area: Area | None,
    period: Period | None,
    today: date | None,
) -> pd.DataFrame:
    """A measure's rows with one for each figure that a return owed and did not bring, each after those before it."""
    home = queries.catalogue.areas.by_id[queries.partnership(context).home_area]
    if area is not None and area.id != home.id:
        return frame
    own = queries.compared(context, measure.id).rows(home)
    owed = owed_figures(queries, context, measure, home, own, today)
    owed = [one for one in owed if period is None or one.period.code == period.code]
    if not owed:
        return frame
    rows = [
        dict.fromkeys(_TEXTS_ALONE, "")
        | {
            "measure": measure.id,
            "area": home.code,
            "area_name": home.name,
            "period": one.period.code,
            "basis": one.basis.value,
            "category": one.category,
            "unit": measure.unit,
            "state": one.state.value,
        }
        | dict(zip(("period_start", "period_end"), _span(one.period.code, one.basis.value), strict=True))
        for one in owed
    ]
    if frame.empty:
        return pd.DataFrame(rows, columns=list(COLUMNS))
    made = pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=frame[name].dtype) for name in frame.columns}
    )
    # Returns have periods of a kind of their own, so that one of theirs stands in no block of published figures.
    known = {code: parse_period(code) for code in frame["period"].unique()}
    blocks: dict[tuple[str, str, PeriodKind], list[tuple[int, date]]] = defaultdict(list)
    at_home = np.flatnonzero(frame["area"] == home.code)
    rows_there = frame[["basis", "category", "period"]].iloc[at_home].itertuples(index=False, name=None)
    for at, (basis, category, code) in zip(at_home.tolist(), rows_there, strict=True):
        blocks[basis, category, known[code].kind].append((at, known[code].end))
    places = []
    for one in owed:
        block = blocks[one.basis.value, one.category, one.period.kind]
        before = [at for at, end in block if end < one.period.end]
        places.append(before[-1] + 0.5 if before else block[0][0] - 0.5 if block else float(len(frame)))
    order = np.argsort(np.concatenate([np.arange(len(frame)), places]), kind="stable")
    return pd.concat([frame, made], ignore_index=True).iloc[order].reset_index(drop=True)


_TEXTS_ALONE = (
    "origin", "status", "comparator", "statistic", "comparator_period", "comparator_basis", "comparator_source",
    "model", "reading", "verdict", "not_compared", "shown", "source", "released_on", "loaded_at",
)  # fmt: skip


def _long(
    compared: pd.DataFrame,
    whole: pd.DataFrame,
    read: pd.DataFrame | None,
    queries: Queries,
    context: Context,
    measure: Measure,
    model: str,
) -> pd.DataFrame:
    catalogue, sources = queries.catalogue, source_labels(queries, context)
    areas = catalogue.areas.by_id
    ends = {code: parse_period(code).end for code in compared["period"].unique()}
    compared = (
        compared.assign(ends=compared["period"].map(ends))
        .sort_values(["area", "category", "kind", "basis", "ends"], kind="stable")
        .reset_index(drop=True)
    )
    said = _said(compared, read, measure)
    lower, upper = _intervals(compared, measure, catalogue)
    spans = {
        (code, basis): _span(code, basis)
        for code, basis in set(zip(compared["period"], compared["basis"], strict=True))
    }
    keys = list(zip(compared["period"], compared["basis"], strict=True))
    base = compared[
        [
            "measure",
            "period",
            "basis",
            "category",
            "numerator",
            "denominator",
            "value",
            "state",
            "origin",
            "status",
            "rank",
            "of",
            "quartile",
            "released_on",
            "loaded_at",
        ]
    ].assign(
        area=[areas[found].code for found in compared["area"]],
        area_name=[areas[found].name for found in compared["area"]],
        period_start=[spans[key][0] for key in keys],
        period_end=[spans[key][1] for key in keys],
        shown=[shown(value, measure) for value in compared["value"]],
        lower_95=lower,
        upper_95=upper,
        unit=measure.unit,
        source=_labels(compared, "source_id", "period", "basis", sources),
        order=np.arange(len(compared)),
        **over_time(whole, measure, catalogue).loc[compared["place"], [*CHANGES]].set_index(compared.index),
    )
    named = compared.assign(
        compared_source=_labels(compared, "compared_source_id", "compared_period", "compared_basis", sources),
        previous_source=_labels(compared, "previous_source_id", "previous_period", "basis", sources),
    )
    neighbours_n = dict(enumerate(compared["neighbours_n"]))
    is_country = compared["area"] == "england"
    beside = compared["compared_period"] != ""
    parts = [
        _comparator(base, named, beside & ~is_country, "england", "england", "value"),
        _comparator(base, named, beside & (compared["region_id"] != ""), "region", "region", "value"),
        *(
            _comparator(
                base, named, beside & (compared["neighbours_n"] > 0), "neighbours", f"neighbours_{name}", word
            ).assign(model=model)
            for name, word in _NEIGHBOUR_STATISTICS.items()
        ),
        _comparator(base, named, compared["previous_period"] != "", "previous", "previous", "value"),
    ]
    alone = ~base["order"].isin(pd.concat([part["order"] for part in parts]))
    parts.append(
        base[alone].assign(comparator="", statistic="", comparator_period="", comparator_basis="", comparator_source="")
    )
    found = pd.concat(parts).sort_values("order", kind="stable")
    found = found.merge(said, how="left", on=["order", "comparator"])
    found["n"] = np.where(found["comparator"] == "neighbours", found["order"].map(neighbours_n), np.nan)
    for name in ("n", "rank", "of", "quartile"):
        found[name] = found[name].astype("Int64")
    found["released_on"] = [day.isoformat() for day in found["released_on"]]
    found["loaded_at"] = [instant.isoformat(timespec="seconds") for instant in found["loaded_at"]]
    found["comparator_shown"] = [shown(value, measure) for value in found["comparator_value"]]
    return found.reindex(columns=list(COLUMNS)).fillna(dict.fromkeys(_TEXTS, "")).reset_index(drop=True)


_TEXTS = ("model", "reading", "verdict", "not_compared")
_READ = ("area", "kind", "basis", "period", "category")


def _said(compared: pd.DataFrame, read: pd.DataFrame | None, measure: Measure) -> pd.DataFrame:
    """By `order` (of the rows of `compared`) and comparator: what is said of the newest figures."""
    columns = ("order", "comparator", "reading", "verdict", "not_compared", "depends")
    if read is None or read.empty:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns}).astype({"order": "int64"})
    rows = compared[[*_READ]].assign(order=np.arange(len(compared))).merge(read, on=list(_READ))
    exact = measure.published_as.match == "exact"
    found: list[tuple[Any, ...]] = []
    for row in rows.to_dict("records"):
        polarity = measure.polarity if exact else Polarity.JUDGEMENT
        for name, level, reason in (
            ("england", row["level_england"], row["reason"]),
            ("region", row["level_region"], row["reason_region"]),
        ):
            found.append((row["order"], name, level_words(level), judged(level, polarity), reason, None))
        place = ""
        if not row["reason_neighbours"]:
            place = position_words(int(row["above"]), int(row["of_neighbours"]), int(row["level_neighbours"]))
        depends = None if row["reason_neighbours"] else bool(row["depends"])
        found.append((row["order"], "neighbours", place, "", row["reason_neighbours"], depends))
        moved = row["level_previous"]
        verdict = judged(moved, measure.polarity)
        found.append((row["order"], "previous", moved_words(moved), verdict, row["reason_previous"], None))
    return pd.DataFrame(found, columns=list(columns))


def _intervals(compared: pd.DataFrame, measure: Measure, catalogue: Catalogue) -> tuple[FloatArray, FloatArray]:
    """The 95 % interval of each figure of an authority that is made of counts; NaN elsewhere."""
    kind, _ = interval_kind(measure, catalogue)
    if kind is None:
        return np.full(len(compared), np.nan), np.full(len(compared), np.nan)
    effect = effect_of(measure)
    numerator, denominator = (compared[name].to_numpy(dtype=float) / effect for name in ("numerator", "denominator"))
    lower, upper = interval_of(numerator, denominator, measure.per, kind)
    ranked = np.array([catalogue.areas.by_id[area].ranked for area in compared["area"]]) & compared["value"].notna()
    return np.where(ranked, lower, np.nan), np.where(ranked, upper, np.nan)


def _comparator(
    base: pd.DataFrame, compared: pd.DataFrame, at: "pd.Series[bool]", name: str, column: str, statistic: str
) -> pd.DataFrame:
    value = compared[f"{column}_value"] if f"{column}_value" in compared else compared[column]
    has_state = f"{column}_state" in compared
    period = compared["previous_period"] if name == "previous" else compared["compared_period"]
    basis = compared["basis"] if name == "previous" else compared["compared_basis"]
    return base[at].assign(
        comparator=name,
        comparator_value=value[at].astype(float),
        comparator_state=compared.loc[at, f"{column}_state"]
        if has_state
        else np.where(value[at] == 0, "zero", "value"),
        comparator_period=period[at],
        comparator_basis=basis[at],
        comparator_source=compared.loc[at, "previous_source" if name == "previous" else "compared_source"],
        statistic=statistic,
    )


def _labels(compared: pd.DataFrame, source: str, period: str, basis: str, sources: SourceLabels) -> "pd.Series[str]":
    """What the sources in a column are called; what two agencies agreed on is said of the figures that rest on it."""
    ids = compared[source]
    plain = {
        found: source_label(sources.sources[found], sources.catalogue)
        for found in ids.unique()
        if found in sources.sources
    }
    found = ids.map(plain)
    agreed = compared["area"].isin({dispute.place.area for dispute in sources.agreed}) & ids.isin(list(plain))
    names = ("measure", "area", period, basis, "category")
    for at, source_id, *where in compared.loc[agreed, [source, *names]].itertuples(name=None):
        found[at] = sources.of_figure(source_id, *where)
    return found


def _span(code: str, basis: str) -> tuple[str, str]:
    start, end = parse_period(code).covered(Basis(basis))
    return start.isoformat(), end.isoformat()
