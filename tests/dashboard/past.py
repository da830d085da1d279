"""A little history of figures: three moments, each noted down as the pages and files showed it then."""

import csv
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from dash import Dash
from plotly.utils import PlotlyJSONEncoder
from sqlalchemy.engine import Engine

from dashboard.app import create_app
from dashboard.pages import all_pages
from dashboard.queries import Queries
from dashboard.settings import Settings
from dashboard.shell import Shell
from etl.computing import bring_up_to_date
from etl.load import store
from etl.load.chart_notes import add_note
from etl.load.engine import writing
from etl.load.migrate import upgrade
from etl.load.papers import load_papers
from etl.pipeline import load_publications
from etl.submissions import withdraw_return
from etl.transform.chart_notes import NewNote, NoteKind
from schema.context import Context
from schema.periods import parse_period
from tests.conftest import ROOT
from tests.etl.handed_in import READER, hand_in
from tests.etl.published import (
    CATALOGUE,
    ENGLAND,
    POPULATION,
    POPULATION_CELLS,
    REFERRALS_2024,
    STOKE,
    WALSALL,
    WEST_MIDLANDS,
    population_file,
    referrals_file,
    rows,
    save,
)

RETURNS = ROOT / "sample_data" / "returns"
SOCIAL_CARE, POLICE = "childrens-social-care", "police"
QUARTERS = ("2024-25Q1", "2024-25Q2", "2024-25Q3", "2024-25Q4")
LATER = date(2025, 12, 1)
"""A day after every return of the sample."""

PAGES = (
    "/",
    "/measure/repeat-referrals",
    "/measure/referrals",
    f"/agency/{SOCIAL_CARE}",
    f"/agency/{POLICE}",
    "/returns",
    "/compare?measures=repeat-referrals,referrals&areas=walsall",
    "/catalogue",
    "/journey",
    "/priorities",
    f"/returns/{SOCIAL_CARE}/2024-25Q4",
    f"/returns/{SOCIAL_CARE}/2024-25Q4?version=1&order=severity",
    f"/returns/{POLICE}/2024-25Q4",
    "/returns/rules",
    "/disputes",
)
FILES = (
    "/download/measure/repeat-referrals.csv",
    "/download/measure/referrals.csv?basis=rolling-year",
    "/download/papers/repeat-referrals.csv",
    "/download/compare.csv?measures=repeat-referrals,referrals&areas=walsall",
    "/download/catalogue.csv",
    "/download/journey.csv",
)

Shown = Mapping[str, str]


@dataclass(frozen=True)
class Moment:
    """An instant, and what everything showed at it."""

    at: datetime
    shown: Shown


@dataclass(frozen=True)
class History:
    """The moments, the oldest first, over one database."""

    engine: Engine
    app: Dash
    shell: Shell
    first: Moment
    """Stoke-on-Trent's return and the release of 2024."""
    released: Moment
    """The release of 2025 as well, with its new population, and a target."""
    corrected: Moment
    """The return of the last quarter corrected, that of the police withdrawn, an older paper loaded."""

    def shown(self, as_of: datetime | None) -> Shown:
        """What everything shows of an instant, in the same words as it would at that instant."""
        return shown(self.app, self.shell, as_of)


def history(engine: Engine, folder: Path) -> History:
    """Let it happen, in an empty database."""
    upgrade(engine)
    with writing(engine) as connection:
        store.ensure_partnership(connection, Context().partnership, "Ours", "stoke-on-trent", demonstration=False)
    bring_up_to_date(engine, CATALOGUE, Context())
    queries = Queries(engine, CATALOGUE)
    app, shell = create_app(Settings(), queries), Shell(queries, Context(), all_pages())

    def moment(*happens: Callable[[], object]) -> Moment:
        for happen in happens:
            happen()
        now = shown(app, shell, None)
        found = Moment(datetime.now(UTC), now)
        time.sleep(0.01)  # what comes next is later on any clock
        return found

    def load(*paths: Path) -> None:
        load_publications(engine, paths, CATALOGUE, Context())

    def give(agency: str, code: str, path: Path | None = None) -> None:
        period = parse_period(code)
        hand_in(engine, CATALOGUE, path or RETURNS / f"{agency}-{code}.csv", agency, period, LATER)

    def aim() -> None:
        note = NewNote(
            NoteKind.TARGET,
            date(2024, 4, 1),
            "Agreed",
            "the board",
            "repeat-referrals",
            area="stoke-on-trent",
            value=18,
        )
        with writing(engine) as connection:
            add_note(connection, Context(), note)

    def take_back() -> None:
        withdraw_return(engine, READER, CATALOGUE, POLICE, parse_period("2024-25Q4"), 1, "It was of another force.")

    def load_paper() -> None:
        papers = sorted((ROOT / "sample_data" / "historic").glob("*.children.csv"))
        load_papers(engine, papers, CATALOGUE, Context())

    return History(
        engine,
        app,
        shell,
        first=moment(
            lambda: load(release_of_2024(folder), first_population(folder)),
            *(lambda code=code: give(SOCIAL_CARE, code) for code in QUARTERS),
            lambda: give(POLICE, "2024-25Q3"),
            lambda: give(POLICE, "2024-25Q4"),
        ),
        released=moment(lambda: load(referrals_file(folder), population_file(folder)), aim),
        corrected=moment(lambda: give(SOCIAL_CARE, "2024-25Q4", corrected(folder)), take_back, load_paper),
    )


def release_of_2024(folder: Path) -> Path:
    """The small c1 as it was a year before: England's share for 2023-24 was another."""
    counts = {
        ENGLAND: (621880, 136814, 22.0),
        WEST_MIDLANDS: (61350, 11656, 19.0),
        STOKE: (3540, 690, 19.5),
        WALSALL: (2500, 475, 19.0),
    }
    cells = {
        (place, 2024): {"Referrals": found, "Re_referrals": again, "Re_referrals_percent": percent}
        for place, (found, again, percent) in counts.items()
    }
    return save(folder / "c1-2024.csv", rows(REFERRALS_2024, cells))


def first_population(folder: Path) -> Path:
    """The small population file as it was a year before."""
    cells = {(place, year): found for (place, year), found in POPULATION_CELLS.items() if year == 2023}
    return save(folder / "population-2024.csv", rows(POPULATION, cells))


def corrected(folder: Path) -> Path:
    """Children's social care's last quarter with more repeat referrals, of a later extract."""
    with (RETURNS / f"{SOCIAL_CARE}-2024-25Q4.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    for row in found:
        row["extract_date"] = "2025-05-20"
        if (row["quantity"], row["category"], row["period"]) == ("repeat-referrals", "total", "2024-25Q4"):
            row["value"] = str(int(row["value"]) + 40)
    return save(folder / f"{SOCIAL_CARE}-2024-25Q4-corrected.csv", found)


def shown(app: Dash, shell: Shell, as_of: datetime | None) -> Shown:
    """Every page's own part, and every file's text. What says of which instant it is – in addresses – is left out, and
    so is what can be done: nothing can be done in the past."""
    asked = "" if as_of is None else f"as_of={as_of:%Y-%m-%dT%H:%M:%S.%fZ}"
    found: dict[str, str] = {}
    for page in PAGES:
        path, _, query = page.partition("?")
        drawn = shell.at(path, f"?{query}&{asked}" if asked else f"?{query}")
        found[page] = _plain(to_read(main(drawn)).to_plotly_json())
    client = app.server.test_client()
    for file in FILES:
        joined = "&" if "?" in file else "?"
        answer = client.get(f"{file}{joined}{asked}" if asked else file)
        assert answer.status_code == 200, answer.text
        found[file] = answer.text
    return found


def main(drawn: Any) -> Any:
    """A page's own part."""
    return next(part for part in drawn.children if getattr(part, "id", "") == "main")


def to_read(part: Any) -> Any:
    """A part of a page without what can be done in it, by the classes that are not printed either."""
    children = getattr(part, "children", None)
    if isinstance(children, list | tuple):
        part.children = [to_read(child) for child in children if child is not None and not _does(child)]
    elif children is not None:
        part.children = None if _does(children) else to_read(children)
    if (text := getattr(part, "data-html", None)) is not None:
        setattr(part, "data-html", re.sub(r'<a [^>]*class="[^"]*\bdoing\b[^"]*"[^>]*>.*?</a>', "", text))
    return part


def _does(part: Any) -> bool:
    return bool({"act", "doing"} & set(str(getattr(part, "className", "")).split()))


def _plain(part: Any) -> str:
    text = json.dumps(part, cls=PlotlyJSONEncoder, ensure_ascii=False, sort_keys=True)
    text = re.sub(r"([?&])as_of=[^&#\"\\]*&?", r"\1", text)
    text = re.sub(r"[?&](?=[#\"\\])", "", text)
    return re.sub(r"\"data-title\": \"[^\"]*\"", "", text)
