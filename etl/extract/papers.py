"""Reads figures that a partnership's older papers print, transcribed as a CSV file (see `sample_data/historic/`).

A paper is declared once, in `<paper>.yaml`; its figures stand beside it in `<paper>.<part>.csv`, one row a figure, with
the place in the paper where it is printed. They are kept as printed. Where a row gives numerator and denominator, the
value is computed again by the formula of the measures and set against the printed one: a difference is said beside the
figure and never put right, for nobody can ask the paper any more.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from etl.extract.csv_file import read_csv_file
from etl.extract.table import Table
from etl.transform.papers import computed_again, rounds_to
from schema.catalogue import Catalogue
from schema.errors import FileRefusedError
from schema.files import Model, build, read_yaml
from schema.findings import Finding, Severity
from schema.measures import Measure
from schema.periods import Basis

COLUMNS = (
    "measure", "area", "beside", "period_label", "start", "end", "basis", "category", "as_printed", "value",
    "numerator", "denominator", "unit", "place", "scope", "caveat",
)  # fmt: skip

FRAME_COLUMNS = (*COLUMNS, "computed", "disagreement", "row")

OTHER_PERIOD = "other"
"""A stretch that is none of the bases: several years, six months, or one that the paper does not state."""

NEIGHBOURS, WIDER, NOT_STATED = "statistical neighbours", "wider area", "area not stated"
BESIDE = ("", NEIGHBOURS, WIDER, NOT_STATED)
"""Of whom the figure is: the area itself, or as the paper prints it its statistical neighbours, a wider area that it is
part of (`scope` says which), or an area that the paper does not state."""

# How many days a basis covers. A paper's own label says which; this only catches a slip of the dates.
_DAYS = {
    Basis.AT_DATE.value: (1, 1),
    Basis.MONTH.value: (28, 31),
    Basis.QUARTER.value: (90, 92),
    Basis.YEAR.value: (365, 366),
    Basis.ACADEMIC_YEAR.value: (365, 366),
    OTHER_PERIOD: (1, 36_600),
}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_IN_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


class Paper(Model):
    """A paper whose figures are kept. `about` says in a sentence how far its figures can be trusted as a whole."""

    id: str
    title: str
    publisher: str
    published: date
    licence: str
    about: str

    @property
    def name(self) -> str:
        """Publisher and title, as they stand beside a figure."""
        return f"{self.publisher}, {self.title}"


@dataclass(frozen=True)
class PaperFile:
    """One read file: `figures` has `FRAME_COLUMNS`, `disagreements` what printed values differ from their counts."""

    paper: Paper
    part: str
    file_name: str
    sha256: str
    figures: pd.DataFrame
    disagreements: tuple[Finding, ...]


class _Fault(NamedTuple):
    rule: str
    column: str
    message: str
    remedy: str


def read_paper(path: Path, catalogue: Catalogue) -> PaperFile:
    """Read one file of a paper's figures.

    Raises:
        WrongUseError: there is no such file.
        SchemaError: the paper's declaration beside it is missing or wrong.
        FileRefusedError: a row names what is not there, or contradicts itself; every fault is on the error.
    """
    table = read_csv_file(path)
    paper_id, _, part = path.name.removesuffix(".csv").partition(".")
    if not part:
        raise FileRefusedError(
            f"{path.name}: the name does not say which paper and which part of it. Name it <paper>.<part>.csv, "
            "such as board-annual-report-2017-18.children.csv, beside <paper>.yaml."
        )
    declaration = path.with_name(f"{paper_id}.yaml")
    paper = build(Paper, read_yaml(declaration, path.parent), declaration, root=path.parent, id=paper_id)
    if table.header != COLUMNS:
        raise FileRefusedError(
            f"{path.name}, line 1: the columns are not those of a paper's figures. Make them "
            f"{','.join(COLUMNS)}, in this order."
        )
    rows = _rows(table)
    faults = [
        Finding(rule=f.rule, severity=Severity.ERROR, message=f.message, remedy=f.remedy, row=number, column=f.column)
        for number, row in rows
        for f in _faults(row, catalogue)
    ]
    faults += _repeated(rows)
    if faults:
        first = min(faults, key=lambda fault: fault.row or 0)
        raise FileRefusedError(f"{path.name}, {first.sentence()} Nothing was loaded.", faults)
    figures, disagreements = _checked(_typed(rows), catalogue)
    return PaperFile(paper, part, path.name, table.sha256, figures, disagreements)


_Row = dict[str, str]


def _rows(table: Table) -> list[tuple[int, _Row]]:
    """Each row with its number, the header being row 1."""
    cells = table.cells.itertuples(index=False, name=None)
    return [
        (number, {name: cell.strip() for name, cell in zip(COLUMNS, row, strict=True)})
        for number, row in enumerate(cells, start=2)
    ]


def _faults(row: _Row, catalogue: Catalogue) -> Iterator[_Fault]:
    if row["measure"] not in catalogue.measures:
        yield _Fault(
            "paper-measure-unknown", "measure", f"“{row['measure'][:60]}” is no measure.",
            "`safeguarding measures` lists them; add the measure first, or mend the id.",
        )  # fmt: skip
    if row["area"] not in catalogue.areas.by_id:
        yield _Fault(
            "paper-area-unknown", "area", f"“{row['area'][:60]}” is no area.", "Give its id, such as stoke-on-trent."
        )
    if row["beside"] not in BESIDE:
        yield _Fault(
            "paper-beside-unknown", "beside", f"“{row['beside'][:60]}” is not whom a figure can be of.",
            f"Leave it empty for the area itself, or write one of: {', '.join(BESIDE[1:])}.",
        )  # fmt: skip
    if row["category"] not in catalogue.category_keys:
        yield _Fault(
            "paper-category-unknown", "category", f"“{row['category'][:60]}” is no category.",
            "Write `total`, or `breakdown:category` as the schema names them.",
        )  # fmt: skip
    yield from _wrong_dates(row)
    yield from _wrong_numbers(row)
    for name in ("period_label", "as_printed", "unit", "place"):
        if not row[name]:
            yield _Fault("paper-cell-empty", name, "Nothing stands here.", "Write what the paper prints.")


def _wrong_dates(row: _Row) -> Iterator[_Fault]:
    days = []
    for name in ("start", "end"):
        try:
            days.append(date.fromisoformat(row[name]))
        except ValueError:
            yield _Fault("paper-day-wrong", name, f"“{row[name][:40]}” is no day.", "Write it as 2018-03-31.")
    if row["basis"] not in _DAYS:
        yield _Fault(
            "paper-basis-unknown", "basis", f"“{row['basis'][:40]}” is no basis.", f"Write one of {', '.join(_DAYS)}."
        )
    elif len(days) == 2:
        least, most = _DAYS[row["basis"]]
        covered = (days[1] - days[0] + timedelta(days=1)).days
        if not least <= covered <= most:
            yield _Fault(
                "paper-basis-and-dates", "end", f"{row['start']} to {row['end']} is not “{row['basis']}”.",
                f"Mend the dates, or write `{OTHER_PERIOD}`.",
            )  # fmt: skip


def _possible(name: str, text: str) -> bool:
    """Whether a number can be what it is said to be: counts are not negative, and nothing is divided by nought."""
    return not (name == "numerator" and float(text) < 0) and not (name == "denominator" and float(text) <= 0)


def _wrong_numbers(row: _Row) -> Iterator[_Fault]:
    for name in ("value", "numerator", "denominator"):
        if row[name] and not (re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", row[name]) and _possible(name, row[name])):
            yield _Fault(
                "paper-number-wrong", name, f"“{row[name][:40]}” is no number.",
                "Write digits with a point, without commas or units; leave it empty where the paper has none.",
            )  # fmt: skip
            return
    if not row["value"]:
        return
    printed = [text.replace(",", "") for text in _NUMBER.findall(row["as_printed"])]
    if not printed:
        printed = [str(n) for n, word in enumerate(_IN_WORDS) if word in row["as_printed"].lower().split()]
    if row["value"] not in printed:
        yield _Fault(
            "paper-value-not-printed", "value", f"{row['value']} does not stand in “{row['as_printed'][:60]}”.",
            "Copy the number with all its decimals from what is printed.",
        )  # fmt: skip


def _repeated(rows: list[tuple[int, _Row]]) -> list[Finding]:
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for number, row in rows:
        first = seen.setdefault(tuple(row.values()), number)
        if first != number:
            found.append(
                Finding(
                    rule="paper-row-repeated",
                    severity=Severity.ERROR,
                    message=f"This row stands in row {first} already.",
                    remedy="Take one of them out.",
                    row=number,
                )
            )
    return found


def _typed(rows: list[tuple[int, _Row]]) -> pd.DataFrame:
    frame = pd.DataFrame([row for _, row in rows], columns=list(COLUMNS))
    for name in ("value", "numerator", "denominator"):
        frame[f"{name}_text"] = frame[name]
        frame[name] = pd.to_numeric(frame[name].replace("", None)).astype(float)
    for name in ("start", "end"):
        frame[name] = [date.fromisoformat(text) for text in frame[name]]
    return frame.assign(row=[number for number, _ in rows])


def per_of(unit: str, measure: Measure) -> int | None:
    """What a printed value is per: the measure's own where the units are the same, 100 for any other percentage.

    None for a plain count, which needs no computing.
    """
    if unit == measure.unit:
        return measure.per if measure.per != 1 or measure.denominator else None
    return 100 if unit == "%" else None


def _checked(frame: pd.DataFrame, catalogue: Catalogue) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """With `computed`, and in `disagreement` a sentence where it is not the printed value."""
    pers = [
        per_of(str(unit), catalogue.measures[str(measure)])
        for unit, measure in zip(frame["unit"], frame["measure"], strict=True)
    ]
    computed, said, findings = [math.nan] * len(frame), [""] * len(frame), []
    for per in {found for found in pers if found is not None}:
        again = computed_again(frame["numerator"].tolist(), frame["denominator"].tolist(), per)
        for at, value in enumerate(again):
            if pers[at] == per:
                computed[at] = float(value)
    for at, row in enumerate(frame.to_dict("records")):
        decimals = len(str(row["value_text"]).partition(".")[2])
        if math.isnan(computed[at]) or math.isnan(row["value"]) or rounds_to(computed[at], row["value"], decimals):
            continue
        said[at] = (
            f"{row['numerator']:,.15g} of {row['denominator']:,.15g} makes {computed[at]:,.{decimals}f}, "
            f"not the printed {row['value_text']}."
        )
        findings.append(
            Finding(
                rule="paper-value-disagrees",
                severity=Severity.WARNING,
                message=said[at],
                remedy="Kept as printed, and said beside the figure. Compare with the paper.",
                row=int(row["row"]),
                column="value",
                value=str(row["value_text"]),
            )
        )
    return frame.assign(computed=computed, disagreement=said)[list(FRAME_COLUMNS)], tuple(findings)
