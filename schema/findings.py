"""A finding: one fault in one place, in the one shape that every check uses."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Severity(StrEnum):
    """ERROR blocks a submission. WARNING passes once it is explained. NOTE tells something that needs neither."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(BaseModel):
    """One fault. `row` is the row as a spreadsheet numbers it (the header is row 1); `cell` is its address there.

    `value` is what stood in the cell, shortened. It is only ever filled for cells of the return's own figures, codes
    and dates, never for free text, which might name a person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    severity: Severity
    message: str
    remedy: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    cell: str = ""
    value: str = ""

    @property
    def key(self) -> str:
        """What tells it from every other finding of the same file, so that an explanation finds it again."""
        return "|".join((self.rule, self.sheet, str(self.row or ""), self.column, self.message))

    def sentence(self) -> str:
        """Where, what and how to mend it, on one line."""
        where = " ".join(
            part
            for part in (
                f"sheet {self.sheet}," if self.sheet else "",
                f"row {self.row}," if self.row is not None else "",
                f"column {self.column}" if self.column else "",
                f"({self.cell})" if self.cell else "",
            )
            if part
        ).rstrip(",")
        return f"{where}: {self.message} {self.remedy}" if where else f"{self.message} {self.remedy}"
