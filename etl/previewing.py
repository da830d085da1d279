"""Computes what the pages would show if a return were accepted, without keeping anything."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from etl.computing import Unkept, returns_vintage
from etl.load import store
from etl.load.engine import reading
from etl.load.history import history_of
from etl.load.submissions import SubmissionVersion, submissions, values_of
from etl.submissions import Checked, ReturnFile
from etl.transform.figures import FIGURE_COLUMNS, Vintage, compute_figures
from etl.transform.preview import Past, Preview, preview
from etl.validate.check import VALUE_COLUMNS, CheckedReturn
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure
from schema.periods import parse_period
from schema.quantities import TOTAL
from schema.tables import FigureRow

_VALUES = ("period", "basis", "quantity", "category", "value", "symbol", "state", "row", "note")
_EMPTY = pd.DataFrame({name: pd.Series(dtype="str") for name in _VALUES}).astype({"value": "float64", "row": "int64"})


def preview_return(engine: Engine, context: Context, catalogue: Catalogue, checked: Checked) -> Preview:
    """What a checked return would change.

    Of a return with errors only the figures are set side by side: what its measures would be is not known before all
    of it is.

    Raises:
        DatabaseNotReadyError: the partnership has not been set up.
    """
    with reading(engine) as connection:
        return preview_within(connection, context, catalogue, checked)


def preview_submitted(engine: Engine, context: Context, catalogue: Catalogue, version: SubmissionVersion) -> Preview:
    """What accepting a version that was submitted would change, beside the version before it.

    It is made from the values that were kept, which are what the pages would show; the file is not read again.

    Raises:
        DatabaseNotReadyError: the partnership has not been set up.
    """
    with reading(engine) as connection:
        kept = store.read_values_of(connection, [version.source_id])
        values = kept[list(VALUE_COLUMNS)].sort_values("row", ignore_index=True)
        restated = tuple(sorted(set(values["period"]) - {version.period}))
        found = CheckedReturn(values, (), version.extracted_on, version.status, restated)
        file = ReturnFile(version.file_name, b"", version.agency, parse_period(version.period))
        checked = Checked(file, found, version.sha256, version.version - 1)
        return preview_within(connection, context, catalogue, checked, version.version)


def preview_within(
    connection: Connection, context: Context, catalogue: Catalogue, checked: Checked, number: int | None = None
) -> Preview:
    """`preview_return`, over a transaction that is there already. `number` is the return's own version, where it was
    submitted already: only earlier ones are its past."""
    file, found = checked.file, checked.found
    versions = [
        one
        for one in submissions(connection, context, file.agency, file.period.code)
        if number is None or one.version < number
    ]
    past = Past(
        history=history_of(connection, context, catalogue, file.agency, file.period),
        last=values_of(connection, versions[-1]) if versions else _EMPTY,
        version=versions[-1].version if versions else 0,
    )
    area = store.require_partnership(connection, context).home_area
    sources = store.active_sources(connection, context)
    before, after = _no_figures(), _no_figures()
    if not found.blocked:
        touched = _measures_touched(catalogue, file.agency, set(found.values["quantity"]))
        frames = [
            _figures_with(connection, context, catalogue, sources, reader, measures, checked, area)
            for reader, measures in touched.items()
        ]
        after = pd.concat([after, *(frame for frame in frames if len(frame))], ignore_index=True)
        before = _kept_figures(connection, sources, list(touched), area)
        wanted = {(measure.id, measure.headline_category) for measures in touched.values() for measure in measures}
        before, after = (
            frame[[key in wanted for key in zip(frame["measure"], frame["category"], strict=True)]]
            for frame in (before, after)
        )
    spec = catalogue.return_spec(file.agency)
    return preview(found.values, spec, file.period, past, before, after, catalogue)


def _measures_touched(catalogue: Catalogue, agency: str, quantities: Collection[str]) -> dict[str, list[Measure]]:
    """By agency, the measures that a return may change: all of its own, since what it leaves out is seen too, and those
    of other agencies that are made of something in it."""
    found: dict[str, list[Measure]] = defaultdict(list)
    for measure in catalogue.measures.values():
        terms = (*measure.numerator, *measure.denominator)
        if measure.agency == agency or any(term.quantity in quantities for term in terms):
            found[measure.agency].append(measure)
    return {
        reader: measures
        for reader, measures in found.items()
        if reader in catalogue.returns and agency in catalogue.agencies_read_by(reader)
    }


def _no_figures() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="object") for name in FIGURE_COLUMNS})


def _kept_figures(
    connection: Connection, sources: Sequence[store.Source], agencies: Sequence[str], area: str
) -> pd.DataFrame:
    """The figures of some agencies' returns as the pages have them."""
    row = FigureRow.__table__.c
    own = [source.id for source in sources if source.kind == store.SUBMISSION and source.publisher in agencies]
    names = {("area_id" if name == "area" else name): name for name in FIGURE_COLUMNS}
    query = sa.select(*(row[column].label(name) for column, name in names.items())).where(
        row.source_id.in_(own), row.area_id == area
    )
    rows = [tuple(found) for found in connection.execute(query)]
    return pd.DataFrame(rows, columns=list(FIGURE_COLUMNS)).astype(
        dict.fromkeys(("numerator", "denominator", "value", "other_value"), "float64")
    )


def _figures_with(
    connection: Connection,
    context: Context,
    catalogue: Catalogue,
    sources: Sequence[store.Source],
    reader: str,
    measures: Sequence[Measure],
    checked: Checked,
    area: str,
) -> pd.DataFrame:
    """The headline figures of some measures of an agency, with a return among those that hold."""
    file, found = checked.file, checked.found
    others = [
        source
        for source in sources
        if not (
            source.kind == store.SUBMISSION and source.publisher == file.agency and source.edition == file.period.code
        )
    ]
    new = max((source.id for source in sources), default=0) + 1
    unkept = Unkept(found.values, new, file.agency, found.extract_date)
    vintage = returns_vintage(connection, context, catalogue, others, reader, unkept)
    values = _for_headlines(vintage.values, measures)
    status = vintage.status | ({new: found.status} if reader == file.agency else {})
    population = vintage.population[vintage.population["area"] == area]
    return compute_figures(Vintage(values[values["area"] == area], population, status, reader), catalogue)


def _for_headlines(values: pd.DataFrame, measures: Sequence[Measure]) -> pd.DataFrame:
    """The values that measures' headline figures rest on: the other categories are three quarters of the work."""
    terms = [term for measure in measures for term in (*measure.numerator, *measure.denominator)]
    wanted = {(term.quantity, term.category) for term in terms} | {(term.quantity, TOTAL) for term in terms}
    wanted |= {(measure.numerator[0].quantity, measure.headline_category) for measure in measures}
    wanted |= {(measure.printed, TOTAL) for measure in measures if measure.printed}
    kept = [pair in wanted for pair in zip(values["quantity"], values["category"], strict=True)]
    # An empty list would choose no columns in the place of no rows.
    return values[pd.Series(kept, index=values.index, dtype=bool)]
