"""Which area is shown, and which ones can be chosen."""

from dashboard.queries import Queries
from schema.areas import Area, AreaKind
from schema.catalogue import Catalogue
from schema.context import Context


def authorities(catalogue: Catalogue) -> tuple[Area, ...]:
    """Every authority that still exists, by name: what the area picker offers."""
    found = (a for a in catalogue.areas if a.kind is AreaKind.AUTHORITY and a.until is None)
    return tuple(sorted(found, key=lambda area: area.name))


def home_area(queries: Queries, context: Context, code: str | None) -> Area:
    """The area asked for, or the partnership's own. Raises WrongUseError for a code that is no area."""
    return queries.catalogue.areas.find(code or queries.partnership(context).home_area)
