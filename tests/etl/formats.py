"""Catalogues with a publication of a test's own, so that no test hangs on which series the schema maps today."""

from datetime import date
from typing import Any

from schema.catalogue import Catalogue
from schema.publications import Publication
from tests.etl.published import CATALOGUE


def catalogue_with(**publication: Any) -> Catalogue:
    """The installation's catalogue, in which this is the only publication of its format."""
    about = {"id": "tried-here", "title": "Tried here", "series_title": "Tried here", "publisher": "A publisher"}
    made = Publication.model_validate({**about, **publication})
    others = {name: other for name, other in CATALOGUE.publications.items() if other.format != made.format}
    return CATALOGUE.model_copy(update={"publications": {**others, made.id: made}})


def releases(**days: dict[str, object]) -> dict[date, dict[str, object]]:
    """`releases(d2025_10_30={…})` as a publication's releases."""
    return {date.fromisoformat(day.removeprefix("d").replace("_", "-")): said for day, said in days.items()}
