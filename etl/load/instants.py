"""When what is known changed: between two such instants, every look back sees the same."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from etl.load import store
from schema.tables import ChartNoteRow, ChartNoteWithdrawalRow, DisputeSettlementRow, SourceEventRow

# Whatever a page can show belongs to one of these, and carries the instant from which it holds (or no longer does).
_DATED = (SourceEventRow, ChartNoteRow, ChartNoteWithdrawalRow, DisputeSettlementRow)


def instants_of_change(connection: Connection) -> tuple[datetime, ...]:
    """Every instant at which something came to hold, or ceased to; the earliest first."""
    found: set[datetime] = set()
    for model in _DATED:
        found.update(connection.execute(sa.select(store.table_of(model).c["at"]).distinct()).scalars())
    return tuple(sorted(found))
