"""What people change, beside loading figures. The only writer of the dashboard; knows nothing of Dash."""

from etl.load import store
from etl.load.engine import Engine, writing
from etl.load.migrate import upgrade
from schema.areas import Area
from schema.context import Context
from schema.errors import WrongUseError
from schema.tables import PartnershipRow


def set_up_partnership(engine: Engine, context: Context, area: Area, name: str) -> PartnershipRow:
    """Make or update the tables, and set the partnership up where it is not.

    Raises:
        WrongUseError: it is set up already, for another area; figures of one are never called another's.
    """
    upgrade(engine)
    with writing(engine) as connection:
        title = name or f"{area.name} Safeguarding Children Partnership"
        store.ensure_partnership(connection, context.partnership, title, area.id, demonstration=False)
        known = store.require_partnership(connection, context)
    if known.home_area != area.id:
        raise WrongUseError(
            f"This database is {known.name}'s, whose area is {known.home_area}. "
            "Set DATABASE_URL to another database for another partnership."
        )
    return known
