"""The database, for SQLite and PostgreSQL alike.

Sources and what they say are only ever added: a release or a submission is a *source*, each of its numbers is a
*quantity value* (or a *population*), and acceptance, supersession and withdrawal are *events* on the source. Figures
are computed from them and may be thrown away and made again. No key is ever NULL: a whole is the category `total`.

The three tables of facts (quantity values, populations, figures) have no foreign keys: a load checks each distinct area
once instead of every row three times, which halves its time on PostgreSQL. A test looks for rows that point nowhere.
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, MetaData
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# STRICT tables make SQLite refuse a text where a number belongs, as PostgreSQL does; they only know these type names.
@compiles(sa.String, "sqlite")
@compiles(sa.Text, "sqlite")
@compiles(sa.Date, "sqlite")
@compiles(sa.DateTime, "sqlite")
@compiles(sa.JSON, "sqlite")
def _text_in_sqlite(_type: object, _compiler: object, **_: Any) -> str:
    return "TEXT"


@compiles(sa.Boolean, "sqlite")
def _integer_in_sqlite(_type: object, _compiler: object, **_: Any) -> str:
    return "INTEGER"


@compiles(sa.LargeBinary, "sqlite")
def _blob_in_sqlite(_type: object, _compiler: object, **_: Any) -> str:
    return "BLOB"


@compiles(sa.Float, "sqlite")
def _real_in_sqlite(_type: object, _compiler: object, **_: Any) -> str:
    return "REAL"


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Goes in with a zone, is kept as UTC, comes out as UTC; SQLite itself knows no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse an instant without a zone; SQLite gets it as UTC without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: sa.Text(),
        float: sa.Float(),
        date: sa.Date(),
        datetime: UtcDateTime(),
        dict[str, Any]: sa.JSON(),
        bytes: sa.LargeBinary(),
    }
    __table_args__: Any = ({"sqlite_strict": True},)


class PartnershipRow(Base):
    """Who the installation is for. One for now; everything a partnership owns carries its id."""

    __tablename__ = "partnership"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    home_area: Mapped[str]
    demonstration: Mapped[bool] = mapped_column(sa.Boolean(create_constraint=False), default=False)
    """Whether its returns are made up to show the product, which every page then says."""


class AreaRow(Base):
    """Every area of `schema/areas/`, so that rows can point at one."""

    __tablename__ = "area"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str]


class PeriodRow(Base):
    """Every period that a value or figure is for."""

    __tablename__ = "period"

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    start: Mapped[date]
    end: Mapped[date]


class SourceRow(Base):
    """Where numbers came from: one file of one release of a dataset, or one version of one agency's return."""

    __tablename__ = "source"
    __table_args__ = (
        # The same content is never kept twice for the same purpose, and a return's versions are numbered without gaps.
        sa.UniqueConstraint("partnership_id", "kind", "publisher", "edition", "version"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    partnership_id: Mapped[str] = mapped_column(ForeignKey("partnership.id"))
    kind: Mapped[str]
    """`release`, `submission` or `paper`."""
    publisher: Mapped[str]
    """The dataset's id, the agency's, or the paper's."""
    edition: Mapped[str]
    """The release day, the period that the return is for, or the part of a paper."""
    version: Mapped[int] = mapped_column(default=1)
    series_title: Mapped[str]
    released_on: Mapped[date]
    """The day of publication, or the day of extract of a return."""
    status: Mapped[str]
    """provisional, revised or final."""
    file_name: Mapped[str]
    sha256: Mapped[str]
    reading: Mapped[str] = mapped_column(server_default=sa.text("''"))
    """What was read of the file: the same file is a new version once more of it is read. Empty for returns."""
    row_count: Mapped[int]
    loaded_at: Mapped[datetime]
    actor: Mapped[str]


class SourceEventRow(Base):
    """What happened to a source. At any instant its newest event holds, and only `accepted` brings it onto a page.

    A release is accepted when it is loaded. A submission is `submitted`, may be `queried`, `answered` and `returned`,
    and is `accepted` by a second person. Both can be `superseded` and `withdrawn`.
    """

    __tablename__ = "source_event"
    __table_args__ = (Index(None, "source_id", "at"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    event: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")


class SubmissionFileRow(Base):
    """The file of a submission, byte for byte as it was sent. Its hash is the source's."""

    __tablename__ = "submission_file"

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True, autoincrement=False)
    content: Mapped[bytes]


class SubmissionFindingRow(Base):
    """What the checks found in a submission, and how whoever sent it explained that. Never changed."""

    __tablename__ = "submission_finding"
    __table_args__ = (sa.PrimaryKeyConstraint("source_id", "number"), {"sqlite_strict": True})

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    number: Mapped[int]
    """From 1, in the order in which somebody goes through the file."""
    rule: Mapped[str]
    severity: Mapped[str]
    message: Mapped[str]
    remedy: Mapped[str]
    sheet: Mapped[str]
    row_number: Mapped[int | None]
    column_name: Mapped[str]
    cell: Mapped[str]
    value: Mapped[str]
    explanation: Mapped[str]
    """Empty for what needs none."""


class DisputeSettlementRow(Base):
    """That a dispute between two agencies about one number was settled: whose number stands, and what the two said.

    It holds for as long as both say what they said then. Never changed: a later one takes its place.
    """

    __tablename__ = "dispute_settlement"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    partnership_id: Mapped[str] = mapped_column(ForeignKey("partnership.id"))
    quantity: Mapped[str]
    area_id: Mapped[str] = mapped_column(ForeignKey("area.id"))
    period: Mapped[str]
    basis: Mapped[str]
    category: Mapped[str]
    agreed: Mapped[str]
    """The agency whose number stands."""
    said: Mapped[dict[str, Any]]
    """By agency, what each had said when it was settled: a number, or a symbol."""
    reason: Mapped[str]
    who: Mapped[str]
    """Who agreed on it; `actor` wrote it down."""
    at: Mapped[datetime]
    actor: Mapped[str]


class QuantityValueRow(Base):
    """One number (or symbol) for one quantity, area, period, basis and category, from one source. Never updated."""

    __tablename__ = "quantity_value"
    __table_args__ = (
        sa.PrimaryKeyConstraint("source_id", "quantity", "area_id", "period", "basis", "category"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    source_id: Mapped[int]
    quantity: Mapped[str]
    area_id: Mapped[str]
    period: Mapped[str]
    basis: Mapped[str]
    category: Mapped[str]
    value: Mapped[float | None]
    symbol: Mapped[str]
    """As printed: `c`, `z`, `low` …; empty beside a number."""
    state: Mapped[str]
    row_number: Mapped[int]
    """The row of the file, the header being row 1."""
    note: Mapped[str]


class PopulationRow(Base):
    """Residents at a mid-year, by age band, sex and ethnicity. A single year of age has equal ends."""

    __tablename__ = "population"
    __table_args__ = (
        sa.PrimaryKeyConstraint("source_id", "area_id", "period", "age_from", "age_to", "sex", "ethnicity"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    source_id: Mapped[int]
    area_id: Mapped[str]
    period: Mapped[str]
    age_from: Mapped[int]
    age_to: Mapped[int]
    sex: Mapped[str]
    ethnicity: Mapped[str]
    value: Mapped[float | None]
    symbol: Mapped[str]
    state: Mapped[str]
    row_number: Mapped[int]


class NeighbourRow(Base):
    """One of an authority's statistical neighbours, in one model. The relation is not symmetric."""

    __tablename__ = "neighbour"

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    area_id: Mapped[str] = mapped_column(ForeignKey("area.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    neighbour_id: Mapped[str] = mapped_column(ForeignKey("area.id"))
    closeness: Mapped[str]


class FigureRow(Base):
    """A measure computed for an area, period, basis and category, from one source (and those it rests on).

    `value` is the one that rules (design, rule 1) and `origin` says which that is, `computed` or `published`;
    `other_value` is the one that does not, kept as a check. `denominator_source_id` is the population's release.
    """

    __tablename__ = "figure"
    __table_args__ = (
        sa.PrimaryKeyConstraint("measure", "source_id", "area_id", "period", "basis", "category"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    measure: Mapped[str]
    source_id: Mapped[int]
    area_id: Mapped[str]
    period: Mapped[str]
    basis: Mapped[str]
    category: Mapped[str]
    numerator: Mapped[float | None]
    denominator: Mapped[float | None]
    value: Mapped[float | None]
    state: Mapped[str]
    origin: Mapped[str]
    other_value: Mapped[float | None]
    status: Mapped[str]
    measure_version: Mapped[int]
    denominator_source_id: Mapped[int]
    """0 where the denominator is not a population."""
    population_period: Mapped[str]
    """The mid-year of the population beneath, or empty."""


class HistoricFigureRow(Base):
    """One figure as an older paper prints it. Its period is two days, for it may be none of ours ("year to July 2015").

    Nothing is computed from these and no modern figure is joined to them: they are shown behind a break in the series.
    """

    __tablename__ = "historic_figure"
    __table_args__ = (
        sa.PrimaryKeyConstraint("source_id", "row_number"),
        Index(None, "measure"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    row_number: Mapped[int]
    """The row of the file, the header being row 1."""
    measure: Mapped[str]
    area_id: Mapped[str] = mapped_column(ForeignKey("area.id"))
    beside: Mapped[str]
    """Empty for the area itself; otherwise whom the paper sets beside it."""
    period_label: Mapped[str]
    """As printed."""
    start: Mapped[date]
    end: Mapped[date]
    basis: Mapped[str]
    category: Mapped[str]
    as_printed: Mapped[str]
    value: Mapped[float | None]
    """None where the paper prints words ("not published", "less than 40%")."""
    numerator: Mapped[float | None]
    denominator: Mapped[float | None]
    unit: Mapped[str]
    """As printed: it may be another than the measure's."""
    place: Mapped[str]
    """Page, paragraph or heading."""
    scope: Mapped[str]
    """How what is counted differs from the measure and the area; empty where it does not as far as the paper says."""
    caveat: Mapped[str]
    computed: Mapped[float | None]
    """Numerator over denominator by the measure's formula, where the paper prints both."""
    disagreement: Mapped[str]
    """A sentence where `computed` is not the printed value."""


class ChartNoteRow(Base):
    """What a person has put on charts: a new baseline, an event, or a target. Never changed; it can be withdrawn.

    An empty `measure`, `agency`, `area_id`, `category` or `basis` means every one.
    """

    __tablename__ = "chart_note"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    partnership_id: Mapped[str] = mapped_column(ForeignKey("partnership.id"))
    kind: Mapped[str]
    """`rebase`, `event` or `target`."""
    measure: Mapped[str]
    agency: Mapped[str]
    """Whose measures an event marks; empty for the other kinds."""
    area_id: Mapped[str]
    category: Mapped[str]
    basis: Mapped[str]
    """Of a target that is a number of something, which means one thing in a quarter and another in a year."""
    day: Mapped[date]
    """The first day of the new baseline, the day of the event, or the day from which the target holds."""
    period: Mapped[str]
    """The month or quarter that a new baseline begins with; empty for the other kinds."""
    value: Mapped[float | None]
    """The target, in the unit of its measure."""
    event_kind: Mapped[str]
    """`event`, `definition` or `system`; empty for the other kinds."""
    text: Mapped[str]
    """Why the baseline or the target is so, or what happened."""
    who: Mapped[str]
    """Who decided it; `actor` wrote it down."""
    at: Mapped[datetime]
    actor: Mapped[str]


class ChartNoteWithdrawalRow(Base):
    """That a note on charts holds no longer. It stays, and a look back before this instant shows it still."""

    __tablename__ = "chart_note_withdrawal"

    note_id: Mapped[int] = mapped_column(ForeignKey("chart_note.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str]


class AuditEventRow(Base):
    """Every write, who did it, and when."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "at"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    partnership_id: Mapped[str] = mapped_column(ForeignKey("partnership.id"))
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
