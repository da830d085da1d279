"""How published files come in, told on one page: they are extracted, loaded, and the figures that they touch computed.

A load is one transaction. Whatever goes wrong, the database is as it was. Agencies' returns come in by
`etl.submissions`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.engine import Connection, Engine

from etl.computing import (
    Progress,
    agencies_submitting,
    population_release,
    quiet,
    recompute_releases,
    recompute_returns,
)
from etl.extract.publications import Extracted, extract_publication
from etl.load import store
from etl.load.engine import writing
from etl.transform import fingerprint
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import FileRefusedError


@dataclass(frozen=True)
class Loaded:
    """What became of one file."""

    file_name: str
    title: str
    edition: str
    rows: int
    changed: bool
    """False where the same content was already there."""
    replaces: str = ""
    """What was there of the same release before, in words."""
    left_out: tuple[str, ...] = ()
    """Rows that were read and not kept, and why."""


@dataclass(frozen=True)
class LoadReport:
    """What a load did: its files, the values and figures now kept from them, and the releases whose rates still wait
    for a population."""

    files: tuple[Loaded, ...]
    values: int
    figures: int
    waiting_for_population: tuple[str, ...] = ()


def load_publications(
    engine: Engine,
    paths: Sequence[Path],
    catalogue: Catalogue,
    context: Context,
    *,
    release: date | None = None,
    replace: bool = False,
    extract: Callable[[Path, Catalogue, date | None], Extracted] = extract_publication,
    accepted_at: Callable[[Extracted], datetime] | None = None,
    progress: Progress = quiet,
) -> LoadReport:
    """Load published files, all of them or none.

    Every file is read before anything is written, so that the database is held only for the writing. `replace` allows
    a file to say less than what it replaces. A file counts as accepted now, or at the instant that `accepted_at` says.

    Raises:
        FileRefusedError: a file is no known publication, a row of it is wrong, or areas or periods that an earlier
            version of the same release had are gone from it.
    """
    read = []
    for path in paths:
        progress(f"Reading {path.name}")
        read.append(extract(path, catalogue, release))
    _refuse_two_of_one_release(read)
    progress("Writing")
    with writing(engine) as connection:
        store.require_partnership(connection, context)
        files, fresh, values = [], {}, 0
        for found in read:
            source = _release_source(found, catalogue)
            before = store.versions_of(connection, context, source)
            source_id, new = store.add_source(connection, context, source, accepted_at(found) if accepted_at else None)
            replaces = _replaced(connection, found, before[-1], allowed=replace) if new and before else ""
            if new:
                fresh[source_id] = found
                values += store.add_values(connection, source_id, found.values)
                values += store.add_population(connection, source_id, found.population)
                values += store.add_neighbours(connection, source_id, found.neighbours)
                store.audit(
                    connection,
                    context,
                    "publication loaded",
                    found.publication.id,
                    {"release": found.release.isoformat(), "file": found.file_name},
                )
            files.append(
                Loaded(
                    found.file_name,
                    found.publication.title,
                    found.release.isoformat(),
                    found.row_count,
                    new,
                    replaces,
                    tuple(map(str, found.left_out)) if new else (),
                )
            )
        progress("Computing figures")
        figures, waiting = _recompute(connection, catalogue, context, fresh) if fresh else (0, ())
    return LoadReport(tuple(files), values, figures, waiting)


def _refuse_two_of_one_release(read: Sequence[Extracted]) -> None:
    """Two files of one release that differ cannot both hold, and neither is known to be the right one."""
    first: dict[tuple[str, date], Extracted] = {}
    for found in read:
        other = first.setdefault((found.publication.id, found.release), found)
        if other.sha256 != found.sha256:
            raise FileRefusedError(
                f"{other.file_name} and {found.file_name} are both {found.publication.title}, release {found.release}, "
                "and differ. Load one of them alone, the one that holds more."
            )


def _replaced(connection: Connection, found: Extracted, before: store.Version, *, allowed: bool) -> str:
    """What a file replaces, in words; a file that says less than what it replaces is refused unless that is allowed."""
    frames = (
        found.values[["area", "period", "quantity"]],
        found.population[["area", "period"]].assign(quantity="population"),
        found.neighbours[["area", "model"]].assign(quantity="neighbours"),
    )
    says = {place for frame in frames for place in frame.drop_duplicates().itertuples(index=False, name=None)}
    gone = sorted(store.places_said(connection, before.id) - says)
    title = f"{found.publication.title}, release {found.release}"
    if gone and not allowed:
        area, period, quantity = gone[0]
        raise FileRefusedError(
            f"{found.file_name}: {len(gone):,} of the figures that {before.file_name} had for the same release "
            f"({title}) are not in it, first {quantity} of {area} in {period}. It may have been cut short: download it "
            "again, or load it with --replace if its publisher took them out."
        )
    return f"version {before.version} ({before.file_name}, loaded {before.loaded_at:%Y-%m-%d %H:%M} UTC)"


def _release_source(found: Extracted, catalogue: Catalogue) -> store.NewSource:
    return store.NewSource(
        kind=store.RELEASE,
        publisher=found.publication.id,
        edition=found.release.isoformat(),
        series_title=found.publication.series_title,
        released_on=found.release,
        status=found.publication.releases[found.release].status,
        file_name=found.file_name,
        sha256=found.sha256,
        row_count=found.row_count,
        reading=fingerprint.of_reading(catalogue, found.publication.id),
    )


def _recompute(
    connection: Connection, catalogue: Catalogue, context: Context, fresh: dict[int, Extracted]
) -> tuple[int, tuple[str, ...]]:
    """Compute again what newly loaded releases touch: their own figures, those that rest on a population that has just
    come, and, where a newer population has come, the rates of the returns."""
    sources = store.active_sources(connection, context)
    releases = [source for source in sources if source.kind == store.RELEASE]
    new_populations = {found.release for found in fresh.values() if len(found.population)}
    touched = {
        source for source in releases if source.id in fresh or population_release(catalogue, source) in new_populations
    }
    count, waiting = recompute_releases(connection, catalogue, releases, fresh, touched)
    if new_populations:
        for agency in agencies_submitting(sources):
            count += recompute_returns(connection, context, catalogue, sources, agency)
    return count, waiting
