"""The only reader of the database here. Reads figures once for each version of the data, and compares them on read."""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from dashboard.compared import ComparedMeasure, ReleasedFigures, Row
from dashboard.earlier import ComparedAll, Moved, compared_all, compared_then, moved, together, with_local
from dashboard.journeyed import JourneyFigures
from etl.computing import figures_as_of
from etl.load import store
from etl.load.chart_notes import read_notes
from etl.load.disputes import read_disputes, read_settlements
from etl.load.engine import reading
from etl.load.kept import Kept
from etl.load.last_submitted import Key, LastFigure, last_submitted
from etl.load.papers import read_historic
from etl.load.submissions import ExplainedFinding, SubmissionVersion, findings_of, original_of, submissions, values_of
from etl.transform.agreement import agreement
from etl.transform.attention_rows import with_counts_before
from etl.transform.chart_notes import ChartNote, ChartNotes
from etl.transform.comparisons import NeighbourSets, compare, newest_only
from etl.transform.control_charts import ControlCharts
from etl.transform.control_of import charts_of
from etl.transform.control_terms import Refusal
from etl.transform.disputes import Dispute, Settlement, with_disputes
from etl.transform.read_all import read_all
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.periods import Basis, Period
from schema.publications import NeighbourModel
from schema.quantities import TOTAL
from schema.states import State
from schema.tables import FigureRow, NeighbourRow, PartnershipRow, PopulationRow, QuantityValueRow, SourceRow

Made = TypeVar("Made")
Places = npt.NDArray[np.int64]

_NOWHERE: Places = np.array([], dtype=np.int64)


class GivenCounts(NamedTuple):
    """How many figures a version of a return gives for its own period, and how many of those say nil."""

    figures: int
    nil: int


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
        self._kept = Kept(engine)
        self._keep = self._kept.of

    def version(self) -> int:
        """The version of the data now."""
        return self._kept.version()

    def earlier_kept(self) -> int:
        """How many earlier states something is kept of."""
        return len(self._kept.instants())

    def kept(self, key: tuple[Hashable, ...], make: Callable[[], Made]) -> Made:
        """What a view made of these data, kept until they change. `key` names the view and all that it depends on.

        A context in it stands for what was known at its instant; a day that the view looks at has to be named beside.
        """
        return self._keep(("view", *key), lambda _connection: make())

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
            found = connection.execute(query.order_by(row.area_id, row.rank)).all()
            columns = ["area", "rank", "neighbour", "closeness"]
            made = NeighbourSets(chosen.id, chosen.size, pd.DataFrame([tuple(r) for r in found], columns=columns))
            if self._is_now(context):
                return made
            now = self.neighbours(context.at(None), chosen.id)
            return now if made.sets.equals(now.sets) else made

        sets: NeighbourSets = self._keep(("neighbours", context, chosen.id), make)
        return sets

    def figures(self, context: Context, measure: str | None = None, *, all_releases: bool = False) -> pd.DataFrame:
        """Figures (of one measure, or all) with `kind`, `released_on`, `publisher` and `loaded_at` of their source.

        The newest release of each period only, unless `all_releases`.
        """

        def make(connection: Connection) -> pd.DataFrame:
            if not self._is_now(context):
                return self._figures_then(context, measure)
            if measure is not None and self._kept.holds(("figures", context, None)):
                whole, at = self.figures(context, all_releases=True), self._places(context)
                return whole.take(at.get(measure, _NOWHERE)).reset_index(drop=True)
            sources = store.active_sources(connection, context)
            return with_sources(_read_figures(connection, measure), sources, self.catalogue).reset_index(drop=True)

        everything: pd.DataFrame = self._keep(("figures", context, measure), make)
        if all_releases:
            return everything

        def make_newest(_connection: Connection) -> pd.DataFrame:
            if not self._is_now(context) and measure is not None and measure not in self._moved(context).measures:
                return self.figures(context.at(None), measure)
            return newest_only(everything)

        newest: pd.DataFrame = self._keep(("newest", context, measure), make_newest)
        return newest

    def _places(self, context: Context) -> dict[str, Places]:
        """Where each measure's figures stand among all of them."""

        def make(_connection: Connection) -> dict[str, Places]:
            groups = self.figures(context, all_releases=True).groupby("measure", sort=False).indices
            return {str(name): np.asarray(at) for name, at in groups.items()}

        return self._keep(("places", context), make)

    def _is_now(self, context: Context) -> bool:
        """Whether a context sees what there is now. Only while something is being made."""
        return self._kept.known(context).as_of is None

    def _moved(self, context: Context) -> Moved:
        """What is otherwise now than it was at an earlier context's instant."""

        def make(connection: Connection) -> Moved:
            earlier = figures_as_of(connection, self.catalogue, context)
            sources = store.active_sources(connection, context)
            return moved(
                earlier,
                lambda figures: with_sources(figures, sources, self.catalogue),
                _measures_of(connection, earlier.releases),
                self.catalogue,
            )

        return self._keep(("moved", context), make)

    def _figures_then(self, context: Context, measure: str | None) -> pd.DataFrame:
        """Figures at an earlier instant, made from those of now wherever these were so already."""
        changed, now = self._moved(context), self.figures(context.at(None), measure, all_releases=True)
        return now if measure is not None and measure not in changed.measures else changed.over(now, measure)

    def _as_now(self, context: Context) -> bool:
        """Whether an earlier instant had the neighbours of now, so that what has not moved compares as it does now."""
        models = [known.id for known in self.neighbour_models()]
        now = context.at(None)
        return all(self.neighbours(context, model) is self.neighbours(now, model) for model in models)

    def compared(self, context: Context, measure: str, model: str | None = None) -> ComparedMeasure:
        """A measure's newest figures for all areas, with their comparators."""
        neighbours = self.neighbours(context, model)

        def make(_connection: Connection) -> ComparedMeasure:
            if not self._is_now(context) and self._as_now(context):
                changed, now = self._moved(context), self.compared(context.at(None), measure, model)
                if measure not in changed.published:
                    if measure not in changed.local:
                        return now
                    own = changed.local_rows([measure])
                    return with_local({measure: now}, own, neighbours, self.catalogue)[0][measure]
            figures = self.figures(context, measure)
            return ComparedMeasure(compare(figures, neighbours, self.catalogue), self.catalogue, neighbours)

        return self._keep(("compared", context, measure, neighbours.model), make)

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
        return self._compared_all(context, model).measures

    def _compared_all(self, context: Context, model: str | None) -> ComparedAll:
        neighbours = self.neighbours(context, model)

        def make(_connection: Connection) -> ComparedAll:
            names = [measure.id for measure in self.catalogue.measures_of(context.framework)]
            if self._is_now(context) or not self._as_now(context):
                found = compared_all(self.figures(context), names, neighbours, self.catalogue)
            else:
                now, changed = self._compared_all(context.at(None), model), self._moved(context)
                found = compared_then(
                    now, changed, lambda name: self.figures(context, name), neighbours, self.catalogue
                )
            for name, made in found.measures.items():
                self._kept.put(("compared", context, name, neighbours.model), made)
            return found

        return self._keep(("compared all", context, neighbours.model), make)

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
        return of its home that carries it, so that a whole and its parts are of one extract.

        Columns: `source_id, publisher, area, quantity, category, period, basis, value, state`; `value` is NaN where it
        is no number, as it is while two agencies dispute it.
        """

        def make(connection: Connection) -> pd.DataFrame:
            sources = [s for s in store.active_sources(connection, context) if s.kind == store.SUBMISSION]
            order, publisher = store.recency_of(sources), {source.id: source.publisher for source in sources}
            value = QuantityValueRow.__table__.c
            names = ("source_id", "quantity", "category", "period", "basis", "value", "state")
            query = sa.select(*(value[name] for name in names)).where(
                value.quantity.in_(list(quantities)), value.area_id == area, value.source_id.in_(list(order))
            )
            found = pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=list(names))
            found = found.assign(area=area, publisher=found["source_id"].map(publisher)).astype({"value": float})
            found = found[found["publisher"] == found["quantity"].map(self.catalogue.home_return)]
            recency = found["source_id"].map(order)
            newest = recency.groupby([found["quantity"], found["period"], found["basis"]]).transform("max")
            return with_disputes(found[recency == newest], self.disputes(context)).reset_index(drop=True)

        made: pd.DataFrame = self._keep(("local counts", context, tuple(quantities), area), make)
        return made

    def disputes(self, context: Context) -> tuple[Dispute, ...]:
        """Where two agencies give different numbers for the same thing, open and settled, the newest period first."""
        found: tuple[Dispute, ...] = self._keep(
            ("disputes", context), lambda connection: read_disputes(connection, context, self.catalogue)
        )
        return found

    def settlements(self, context: Context) -> tuple[Settlement, ...]:
        """Every settlement of a dispute that was ever made, the ones that hold no longer too, the first first."""
        found: tuple[Settlement, ...] = self._keep(
            ("settlements", context), lambda connection: read_settlements(connection, context)
        )
        return found

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

    def submissions(self, context: Context) -> tuple[SubmissionVersion, ...]:
        """Every version of every return as it stood, by agency, period and version."""
        found: tuple[SubmissionVersion, ...] = self._keep(
            ("submissions", context), lambda connection: tuple(submissions(connection, context))
        )
        return found

    def given_counts(self, context: Context) -> dict[int, GivenCounts]:
        """By version of a return (its source): what it says of the period that it is for."""

        def make(connection: Connection) -> dict[int, GivenCounts]:
            value, source = QuantityValueRow.__table__.c, SourceRow.__table__.c
            nil = sa.func.sum(sa.case((value.state == State.NIL.value, 1), else_=0))
            query = (
                sa.select(value.source_id, sa.func.count(), nil)
                .join(SourceRow, sa.and_(source.id == value.source_id, source.edition == value.period))
                .where(source.kind == store.SUBMISSION, source.partnership_id == context.partnership)
                .group_by(value.source_id)
            )
            return {source_id: GivenCounts(figures, nils) for source_id, figures, nils in connection.execute(query)}

        found: dict[int, GivenCounts] = self._keep(("given counts", context.partnership), make)
        return found

    def findings(self, version: SubmissionVersion) -> list[ExplainedFinding]:
        """What the checks found in a version of a return, and how that was explained."""
        found: list[ExplainedFinding] = self._keep(
            ("findings", version.source_id), lambda connection: findings_of(connection, version)
        )
        return found

    def values(self, version: SubmissionVersion) -> pd.DataFrame:
        """What a version of a return says: see `etl.load.submissions.values_of`."""
        found: pd.DataFrame = self._keep(
            ("values", version.source_id), lambda connection: values_of(connection, version)
        )
        return found

    def original(self, version: SubmissionVersion) -> bytes:
        """A version's file as it was sent. Raises WrongUseError where it was not kept."""
        with reading(self.engine) as connection:
            return original_of(connection, version)

    def periods_submitted(self, context: Context) -> dict[str, tuple[str, ...]]:
        """The periods for which each agency's return has been accepted, oldest first."""
        submissions = [s for s in self.sources(context).values() if s.kind == store.SUBMISSION]
        agencies = {source.publisher for source in submissions}
        return {a: tuple(sorted(s.edition for s in submissions if s.publisher == a)) for a in sorted(agencies)}

    def last_submitted(self, context: Context, agency: str, upto: Period) -> dict[Key, LastFigure]:
        """What an agency last said of each figure of its return, up to a period: to stand in its empty form."""
        with reading(self.engine) as connection:
            return last_submitted(connection, context, agency, upto)

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
            compared = self._compared_all(context, model)
            found = read_all(compared.again, self.catalogue, neighbours, others)
            if self._is_now(context) or not self._as_now(context):
                return found
            now, changed = self.readings(context.at(None), model), self._moved(context).measures
            return together([now[~now["measure"].isin(changed)], found])

        found: pd.DataFrame = self._keep(("readings", context, neighbours.model), make)
        return found

    def readings_of(self, context: Context, measure: str, model: str | None = None) -> pd.DataFrame:
        """The same of one measure and all its categories, without reading the others' figures."""
        neighbours = self.neighbours(context, model)
        others = self._other_models(context, neighbours.model)
        frame = self.compared(context, measure, model).frame

        def make(_connection: Connection) -> pd.DataFrame:
            if not self._is_now(context) and frame is self.compared(context.at(None), measure, model).frame:
                return self.readings_of(context.at(None), measure, model)
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
            return with_counts_before(read, self._compared_all(context, model).to_read)

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
            if not self._is_now(context):
                changed, now = self._moved(context), context.at(None)
                rebases = self.annotations(now).rebases(self.catalogue.measure(measure))
                same = rebases == notes.rebases(self.catalogue.measure(measure))
                if same and measure not in (changed.local if local else changed.published):
                    return self.control_charts(now, measure, basis, category, local=local, whole=whole)
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


def _measures_of(connection: Connection, sources: Collection[int]) -> list[str]:
    """The measures of which there are figures of some sources."""
    if not sources:
        return []
    row = store.table_of(FigureRow).c
    query = sa.select(row.measure).where(row.source_id.in_(sources)).distinct()
    return list(connection.execute(query).scalars())


def with_sources(figures: pd.DataFrame, sources: Sequence[store.Source], catalogue: Catalogue) -> pd.DataFrame:
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
