"""Figures, and what they were made from."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dashboard.compared import ReleasedFigures
from dashboard.earlier import Moved, moved
from dashboard.queries.base import BaseQueries
from etl.computing import figures_as_of
from etl.load import store
from etl.load.papers import read_historic
from etl.transform.agreement import agreement
from etl.transform.comparisons import NeighbourSets, newest_only
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.publications import NeighbourModel
from schema.quantities import TOTAL
from schema.tables import FigureRow, NeighbourRow, PopulationRow, QuantityValueRow

Places = npt.NDArray[np.int64]

_NOWHERE: Places = np.array([], dtype=np.int64)


class FigureQueries(BaseQueries):
    """The figures of now and of earlier instants, of every release, with their parts."""

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

    def historic(self, context: Context, measure: str, area: str) -> pd.DataFrame:
        """What earlier papers print of a measure for an area, the earliest first, as `etl.load.papers.read_historic`
        gives it. They are no figures: nothing is computed from them, and they stand behind a break in the series."""
        whole: pd.DataFrame = self._keep(
            ("historic", context, measure), lambda connection: read_historic(connection, context, measure)
        )
        return whole[whole["area"] == area].reset_index(drop=True)


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
    # Straight from the driver, none of it being of a type that needs translating: there are millions of cells. Each
    # distinct text is kept but once. That takes a tenth of the memory, and what compares or numbers texts later finds
    # most of them equal at a glance.
    cursor = connection.execute(query).cursor
    numbers = dict.fromkeys(("numerator", "denominator", "value", "other_value"), float)
    kinds: dict[str, Any] = numbers | dict.fromkeys(("source_id", "measure_version", "denominator_source_id"), "int64")
    known: dict[str, dict[str, str]] = {column.name: {} for column in table.columns if column.name not in kinds}
    cells: dict[str, list[Any]] = {column.name: [] for column in table.columns}
    while rows := cursor.fetchmany(_AT_ONCE):
        for column, found in zip(table.columns, zip(*rows, strict=True), strict=True):
            name = column.name
            texts = None if name in kinds else known[name]
            cells[name].extend(found if texts is None else map(texts.setdefault, found, found))
    columns = {name: pd.Series(found, dtype=kinds.get(name, object)) for name, found in cells.items()}
    return pd.DataFrame(columns).rename(columns={"area_id": "area"})


_AT_ONCE = 20_000
"""Rows: few enough that what is read twice is soon let go."""


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
