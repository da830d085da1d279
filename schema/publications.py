"""Publications: how a published dataset is recognised, what its releases are, and which column is which quantity."""

from datetime import date
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

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


class TimeKind(StrEnum):
    """What a file's `time_period` stands for. DfE's "Reporting year 2025" is one interval here and another there."""

    YEAR_TO_31_MARCH = "year-to-31-march"
    YEAR_TO_30_SEPTEMBER = "year-to-30-september"
    ACADEMIC_YEAR = "academic-year"
    MID_YEAR = "mid-year"
    CALENDAR_YEAR = "calendar-year"
    POOLED_YEARS = "pooled-years"
    """Several years to 31 March taken together, printed `2020-23` or the like."""
    AT_31_MARCH = "at-31-march"
    """A year that stands for its 31 March, whatever it is printed as."""


class Series(Model):
    """One column (of the rows that match `where`) that holds one quantity, or one category of it.

    `time` is what the row's period stands for where a file mixes several (a compilation of many publications does);
    `month` (1 to 12) marks a column that holds one month of the row's year.
    """

    quantity: str
    column: str
    category: str = TOTAL
    where: dict[str, str] = Field(default_factory=dict)
    time: TimeKind | None = None
    month: int | None = Field(default=None, ge=1, le=12)


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
    """

    latest_period: str | None = None
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


class Publication(Model):
    """A published dataset: the only place where its columns are mapped.

    `series_title` is the publication that it belongs to: its datasets are released together, and figures are computed
    within one release of it. `columns` are all columns beside the geography, as the newest release names them; a header
    that is neither this nor a declared variation of it is refused.
    A `compilation` repeats what others publish first: it is shown only for a period that no first publisher covers, and
    is checked against them everywhere else.
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
    series: tuple[Series, ...] = ()
    population_series: tuple[PopulationSeries, ...] = ()
    neighbours: NeighbourModel | None = None
    releases: dict[date, Release]

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if (self.format == "ees") != (self.time is not None):
            raise ValueError("an `ees` file says in `time` what its time_period stands for, and no other does")
        if (self.format == "statistical-neighbours") != (self.neighbours is not None):
            raise ValueError("`neighbours` is for statistical-neighbour files, and each of them has it")
        everywhere = set(self.columns) | {c for release in self.releases.values() for c in release.added}
        mapped: list[Series | PopulationSeries] = [*self.series, *self.population_series]
        named = {s.column for s in mapped} | {column for s in mapped for column in s.where}
        if unknown := sorted((named | set(self.constant)) - everywhere):
            raise ValueError(f"column {', '.join(unknown)} is in no release: list it in `columns`, or mend its name")
        for day, release in self.releases.items():
            if unknown := sorted((set(release.renamed) | set(release.absent)) - set(self.columns)):
                raise ValueError(f"release {day} renames or lacks {', '.join(unknown)}, which `columns` does not list")
        return self

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
