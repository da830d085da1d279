"""What an agency last said about each figure of its return, to stand beside the next one for reference."""

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from etl.load import store
from schema.context import Context
from schema.periods import Period

Key = tuple[str, str, str]
"""Quantity, category and basis."""


@dataclass(frozen=True)
class LastFigure:
    """The newest figure up to a period: its period's code, and its number, or None beside a symbol."""

    period: str
    value: float | None
    symbol: str


def last_submitted(connection: Connection, context: Context, agency: str, upto: Period) -> dict[Key, LastFigure]:
    """The newest figure of each row of an agency's returns, up to a period: for a correction, what it said itself."""
    submissions = [
        source
        for source in store.active_sources(connection, context)
        if source.kind == store.SUBMISSION and source.publisher == agency
    ]
    # The later extract knows more, in whichever order the returns were submitted.
    order = {s.id: place for place, s in enumerate(sorted(submissions, key=lambda s: (s.released_on, s.id)))}
    values = store.read_values(connection, submissions)
    # The codes of one kind of period sort as their dates do.
    values = values[values["period"] <= upto.code]
    newest = (
        values.assign(recency=values["source_id"].map(order))
        .sort_values(["period", "recency"], kind="stable")
        .drop_duplicates(["quantity", "category", "basis"], keep="last")
    )
    columns = ("quantity", "category", "basis", "period", "value", "symbol")
    return {
        (str(quantity), str(category), str(basis)): LastFigure(
            str(period), None if symbol and symbol != "nil" else float(value), str(symbol)
        )
        for quantity, category, basis, period, value, symbol in zip(
            *(newest[column].tolist() for column in columns), strict=True
        )
    }
