"""What people change, beside loading figures. The only writer of the dashboard; knows nothing of Dash."""

from collections.abc import Callable

from sqlalchemy.engine import Connection

from etl.load import store
from etl.load.engine import Engine, writing
from etl.load.migrate import upgrade
from etl.pipeline import bring_up_to_date, quiet
from schema.areas import Area, load_areas
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import DatabaseNotReadyError, WrongUseError
from schema.tables import PartnershipRow


def set_up_partnership(
    engine: Engine,
    context: Context,
    area: Area | None,
    name: str,
    catalogue: Catalogue,
    progress: Callable[[str], None] = quiet,
) -> PartnershipRow:
    """Make or update the tables, set the partnership up where it is not, and compute again what older code computed.

    `area` may be left out where the partnership is there.

    Raises:
        WrongUseError: it is set up already, for another area (figures of one are never called another's), or it is not
            and no area is given.
    """
    upgrade(engine)
    with writing(engine) as connection:
        if area is None:
            area = _home_area(connection, context)
        title = name or f"{area.name} Safeguarding Children Partnership"
        store.ensure_partnership(connection, context.partnership, title, area.id, demonstration=False)
        known = store.require_partnership(connection, context)
    if known.home_area != area.id:
        raise WrongUseError(
            f"This database is {known.name}'s, whose area is {known.home_area}. "
            "Set DATABASE_URL to another database for another partnership."
        )
    bring_up_to_date(engine, catalogue, context, progress)
    return known


def _home_area(connection: Connection, context: Context) -> Area:
    try:
        return load_areas().by_id[store.require_partnership(connection, context).home_area]
    except DatabaseNotReadyError as error:
        raise WrongUseError(
            "Say whose database it will be: `safeguarding init --area E06000021`, with the authority's id, DfE code or "
            "GSS code."
        ) from error
