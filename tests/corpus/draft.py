"""A return that is being written: rows that can be found, changed, added and taken out, and what will be said of them.

A fault is planted in a row, and the row is remembered, not its number: where it will stand is known when all is done.
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = ("period", "quantity", "category", "basis", "value", "symbol", "note", "extract_date", "status", "area")

Place = tuple[str, int | None, str]
"""A rule, a row of the file and a column."""


@dataclass(eq=False)
class Row:
    """One row. `beyond` stands to the right of the last column."""

    cells: dict[str, str]
    beyond: str = ""

    @property
    def number(self) -> float:
        return float(self.cells["value"])


@dataclass
class Draft:
    """The rows of a return for one period, and every finding that its faults should lead to."""

    period: str
    rows: list[Row]
    said: list[tuple[str, Row | None, str]] = field(default_factory=list)
    planted: int = 0

    @classmethod
    def of(cls, path: Path, period: str) -> "Draft":
        """The rows of a CSV file."""
        with path.open(encoding="utf-8", newline="") as stream:
            return cls(period, [Row({name: row.get(name, "") for name in COLUMNS}) for row in csv.DictReader(stream)])

    def row(self, quantity: str, category: str = "total", basis: str = "", period: str = "") -> Row:
        """The one row of a quantity, category and basis (as it is written)."""
        wanted = {"quantity": quantity, "category": category, "basis": basis, "period": period or self.period}
        [found] = [row for row in self.rows if wanted.items() <= row.cells.items()]
        return found

    def block(self, quantity: str, breakdown: str, basis: str = "") -> list[Row]:
        """The rows of a quantity's breakdown, in their order."""
        return [
            row
            for row in self.rows
            if (row.cells["quantity"], row.cells["basis"], row.cells["period"]) == (quantity, basis, self.period)
            and row.cells["category"].startswith(f"{breakdown}:")
        ]

    def largest(self, quantity: str, breakdown: str) -> Row:
        """The row of the breakdown's largest category."""
        return max(self.block(quantity, breakdown), key=lambda row: row.number)

    def plant(self, rule: str, row: Row | None, column: str = "", **cells: str) -> Row | None:
        """Write into a row, and expect a finding of it."""
        if row is not None:
            row.cells |= cells
        self.planted += 1
        return self.also(rule, row, column)

    def also(self, rule: str, row: Row | None, column: str = "") -> Row | None:
        """Expect one more finding, which follows from a fault that is planted already."""
        self.said.append((rule, row, column))
        return row

    def add(self, like: Row, **cells: str) -> Row:
        """One more row at the end, made like another."""
        new = Row({**like.cells, "note": "", **cells})
        self.rows.append(new)
        return new

    def remove(self, *rows: Row) -> None:
        """Take rows out."""
        self.rows = [row for row in self.rows if not any(row is gone for gone in rows)]

    def text(self) -> str:
        """The file; the header is row 1."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in self.rows:
            writer.writerow([*(row.cells[name] for name in COLUMNS), *([row.beyond] if row.beyond else [])])
        return stream.getvalue()

    def expected(self) -> Counter[Place]:
        """How often each place should be told of."""
        number = {id(row): place for place, row in enumerate(self.rows, start=2)}
        return Counter((rule, None if row is None else number[id(row)], column) for rule, row, column in self.said)
