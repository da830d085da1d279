"""Keeps how disputes were settled, and reads the disputes that there are, as of an instant.

Everything here works inside the caller's transaction. A settlement is only ever added; a later one takes its place.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from etl.load import store
from etl.transform.disputes import Dispute, Place, Settlement, find_disputes
from schema.catalogue import Catalogue
from schema.context import Context
from schema.tables import DisputeSettlementRow, QuantityValueRow

SETTLED = "dispute settled"
"""What the audit trail calls it."""


def read_settlements(connection: Connection, context: Context) -> tuple[Settlement, ...]:
    """Every settlement that was made by the context's instant, in the order in which they were made."""
    row = store.table_of(DisputeSettlementRow).c
    query = sa.select(*row).where(row.partnership_id == context.partnership).order_by(row.id)
    if context.as_of is not None:
        query = query.where(row.at <= context.as_of)
    return tuple(_settlement(found) for found in connection.execute(query).mappings())


def _settlement(row: Any) -> Settlement:
    said = {
        str(agency): float(number) if isinstance(number, int | float) else str(number)
        for agency, number in row["said"].items()
    }
    place = Place(row["quantity"], row["area_id"], row["period"], row["basis"], row["category"])
    kept = {name: row[name] for name in ("id", "agreed", "reason", "who", "at", "actor")}
    return Settlement(place=place, said=said, **kept)


def read_disputes(connection: Connection, context: Context, catalogue: Catalogue) -> tuple[Dispute, ...]:
    """Every dispute that there was at the context's instant, open and settled, the newest period first."""
    values = _shared_values(connection, catalogue, store.active_sources(connection, context))
    return find_disputes(values, catalogue, read_settlements(connection, context))


def _shared_values(connection: Connection, catalogue: Catalogue, sources: Sequence[store.Source]) -> pd.DataFrame:
    """What accepted returns say of the quantities that two agencies count, with the `recency` of each return."""
    returns = {source.id: source for source in sources if source.kind == store.SUBMISSION}
    row = store.table_of(QuantityValueRow).c
    query = sa.select(*row).where(
        row.quantity.in_(sorted({quantity for _, quantity in catalogue.counted_also})), row.source_id.in_(list(returns))
    )
    found = pd.DataFrame([tuple(one) for one in connection.execute(query)], columns=[column.name for column in row])
    order = store.recency_of(list(returns.values()))
    return found.rename(columns={"area_id": "area", "row_number": "row"}).assign(
        publisher=found["source_id"].map({number: source.publisher for number, source in returns.items()}),
        recency=found["source_id"].map(order),
    )


def add_settlement(
    connection: Connection, context: Context, dispute: Dispute, agreed: str, reason: str, who: str
) -> Settlement:
    """Keep that a dispute was settled: whose number stands, and what everybody said. Says so in the audit trail."""
    now = datetime.now(UTC)
    place = dispute.place
    kept = {
        "quantity": place.quantity,
        "area_id": place.area,
        "period": place.period,
        "basis": place.basis,
        "category": place.category,
        "agreed": agreed,
        "said": dispute.said,
        "reason": reason,
        "who": who,
    }
    number: int = connection.execute(
        sa.insert(DisputeSettlementRow)
        .values(**kept, partnership_id=context.partnership, at=now, actor=context.viewer)
        .returning(DisputeSettlementRow.id)
    ).scalar_one()
    store.audit(connection, context, SETTLED, place.key, {**kept, "settlement": number})
    return Settlement(number, place, agreed, dispute.said, reason, who, now, context.viewer)
