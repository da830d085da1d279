"""Computes the figures that are kept, from the sources that hold, and computes them again as they stood at an instant.

Everything here works inside the caller's transaction, but for the two functions that take an engine.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

import pandas as pd
from sqlalchemy.engine import Connection, Engine

from etl.extract.publications import Extracted
from etl.load import store
from etl.load.disputes import read_settlements
from etl.load.engine import reading, writing
from etl.transform import fingerprint
from etl.transform.disputes import as_they_count
from etl.transform.figures import FIGURE_COLUMNS, Vintage, compute_figures
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import DatabaseNotReadyError

Progress = Callable[[str], None]


def quiet(_what: str) -> None:
    """Progress that nobody watches."""


def recompute_releases(
    connection: Connection,
    catalogue: Catalogue,
    releases: Sequence[store.Source],
    fresh: dict[int, Extracted],
    touched: Collection[store.Source],
) -> tuple[int, tuple[str, ...]]:
    """Compute the figures of every release that a touched source belongs to."""
    count, waiting = 0, []
    for series_title, edition in _editions(touched):
        members = [source for source in releases if (source.series_title, source.edition) == (series_title, edition)]
        vintage, missing = _release_vintage(connection, catalogue, releases, members, fresh)
        if missing:
            waiting.append(f"{series_title}, release {edition}: mid-year population of {missing}")
        # Figures of a superseded version of this edition go too: they belong to no active source.
        count += store.replace_figures(
            connection, store.all_versions(connection, members), compute_figures(vintage, catalogue)
        )
    return count, tuple(waiting)


def agencies_submitting(sources: Sequence[store.Source]) -> list[str]:
    """The agencies of which a return holds."""
    return sorted({source.publisher for source in sources if source.kind == store.SUBMISSION})


def population_release(catalogue: Catalogue, source: store.Source) -> date | None:
    """The release of the mid-year population that a source's rates rest on."""
    publication = catalogue.publications.get(source.publisher)
    release = publication.releases.get(source.released_on) if publication else None
    return release.population if release else None


def _population(
    connection: Connection, catalogue: Catalogue, sources: Sequence[store.Source], day: date | None = None
) -> pd.DataFrame:
    """The mid-year estimates among some sources (those released on a day, or all), each with its `released_on`."""
    found = _population_sources(catalogue, sources, day)
    frame = store.read_population(connection, list(found))
    return frame.assign(released_on=frame["source_id"].map(found))


def _population_sources(
    catalogue: Catalogue, sources: Sequence[store.Source], day: date | None = None
) -> dict[int, date]:
    """The sources of mid-year estimates (released on a day, or all), and the day of each."""
    carriers = {publication.id for publication in catalogue.publications.values() if publication.carries_population}
    return {s.id: s.released_on for s in sources if s.publisher in carriers and day in (None, s.released_on)}


def _population_day(catalogue: Catalogue, members: Sequence[store.Source]) -> date | None:
    """The release of the mid-year population that the rates of one release rest on."""
    return max((found for source in members if (found := population_release(catalogue, source))), default=None)


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
    day = _population_day(catalogue, members)
    # Where a release rests on no population, none is read: an empty frame, and no rates.
    population = _population(connection, catalogue, releases if day else [], day)
    missing = day.isoformat() if day is not None and population.empty and len(values) else ""
    return Vintage(values, population, {source.id: source.status for source in members}), missing


class Unkept(NamedTuple):
    """A return that is not in the database yet, to see what would come of it: its values as a source of that id."""

    values: pd.DataFrame
    source_id: int
    agency: str
    extracted_on: date | None


def returns_vintage(
    connection: Connection,
    context: Context,
    catalogue: Catalogue,
    sources: Sequence[store.Source],
    agency: str,
    unkept: Unkept | None = None,
) -> Vintage:
    """What an agency's accepted returns (and an unkept one) say together, over the newest population among the sources.

    What the agency reports of another's quantities stands beside that one's own number and is left out; what its
    measures need of another agency's is read from there. Where two agencies dispute a number there is none, until
    people have agreed whose stands.
    """
    members = _submissions(sources, {agency})
    everyone = [*members, *_submissions(sources, catalogue.agencies_read_by(agency) - {agency})]
    values = store.read_values(connection, everyone)
    values["recency"] = values["source_id"].map(store.recency_of(everyone)).astype(float)
    if unkept is not None:
        earlier = sum(unkept.extracted_on is not None and s.released_on <= unkept.extracted_on for s in everyone)
        new = unkept.values.assign(source_id=unkept.source_id, publisher=unkept.agency, recency=earlier - 0.5)
        values = pd.DataFrame(pd.concat([values, new], ignore_index=True))
    return Vintage(
        as_they_count(values, catalogue, read_settlements(connection, context), agency),
        _population(connection, catalogue, sources),
        {source.id: source.status for source in members},
        agency,
    )


def _submissions(sources: Sequence[store.Source], agencies: Collection[str]) -> list[store.Source]:
    return [source for source in sources if source.kind == store.SUBMISSION and source.publisher in agencies]


def recompute_returns(
    connection: Connection, context: Context, catalogue: Catalogue, sources: Sequence[store.Source], agency: str
) -> int:
    """Compute the figures of an agency's returns again. Returns how many there are."""
    members = _submissions(sources, {agency})
    vintage = returns_vintage(connection, context, catalogue, sources, agency)
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
        count, _ = recompute_releases(connection, catalogue, releases, {}, set(releases))
        agencies = agencies_submitting(sources)
        count += sum(recompute_returns(connection, context, catalogue, sources, agency) for agency in agencies)
        store.audit(connection, context, store.COMPUTED, "all figures", {"fingerprint": wanted, "figures": count})
    return True


@dataclass(frozen=True)
class Beneath:
    """A vintage by what it rests on: `key` is alike where the same is computed from the same, and `read` reads it."""

    key: tuple[Hashable, ...]
    members: frozenset[int]
    """The sources that its figures stand for."""
    agency: str
    """Whose returns they are; empty for a release."""
    read: Callable[[], Vintage]


def vintages_of(connection: Connection, catalogue: Catalogue, context: Context) -> list[Beneath]:
    """Everything that figures are computed from, as it stood at the context's instant."""
    sources = store.active_sources(connection, context)
    settlements = read_settlements(connection, context)
    releases = [source for source in sources if source.kind == store.RELEASE]
    found = [_release_beneath(connection, catalogue, releases, edition) for edition in _editions(releases)]
    for agency in agencies_submitting(sources):
        members = frozenset(source.id for source in _submissions(sources, {agency}))
        read_by = catalogue.agencies_read_by(agency)
        beneath = frozenset(source.id for source in _submissions(sources, read_by))
        residents = frozenset(_population_sources(catalogue, sources))
        settled = tuple(one.id for one in settlements if read_by & one.said.keys())
        read = partial(returns_vintage, connection, context, catalogue, sources, agency)
        found.append(Beneath((agency, beneath, residents, settled), members, agency, read))
    return found


def _editions(releases: Collection[store.Source]) -> list[tuple[str, str]]:
    return sorted({(source.series_title, source.edition) for source in releases})


def _release_beneath(
    connection: Connection, catalogue: Catalogue, releases: Sequence[store.Source], edition: tuple[str, str]
) -> Beneath:
    members = [source for source in releases if (source.series_title, source.edition) == edition]
    day = _population_day(catalogue, members)
    residents = frozenset(_population_sources(catalogue, releases, day) if day else ())
    ids = frozenset(source.id for source in members)

    def read() -> Vintage:
        return _release_vintage(connection, catalogue, releases, members, {})[0]

    return Beneath((edition, ids, residents), ids, "", read)


@dataclass(frozen=True)
class Earlier:
    """How the figures of an instant differ from those that are kept, which are of now."""

    unchanged: frozenset[int]
    """The sources of which the kept figures stood as they do now."""
    figures: pd.DataFrame
    """The figures of every other source that held then, with `FIGURE_COLUMNS`."""
    agencies: frozenset[str]
    """Of whose returns something stood otherwise."""
    releases: frozenset[int]
    """The sources of publications, then or now, of which something stood otherwise."""

    def over(self, kept: pd.DataFrame) -> pd.DataFrame:
        """Every figure of the instant, from those that are kept now (of all measures), in no order."""
        parts = [frame for frame in (kept[kept["source_id"].isin(self.unchanged)], self.figures) if len(frame)]
        return pd.concat(parts, ignore_index=True) if parts else kept.iloc[:0]


def figures_as_of(connection: Connection, catalogue: Catalogue, context: Context) -> Earlier:
    """The figures as they stood at the context's instant: the same transforms over the sources accepted by then.

    What rests on the very same sources now has the figures that are kept, for they are computed by the same code (see
    `require_current`); only the rest is computed again.
    """
    then = {one.key: one for one in vintages_of(connection, catalogue, context)}
    now = {one.key: one for one in vintages_of(connection, catalogue, context.at(None))}
    other = [one for one in then.values() if one.key not in now]
    gone = [one for one in now.values() if one.key not in then]
    frames = [frame for one in other if len(frame := compute_figures(one.read(), catalogue))]
    nothing = pd.DataFrame({name: [] for name in FIGURE_COLUMNS})
    return Earlier(
        unchanged=frozenset().union(*(one.members for key, one in then.items() if key in now)),
        figures=pd.concat(frames, ignore_index=True) if frames else nothing,
        agencies=frozenset(one.agency for one in (*other, *gone) if one.agency),
        releases=frozenset().union(*(one.members for one in (*other, *gone) if not one.agency)),
    )
