"""Publications: how a published dataset is recognised, what its releases are, and which column is which quantity."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from schema.files import Model
from schema.quantities import ID_PATTERN, TOTAL, Ages

# The ten columns that every "explore education statistics" file with regions and authorities has, in any order.
EES_GEOGRAPHY: tuple[str, ...] = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
)

# What a file of a format that others fix has for columns; a publication in it need not list them.
LAYOUTS: dict[str, tuple[str, ...]] = {
    "lait": ("Short Desc", "Data item", "Years", "LA and Regions", "Values", "LA Number", "Region"),
    "fingertips": (
        "Indicator ID",
        "Indicator Name",
        "Parent Code",
        "Parent Name",
        "Area Code",
        "Area Name",
        "Area Type",
        "Sex",
        "Age",
        "Category Type",
        "Category",
        "Time period",
        "Value",
        "Lower CI 95.0 limit",
        "Upper CI 95.0 limit",
        "Lower CI 99.8 limit",
        "Upper CI 99.8 limit",
        "Count",
        "Denominator",
        "Value note",
        "Recent Trend",
        "Time period Sortable",
        "New data",
        "Compared to goal",
        "Time period range",
    ),
    "ons-ages": ("Code", "Name", "Geography", "All ages", *(str(age) for age in range(90)), "90+"),
}


def is_comparison(column: str) -> bool:
    """Whether a Fingertips column compares with some other area: which it has depends on what was asked for."""
    return column.startswith("Compared to ") and column.endswith("percentiles")


class TimeKind(StrEnum):
    """What a file's `time_period` stands for. DfE's "Reporting year 2025" is one interval here and another there."""

    YEAR_TO_31_MARCH = "year-to-31-march"
    YEAR_TO_30_SEPTEMBER = "year-to-30-september"
    ACADEMIC_YEAR = "academic-year"
    MID_YEAR = "mid-year"
    CALENDAR_YEAR = "calendar-year"
    POOLED_YEARS = "pooled-years"
    """Several years to 31 March taken together, printed `2020/21-22/23`."""
    AT_31_MARCH = "at-31-march"
    """A year that stands for its 31 March, whatever it is printed as."""


class Series(Model):
    """One column (of the rows that match `where`) that holds one quantity, or one category of it.

    `time` is what the row's period stands for where a file mixes several (a compilation of many publications does);
    `month` (1 to 12) marks a column that holds one month of the row's year: January of the year to 31 March 2024 is
    that of 2024, April that of 2023. `signed` says that a value may lie below nought, as a progress score may; a
    count, percentage or rate never does.
    """

    quantity: str
    column: str
    category: str = TOTAL
    where: dict[str, str] = Field(default_factory=dict)
    time: TimeKind | None = None
    month: int | None = Field(default=None, ge=1, le=12)
    signed: bool = False


class PopulationSeries(Model):
    """One column that holds a population estimate, for the rows that match `where`."""

    column: str
    ages: Ages
    where: dict[str, str] = Field(default_factory=dict)


class Release(Model):
    """One release of a dataset.

    `latest_period` is the newest `time_period` in the file, since headers often cannot tell two releases apart.
    `renamed` gives the column's name in this release by its name in `columns`; `added` and `absent` are columns that
    only this release has or lacks. `population` is the release of the mid-year estimates that its rates rest on.
    `rows` is how many rows the file has, for one that has no single newest period and is told by its size.
    """

    latest_period: str | None = None
    rows: int | None = Field(default=None, gt=0)
    status: Literal["provisional", "revised", "final"] = "final"
    population: date | None = None
    renamed: dict[str, str] = Field(default_factory=dict)
    added: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @field_validator("latest_period", mode="before")
    @classmethod
    def _number_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value


class NeighbourModel(Model):
    """How a statistical-neighbour file is laid out. `{rank}` runs from 1 to `size`; closeness is the column after."""

    id: str = Field(pattern=ID_PATTERN)
    title: str
    valid_from: date
    size: int
    authority_column: str
    neighbour_column: str


Mapped = TypeVar("Mapped", Series, PopulationSeries)


def _column_is_there(mapped: Mapped, info: ValidationInfo) -> Mapped:
    """Refuse a mapping of a column that no release has. Here, so that the fault names the line of the mapping."""
    releases: dict[date, Release] = info.data.get("releases", {})
    columns = {*info.data.get("columns", ()), *(column for found in releases.values() for column in found.added)}
    if unknown := sorted({mapped.column, *mapped.where} - columns):
        raise ValueError(f"column {', '.join(unknown)} is in no release: list it in `columns`, or mend its name")
    return mapped


class Publication(Model):
    """A published dataset: the only place where its columns are mapped.

    `series_title` is the publication that it belongs to: its datasets are released together, and figures are computed
    within one release of it. `columns` are all columns beside the geography, as the newest release names them; a header
    that is neither this nor a declared variation of it is refused.
    A `compilation` repeats what others publish first: it is shown only for a period that no first publisher covers, and
    is checked against them everywhere else. A `lait`, `fingertips` or `ons-ages` file has columns of its own, which
    need not be listed; where a Fingertips file's comparisons with other areas are, they tell it from its like.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: str
    series_title: str
    publisher: str
    format: Literal["ees", "statistical-neighbours", "lait", "fingertips", "ons-ages"] = "ees"
    compilation: bool = False
    time: TimeKind | None = None
    time_identifier: str = "Reporting year"
    constant: dict[str, str] = Field(default_factory=dict)
    columns: tuple[str, ...]
    # Before the mappings, which are checked against every release's columns.
    releases: dict[date, Release] = Field(min_length=1)
    series: tuple[Annotated[Series, AfterValidator(_column_is_there)], ...] = ()
    population_series: tuple[Annotated[PopulationSeries, AfterValidator(_column_is_there)], ...] = ()
    neighbours: NeighbourModel | None = None

    @model_validator(mode="before")
    @classmethod
    def _fixed_layout(cls, content: Any) -> Any:
        layout = LAYOUTS.get(content.get("format", "")) if isinstance(content, dict) else None
        if layout is None:
            return content
        listed = [str(column) for column in content.get("columns") or layout]
        if {column for column in listed if not is_comparison(column)} != set(layout):
            raise ValueError(f"a `{content['format']}` file has columns of its own: leave `columns` out")
        return {**content, "columns": listed}

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if (self.format == "ees") != (self.time is not None):
            raise ValueError("an `ees` file says in `time` what its time_period stands for, and no other does")
        if (self.format == "statistical-neighbours") != (self.neighbours is not None):
            raise ValueError("`neighbours` is for statistical-neighbour files, and each of them has it")
        everywhere = set(self.columns) | {c for release in self.releases.values() for c in release.added}
        if unknown := sorted(set(self.constant) - everywhere):
            raise ValueError(f"column {', '.join(unknown)} is in no release: list it in `columns`, or mend its name")
        for day, release in self.releases.items():
            if unknown := sorted((set(release.renamed) | set(release.absent)) - set(self.columns)):
                raise ValueError(f"release {day} renames or lacks {', '.join(unknown)}, which `columns` does not list")
        self._series_fit()
        return self

    def _series_fit(self) -> None:
        """What the series of each format must say."""
        key = {"lait": "Short Desc", "fingertips": "Indicator ID"}.get(self.format)
        for series in self.series:
            if key and (series.time is None or key not in series.where):
                raise ValueError(f"{series.quantity}: a `{self.format}` series says `time`, and `{key}` in its `where`")
            if self.format == "lait" and set(series.where) != {"Short Desc"}:
                raise ValueError(f"{series.quantity}: `where` of a `lait` series has `Short Desc` and nothing else")
            if series.month is not None and self.time is not TimeKind.YEAR_TO_31_MARCH:
                raise ValueError(f"{series.quantity}: `month` is for a file whose `time` is year-to-31-march")
        pooled = {self.time, *(series.time for series in self.series if self.format == "ees")}
        if TimeKind.POOLED_YEARS in pooled:
            raise ValueError("`time`: pooled years are for single series of a `lait` or `fingertips` file")

    @property
    def carries_population(self) -> bool:
        """Whether mid-year estimates of residents come from it."""
        return bool(self.population_series) or self.format == "ons-ages"

    def header(self, release: date) -> tuple[str, ...]:
        """The columns beside the geography that a file of this release has."""
        found = self.releases[release]
        kept = (found.renamed.get(column, column) for column in self.columns if column not in found.absent)
        return (*kept, *found.added)

    def column_in(self, release: date, column: str) -> str | None:
        """What a column is called in a release; None where the release does not have it."""
        found = self.releases[release]
        if column in found.absent or (column not in self.columns and column not in found.added):
            return None
        return found.renamed.get(column, column)
