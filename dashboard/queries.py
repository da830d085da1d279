"""The only reader of the database here. Reads figures once for each version of the data, and compares them on read."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock, local
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from dashboard.compared import ComparedMeasure, ReleasedFigures, Row
from dashboard.journeyed import JourneyFigures
from etl.load import store
from etl.load.chart_notes import read_notes
from etl.load.engine import reading
from etl.load.papers import read_historic
from etl.pipeline import figures_as_of
from etl.transform.agreement import agreement
from etl.transform.attention import with_counts_before
from etl.transform.chart_notes import ChartNote, ChartNotes
from etl.transform.comparisons import NeighbourSets, compare, newest_only
from etl.transform.control_charts import ControlCharts
from etl.transform.control_of import charts_of
from etl.transform.control_terms import Refusal
from etl.transform.read_all import read_all, to_read
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.periods import Basis
from schema.publications import NeighbourModel
from schema.quantities import TOTAL
from schema.tables import FigureRow, NeighbourRow, PartnershipRow, PopulationRow, QuantityValueRow

Made = TypeVar("Made")


@dataclass(frozen=True)
class Partnership:
    """Whose installation it is."""

    id: str
    name: str
    home_area: str
    demonstration: bool


class Queries:
    """Reads for pages, exports and the command line.

    What is read and compared is kept for one version of the data and one context; the next write changes the version,
    so nothing shown is ever stale. Safe to share between threads: what is kept is never changed.
    """

    def __init__(self, engine: Engine, catalogue: Catalogue) -> None:
        self.engine = engine
        self.catalogue = catalogue
        self._kept: dict[tuple[Any, ...], Any] = {}
        self._version = -1
        self._lock = Lock()
        self._making = local()

    def version(self) -> int:
        """The version of the data now."""
        with reading(self.engine) as connection:
            return store.data_version(connection)

    def _keep(self, key: tuple[Any, ...], make: Any) -> Any:
        """What `make(connection)` gives, kept until the data change.

        One thread makes at a time, over one connection, however deep making one thing asks for another: readers who
        come together wait for what the first of them makes, and never exhaust the pool.
        """
        outer: Connection | None = getattr(self._making, "connection", None)
        if outer is not None:
            if key not in self._kept:
                self._kept[key] = make(outer)
            return self._kept[key]
        version, kept = self.version(), self._kept
        if version == self._version and key in kept:
            return kept[key]
        with self._lock, reading(self.engine) as connection:
            version = store.data_version(connection)
            if version != self._version:
                self._kept, self._version = {}, version
            if key not in self._kept:
                self._making.connection = connection
                try:
                    self._kept[key] = make(connection)
                finally:
                    self._making.connection = None
            return self._kept[key]

    def kept(self, key: tuple[Hashable, ...], make: Callable[[], Made]) -> Made:
        """What a view made of these data, kept until they change. `key` names the view and all that it depends on."""
        found: Made = self._keep(("view", *key), lambda _connection: make())
        return found

    def partnership(self, context: Context) -> Partnership:
        """The partnership of a context. Raises DatabaseNotReadyError where it has not been set up."""

        def make(connection: Connection) -> Partnership:
            row: PartnershipRow = store.require_partnership(connection, context)
            return Partnership(row.id, row.name, row.home_area, row.demonstration)

        found: Partnership = self._keep(("partnership", context.partnership), make)
        return found

    def sources(self, context: Context) -> dict[int, store.Source]:
        """Every source that holds, by id."""

        def make(connection: Connection) -> dict[int, store.Source]:
            return {source.id: source for source in store.active_sources(connection, context)}

        found: dict[int, store.Source] = self._keep(("sources", context), make)
        return found

    def neighbour_models(self) -> tuple[NeighbourModel, ...]:
        """The models known to the schema, the one in use first."""
        models = [p.neighbours for p in self.catalogue.publications.values() if p.neighbours is not None]
        return tuple(sorted(models, key=lambda model: model.valid_from, reverse=True))

    def neighbours(self, context: Context, model: str | None = None) -> NeighbourSets:
        """One model's neighbour sets; the newest model where none is named. Raises WrongUseError for an unknown one."""
        models = {known.id: known for known in self.neighbour_models()}
        chosen = self.neighbour_models()[0] if model is None else models.get(model)
        if chosen is None:
            raise WrongUseError(f"“{str(model)[:40]}” is no neighbour model. There are: {', '.join(models)}.")

        def make(connection: Connection) -> NeighbourSets:
            active = [source.id for source in store.active_sources(connection, context)]
            row = NeighbourRow.__table__.c
            query = sa.select(row.area_id, row.rank, row.neighbour_id, row.closeness).where(
                row.model == chosen.id, row.source_id.in_(active)
            )
            found = connection.execute(query).all()
            columns = ["area", "rank", "neighbour", "closeness"]
            return NeighbourSets(chosen.id, chosen.size, pd.DataFrame([tuple(r) for r in found], columns=columns))

        sets: NeighbourSets = self._keep(("neighbours", context, chosen.id), make)
        return sets

    def figures(self, context: Context, measure: str | None = None, *, all_releases: bool = False) -> pd.DataFrame:
        """Figures (of one measure, or all) with `kind`, `released_on`, `publisher` and `loaded_at` of their source.

        The newest release of each period only, unless `all_releases`.
        """

        def make(connection: Connection) -> pd.DataFrame:
            if measure is not None and (context.as_of is not None or ("figures", context, None) in self._kept):
                whole = self.figures(context, all_releases=True)
                return whole[whole["measure"] == measure].reset_index(drop=True)
            if context.as_of is None:
                found = _read_figures(connection, measure)
            else:
                found = figures_as_of(connection, self.catalogue, context)
            sources = store.active_sources(connection, context)
            return _with_sources(found, sources, self.catalogue).reset_index(drop=True)

        everything: pd.DataFrame = self._keep(("figures", context, measure), make)
        if all_releases:
            return everything
        newest: pd.DataFrame = self._keep(("newest", context, measure), lambda _: newest_only(everything))
        return newest

    def compared(self, context: Context, measure: str, model: str | None = None) -> ComparedMeasure:
        """A measure's newest figures for all areas, with their comparators."""
        neighbours = self.neighbours(context, model)

        def make(_connection: Connection) -> ComparedMeasure:
            figures = self.figures(context, measure)
            return ComparedMeasure(compare(figures, neighbours, self.catalogue), self.catalogue, neighbours)

        found: ComparedMeasure = self._keep(("compared", context, measure, neighbours.model), make)
        return found

    def agreement(self, context: Context, measure: str | None = None) -> pd.DataFrame:
        """Where a compilation repeats what others published first: every such pair, and whether they agree."""
        figures = self.figures(context, measure, all_releases=True)
        found: pd.DataFrame = self._keep(("agreement", context, measure), lambda _: agreement(figures))
        return found

    def released(self, context: Context, measure: str) -> ReleasedFigures:
        """What each release said of a measure, the older ones too."""
        figures = self.figures(context, measure, all_releases=True)
        found: ReleasedFigures = self._keep(("released", context, measure), lambda _: ReleasedFigures(figures))
        return found

    def compared_all(self, context: Context, model: str | None = None) -> dict[str, ComparedMeasure]:
        """Every measure of the context's framework, compared, by id: one look at the database for a whole page."""
        measures = self.catalogue.measures_of(context.framework)

        neighbours = self.neighbours(context, model)

        def make(_connection: Connection) -> dict[str, ComparedMeasure]:
            compared = compare(self.figures(context), neighbours, self.catalogue)
            own = compared["measure"].isin([measure.id for measure in measures])
            self._kept[("to read", context, neighbours.model)] = to_read(compared[own], self.catalogue)
            parts = {str(name): np.asarray(at) for name, at in compared.groupby("measure", sort=False).indices.items()}
            nothing = np.array([], dtype=np.int64)
            for measure in measures:
                frame = compared.take(parts.get(measure.id, nothing)).reset_index(drop=True)
                made = ComparedMeasure(frame, self.catalogue, neighbours)
                self._kept[("compared", context, measure.id, neighbours.model)] = made
            return {measure.id: self.compared(context, measure.id, model) for measure in measures}

        found: dict[str, ComparedMeasure] = self._keep(("compared all", context, model), make)
        return found

    def parts(self, context: Context, measure: str, area: str) -> pd.DataFrame:
        """The quantity values and populations that an area's figures of a measure were made from.

        Columns: `source_id, quantity, category, period, basis, value, symbol, state, row, note`. The quantity of a
        population is `population`, and its category the ages.
        """
        formula = self.catalogue.measure(measure)
        wanted = {term.quantity for term in (*formula.numerator, *formula.denominator)}
        wanted |= {formula.printed} if formula.printed else set()

        def make(connection: Connection) -> pd.DataFrame:
            active = [source.id for source in store.active_sources(connection, context)]
            value = QuantityValueRow.__table__.c
            names = ("source_id", "quantity", "category", "period", "basis", "value", "symbol", "state", "row_number")
            query = sa.select(*(value[name] for name in names), value.note).where(
                value.quantity.in_(wanted), value.area_id == area, value.source_id.in_(active)
            )
            rows = [tuple(row) for row in connection.execute(query)]
            if formula.population is not None:
                rows += _population_rows(
                    connection, active, area, formula.population.age_from, formula.population.age_to
                )
            return pd.DataFrame(rows, columns=[*names, "note"]).rename(columns={"row_number": "row"})

        found: pd.DataFrame = self._keep(("parts", context, measure, area), make)
        return found

    def local_counts(self, context: Context, quantities: Sequence[str], area: str) -> pd.DataFrame:
        """What an area's returns count, in all and by category; each period and basis of a quantity from the newest
        return that carries it, so that a whole and its parts are of one extract.

        Columns: `source_id, quantity, category, period, basis, value, state`; `value` is NaN where it is no number.
        """

        def make(connection: Connection) -> pd.DataFrame:
            sources = [s for s in store.active_sources(connection, context) if s.kind == store.SUBMISSION]
            order = {s.id: at for at, s in enumerate(sorted(sources, key=lambda s: (s.released_on, s.id)))}
            value = QuantityValueRow.__table__.c
            names = ("source_id", "quantity", "category", "period", "basis", "value", "state")
            query = sa.select(*(value[name] for name in names)).where(
                value.quantity.in_(list(quantities)), value.area_id == area, value.source_id.in_(list(order))
            )
            found = pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=list(names))
            recency = found["source_id"].map(order)
            newest = recency.groupby([found["quantity"], found["period"], found["basis"]]).transform("max")
            return found[recency == newest].astype({"value": float}).reset_index(drop=True)

        made: pd.DataFrame = self._keep(("local counts", context, tuple(quantities), area), make)
        return made

    def residents(self, context: Context, area: str) -> pd.DataFrame:
        """An area's residents by period, ages, sex and ethnicity, each mid-year from the newest release that has it.

        Columns: `source_id, area, period, age_from, age_to, sex, ethnicity, value, state`.
        """

        def make(connection: Connection) -> pd.DataFrame:
            sources = store.active_sources(connection, context)
            order = {s.id: at for at, s in enumerate(sorted(sources, key=lambda s: (s.released_on, s.id)))}
            row = PopulationRow.__table__.c
            names = ("source_id", "area_id", "period", "age_from", "age_to", "sex", "ethnicity", "value", "state")
            query = sa.select(*(row[name] for name in names)).where(row.area_id == area, row.source_id.in_(list(order)))
            found = pd.DataFrame([tuple(r) for r in connection.execute(query)], columns=list(names))
            found = found.assign(recency=found["source_id"].map(order)).sort_values("recency")
            found = found.drop_duplicates(["period", "age_from", "age_to", "sex", "ethnicity"], keep="last")
            return found.drop(columns="recency").rename(columns={"area_id": "area"}).reset_index(drop=True)

        made: pd.DataFrame = self._keep(("residents", context, area), make)
        return made

    def periods_submitted(self, context: Context) -> dict[str, tuple[str, ...]]:
        """The periods for which each agency's return has been accepted, oldest first."""
        submissions = [s for s in self.sources(context).values() if s.kind == store.SUBMISSION]
        agencies = {source.publisher for source in submissions}
        return {a: tuple(sorted(s.edition for s in submissions if s.publisher == a)) for a in sorted(agencies)}

    def historic(self, context: Context, measure: str, area: str) -> pd.DataFrame:
        """What earlier papers print of a measure for an area, the earliest first, as `etl.load.papers.read_historic`
        gives it. They are no figures: nothing is computed from them, and they stand behind a break in the series."""
        whole: pd.DataFrame = self._keep(
            ("historic", context, measure), lambda connection: read_historic(connection, context, measure)
        )
        return whole[whole["area"] == area].reset_index(drop=True)

    def readings(self, context: Context, model: str | None = None) -> pd.DataFrame:
        """Every authority's newest figures of the framework's measures, read: `etl.transform.read_all.COLUMNS`."""
        neighbours = self.neighbours(context, model)
        others = self._other_models(context, neighbours.model)

        def make(_connection: Connection) -> pd.DataFrame:
            self.compared_all(context, model)
            return read_all(self._kept[("to read", context, neighbours.model)], self.catalogue, neighbours, others)

        found: pd.DataFrame = self._keep(("readings", context, neighbours.model), make)
        return found

    def readings_of(self, context: Context, measure: str, model: str | None = None) -> pd.DataFrame:
        """The same of one measure and all its categories, without reading the others' figures."""
        neighbours = self.neighbours(context, model)
        others = self._other_models(context, neighbours.model)
        frame = self.compared(context, measure, model).frame

        def make(_connection: Connection) -> pd.DataFrame:
            return read_all(frame, self.catalogue, neighbours, others, every_category=True)

        found: pd.DataFrame = self._keep(("readings of", context, measure, neighbours.model), make)
        return found

    def readings_at(
        self, context: Context, area: str, model: str | None = None, *, measure: str | None = None
    ) -> dict[tuple[str, str, str, str], Row]:
        """An area's readings by measure, category, kind and basis: of one measure with all its categories, or of all
        measures with their headline ones."""
        neighbours = self.neighbours(context, model)
        whole = self.readings(context, model) if measure is None else self.readings_of(context, measure, model)

        def make(_connection: Connection) -> dict[tuple[str, str, str, str], Row]:
            rows = whole[whole["area"] == area].to_dict("records")
            named = [{str(name): cell for name, cell in row.items()} for row in rows]
            return {(r["measure"], r["category"], r["kind"], r["basis"]): r for r in named}

        found: dict[tuple[str, str, str, str], Row] = self._keep(
            ("readings at", context, area, neighbours.model, measure), make
        )
        return found

    def readings_with_counts(self, context: Context, model: str | None = None) -> pd.DataFrame:
        """The readings with the counts of the year before, as the attention list wants them."""
        neighbours, read = self.neighbours(context, model), self.readings(context, model)

        def make(_connection: Connection) -> pd.DataFrame:
            return with_counts_before(read, self._kept[("to read", context, neighbours.model)])

        found: pd.DataFrame = self._keep(("readings with counts", context, neighbours.model), make)
        return found

    def journey(self, context: Context) -> JourneyFigures:
        """Counts and ratios of the framework's journey, of every area and period. Raises WrongUseError without one."""
        journey = self.catalogue.frameworks[context.framework].journey
        if journey is None:
            raise WrongUseError(f"The framework “{context.framework}” has no journey. Look at its measures instead.")
        names = [step.measure for step in journey.steps]
        pairs = [(step.measure, step.for_every) for step in journey.steps if step.for_every]

        def make(_connection: Connection) -> JourneyFigures:
            return JourneyFigures(pd.concat([self.compared(context, name).frame for name in names]), names, pairs)

        found: JourneyFigures = self._keep(("journey", context), make)
        return found

    def annotations(self, context: Context) -> ChartNotes:
        """What people have put on charts and holds: new baselines, events, targets."""
        found: ChartNotes = self._keep(
            ("annotations", context), lambda connection: ChartNotes(read_notes(connection, context))
        )
        return found

    def chart_notes(self, context: Context, *, withdrawn: bool = False) -> tuple[ChartNote, ...]:
        """The same one by one, with those that have been withdrawn if asked for."""
        found: tuple[ChartNote, ...] = self._keep(
            ("chart notes", context, withdrawn), lambda connection: read_notes(connection, context, withdrawn=withdrawn)
        )
        return found

    def control_charts(
        self, context: Context, measure: str, basis: Basis, category: str, *, local: bool, whole: bool = False
    ) -> ControlCharts | Refusal:
        """The control charts of all areas in one pass, without events; or why there are none.

        `local` figures are the agency's own, the others are published. `whole` is every month, not the last 36.
        """
        notes, figures = self.annotations(context), self.figures(context, measure)

        def make(_connection: Connection) -> ControlCharts | Refusal:
            kind = store.SUBMISSION if local else store.RELEASE
            chosen = figures[(figures["kind"] == kind) & (figures["category"] == category)]
            formula = self.catalogue.measure(measure)
            return charts_of(chosen, formula, self.catalogue, basis, rebases=notes.rebases(formula), whole=whole)

        found: ControlCharts | Refusal = self._keep(
            ("control charts", context, measure, basis, category, local, whole), make
        )
        return found

    def _other_models(self, context: Context, model: str) -> tuple[NeighbourSets, ...]:
        """The neighbour models that are not shown, the newest first."""
        known = [found.id for found in self.neighbour_models() if found.id != model]
        return tuple(self.neighbours(context, found) for found in known)


def _population_rows(
    connection: Connection, active: Sequence[int], area: str, age_from: int, age_to: int
) -> list[tuple[Any, ...]]:
    """Residents of some ages: the band as published where it is, else its single years."""
    row = PopulationRow.__table__.c
    names = ("source_id", "period", "age_from", "age_to", "value", "symbol", "state", "row_number")
    query = sa.select(*(row[name] for name in names)).where(
        row.area_id == area,
        row.source_id.in_(active),
        row.age_from >= age_from,
        row.age_to <= age_to,
        row.sex == TOTAL,
        row.ethnicity == TOTAL,
    )
    inside = connection.execute(query).all()
    whole = [found for found in inside if (found.age_from, found.age_to) == (age_from, age_to)]
    return [
        (
            found.source_id,
            "population",
            f"ages:{found.age_from}-{found.age_to}",
            found.period,
            "at-date",
            found.value,
            found.symbol,
            found.state,
            found.row_number,
            "",
        )
        for found in whole or inside
    ]


def _read_figures(connection: Connection, measure: str | None) -> pd.DataFrame:
    table = store.table_of(FigureRow)
    query = sa.select(table)
    if measure is not None:
        query = query.where(table.c.measure == measure)
    # Straight from the driver and column by column, texts as the objects that they come as: there are millions of
    # cells, none of them of a type that needs translating.
    rows = connection.execute(query).cursor.fetchall()
    numbers = ("numerator", "denominator", "value", "other_value")
    kinds: dict[str, Any] = dict.fromkeys(numbers, float) | {"source_id": "int64", "denominator_source_id": "int64"}
    cells = zip(*rows, strict=True) if rows else ((),) * len(table.columns)
    columns = {
        column.name: pd.Series(list(found), dtype=kinds.get(column.name, object))
        for column, found in zip(table.columns, cells, strict=True)
    }
    return pd.DataFrame(columns).astype({"measure_version": "int64"}).rename(columns={"area_id": "area"})


def _with_sources(figures: pd.DataFrame, sources: Sequence[store.Source], catalogue: Catalogue) -> pd.DataFrame:
    """What each figure's source says of itself, and only figures whose source holds."""
    compilations = {publication.id for publication in catalogue.publications.values() if publication.compilation}
    about = pd.DataFrame(
        [
            (s.id, s.kind, s.publisher, s.edition, s.released_on, s.loaded_at, s.publisher in compilations)
            for s in sources
        ],
        columns=["source_id", "kind", "publisher", "edition", "released_on", "loaded_at", "compilation"],
        dtype=object,
    ).astype({"source_id": "int64", "compilation": bool})
    return figures.astype({"source_id": "int64"}).merge(about, on="source_id")
