"""Figures beside those of others, and how they are read."""

import pandas as pd
from sqlalchemy.engine import Connection

from dashboard.compared import ComparedMeasure, Row
from dashboard.earlier import ComparedAll, compared_all, compared_then, together, with_local
from dashboard.journeyed import JourneyFigures
from dashboard.queries.figures import FigureQueries
from etl.transform.attention_rows import with_counts_before
from etl.transform.comparisons import NeighbourSets, compare
from etl.transform.read_all import read_all
from schema.context import Context
from schema.errors import WrongUseError


class ComparisonQueries(FigureQueries):
    """What is compared on read, and the readings of it."""

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

    def _other_models(self, context: Context, model: str) -> tuple[NeighbourSets, ...]:
        """The neighbour models that are not shown, the newest first."""
        known = [found.id for found in self.neighbour_models() if found.id != model]
        return tuple(self.neighbours(context, found) for found in known)
