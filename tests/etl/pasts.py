"""Builds what was known before a return, from the demonstration's returns and publications, without a database."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import pandas as pd

from etl.extract.carried import carried_files, extract_carried
from etl.extract.returns import read_return
from etl.validate.check import CheckedReturn, check_return
from etl.validate.history import PUBLISHED_COLUMNS, VALUE_COLUMNS, History
from sample_data.make_returns import FOLDER
from schema.catalogue import Catalogue, default_catalogue
from schema.periods import parse_period
from schema.quantities import TOTAL

HOME = "stoke-on-trent"
KEY = ["period", "basis", "quantity", "category"]


def files_of(agency: str) -> list[tuple[str, Path]]:
    """An agency's sample returns with their periods, oldest first."""
    found = {path.stem.removeprefix(f"{agency}-"): path for path in FOLDER.glob(f"{agency}-*.csv")}
    return sorted(found.items())


def after(returns: list[tuple[str, pd.DataFrame]], published: pd.DataFrame | None = None, period: str = "") -> History:
    """What is known once these returns (period and values, the earliest extract first) have been accepted."""
    if not returns:
        return History(published=published) if published is not None else History.none()
    values = pd.concat([frame[list(VALUE_COLUMNS)] for _, frame in returns], ignore_index=True)
    own = [frame[list(VALUE_COLUMNS)] for code, frame in returns if code == period]
    return History(
        values=values.drop_duplicates(KEY, keep="last").reset_index(drop=True),
        this_period=own[-1] if own else History.none().this_period,
        accepted=tuple(sorted({code for code, _ in returns})),
        published=published if published is not None else History.none().published,
    )


@lru_cache(maxsize=1)
def published() -> pd.DataFrame:
    """What the carried publications count for the home area, totals alone; the first publisher's newest word."""
    catalogue = default_catalogue()
    frames = []
    for path in carried_files(FOLDER.parent / "published"):
        found = extract_carried(path, catalogue, None)
        rows = found.values
        rows = rows[(rows["area"] == HOME) & (rows["category"] == TOTAL) & rows["value"].notna()]
        rank = {
            name: list(catalogue.precedence(name)).index(found.publication.id) for name in rows["quantity"].unique()
        }
        frames.append(
            rows[["quantity", "period", "basis", "value"]].assign(
                publication=found.publication.title,
                released_on=found.release.isoformat(),
                rank=rows["quantity"].map(rank) + 100 * found.publication.compilation,
            )
        )
    every = pd.concat(frames, ignore_index=True).sort_values(["rank", "released_on"], ascending=[True, False])
    return every.drop_duplicates(["quantity", "period", "basis"])[list(PUBLISHED_COLUMNS)].reset_index(drop=True)


def in_order(agency: str, catalogue: Catalogue) -> Iterator[tuple[str, CheckedReturn, History]]:
    """An agency's sample returns, each checked with what was known before it."""
    spec = catalogue.returns[agency]
    sent: list[tuple[str, pd.DataFrame]] = []
    for code, path in files_of(agency):
        table = read_return(path)
        day = date.fromisoformat(str(table.cells["extract_date"].iloc[0])) + timedelta(days=1)
        history = after(sent, published())
        found = check_return(table, spec, parse_period(code), HOME, catalogue, day, history)
        yield code, found, history
        sent.append((code, found.values))


@lru_cache(maxsize=4)
def sent(agency: str) -> tuple[tuple[str, pd.DataFrame], ...]:
    """The periods and values of an agency's sample returns, oldest first."""
    return tuple((code, found.values) for code, found, _ in in_order(agency, default_catalogue()))


def values_of(agency: str, period: str) -> dict[tuple[str, str, str], float]:
    """The numbers of a sample return for its own period, by quantity, category and basis."""
    frame = dict(sent(agency))[period]
    own = frame[frame["period"] == period]
    keys = zip(*(own[name].tolist() for name in ("quantity", "category", "basis")), strict=True)
    return dict(zip(keys, own["value"].tolist(), strict=True))
