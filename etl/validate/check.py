"""Checks a return: every fault at once, and the values of the rows that have none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from etl.extract.returns import ABOVE_TABLE, COLUMNS, ReturnTable

# Importing a module of rules registers them; a new theme is one more name here.
from etl.validate import (  # noqa: F401
    arithmetic,
    balance,
    codes,
    completeness,
    continuity,
    dates,
    hidden_content,
    plausibility,
    privacy,
    public,
    published,
    repetition,
    structure,
    values,
)
from etl.validate.context import SYMBOLS, ReturnContext, context
from etl.validate.history import History
from etl.validate.rules import Fault, Rule, Stage, registered
from schema.catalogue import Catalogue
from schema.errors import WrongUseError
from schema.findings import Finding, Severity
from schema.periods import Period
from schema.returns import ReturnSpec
from schema.states import State

VALUE_COLUMNS = ("area", "period", "basis", "quantity", "category", "value", "symbol", "state", "row", "note")


@dataclass(frozen=True)
class CheckedReturn:
    """What a return says, and what is wrong with it.

    `values` has the columns VALUE_COLUMNS and only rows without an error; `value` is NaN beside a symbol, and 0 beside
    nil, which the agency vouches for. `extract_date` is None where the return has not just one. `restated_periods`
    are the earlier periods that it gives again, oldest first.
    """

    values: pd.DataFrame
    findings: tuple[Finding, ...]
    extract_date: date | None
    status: str
    restated_periods: tuple[str, ...]

    @property
    def blocked(self) -> bool:
        """Whether an error keeps the return from being accepted."""
        return self.count(Severity.ERROR) > 0

    def count(self, severity: Severity) -> int:
        """How many findings there are of a severity."""
        return sum(finding.severity is severity for finding in self.findings)


def return_rules() -> tuple[Rule, ...]:
    """Every rule that a return is held against, by id."""
    return registered()


def check_return(
    table: ReturnTable,
    spec: ReturnSpec,
    period: Period,
    area: str,
    catalogue: Catalogue,
    today: date,
    history: History | None = None,
) -> CheckedReturn:
    """Hold a return against every rule. `area` is the id of the area that submits it, for `period`; with "" it is not
    known whose the return is, and what it says itself is not held against anything. Without a `history` it is not held
    against any past either.

    Raises:
        WrongUseError: the period is of another kind than the return's.
    """
    require_period(spec, period)
    ctx = context(table, spec, period, area, catalogue, today, history)
    faults = _faults(ctx, Stage.ROWS)
    sound = ctx.only(_sound_rows(ctx, faults, but=ABOVE_TABLE))
    faults += _faults(sound, Stage.SUMS)
    faults = _without_records(faults)
    passed = ctx.only(_sound_rows(ctx, faults))
    result = _values(passed, area)
    return CheckedReturn(
        values=result,
        findings=tuple(rule.finding(fault, table) for rule, fault in sorted(faults, key=_reading_order)),
        extract_date=_extract_date(ctx),
        status=_status(ctx),
        restated_periods=tuple(sorted(set(result["period"]) - {period.code})),
    )


def require_period(spec: ReturnSpec, period: Period) -> None:
    """Refuse a period that the return can not be for. Raises WrongUseError."""
    if period.kind is not spec.period_kind:
        example = (
            "a quarter, such as 2025-26Q2" if spec.frequency == "quarterly" else "a school term, such as AY2025-26T1"
        )
        raise WrongUseError(
            f"The return “{spec.title}” is {spec.frequency}, and {period.code} is no {spec.period_kind.value}. "
            f"Give {example}."
        )


def _faults(ctx: ReturnContext, stage: Stage) -> list[tuple[Rule, Fault]]:
    return [(rule, fault) for rule in return_rules() if rule.stage is stage for fault in rule.check(ctx)]


_OF_CHILDREN = ("child-record", "child-name")


def _without_records(faults: list[tuple[Rule, Fault]]) -> list[tuple[Rule, Fault]]:
    """The faults, without those of other rules in a cell that holds a child's record: they would repeat it."""
    private = {(fault.row, fault.column) for rule, fault in faults if rule.id in _OF_CHILDREN}
    if not private:
        return faults
    return [
        (rule, fault)
        for rule, fault in faults
        if rule.id in _OF_CHILDREN or fault.row is None or (fault.row, fault.column) not in private
    ]


def _sound_rows(ctx: ReturnContext, faults: list[tuple[Rule, Fault]], but: Sequence[str] = ()) -> "pd.Index[int]":
    """The rows in which no error was found, those in some columns not counted.

    A wrong date of extract stands on every row and says nothing against a figure, which is added up all the same.
    """
    wrong = {
        row
        for rule, fault in faults
        if rule.severity is Severity.ERROR and fault.column not in but
        for row in (fault.row, *fault.also_rows)
    }
    return ctx.written.index[~ctx.written.index.isin([row for row in wrong if row is not None])]


def _reading_order(found: tuple[Rule, Fault]) -> tuple[float, int, str, str]:
    """As somebody goes through the file: by row, then column; what concerns the whole file comes last."""
    rule, fault = found
    row = float("inf") if fault.row is None else float(fault.row)
    column = COLUMNS.index(fault.column) if fault.column in COLUMNS else -1
    return row, column, rule.id, fault.message


def _values(ctx: ReturnContext, area: str) -> pd.DataFrame:
    # A row with neither value nor symbol reports nothing: that it is blank has a finding.
    read = ctx.read[~ctx.blank]
    nil = read["symbol"] == "nil"
    value = read["value"].mask(nil, 0.0)
    number = pd.Series(np.where(value == 0, State.ZERO.value, State.VALUE.value), index=read.index, dtype="str")
    state = read["symbol"].map({symbol: state.value for symbol, state in SYMBOLS.items()})
    frame = pd.DataFrame(
        {
            "area": pd.Series(area, index=read.index, dtype="str"),
            **{name: read[name] for name in ("period", "basis", "quantity", "category")},
            "value": value.astype("float64"),
            "symbol": read["symbol"],
            "state": state.where(read["symbol"] != "", number).astype("str"),
            "row": read.index.to_numpy(dtype="int64"),
            "note": read["note"],
        }
    )
    return frame.reset_index(drop=True)[list(VALUE_COLUMNS)]


def _extract_date(ctx: ReturnContext) -> date | None:
    days = set(ctx.read["extract_date"].unique()) - {""}
    return date.fromisoformat(days.pop()) if len(days) == 1 else None


def _status(ctx: ReturnContext) -> str:
    """Final only where every row says so."""
    return "final" if set(ctx.read["status"].unique()) == {"final"} else "provisional"
