"""Makes the attention list: what an executive with one minute has to know, in one order over all outcomes and agencies.

Pure: frames of figures that are already read (`read_all`, `comparisons`) go in, frozen items come out, for one area or
for all of them. Nothing is put into words here. A measure stands on the list once, under its strongest reason (`Why`,
strongest first), and keeps the others in `also`.

**Ranking.** The weight is the reason's own place (`PLACES`: ten apart, so a lesser reason never overtakes), plus 4 for
a measure that serves one of the partnership's priorities, plus up to 5 for size: how far the figure lies from what it
is held against, as the logarithm of the odds ratio of percentages and of the ratio of everything else, where four times
as much is full size. Equal weights stand in the order of the measures' ids.

**Fair to small and to large.** Against England only over-dispersed limits count, 99.8 % for a place and 95 % for a
“possibly”, which is said only where fewer than `FEW` other things are. A change of published years has to be unusual
among the changes of all authorities; an agency's own quarter is held against the same quarter a year before, has to lie
outside the 99.8 % interval of the difference, and has to have moved by at least `LEAST_MOVE`, since of a large number
any move is certain. Neither counts where both ends count fewer than `ENOUGH`, and what comes in clusters (absences of
the same pupils) counts for as many as its design effect leaves of it. A stock, largely the same children from year to
year, has no interval: it has to have moved by `STOCK_MOVE`, a percentage by `STOCK_POINTS` percentage points as well,
with `ENOUGH` children at both ends.

**Nothing old.** Of each measure only the figures count that end when its newest figure does.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from etl.transform.attention_items import PLACES, Disputed, Facts, Item, Owed, Why
from etl.transform.attention_rows import about, broken, newest, plain
from etl.transform.comparisons import RELEASE
from etl.transform.differences import limits_of
from etl.transform.intervals import CONFIDENCE_95, CONFIDENCE_998, Interval
from etl.transform.readings import target_levels
from schema.catalogue import Catalogue
from schema.periods import Basis, parse_period
from schema.states import State

SUBMISSION = "submission"
"""The kind of a figure that comes from an agency's return."""

ENOUGH = 30
"""A change has to have this many on one of its ends at least."""

LEAST_MOVE = 0.2
"""The least relative change of an agency's quarter that earns a place, of whichever part of a percentage moved more."""

STOCK_MOVE = 1 / 3
"""The least relative change of a stock."""

STOCK_POINTS = 10
"""The least change of a stock's percentage, in percentage points, besides that."""

FEW = 5
"""Up to this many items, the list is filled up with what is only possibly adverse."""


OUTSIDE = "outside"
"""The rule of a value outside its process limits."""

NO_SIGNALS = pd.DataFrame(columns=["area", "measure", "period", "direction", "trial", "rule"])


def attention(
    readings: pd.DataFrame,
    quarters: pd.DataFrame,
    catalogue: Catalogue,
    *,
    targets: Mapping[tuple[str, str, str], float] | None = None,
    signals: pd.DataFrame = NO_SIGNALS,
    disputed: Iterable[Disputed] = (),
    owed: Iterable[Owed] = (),
) -> tuple[Item, ...]:
    """The list of every area in the frames, area by area, the weightiest first.

    Args:
        readings: what `read_all` gives, with `previous_numerator` and `previous_denominator` (`with_counts_before`).
        quarters: each area's newest raw quarter or term of every measure as `comparisons.compare` gives it, what never
            came too.
        catalogue: the measures; the retired are the caller's to leave out.
        targets: by area, measure and basis, in the measure's unit.
        signals: the newest point of control charts: `area, measure, period, direction` (1 high, −1 low), `trial`
            (whether its limits rest on too few points to count) and `rule` (see `Facts.rule`).
        disputed: measures whose figures two agencies do not agree on, of whatever period: it wants settling.
        owed: what is late.
    """
    rows = about(newest(pd.concat([plain(readings), plain(quarters)], ignore_index=True)), catalogue)
    who = pd.MultiIndex.from_frame(rows[["area", "measure"]])
    published = rows["kind"] == RELEASE
    rows = rows.assign(besides_local=published & who.isin(who[~published]))
    found = [
        *_statutory(rows),
        *_against_england(rows),
        *_special(rows, signals),
        *_off_target(rows, targets or {}),
        *_changed(rows),
        *_disputed(disputed, catalogue),
    ]
    items = _once_each(found, catalogue)
    items += [Item(o.area, "", o.agency, Why.LATE, PLACES[Why.LATE] + min(len(o.periods), 9), _late(o)) for o in owed]
    items += _missing(rows)
    items.sort(key=lambda item: (item.area, -item.weight, item.measure, item.agency))
    return tuple(_without_possiblies(items))


# ------------------------------------------------------------------------------------------------ the reasons

Found = tuple[Why, float, dict[str, Any], Facts]
"""A reason, its size (0 to 1), the row it is about, and its facts."""


def _statutory(rows: pd.DataFrame) -> list[Found]:
    """Time limits kept less often: a quarter below its own year before and England's, a published year likewise.

    Against its own year before a quarter has to lie outside the 95 % interval, and outside the 99.8 % one where nothing
    is published to hold it against. A share counted at a date has to have fallen as a stock has to (`_stock_moved`).
    What is unusually low in England belongs here as well, whatever it was before.
    """
    fell = rows["level_before"] * rows["sign"]
    below = (rows["value"] - rows["england_value_beside"]) * rows["sign"] < 0
    nothing = rows["england_value_beside"].isna()
    enough = rows[["denominator", "previous_denominator"]].min(axis=1) >= ENOUGH
    quarter = rows["raw"] & enough & ((below & (fell <= -1)) | (nothing & (fell <= -2)))
    worse = (rows["value"] - rows["previous_value"]) * rows["sign"] < 0
    year = (rows["kind"] == RELEASE) & below & worse & (rows["change_level"] * rows["sign"] <= -1)
    stock = below & worse & _stock_moved(rows)
    unusual = rows["level_england"] * rows["sign"] <= -2
    found = [
        (Why.STATUTORY, _size(row, row["previous_value"]), row, _facts(row, -row["sign"], beside=True))
        for row in _records(rows[rows["statutory"] & (quarter | year | stock)])
    ]
    return found + [
        (Why.STATUTORY, _size(row, row["england_value"]), row, _facts(row, -row["sign"], among=True))
        for row in _records(rows[rows["statutory"] & unusual & ~(quarter | year | stock)])
    ]


def _against_england(rows: pd.DataFrame) -> list[Found]:
    adverse = -rows["level_england"] * rows["sign"]
    return [
        (why, _size(row, row["england_value"]), row, _facts(row, -row["sign"], among=True))
        for why, here in ((Why.UNUSUAL, adverse >= 2), (Why.POSSIBLY, adverse == 1))
        for row in _records(rows[here & ~((why is Why.UNUSUAL) & rows["statutory"])])
    ]


def _special(rows: pd.DataFrame, signals: pd.DataFrame) -> list[Found]:
    """Signals at the newest figure: of concern by any rule, else only outside the limits.

    Trial limits shift with every quarter that comes, so what they say is not said.
    """
    known = signals[~signals["trial"].astype(bool) & (signals["direction"] != 0)]
    told = {
        (area, measure, period): (int(direction), str(rule))
        for area, measure, period, direction, rule in zip(
            *(known[name].tolist() for name in ("area", "measure", "period", "direction", "rule")), strict=True
        )
    }
    found: list[Found] = []
    for row in _records(rows[rows["raw"]]) if told else []:
        direction, rule = told.get((row["area"], row["measure"], row["period"]), (0, ""))
        if direction * row["sign"] < 0 or (direction and rule == OUTSIDE):
            why = Why.IMPROVED if direction * row["sign"] > 0 else Why.SPECIAL
            found.append((why, _size(row, row["previous_value"]), row, _facts(row, direction, rule=rule)))
    return found


_LEADING = {basis.value: place for place, basis in enumerate((Basis.ROLLING_YEAR, Basis.YEAR, Basis.ACADEMIC_YEAR))}


def _off_target(rows: pd.DataFrame, targets: Mapping[tuple[str, str, str], float]) -> list[Found]:
    """The longest figure that ends when the newest does, where it misses its target and chance does not explain it.

    Without counts there is no saying what chance explains, and a miss is a miss.
    """
    key = zip(rows["area"], rows["measure"], rows["basis"], strict=True)
    asked = rows.assign(aim=[targets.get(found, np.nan) for found in key])
    asked = asked[asked["aim"].notna() & (asked["sign"] != 0) & asked["value"].notna()]
    if asked.empty:
        return []
    order = asked["basis"].map(_LEADING).fillna(len(_LEADING))
    asked = asked.loc[order.sort_values(kind="stable").index].drop_duplicates(["area", "measure"])
    aim = asked["aim"].to_numpy(dtype=float)
    share, per = (asked["sort"] == "proportion").to_numpy(), asked["per"].to_numpy()
    x = np.where(asked["sort"].isin(["proportion", "rate"]), asked["numerator"], np.nan)
    at_95, at_998 = (
        Interval(limits.lower * per, limits.upper * per)
        for limits in (
            limits_of(
                x,
                asked["denominator"].to_numpy(),
                proportion=share,
                confidence=level,
                design_effect=asked["design_effect"].to_numpy(),
            )
            for level in (CONFIDENCE_95, CONFIDENCE_998)
        )
    )
    level = target_levels(aim, at_95, at_998)
    side = np.sign(asked["value"].to_numpy() - aim)
    missed = (side * asked["sign"].to_numpy() < 0) & (np.isnan(level) | (level != 0))
    return [
        (Why.TARGET, _size(row, goal), row, _facts(row, direction, target=goal))
        for row, goal, direction in zip(
            _records(asked[missed]), aim[missed].tolist(), side[missed].tolist(), strict=True
        )
    ]


def _changed(rows: pd.DataFrame) -> list[Found]:
    counted = rows[["numerator", "previous_numerator"]].div(rows["design_effect"], axis=0)
    either = counted.max(axis=1) >= ENOUGH
    published = (rows["kind"] == RELEASE) & either & (rows["change_level"].abs() >= 2)
    # Where all fell and this one stood still, it is the others that changed.
    published &= np.sign(rows["change_level"]) == np.sign(rows["value"] - rows["previous_value"])
    quarter = either & (rows["level_before"].abs() >= 2) & (_relative(rows) >= LEAST_MOVE)
    stock = _stock_moved(rows)
    found: list[Found] = []
    for here, among in ((published, True), (quarter & ~published, False), (stock & ~published, False)):
        for row in _records(rows[here]):
            direction = float(np.sign(row["value"] - row["previous_value"]))
            why = Why.IMPROVED if direction * row["sign"] > 0 else Why.CHANGED
            facts = _facts(row, direction, among=among)
            found.append((why, _size(row, row["previous_value"]), row, facts))
    return found


def _disputed(disputed: Iterable[Disputed], catalogue: Catalogue) -> list[Found]:
    found: list[Found] = []
    for one in disputed:
        measure = catalogue.measure(one.measure)
        row = {"area": one.area, "measure": measure.id, "agency": measure.agency, "priority": bool(measure.priorities)}
        found.append((Why.DISPUTED, 0.0, row, Facts(periods=one.periods)))
    return found


def _missing(rows: pd.DataFrame) -> list[Item]:
    """One item an agency: what its newest return left out. A part that somebody else publishes is not its to give."""
    states = [State.MISSING.value, State.UNAVAILABLE.value]
    left_out = rows[rows["raw"] & (rows["kind"] == SUBMISSION) & rows["numerator"].isna() & rows["state"].isin(states)]
    return [
        Item(str(area), "", str(agency), Why.MISSING, PLACES[Why.MISSING] + min(len(group), 9), _left_out(group))
        for (area, agency), group in left_out.groupby(["area", "agency"], sort=True)
    ]


# ------------------------------------------------------------------------------------------------- the items


def _once_each(found: Iterable[Found], catalogue: Catalogue) -> list[Item]:
    """One item a measure: its strongest reason leads, the others are kept."""
    by_key: dict[tuple[str, str], list[Item]] = {}
    for why, size, row, facts in found:
        weight = PLACES[why] + 4 * row["priority"] + 5 * size
        item = Item(row["area"], row["measure"], row["agency"], why, weight, facts)
        by_key.setdefault((item.area, item.measure), []).append(item)
    items = []
    for those in by_key.values():
        those.sort(key=lambda item: -item.weight)
        also = dict.fromkeys(item.why for item in those[1:] if item.why is not those[0].why)
        lead = those[0]
        items.append(Item(lead.area, lead.measure, lead.agency, lead.why, lead.weight, lead.facts, tuple(also)))
    return items


def _without_possiblies(items: Iterable[Item]) -> list[Item]:
    """Without the “possibly” that would make a list longer than `FEW`."""
    kept: list[Item] = []
    by_area: dict[str, list[Item]] = {}
    for item in items:
        by_area.setdefault(item.area, []).append(item)
    for those in by_area.values():
        room = FEW - sum(item.why is not Why.POSSIBLY for item in those)
        maybe = [item for item in those if item.why is Why.POSSIBLY][: max(room, 0)]
        kept += [item for item in those if item.why is not Why.POSSIBLY or item in maybe]
    return kept


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in rows.to_dict("records")]


def _facts(
    row: dict[str, Any],
    direction: float,
    *,
    beside: bool = False,
    among: bool = False,
    target: float | None = None,
    rule: str = "",
) -> Facts:
    """A row's figures. `beside` takes England's from the figure beside a quarter."""
    end = "_beside" if beside else ""
    return Facts(
        period=row["period"],
        basis=row["basis"],
        local=row["kind"] == SUBMISSION,
        besides_local=bool(row["besides_local"]),
        value=_number(row["value"]),
        numerator=_number(row["numerator"]),
        denominator=_number(row["denominator"]),
        previous_period=row["previous_period"],
        previous_value=_number(row["previous_value"]),
        previous_numerator=_number(row["previous_numerator"]),
        previous_denominator=_number(row["previous_denominator"]),
        england_value=_number(row[f"england_value{end}"]),
        england_period=row[f"compared_period{end}"],
        england_basis=row[f"compared_basis{end}"],
        direction=int(direction),
        among_authorities=among,
        target=target,
        rule=rule,
    )


def _late(owed: Owed) -> Facts:
    return Facts(periods=owed.periods, since=owed.since)


def _left_out(group: pd.DataFrame) -> Facts:
    periods = sorted(set(group["period"]), key=lambda code: parse_period(code).end)
    return Facts(periods=tuple(periods), measures=tuple(sorted(set(group["measure"]))))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


_LEAST = 1e-6


def _size(row: dict[str, Any], other: float) -> float:
    """How far two values lie apart, 0 to 1: 1 is four times the odds of a percentage, or four times anything else."""
    apart = abs(_log(row["value"], row["percentage"]) - _log(other, row["percentage"]))
    return 0.0 if np.isnan(apart) else float(min(apart / np.log(4), 1.0))


def _log(value: float, percentage: bool) -> float:
    """The logarithm of a value, of its odds where it is a percentage; at either end, of next to nothing."""
    above = float(np.log(np.maximum(value, _LEAST)))
    return above - float(np.log(np.maximum(100 - value, _LEAST))) if percentage else above


def _stock_moved(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Where a stock is another than a year before, by size alone. Of a percentage it is whom it is of that count."""
    above, below = (rows[[name, f"previous_{name}"]].min(axis=1) for name in ("numerator", "denominator"))
    ends = above.where(~rows["percentage"], below)
    points = ~rows["percentage"] | ((rows["value"] - rows["previous_value"]).abs() >= STOCK_POINTS)
    return rows["stock"] & ~rows["raw"] & ~broken(rows) & (ends >= ENOUGH) & points & (_relative(rows) >= STOCK_MOVE)


def _relative(rows: pd.DataFrame) -> "pd.Series[float]":
    """The relative change of each figure; of a percentage that, or the one of what it leaves, whichever is larger."""
    now, before = rows["value"], rows["previous_value"]
    moved = (now - before).abs()
    share = moved / before.where(before > 0)
    rest = moved / (100 - before).where(rows["percentage"] & (before < 100))
    return pd.concat([share, rest], axis=1).max(axis=1)
