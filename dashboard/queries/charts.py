"""Control charts, and what people have put on charts."""

from sqlalchemy.engine import Connection

from dashboard.queries.figures import FigureQueries
from etl.load import store
from etl.load.chart_notes import read_notes
from etl.transform.chart_notes import ChartNote, ChartNotes
from etl.transform.control_charts import ControlCharts
from etl.transform.control_of import charts_of
from etl.transform.control_terms import Refusal
from schema.context import Context
from schema.periods import Basis


class ChartQueries(FigureQueries):
    """Control charts of all areas, with baselines, events and targets."""

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
