"""A rule is one decorated function. This is the register that they all stand in, and what a rule sees: a fault.

    @rule("value-negative", Severity.ERROR, "Write the number itself, without a minus sign.")
    def value_negative(ctx: ReturnContext) -> Iterator[Fault]:
        \"\"\"A count below nought.\"\"\"

The function carries the rule's name and its docstring says what is wrong; its test carries the same name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

import pandas as pd

from etl.extract.returns import ReturnTable
from etl.validate.child_records import shown
from etl.validate.context import ReturnContext
from schema.findings import Finding, Severity


class Stage(IntEnum):
    """When a rule is asked. Adding up rows that are themselves wrong would only report their faults again."""

    ROWS = 1
    """Every row, as it came."""
    SUMS = 2
    """The rows in which no rule of the first stage found an error."""


@dataclass(frozen=True)
class Fault:
    """What a rule saw, and where. The register adds who says so, how grave it is, and the cell's address.

    `value` is what stands in the cell, for figures, codes and dates only. `remedy` replaces the rule's own where this
    fault has a better one. `also_rows` share the fault and get no finding of their own: a wrong extract date, say,
    stands on every row. `cell` is given where it is not the one of `row` and `column`.
    """

    message: str
    row: int | None = None
    column: str = ""
    value: str = ""
    remedy: str = ""
    also_rows: tuple[int, ...] = ()
    cell: str = ""


def once(ctx: ReturnContext, column: str, rows: "pd.Index[int]", message: str, value: str = "") -> Fault:
    """One fault for all rows of a column that share it, at the first of them; or, where they all have it from a line
    above the table, there. `message` is without its full stop."""
    first, *others = (int(row) for row in rows)
    above = ctx.table.above.get(column)
    if above is not None and {first, *others} <= ctx.from_above.get(column, frozenset()):
        return Fault(f"{message}.", above.row, column, value, also_rows=(first, *others), cell=above.cell)
    more = f" ({more_rows(len(others), 'is', 'are')} the same)" if others else ""
    return Fault(f"{message}{more}.", first, column, value, also_rows=tuple(others))


def more_rows(number: int, one: str = "", many: str = "") -> str:
    """“1 more row”, “12 more rows”, and the verb that goes with them."""
    return f"{number} more {'row' if number == 1 else 'rows'} {one if number == 1 else many}".rstrip()


Check = Callable[[ReturnContext], Iterator[Fault]]


@dataclass(frozen=True)
class Rule:
    """A registered rule. `summary` is its docstring's first line."""

    id: str
    severity: Severity
    remedy: str
    stage: Stage
    summary: str
    check: Check

    def finding(self, fault: Fault, table: ReturnTable) -> Finding:
        """A fault as a finding, with its cell's address."""
        letters = table.letters.get(fault.column, "")
        return Finding(
            rule=self.id,
            severity=self.severity,
            message=fault.message,
            remedy=fault.remedy or self.remedy,
            sheet=shown(table.sheet, len(table.sheet)),
            row=fault.row,
            column=fault.column,
            cell=fault.cell or (f"{letters}{fault.row}" if letters and fault.row is not None else ""),
            # Free text is never repeated: it might name a person.
            value="" if fault.column == "note" else shown(fault.value),
        )


_RULES: dict[str, Rule] = {}


def rule(rule_id: str, severity: Severity, remedy: str, *, stage: Stage = Stage.ROWS) -> Callable[[Check], Check]:
    """Register a function as a rule.

    Raises:
        ValueError: the id is taken, is not the function's name, or the function does not say what it finds.
    """

    def register(check: Check) -> Check:
        if rule_id in _RULES:
            raise ValueError(f"there is already a rule “{rule_id}”")
        if check.__name__ != rule_id.replace("-", "_"):
            raise ValueError(f"rule “{rule_id}” is named {check.__name__}: a rule's function carries its id")
        if not check.__doc__:
            raise ValueError(f"rule “{rule_id}” has no docstring: say what it finds")
        summary = check.__doc__.strip().splitlines()[0]
        _RULES[rule_id] = Rule(rule_id, severity, remedy, stage, summary, check)
        return check

    return register


def registered() -> tuple[Rule, ...]:
    """Every rule registered so far, by id. `etl.validate.check.return_rules` makes sure that all are."""
    return tuple(_RULES[rule_id] for rule_id in sorted(_RULES))
