"""A figure read against all its comparators, as pages show it: the level, the verdict, and what both depend on."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dashboard.compared import Row
from dashboard.views.figure import number
from etl.transform.readings import Beside, BesideNeighbours, earns_attention, judged, level_words
from etl.transform.reasons import Reason, reason_words
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.measures import Measure, Polarity
from schema.periods import Basis, day_label, parse_period
from schema.publications import NeighbourModel
from schema.states import State

Side = Literal["above", "below", "level with"]


@dataclass(frozen=True)
class Check:
    """Another fair comparator, and whether the reading would survive it. `name` is as a row of a table has it."""

    name: str
    value: float | None
    """In the unit of the measure."""
    says: str
    """“above”, “below”, “level with”; for limits, the level in words."""
    shown: bool
    """Whether this is what the page reads against."""
    survives: bool | None
    """None where it says nothing."""


@dataclass(frozen=True)
class Before:
    """The year before. The levels are of `readings` and `funnels.change_levels`; None where there is none."""

    label: str
    value: float | None
    level: int | None
    change_level: int | None
    verdict: str
    why: str


@dataclass(frozen=True)
class Reading:
    """One figure's reading. `level` is None, and `reason` given, where it is not compared with England."""

    value: float | None
    polarity: Polarity
    """As far as better and worse may be said: `judgement` unless what is published counts exactly the same."""
    level: int | None
    reason: Reason | None
    why: str
    """The reason as a clause."""
    england: Beside
    region: Beside
    neighbours: BesideNeighbours
    depends: bool
    depends_on: tuple[str, ...]
    """What it depends on, in words."""
    checks: tuple[Check, ...]
    before: Before
    lag: str
    """How much older what it is compared with is, in a sentence; empty where it is not."""
    design_effect: float
    because: str
    """Why the limits are widened; empty where they are not."""

    @property
    def words(self) -> str:
        """“unusually high”, “typical”; empty where it is not compared."""
        return "" if self.level is None else level_words(self.level)

    @property
    def verdict(self) -> str:
        """“worse”, “possibly better”; empty where that may not be said."""
        return "" if self.level is None else judged(self.level, self.polarity)

    @property
    def attention(self) -> bool:
        """Whether it is beyond the 99.8 % limits."""
        return self.level is not None and bool(earns_attention(self.level))


def reading_of(
    row: Row,
    measure: Measure,
    area: Area,
    catalogue: Catalogue,
    model: NeighbourModel,
    models: tuple[NeighbourModel, ...],
    statistic: Literal["mean", "median"] = "mean",
) -> Reading:
    """A row of `etl.transform.read_all` for the model and statistic that the page shows."""
    basis = Basis(str(row["basis"]))
    compared = parse_period(str(row["compared_period"])) if row["compared_period"] else None
    lag = 0 if compared is None else int(float(row["lag"]))

    def why(column: str) -> str:
        if not row[column]:
            return ""
        reason = Reason(str(row[column]))
        if reason is Reason.TOO_OLD and compared is not None:
            ends = day_label(compared.end)
            return f"{reason_words(reason, lag=lag)}, of the time to {ends}"
        if reason is Reason.DIFFERENT_BASIS and compared is None:
            return f"nothing is published for one {_BASES.get(basis, basis.value)}"
        if reason is Reason.NO_COMPARATOR and column == "reason_neighbours":
            return f"none of them has a figure in the {model.title}"
        return reason_words(
            reason,
            state=State(str(row["state"])),
            other_basis=_BASES.get(Basis(str(row["compared_basis"])), "") if compared is not None else "",
            basis=_BASES.get(basis, basis.value),
        )

    region = catalogue.areas.region_of(area)
    level = _whole(row["level_england"])
    exact = measure.published_as.match == "exact"
    polarity = measure.polarity if exact else Polarity.JUDGEMENT
    shown = number(row[f"neighbours_{statistic}"])
    checks = _checks(row, model, models, statistic)
    turned = tuple(check.name for check in checks[:-1] if check.survives is False)
    before_period = str(row["previous_period"])
    moved = _whole(row["level_previous"])
    effect = measure.design_effect
    return Reading(
        value=number(row["value"]),
        polarity=polarity,
        level=level,
        reason=Reason(str(row["reason"])) if row["reason"] else None,
        why=why("reason"),
        england=Beside("England", float(row["england_value"]), float(row["level_england"]), why("reason")),
        region=Beside(
            _with_article(region.name) if region else "its region",
            float(row["region_value"]),
            float(row["level_region"]),
            why("reason_region"),
        ),
        neighbours=BesideNeighbours(
            np.nan if shown is None else shown,
            statistic,
            model.title,
            _whole(row["above"]) or 0,
            _whole(row["of_neighbours"]) or 0,
            _whole(row["level_neighbours"]) or 0,
            why("reason_neighbours"),
        ),
        depends=bool(turned),
        depends_on=turned,
        checks=checks,
        before=Before(
            label=parse_period(before_period).label(basis) if before_period else "",
            value=number(row["previous_value"]),
            level=moved,
            change_level=_whole(row["change_level"]),
            # A figure against its own past is judged whether or not anything is published.
            verdict="" if moved is None else judged(moved, measure.polarity),
            why=why("reason_previous"),
        ),
        lag=_lag(row, lag),
        design_effect=float(row["design_effect"]),
        because="" if effect is None else effect.because,
    )


_BASES = {
    Basis.YEAR: "year",
    Basis.ROLLING_YEAR: "year",
    Basis.QUARTER: "quarter",
    Basis.TERM: "school term",
    Basis.ACADEMIC_YEAR: "academic year",
    Basis.AT_DATE: "date",
    Basis.POOLED_YEARS: "several years together",
}


def _checks(
    row: Row, model: NeighbourModel, models: tuple[NeighbourModel, ...], statistic: Literal["mean", "median"]
) -> tuple[Check, ...]:
    """The four averages of neighbours, the one shown first, and the plain limits last."""
    value = number(row["value"])
    shown = number(row[f"neighbours_{statistic}"])
    other = next((known.title for known in models if known.id == row["other_model"]), "")
    second: Literal["mean", "median"] = "median" if statistic == "mean" else "mean"
    averages = [(f"{statistic.capitalize()} of the {model.title}", shown, True)]
    averages.append((f"{second.capitalize()} of the {model.title}", number(row[f"neighbours_{second}"]), False))
    if other:
        averages += [
            (f"{name.capitalize()} of the {other}", number(row[f"other_{name}"]), False) for name in (statistic, second)
        ]
    side = _side(value, shown)
    checks = []
    for name, average, is_shown in averages:
        here = _side(value, average)
        survives = None if not here or not side else here == side
        checks.append(Check(name, average, here, is_shown, survives))
    level, plain = _whole(row["level_england"]), _whole(row["plain_level_england"])
    same = None if level is None or plain is None else (level > 0) - (level < 0) == (plain > 0) - (plain < 0)
    england = Check(
        "England by plain limits",
        number(row["england_value"]),
        "" if plain is None else level_words(plain),
        False,
        same,
    )
    return (*checks, england)


def _side(value: float | None, average: float | None) -> str:
    if value is None or average is None:
        return ""
    return "above" if value > average else "below" if value < average else "level with"


def _lag(row: Row, lag: int) -> str:
    if lag <= 0 or np.isnan(float(row["england_value"])):
        return ""
    period = parse_period(str(row["compared_period"]))
    label = period.label(Basis(str(row["compared_basis"])))
    label = label if label.startswith("at ") else f"of the {label}"
    return f"England’s is {label}, {lag} {'month' if lag == 1 else 'months'} older."


def _with_article(region: str) -> str:
    return region if region == "London" else f"the {region}"


def _whole(value: object) -> int | None:
    found = number(value)
    return None if found is None else int(found)
