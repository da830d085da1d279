"""Which dataset and which release a file is: by header, constant column and latest period, never by its name."""

from collections import Counter
from datetime import date

import numpy as np

from etl.extract.ons_ages import preamble_year
from etl.extract.table import Table
from schema.catalogue import Catalogue
from schema.errors import FileRefusedError
from schema.publications import EES_GEOGRAPHY, Publication, is_comparison

_ALIKE = 0.5
"""Share of columns in common from which a strange header counts as a change of a known one."""


class UnknownDatasetError(FileRefusedError):
    """The file is no dataset that is declared: none has its header."""


def recognise(table: Table, catalogue: Catalogue, release: date | None = None) -> tuple[Publication, date]:
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
        if _header_fits(table, publication, day) and _content_fits(table, publication)
    ]
    if not fits:
        raise UnknownDatasetError(_nearest(table, header, catalogue))
    known = ", ".join(str(day) for _, day in fits)
    publication = fits[0][0]
    where = f"schema/publications/{publication.id}.yaml"
    latest = _latest(table, publication)
    if release is not None:
        chosen = [fit for fit in fits if fit[1] == release]
        if not chosen:
            raise FileRefusedError(
                f"{table.name} is {publication.title}, but no release {release} of it has this header (known: {known}"
                f"). Give one of those, or declare the release in {where}."
            )
        declared = chosen[0][0].releases[release].latest_period
        if declared and latest and _order(latest) > _order(declared):
            raise FileRefusedError(
                f"{table.name} reaches {latest}, and release {release} of {publication.title} ends with {declared}: it "
                f"is of a later release. {_declare(publication, latest, where)}"
            )
        return chosen[0]
    if publication.format == "lait":
        return _by_size(table, fits, where)
    if publication.neighbours is not None:
        return fits[0]
    if not latest:
        if publication.format == "ons-ages":
            raise FileRefusedError(
                f"{table.place}: nothing above the header says of which mid-year it is. Keep the title of the "
                f"published sheet, or say which release it is with --release (known: {known})."
            )
        return fits[-1]  # whoever reads the rows says which of them is wrong
    chosen = [fit for fit in fits if fit[0].releases[fit[1]].latest_period == latest]
    if not chosen:
        raise FileRefusedError(
            f"{table.name} is {publication.title} up to {latest}, which no declared release reaches (known: {known}). "
            f"{_declare(publication, latest, where)} If it is one of those, cut short, say which with --release."
        )
    return chosen[0]


def _header_fits(table: Table, publication: Publication, day: date) -> bool:
    """Whether a file has the columns of a release. Which comparisons a Fingertips file has depends on the request."""
    expected = _expected(publication, day)
    listed = any(is_comparison(column) for column in expected)
    ignored = publication.format == "fingertips" and not listed
    return expected == Counter(column for column in table.header if not (ignored and is_comparison(column)))


def _latest(table: Table, publication: Publication) -> str:
    """The newest period in a file, as its release declares it; empty where there is none to be read."""
    match publication.format:
        case "ees":
            found = [text for text in table.column("time_period").unique() if text.isdecimal()]
        case "fingertips":
            mapped = table.column("Indicator ID").isin([series.where["Indicator ID"] for series in publication.series])
            found = [str(text) for text in table.column("Time period")[mapped].unique()]
        case "ons-ages":
            found = [preamble_year(table)]
        case _:
            found = []
    return max(found, key=_order, default="")


def _order(period: str) -> tuple[int, str]:
    """2023/24 and 202324 come after 2022/23; texts of one dataset are of one form."""
    digits = "".join(character for character in period if character.isdecimal())
    return (int(digits[:4] or 0), digits)


def _declare(publication: Publication, latest: str, where: str) -> str:
    """The edit that makes a new year known, as it is to be typed."""
    newest = publication.releases[max(publication.releases)]
    rests = ", population: <day of the mid-year population that its rates rest on>" if newest.population else ""
    return (
        f"If it is a new release, add to `releases:` in {where} the line "
        f"`<day it was published>: {{latest_period: {latest}{rests}}}`."
    )


def _by_size(table: Table, fits: list[tuple[Publication, date]], where: str) -> tuple[Publication, date]:
    """The release of a file that has no newest period of its own: the one with as many rows, or the only one."""
    rows = len(table.cells)
    chosen = [fit for fit in fits if fit[0].releases[fit[1]].rows in (rows, None)]
    if len(chosen) == 1:
        return chosen[0]
    known = ", ".join(f"{day} with {publication.releases[day].rows:,} rows" for publication, day in fits)
    raise FileRefusedError(
        f"{table.name} has {rows:,} rows, as no declared release has (known: {known}). If it is a new release, add to "
        f"`releases:` in {where} the line `<day it was published>: {{rows: {rows}}}`; if it is one of those, cut "
        "short, say which with --release."
    )


def _expected(publication: Publication, day: date) -> Counter[str]:
    geography = EES_GEOGRAPHY if publication.format == "ees" else ()
    return Counter((*geography, *publication.header(day)))


def _content_fits(table: Table, publication: Publication) -> bool:
    """Whether the columns that tell datasets of one header apart say that it is this one."""
    if publication.format == "fingertips":
        own = {series.where["Indicator ID"] for series in publication.series}
        return bool(own & set(table.column("Indicator ID").unique()))
    return all(
        column in table.header and bool(np.all(table.column(column) == value))
        for column, value in publication.constant.items()
    )


def _nearest(table: Table, header: Counter[str], catalogue: Catalogue) -> str:
    """What differs from the known release whose header is most like this one.

    Likeness is measured beside the geography, which all datasets share. A file whose constant column says that it is
    another dataset is never called a new header of this one.
    """
    for publication in catalogue.publications.values():
        if publication.format == "fingertips" and any(
            _header_fits(table, publication, day) for day in publication.releases
        ):
            found = ", ".join(sorted(table.column("Indicator ID").unique())[:5])
            return (
                f"{table.name} is of Fingertips indicator {found}, which no series maps. Add a series for it to a file "
                "in schema/publications/."
            )
    best: tuple[float, Publication, date] | None = None
    own = header - Counter(EES_GEOGRAPHY)
    for publication in catalogue.publications.values():
        if publication.format != "fingertips" and not _content_fits(table, publication):
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
