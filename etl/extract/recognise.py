"""Which dataset and which release a file is: by header, constant column and latest period, never by its name."""

from collections import Counter
from datetime import date

import numpy as np

from etl.extract.csv_file import CsvTable
from schema.catalogue import Catalogue
from schema.errors import FileRefusedError
from schema.publications import EES_GEOGRAPHY, Publication

_ALIKE = 0.5
"""Share of columns in common from which a strange header counts as a change of a known one."""


def recognise(table: CsvTable, catalogue: Catalogue, release: date | None = None) -> tuple[Publication, date]:
    """The dataset and release of a published file. `release` overrides what its latest period says.

    Raises:
        FileRefusedError: the header is new (names the unknown and missing columns and the nearest known release), or
            the release is not declared.
    """
    header = Counter(table.header)
    fits = [
        (publication, day)
        for publication in catalogue.publications.values()
        for day in publication.releases
        if _expected(publication, day) == header and _constants_fit(table, publication)
    ]
    if not fits:
        raise FileRefusedError(_nearest(table, header, catalogue))
    known = ", ".join(str(day) for _, day in fits)
    publication = fits[0][0]
    where = f"schema/publications/{publication.id}.yaml"
    if release is not None:
        chosen = [fit for fit in fits if fit[1] == release]
        if not chosen:
            raise FileRefusedError(
                f"{table.name} is {publication.title}, but no release {release} of it has this header (known: {known}"
                f"). Give one of those, or declare the release in {where}."
            )
        return chosen[0]
    if publication.time is None:
        return fits[0]
    periods = [text for text in table.column("time_period").unique() if text.isdecimal()]
    if not periods:
        return fits[-1]  # whoever reads the rows says which of them is wrong
    latest = max(periods)
    chosen = [fit for fit in fits if fit[0].releases[fit[1]].latest_period == latest]
    if not chosen:
        raise FileRefusedError(
            f"{table.name} is {publication.title} up to {latest}, which no declared release reaches (known: {known}). "
            f"Declare the new release in {where}, or say which one it is with --release."
        )
    return chosen[0]


def _expected(publication: Publication, day: date) -> Counter[str]:
    geography = EES_GEOGRAPHY if publication.format == "ees" else ()
    return Counter((*geography, *publication.header(day)))


def _constants_fit(table: CsvTable, publication: Publication) -> bool:
    return all(
        column in table.header and bool(np.all(table.column(column) == value))
        for column, value in publication.constant.items()
    )


def _nearest(table: CsvTable, header: Counter[str], catalogue: Catalogue) -> str:
    """What differs from the known release whose header is most like this one.

    Likeness is measured beside the geography, which all datasets share. A file whose constant column says that it is
    another dataset is never called a new header of this one.
    """
    best: tuple[float, Publication, date] | None = None
    own = header - Counter(EES_GEOGRAPHY)
    for publication in catalogue.publications.values():
        if not _constants_fit(table, publication):
            continue
        for day in publication.releases:
            expected = _expected(publication, day) - Counter(EES_GEOGRAPHY)
            # A dataset that its constant column identifies may have changed every other column, as c1 did in 2025.
            likeness = (expected & own).total() / (expected | own).total() + bool(publication.constant)
            if best is None or likeness > best[0]:
                best = (likeness, publication, day)
    if best is None or best[0] < _ALIKE:
        return (
            f"{table.name} is no dataset that we know: its columns are {', '.join(table.header[:12])} … "
            "`safeguarding publication list` names those that can be loaded."
        )
    _, publication, day = best
    expected = _expected(publication, day)
    unknown, missing = list((header - expected).elements()), list((expected - header).elements())
    parts = [
        f"unknown columns: {', '.join(unknown)}" if unknown else "",
        f"missing columns: {', '.join(missing)}" if missing else "",
    ]
    return (
        f"{table.name}: the header is new. Nearest is {publication.id}, release {day}; "
        f"{'; '.join(part for part in parts if part)}. Declare the change in schema/publications/{publication.id}.yaml."
    )
