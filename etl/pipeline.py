"""The way in, told on one page: a file is extracted, validated, loaded, and the figures that it touches are computed.

Each function is one transaction. Whatever goes wrong, the database is as it was.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from sqlalchemy.engine import Connection, Engine

from etl.extract.publications import Extracted, extract_publication
from etl.extract.returns import ReturnTable, read_return
from etl.load import store
from etl.load.engine import reading, writing
from etl.transform import fingerprint
from etl.transform.figures import FIGURE_COLUMNS, Vintage, compute_figures
from etl.validate.check import CheckedReturn, check_return
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import DatabaseNotReadyError, FileRefusedError
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
    progress: Progress = quiet,
) -> LoadReport:
    """Load published files, all of them or none.

    Every file is read before anything is written, so that the database is held only for the writing. `replace` allows
    a file to say less than what it replaces.

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
            source_id, new = store.add_source(connection, context, source)
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


@dataclass(frozen=True)
class Submitted:
    """What became of a return."""

    checked: CheckedReturn
    version: int
    changed: bool
    values: int
    figures: int
    same_as: int = 0
    """An older version whose content this is, so that what came between is undone; 0 where there is none."""


def check_file(path: Path, agency: str, period: Period, area: str, catalogue: Catalogue, today: date) -> CheckedReturn:
    """Read and check an agency's return without keeping anything.

    Raises:
        FileRefusedError: the file is no readable table. Everything short of that is a finding.
    """
    return check_return(read_return(path), catalogue.return_spec(agency), period, area, catalogue, today)


class ReturnFile(NamedTuple):
    """A return to be submitted."""

    path: Path
    agency: str
    period: Period


def submit_return(
    engine: Engine, path: Path, agency: str, period: Period, catalogue: Catalogue, context: Context, today: date
) -> Submitted:
    """Check a return and, where nothing blocks it, keep it and compute the figures that rest on it again.

    Raises:
        FileRefusedError: the file is unreadable, or a finding blocks it (all findings are on the error).
    """
    return submit_returns(engine, [ReturnFile(path, agency, period)], catalogue, context, today)[0]


def submit_returns(
    engine: Engine,
    returns: Sequence[ReturnFile],
    catalogue: Catalogue,
    context: Context,
    today: date,
    progress: Progress = quiet,
) -> list[Submitted]:
    """Submit several returns, all of them or none; figures are computed once at the end.

    `figures` of each is how many were computed for all of them together.

    Raises:
        FileRefusedError: as `submit_return` does, for the first that is refused.
    """
    with reading(engine) as connection:
        area = store.require_partnership(connection, context).home_area
    checked = []
    for found in returns:
        progress(f"Checking {found.path.name}")
        table = read_return(found.path)
        checked.append((table.sha256, _accepted(found, table, area, catalogue, today)))
    progress("Writing")
    with writing(engine) as connection:
        kept = [
            _keep_return(connection, context, found, sha256, one, catalogue)
            for found, (sha256, one) in zip(returns, checked, strict=True)
        ]
        fresh = {found.agency for found, one in zip(returns, kept, strict=True) if one.changed}
        sources = store.active_sources(connection, context)
        progress("Computing figures")
        figures = sum(
            _recompute_returns(connection, catalogue, sources, reader)
            for reader in _agencies(sources)
            if fresh & catalogue.agencies_read_by(reader)
        )
    return [replace(one, figures=figures if one.changed else 0) for one in kept]


def _accepted(found: ReturnFile, table: ReturnTable, area: str, catalogue: Catalogue, today: date) -> CheckedReturn:
    """A return without a finding that blocks it."""
    spec = catalogue.return_spec(found.agency)
    checked = check_return(table, spec, found.period, area, catalogue, today)
    if checked.blocked or checked.extract_date is None:
        errors = sum(finding.severity is Severity.ERROR for finding in checked.findings)
        raise FileRefusedError(
            f"{found.path.name} has {errors} fault{'' if errors == 1 else 's'} to mend; nothing was submitted.",
            checked.findings,
        )
    return checked


def _keep_return(
    connection: Connection,
    context: Context,
    found: ReturnFile,
    sha256: str,
    checked: CheckedReturn,
    catalogue: Catalogue,
) -> Submitted:
    assert checked.extract_date is not None  # noqa: S101 - `_accepted` has seen to it
    source = store.NewSource(
        kind=store.SUBMISSION,
        publisher=found.agency,
        edition=found.period.code,
        series_title=f"{catalogue.return_spec(found.agency).title} return",
        released_on=checked.extract_date,
        status=checked.status,
        file_name=found.path.name,
        sha256=sha256,
        row_count=len(checked.values),
    )
    before = store.versions_of(connection, context, source)
    same_as = max((one.version for one in before if one.sha256 == sha256), default=0)
    source_id, is_new = store.add_source(connection, context, source)
    if not is_new:
        return Submitted(checked, 0, changed=False, values=0, figures=0)
    values = store.add_values(connection, source_id, checked.values)
    subject = f"{found.agency} {found.period.code}"
    store.audit(connection, context, "return submitted", subject, {"file": found.path.name})
    return Submitted(checked, len(before) + 1, changed=True, values=values, figures=0, same_as=same_as)


def _recompute(
    connection: Connection, catalogue: Catalogue, context: Context, fresh: dict[int, Extracted]
) -> tuple[int, tuple[str, ...]]:
    """Compute again what newly loaded releases touch: their own figures, those that rest on a population that has just
    come, and, where a newer population has come, the rates of the returns."""
    sources = store.active_sources(connection, context)
    releases = [source for source in sources if source.kind == store.RELEASE]
    new_populations = {found.release for found in fresh.values() if len(found.population)}
    touched = {
        source for source in releases if source.id in fresh or _population_release(catalogue, source) in new_populations
    }
    count, waiting = _recompute_releases(connection, catalogue, releases, fresh, touched)
    if new_populations:
        for agency in _agencies(sources):
            count += _recompute_returns(connection, catalogue, sources, agency)
    return count, waiting


def _recompute_releases(
    connection: Connection,
    catalogue: Catalogue,
    releases: Sequence[store.Source],
    fresh: dict[int, Extracted],
    touched: Collection[store.Source],
) -> tuple[int, tuple[str, ...]]:
    """Compute the figures of every release that a touched source belongs to."""
    count, waiting = 0, []
    for series_title, edition in sorted({(source.series_title, source.edition) for source in touched}):
        members = [source for source in releases if (source.series_title, source.edition) == (series_title, edition)]
        vintage, missing = _release_vintage(connection, catalogue, releases, members, fresh)
        if missing:
            waiting.append(f"{series_title}, release {edition}: mid-year population of {missing}")
        # Figures of a superseded version of this edition go too: they belong to no active source.
        count += store.replace_figures(
            connection, store.all_versions(connection, members), compute_figures(vintage, catalogue)
        )
    return count, tuple(waiting)


def _agencies(sources: Sequence[store.Source]) -> list[str]:
    return sorted({source.publisher for source in sources if source.kind == store.SUBMISSION})


def _population_release(catalogue: Catalogue, source: store.Source) -> date | None:
    """The release of the mid-year population that a source's rates rest on."""
    publication = catalogue.publications.get(source.publisher)
    release = publication.releases.get(source.released_on) if publication else None
    return release.population if release else None


def _population(
    connection: Connection, catalogue: Catalogue, sources: Sequence[store.Source], day: date | None = None
) -> pd.DataFrame:
    """The mid-year estimates among some sources (those released on a day, or all), each with its `released_on`."""
    carriers = {publication.id for publication in catalogue.publications.values() if publication.carries_population}
    found = {s.id: s.released_on for s in sources if s.publisher in carriers and day in (None, s.released_on)}
    frame = store.read_population(connection, list(found))
    return frame.assign(released_on=frame["source_id"].map(found))


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
    # Where a release rests on no population, none is read: an empty frame, and no rates.
    population = _population(connection, catalogue, releases if day else [], day)
    missing = day.isoformat() if day is not None and population.empty and len(values) else ""
    return Vintage(values, population, {source.id: source.status for source in members}), missing


def returns_vintage(
    connection: Connection, catalogue: Catalogue, sources: Sequence[store.Source], agency: str
) -> Vintage:
    """What an agency's accepted returns say together, over the newest population among these sources.

    What the agency reports of another's quantities stands beside that one's own number and never in its place, so it
    is left out; what its measures need of another agency's is read from there.
    """
    members = _submissions(sources, {agency})
    lenders = _submissions(sources, catalogue.agencies_read_by(agency) - {agency})
    everyone = [*members, *lenders]
    values = store.read_values(connection, everyone)
    home = values["quantity"].map(catalogue.home_return)
    values = values[(home == values["publisher"]) | (home.isna() & (values["publisher"] == agency))]
    # The later extract knows more, whenever it was submitted: backfilling old quarters undoes no restatement.
    order = {s.id: place for place, s in enumerate(sorted(everyone, key=lambda s: (s.released_on, s.id)))}
    return Vintage(
        values.assign(recency=values["source_id"].map(order)),
        _population(connection, catalogue, sources),
        {source.id: source.status for source in members},
        agency,
    )


def _submissions(sources: Sequence[store.Source], agencies: Collection[str]) -> list[store.Source]:
    return [source for source in sources if source.kind == store.SUBMISSION and source.publisher in agencies]


def _recompute_returns(
    connection: Connection, catalogue: Catalogue, sources: Sequence[store.Source], agency: str
) -> int:
    members = _submissions(sources, {agency})
    vintage = returns_vintage(connection, catalogue, sources, agency)
    return store.replace_figures(
        connection, store.all_versions(connection, members), compute_figures(vintage, catalogue)
    )


def require_current(engine: Engine, catalogue: Catalogue, context: Context) -> None:
    """Stop where the kept figures were computed by other code or other formulas than these.

    Raises:
        DatabaseNotReadyError: says which command computes them again.
    """
    with reading(engine) as connection:
        if store.computed_by(connection, context) != fingerprint.of_computation(catalogue):
            raise DatabaseNotReadyError(
                "The figures in the database were computed by another version of the product or of its measures. "
                "Run `safeguarding init` to compute them again."
            )


def bring_up_to_date(engine: Engine, catalogue: Catalogue, context: Context, progress: Progress = quiet) -> bool:
    """Compute every figure again where other code or other formulas made them; False where these did."""
    wanted = fingerprint.of_computation(catalogue)
    with writing(engine) as connection:
        if store.computed_by(connection, context) == wanted:
            return False
        sources = store.active_sources(connection, context)
        progress("Computing every figure again")
        releases = [source for source in sources if source.kind == store.RELEASE]
        count, _ = _recompute_releases(connection, catalogue, releases, {}, set(releases))
        count += sum(_recompute_returns(connection, catalogue, sources, agency) for agency in _agencies(sources))
        store.audit(connection, context, store.COMPUTED, "all figures", {"fingerprint": wanted, "figures": count})
    return True


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
