"""An earlier state, made from the one of now wherever the two are the same: what has not moved is not made again."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.compared import ComparedMeasure, ComparedThen
from etl.computing import Earlier
from etl.transform.comparisons import RELEASE, NeighbourSets, beside_local, compare
from etl.transform.newest import to_read
from schema.catalogue import Catalogue


@dataclass(frozen=True)
class Moved:
    """What stood otherwise at an earlier instant."""

    unchanged: frozenset[int]
    """The sources whose figures stood as they do now."""
    figures: pd.DataFrame
    """The figures of all other sources, as `Queries.figures` gives them."""
    published: frozenset[str]
    """The measures of which something published stood otherwise, or may have."""
    local: frozenset[str]
    """The measures of which an agency's own figures stood otherwise, or may have."""

    @property
    def measures(self) -> frozenset[str]:
        """Both together: the figures of all other measures are those of now."""
        return self.published | self.local

    def over(self, kept: pd.DataFrame, measure: str | None = None) -> pd.DataFrame:
        """The figures of then (of one measure, or all) from those of now."""
        again = self.figures if measure is None else self.figures[self.figures["measure"] == measure]
        return together([kept[kept["source_id"].isin(self.unchanged)], again])

    def local_rows(self, measures: Collection[str]) -> pd.DataFrame:
        """The agencies' own figures of measures that moved."""
        return self.figures[(self.figures["kind"] != RELEASE) & self.figures["measure"].isin(measures)]


def moved(
    earlier: Earlier,
    with_sources: Callable[[pd.DataFrame], pd.DataFrame],
    published_now: Iterable[str],
    catalogue: Catalogue,
) -> Moved:
    """What stood otherwise.

    Args:
        earlier: as `etl.computing.figures_as_of` gives it.
        with_sources: adds to figures what their sources of then say of themselves.
        published_now: the measures of which there are figures now from a publication that stood otherwise.
        catalogue: whose measure is whose.
    """
    again = earlier.figures
    texts = [name for name, kind in again.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]
    figures = with_sources(again.astype(dict.fromkeys(texts, object)))
    published = figures.loc[figures["kind"] == RELEASE, "measure"].unique()
    return Moved(
        unchanged=earlier.unchanged,
        figures=figures,
        published=frozenset([*published, *published_now]),
        local=frozenset(m.id for m in catalogue.measures.values() if m.agency in earlier.agencies),
    )


@dataclass(frozen=True)
class ComparedAll:
    """Every measure of a framework, compared, and what of it is read."""

    measures: dict[str, ComparedMeasure]
    to_read: pd.DataFrame
    """The rows that `read_all` and `with_counts_before` need."""
    again: pd.DataFrame
    """Of those, the ones of measures that moved; all of them where the state is that of now."""


def compared_all(
    figures: pd.DataFrame, measures: Sequence[str], neighbours: NeighbourSets, catalogue: Catalogue
) -> ComparedAll:
    """Compare all figures in one pass, and part them by measure. Of other measures there may be figures too."""
    compared = compare(figures, neighbours, catalogue)
    read = to_read(compared[compared["measure"].isin(measures)], catalogue)
    return ComparedAll(_parted(compared, measures, neighbours, catalogue), read, read)


def compared_then(
    now: ComparedAll,
    changed: Moved,
    figures: Callable[[str], pd.DataFrame],
    neighbours: NeighbourSets,
    catalogue: Catalogue,
) -> ComparedAll:
    """An earlier state that had the neighbours of now: `figures` gives its newest figures of a measure."""
    published = [name for name in now.measures if name in changed.published]
    local = [name for name in now.measures if name in changed.local - changed.published]
    found, again = dict(now.measures), []
    if published:
        whole = compared_all(together([figures(name) for name in published]), published, neighbours, catalogue)
        found |= whole.measures
        again.append(whole.to_read)
    if local:
        some = {name: now.measures[name] for name in local}
        made, near = with_local(some, changed.local_rows(local), neighbours, catalogue)
        found |= made
        # The newest published figures are those of now; a local one of then may stand beside an older one.
        known = now.to_read[now.to_read["measure"].isin(local) & (now.to_read["kind"] == RELEASE)]
        rows = together([known, near[known.columns]])
        once = ~rows.duplicated(["measure", "category", "area", "kind", "basis", "period"])
        again.append(to_read(rows[once].reset_index(drop=True), catalogue))
    read_again = together(again) if again else now.to_read.iloc[:0]
    same = now.to_read[~now.to_read["measure"].isin([*published, *local])]
    return ComparedAll(found, together([same, read_again]), read_again)


def with_local(
    now: Mapping[str, ComparedMeasure], local: pd.DataFrame, neighbours: NeighbourSets, catalogue: Catalogue
) -> tuple[dict[str, ComparedMeasure], pd.DataFrame]:
    """Measures as they are compared now, but for the agencies' own figures, which are these.

    Returns beside them those own figures, compared, and the published ones that they are set beside.
    """
    frames = [one.frame for one in now.values()]
    keys = pd.concat([frame[["kind", "measure", "category", "period", "basis"]] for frame in frames])
    release = (keys["kind"] == RELEASE).to_numpy()
    near = np.zeros(len(keys), dtype=bool)
    near[release] = beside_local(local, keys[release])
    ends = np.cumsum([len(frame) for frame in frames]).tolist()
    beside = together([frame[near[end - len(frame) : end]] for frame, end in zip(frames, ends, strict=True)])
    compared = compare(together([beside[[*local.columns]], local]), neighbours, catalogue)
    own = compared[compared["kind"] != RELEASE]
    parts = {str(name): np.asarray(at) for name, at in own.groupby("measure", sort=False).indices.items()}
    nothing = np.array([], dtype=np.int64)
    made: dict[str, ComparedMeasure] = {
        name: ComparedThen(one, own.take(parts.get(name, nothing))) for name, one in now.items()
    }
    return made, together([beside, own])


def _parted(
    compared: pd.DataFrame, measures: Sequence[str], neighbours: NeighbourSets, catalogue: Catalogue
) -> dict[str, ComparedMeasure]:
    parts = {str(name): np.asarray(at) for name, at in compared.groupby("measure", sort=False).indices.items()}
    nothing = np.array([], dtype=np.int64)
    return {
        name: ComparedMeasure(compared.take(parts.get(name, nothing)).reset_index(drop=True), catalogue, neighbours)
        for name in measures
    }


def together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames of the same columns, one below the other. Empty ones say nothing of what the columns hold."""
    some = [frame for frame in frames if len(frame)]
    return pd.concat(some, ignore_index=True) if some else frames[0].reset_index(drop=True)
