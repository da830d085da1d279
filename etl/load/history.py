"""Reads what was accepted and published before, for the checks of a return."""

from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from etl.load import store
from etl.validate.history import PUBLISHED_COLUMNS, VALUE_COLUMNS, History
from schema.catalogue import Catalogue
from schema.context import Context
from schema.periods import Period
from schema.quantities import TOTAL, QuantityKind
from schema.tables import QuantityValueRow

_KEY = ["period", "basis", "quantity", "category"]


def history_of(connection: Connection, context: Context, catalogue: Catalogue, agency: str, period: Period) -> History:
    """What an agency's accepted returns and the publications say, as it stood at the context's instant.

    Raises:
        WrongUseError: no agency of this name makes a return.
        DatabaseNotReadyError: the partnership has not been set up.
    """
    area = store.require_partnership(connection, context).home_area
    sources = store.active_sources(connection, context)
    # The later extract knows more, in whichever order the returns were accepted.
    returns = sorted(
        (source for source in sources if source.kind == store.SUBMISSION and source.publisher == agency),
        key=lambda source: (source.released_on, source.id),
    )
    values = _values(connection, [source.id for source in returns], area)
    order = {source.id: place for place, source in enumerate(returns)}
    newest = (
        values.assign(recency=values["source_id"].map(order))
        .sort_values("recency", kind="stable")
        .drop_duplicates(_KEY, keep="last")
    )
    own = {source.id for source in returns if source.edition == period.code}
    return History(
        values=newest[list(VALUE_COLUMNS)].reset_index(drop=True),
        this_period=values.loc[values["source_id"].isin(own), list(VALUE_COLUMNS)].sort_values(
            _KEY, kind="stable", ignore_index=True
        ),
        accepted=tuple(sorted({source.edition for source in returns})),
        published=_published(connection, sources, catalogue, agency, area),
    )


def _values(
    connection: Connection, source_ids: Sequence[int], area: str, quantities: Sequence[str] = ()
) -> pd.DataFrame:
    """The values of some sources for an area, with `source_id`; of some quantities, and then totals alone."""
    row = QuantityValueRow.__table__.c
    names = ("source_id", *VALUE_COLUMNS)
    query = sa.select(*(row[name] for name in names)).where(row.source_id.in_(source_ids), row.area_id == area)
    if quantities:
        query = query.where(row.quantity.in_(quantities), row.category == TOTAL)
    rows = [tuple(found) for found in connection.execute(query)]
    return pd.DataFrame.from_records(rows, columns=list(names)).astype(
        {name: "float64" if name == "value" else "int64" if name == "source_id" else "str" for name in names}
    )


def _published(
    connection: Connection, sources: Sequence[store.Source], catalogue: Catalogue, agency: str, area: str
) -> pd.DataFrame:
    """The counts that publications have of what the agency's return reports.

    Where several releases or datasets carry one, the newest release of the first publisher is believed.
    """
    asked = {
        item.quantity
        for item in catalogue.return_spec(agency).items
        if catalogue.precedence(item.quantity) and catalogue.quantities[item.quantity].kind is not QuantityKind.PRINTED
    }
    carriers = {publication for quantity in asked for publication in catalogue.precedence(quantity)}
    releases = {s.id: s for s in sources if s.kind == store.RELEASE and s.publisher in carriers}
    values = _values(connection, list(releases), area, sorted(asked)) if asked and releases else None
    if values is None or values.empty:
        return History.none().published
    publisher = values["source_id"].map({key: source.publisher for key, source in releases.items()})
    released = values["source_id"].map({key: source.released_on.isoformat() for key, source in releases.items()})
    rank = [
        catalogue.precedence(quantity).index(name) if name in catalogue.precedence(quantity) else len(carriers)
        for quantity, name in zip(values["quantity"], publisher, strict=True)
    ]
    values = values.assign(
        publication=publisher.map({name: catalogue.publications[name].title for name in carriers}),
        released_on=released,
        rank=rank,
        compilation=publisher.map({name: catalogue.publications[name].compilation for name in carriers}),
    )
    best = (
        values[values["value"].notna()]
        .sort_values(["released_on", "source_id"], ascending=False, kind="stable")
        .sort_values(["compilation", "rank"], kind="stable")
        .drop_duplicates(["quantity", "period", "basis"], keep="first")
        .sort_values(["quantity", "period", "basis"], kind="stable")
    )
    return best[list(PUBLISHED_COLUMNS)].reset_index(drop=True)
