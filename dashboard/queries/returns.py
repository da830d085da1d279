"""Returns: what came, what was found in it, what it says, and where two agencies differ."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dashboard.queries.base import BaseQueries
from etl.load import store
from etl.load.disputes import read_disputes, read_settlements
from etl.load.last_submitted import Key, LastFigure, last_submitted
from etl.load.submissions import ExplainedFinding, SubmissionVersion, findings_of, original_of, submissions, values_of
from etl.transform.disputes import Dispute, Settlement, with_disputes
from schema.context import Context
from schema.periods import Period
from schema.states import State
from schema.tables import QuantityValueRow, SourceRow


class GivenCounts(NamedTuple):
    """How many figures a version of a return gives for its own period, and how many of those say nil."""

    figures: int
    nil: int


class ReturnQueries(BaseQueries):
    """The versions of returns, and what they count."""

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
        with self._kept.reading() as connection:
            return original_of(connection, version)

    def periods_submitted(self, context: Context) -> dict[str, tuple[str, ...]]:
        """The periods for which each agency's return has been accepted, oldest first."""
        submissions = [s for s in self.sources(context).values() if s.kind == store.SUBMISSION]
        agencies = {source.publisher for source in submissions}
        return {a: tuple(sorted(s.edition for s in submissions if s.publisher == a)) for a in sorted(agencies)}

    def last_submitted(self, context: Context, agency: str, upto: Period) -> dict[Key, LastFigure]:
        """What an agency last said of each figure of its return, up to a period: to stand in its empty form."""
        with self._kept.reading() as connection:
            return last_submitted(connection, context, agency, upto)
