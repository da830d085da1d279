"""The way in, told on one page: a file is extracted, validated, loaded, and the figures that it touches are computed.

Each function is one transaction. Whatever goes wrong, the database is as it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy.engine import Connection, Engine

from etl.extract.publications import Extracted, extract_publication
from etl.extract.returns import read_return
from etl.load import store
from etl.load.engine import reading, writing
from etl.transform.figures import FIGURE_COLUMNS, Vintage, compute_figures
from etl.validate.check import CheckedReturn, check_return
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import FileRefusedError
from schema.findings import Severity
from schema.periods import Period

Progress = Callable[[str], None]


def quiet(_what: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Loaded:
    """What became of one file."""

    file_name: str
    title: str
    edition: str
    rows: int
    changed: bool
    """False where the same content was already there."""


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
    extract: Callable[[Path, Catalogue, date | None], Extracted] = extract_publication,
    progress: Progress = quiet,
) -> LoadReport:
    """Load published files, all of them or none.

    Every file is read before anything is written, so that the database is held only for the writing.

    Raises:
        FileRefusedError: a file is no known publication, or a row of it is wrong.
    """
    read = []
    for path in paths:
        progress(f"Reading {path.name}")
        read.append(extract(path, catalogue, release))
    progress("Writing")
    with writing(engine) as connection:
        store.require_partnership(connection, context)
        files, fresh, values = [], {}, 0
        for found in read:
            source_id, new = store.add_source(connection, context, _release_source(found))
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
                Loaded(found.file_name, found.publication.title, found.release.isoformat(), found.row_count, new)
            )
        progress("Computing figures")
        figures, waiting = _recompute(connection, catalogue, context, fresh) if fresh else (0, ())
    return LoadReport(tuple(files), values, figures, waiting)


def _release_source(found: Extracted) -> store.NewSource:
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
    )


@dataclass(frozen=True)
class Submitted:
    """What became of a return."""

    checked: CheckedReturn
    version: int
    changed: bool
    values: int
    figures: int


def check_file(path: Path, agency: str, period: Period, area: str, catalogue: Catalogue, today: date) -> CheckedReturn:
    """Read and check an agency's return without keeping anything.

    Raises:
        FileRefusedError: the file is no readable table. Everything short of that is a finding.
    """
    return check_return(read_return(path), catalogue.return_spec(agency), period, area, catalogue, today)


def submit_return(
    engine: Engine, path: Path, agency: str, period: Period, catalogue: Catalogue, context: Context, today: date
) -> Submitted:
    """Check a return and, where nothing blocks it, keep it and compute the agency's figures again.

    Raises:
        FileRefusedError: the file is unreadable, or a finding blocks it (all findings are on the error).
    """
    spec = catalogue.return_spec(agency)
    with reading(engine) as connection:
        area = store.require_partnership(connection, context).home_area
    table = read_return(path)
    checked = check_return(table, spec, period, area, catalogue, today)
    if checked.blocked or checked.extract_date is None:
        errors = sum(finding.severity is Severity.ERROR for finding in checked.findings)
        raise FileRefusedError(
            f"{path.name} has {errors} fault{'' if errors == 1 else 's'} to mend; nothing was submitted.",
            checked.findings,
        )
    new = store.NewSource(
        kind=store.SUBMISSION,
        publisher=agency,
        edition=period.code,
        series_title=f"{spec.title} return",
        released_on=checked.extract_date,
        status=checked.status,
        file_name=table.name,
        sha256=table.sha256,
        row_count=len(checked.values),
    )
    with writing(engine) as connection:
        source_id, is_new = store.add_source(connection, context, new)
        if not is_new:
            return Submitted(checked, 0, changed=False, values=0, figures=0)
        values = store.add_values(connection, source_id, checked.values)
        store.audit(connection, context, "return submitted", f"{agency} {period.code}", {"file": path.name})
        sources = store.active_sources(connection, context)
        version = next(source.version for source in sources if source.id == source_id)
        figures = _recompute_returns(connection, catalogue, sources, agency)
    return Submitted(checked, version, changed=True, values=values, figures=figures)


def _recompute(
    connection: Connection, catalogue: Catalogue, context: Context, fresh: dict[int, Extracted]
) -> tuple[int, tuple[str, ...]]:
    """Compute again what newly loaded releases touch: their own figures, those that rest on a population that has just
    come, and, where a newer population has come, the rates of the returns."""
    sources = store.active_sources(connection, context)
    releases = [source for source in sources if source.kind == store.RELEASE]
    new_populations = {found.release for found in fresh.values() if len(found.population)}
    touched = {
        (source.series_title, source.edition)
        for source in releases
        if source.id in fresh or _population_release(catalogue, source) in new_populations
    }
    count, waiting = 0, []
    for series_title, edition in sorted(touched):
        members = [source for source in releases if (source.series_title, source.edition) == (series_title, edition)]
        vintage, missing = _release_vintage(connection, catalogue, releases, members, fresh)
        if missing:
            waiting.append(f"{series_title}, release {edition}: mid-year population of {missing}")
        # Figures of a superseded version of this edition go too: they belong to no active source.
        count += store.replace_figures(
            connection, store.all_versions(connection, members), compute_figures(vintage, catalogue)
        )
    if new_populations:
        for agency in _agencies(sources):
            count += _recompute_returns(connection, catalogue, sources, agency)
    return count, tuple(waiting)


def _agencies(sources: Sequence[store.Source]) -> list[str]:
    return sorted({source.publisher for source in sources if source.kind == store.SUBMISSION})


def _population_release(catalogue: Catalogue, source: store.Source) -> date | None:
    """The release of the mid-year population that a source's rates rest on."""
    publication = catalogue.publications.get(source.publisher)
    release = publication.releases.get(source.released_on) if publication else None
    return release.population if release else None


def _population_sources(catalogue: Catalogue, sources: Sequence[store.Source], day: date | None) -> list[int]:
    """The ids of the sources that carry the population released on a day."""
    carriers = {publication.id for publication in catalogue.publications.values() if publication.population_series}
    return [source.id for source in sources if source.publisher in carriers and source.released_on == day]


def _release_vintage(
    connection: Connection,
    catalogue: Catalogue,
    releases: Sequence[store.Source],
    members: Sequence[store.Source],
    fresh: dict[int, Extracted],
) -> tuple[Vintage, str]:
    """What one release of one publication says, and the day of the population that it rests on where that is not there.

    What has just been read is taken from memory; only what was loaded earlier is read back.
    """
    frames = [store.read_values(connection, [source for source in members if source.id not in fresh])]
    frames += [
        fresh[source.id].values.assign(source_id=source.id, publisher=source.publisher)
        for source in members
        if source.id in fresh
    ]
    values = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
    day = max((found for source in members if (found := _population_release(catalogue, source))), default=None)
    population = store.read_population(connection, _population_sources(catalogue, releases, day))
    missing = day.isoformat() if day is not None and population.empty and len(values) else ""
    return Vintage(values, population, {source.id: source.status for source in members}, local=False), missing


def returns_vintage(
    connection: Connection, catalogue: Catalogue, sources: Sequence[store.Source], agency: str
) -> Vintage:
    """What an agency's accepted returns say together, over the newest population among these sources."""
    members = [source for source in sources if source.kind == store.SUBMISSION and source.publisher == agency]
    carriers = {publication.id for publication in catalogue.publications.values() if publication.population_series}
    newest = max((source.released_on for source in sources if source.publisher in carriers), default=None)
    # The later extract knows more, whenever it was submitted: backfilling old quarters undoes no restatement.
    order = {s.id: place for place, s in enumerate(sorted(members, key=lambda s: (s.released_on, s.id)))}
    values = store.read_values(connection, members)
    return Vintage(
        values.assign(recency=values["source_id"].map(order)),
        store.read_population(connection, _population_sources(catalogue, sources, newest)),
        {source.id: source.status for source in members},
        local=True,
    )


def _recompute_returns(
    connection: Connection, catalogue: Catalogue, sources: Sequence[store.Source], agency: str
) -> int:
    members = [source for source in sources if source.kind == store.SUBMISSION and source.publisher == agency]
    vintage = returns_vintage(connection, catalogue, sources, agency)
    return store.replace_figures(
        connection, store.all_versions(connection, members), compute_figures(vintage, catalogue)
    )


def figures_as_of(connection: Connection, catalogue: Catalogue, context: Context) -> pd.DataFrame:
    """Every figure as it stood at the context's instant: the same transforms over the sources accepted by then."""
    sources = store.active_sources(connection, context)
    releases = [source for source in sources if source.kind == store.RELEASE]
    vintages = [
        _release_vintage(
            connection, catalogue, releases, [s for s in releases if (s.series_title, s.edition) == edition], {}
        )[0]
        for edition in sorted({(source.series_title, source.edition) for source in releases})
    ]
    vintages += [returns_vintage(connection, catalogue, sources, agency) for agency in _agencies(sources)]
    frames = [compute_figures(vintage, catalogue) for vintage in vintages]
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame({name: [] for name in FIGURE_COLUMNS})
