"""From file to figure: a load is all or nothing, whichever engine keeps it, whatever else goes on meanwhile."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from etl.extract.publications import Extracted, extract_publication
from etl.load import store
from etl.load.engine import open_engine, reading, writing
from etl.load.migrate import upgrade
from etl.pipeline import LoadReport, load_publications
from etl.transform.figures import FIGURE_COLUMNS, Vintage, compute_figures
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import FileRefusedError
from schema.periods import parse_period
from schema.tables import AreaRow, Base, FigureRow, PeriodRow, PopulationRow, QuantityValueRow, SourceRow
from tests.conftest import ROOT
from tests.etl.anew import computed_anew
from tests.etl.handed_in import hand_in, submit
from tests.etl.published import (
    CATALOGUE,
    CHILDREN_IN_CARE,
    POPULATION,
    POPULATION_CELLS,
    REFERRALS,
    REFERRALS_2024,
    REFERRALS_CELLS,
    STOKE,
    but,
    everywhere,
    population_file,
    referrals_file,
    repeat_plans_file,
    rows,
    save,
)
from tests.postgres import PostgresServer

CONTEXT = Context()
RETURNS = ROOT / "sample_data" / "returns"
AGENCY = "childrens-social-care"
LATER = date(2025, 12, 1)
"""A day after every return of the sample."""

Table = list[tuple[object, ...]]


def set_up(url: str) -> Engine:
    """A database with our partnership and nothing else in it."""
    engine = open_engine(url)
    upgrade(engine)
    with writing(engine) as connection:
        store.ensure_partnership(connection, CONTEXT.partnership, "Ours", "stoke-on-trent", demonstration=False)
    return engine


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = set_up(database_url)
    yield made
    made.dispose()


def load(engine: Engine, *paths: Path, release: date | None = None) -> LoadReport:
    return load_publications(engine, paths, CATALOGUE, CONTEXT, release=release)


def tables(engine: Engine) -> dict[str, Table]:
    """Every row of every table."""
    with reading(engine) as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for name, table in Base.metadata.tables.items()
        }


def figures(engine: Engine) -> pd.DataFrame:
    """The figures that are kept, in an order of their own, without the numbers that their sources happen to have."""
    with reading(engine) as connection:
        found = connection.execute(sa.select(FigureRow.__table__))
        names, rows_found = list(found.keys()), [tuple(row) for row in found]
    return in_order(pd.DataFrame.from_records(rows_found, columns=names).rename(columns={"area_id": "area"}))


def in_order(kept: pd.DataFrame) -> pd.DataFrame:
    """Figures in an order that no database chose."""
    names = [name for name in FIGURE_COLUMNS if name not in {"source_id", "denominator_source_id"}]
    numbers = {"numerator": float, "denominator": float, "value": float, "other_value": float, "measure_version": int}
    return kept[names].astype(numbers).sort_values(names, ignore_index=True)


def figure(engine: Engine, measure: str, area: str, period: str) -> "pd.Series[Any]":
    found = figures(engine)
    at = (found["measure"] == measure) & (found["area"] == area) & (found["period"] == period)
    assert at.sum() == 1
    return found[at].iloc[0]


# ------------------------------------------------------------------------------------------------ from file to figure


def test_a_file_becomes_values_and_figures(engine: Engine, tmp_path: Path) -> None:
    report = load(engine, referrals_file(tmp_path), population_file(tmp_path))
    assert [(found.file_name, found.edition, found.rows, found.changed) for found in report.files] == [
        ("c1.csv", "2025-10-30", 8, True),
        ("population.csv", "2025-10-30", 8, True),
    ]
    assert report.values == 8 * 10 + 8
    assert report.figures == len(figures(engine))
    assert report.waiting_for_population == ()
    repeats = figure(engine, "repeat-referrals", "stoke-on-trent", "2024-25")
    assert (repeats["numerator"], repeats["denominator"]) == (812, 3874)
    assert repeats["value"] == pytest.approx(20.96, abs=0.005)
    assert figure(engine, "referrals", "stoke-on-trent", "2024-25")["value"] == pytest.approx(3874 / 62520 * 10_000)
    assert figure(engine, "repeat-referrals", "west-midlands", "2024-25")["origin"] == "published"
    assert figure(engine, "repeat-referrals", "walsall", "2024-25")["state"] == "suppressed"


def test_every_write_is_written_down(engine: Engine, tmp_path: Path) -> None:
    load(engine, referrals_file(tmp_path), population_file(tmp_path))
    audited = tables(engine)["audit_event"]
    assert len(audited) == 2
    assert {(row[3], row[4], row[5]) for row in audited} == {
        ("local", "publication loaded", "cin-referrals"),
        ("local", "publication loaded", "mid-year-population"),
    }


def test_a_rate_waits_for_its_population_and_says_so(engine: Engine, tmp_path: Path) -> None:
    report = load(engine, referrals_file(tmp_path))
    assert report.waiting_for_population == ("Children in need, release 2025-10-30: mid-year population of 2025-10-30",)
    assert figure(engine, "referrals", "stoke-on-trent", "2024-25")["state"] == "missing"
    report = load(engine, population_file(tmp_path))
    assert report.waiting_for_population == ()
    assert figure(engine, "referrals", "stoke-on-trent", "2024-25")["value"] == pytest.approx(619.6, abs=0.05)


@pytest.mark.parametrize("order", ["counts first", "population first", "together", "together, the other way round"])
def test_the_order_of_loading_does_not_matter(engine: Engine, tmp_path: Path, order: str) -> None:
    counts, population = referrals_file(tmp_path), population_file(tmp_path)
    match order:
        case "counts first":
            load(engine, counts)
            load(engine, population)
        case "population first":
            load(engine, population)
            load(engine, counts)
        case "together":
            load(engine, counts, population)
        case _:
            load(engine, population, counts)
    found = figures(engine)
    pd.testing.assert_frame_equal(found, without_a_database(counts, population), check_exact=True)
    rates = found[(found["measure"] == "referrals") & found["value"].notna()]
    assert rates["population_period"].value_counts().to_dict() == {"MY2023": 4, "MY2024": 4}


def without_a_database(*paths: Path) -> pd.DataFrame:
    """The figures of some files of one release, straight from what they say."""
    found = [extract_publication(path, CATALOGUE) for path in paths]
    values = [one.values.assign(source_id=1, publisher=one.publication.id) for one in found if len(one.values)]
    population = [one.population.assign(source_id=2, released_on=one.release) for one in found if len(one.population)]
    return in_order(compute_figures(Vintage(pd.concat(values), pd.concat(population), {1: "final"}), CATALOGUE))


def test_two_releases_stand_side_by_side(engine: Engine, tmp_path: Path) -> None:
    older = save(tmp_path / "older.csv", everywhere(REFERRALS_2024, (2024,), {"Referrals": 100, "Re_referrals": 10}))
    load(engine, older, referrals_file(tmp_path))
    found = figures(engine)
    both = found[(found["measure"] == "repeat-referrals") & (found["area"] == "stoke-on-trent")]
    values = both[both["period"] == "2023-24"]["value"].sort_values()
    assert values.tolist() == [10, pytest.approx(690 / 3540 * 100)]


def test_a_rate_rests_on_the_population_of_its_own_release(engine: Engine, tmp_path: Path) -> None:
    older = save(tmp_path / "older.csv", everywhere(REFERRALS_2024, (2024,), {"Referrals": 3540}))
    older_people = {(STOKE, 2023): {"population_estimate": 60165}}
    load(engine, older, save(tmp_path / "older-people.csv", rows(POPULATION, older_people)))
    load(engine, referrals_file(tmp_path), population_file(tmp_path))
    found = figures(engine)
    rates = found[(found["measure"] == "referrals") & (found["area"] == "stoke-on-trent")]
    rates = rates[rates["period"] == "2023-24"].sort_values("denominator")
    assert rates["denominator"].tolist() == [60165, 60632]


# -------------------------------------------------------------------------------------------------------- twice


def test_loading_the_same_file_again_changes_nothing_and_says_so(engine: Engine, tmp_path: Path) -> None:
    paths = (referrals_file(tmp_path), population_file(tmp_path), repeat_plans_file(tmp_path))
    load(engine, *paths)
    before = tables(engine)
    report = load(engine, *paths)
    assert [found.changed for found in report.files] == [False, False, False]
    assert (report.values, report.figures) == (0, 0)
    assert tables(engine) == before


def test_the_same_content_under_another_name_is_the_same(engine: Engine, tmp_path: Path) -> None:
    load(engine, referrals_file(tmp_path))
    before = tables(engine)
    assert not load(engine, referrals_file(tmp_path, "another-name.csv")).files[0].changed
    assert tables(engine) == before


def test_one_file_given_twice_is_loaded_once(engine: Engine, tmp_path: Path) -> None:
    path = referrals_file(tmp_path)
    assert [found.changed for found in load(engine, path, path).files] == [True, False]
    assert len(tables(engine)["source"]) == 1


def corrected_referrals(folder: Path) -> Path:
    cells = but(REFERRALS_CELLS, STOKE, 2025, referral_count=4000, rereferral_count=800)
    return save(folder / "corrected.csv", rows(REFERRALS, cells))


def test_a_corrected_file_supersedes_the_first(engine: Engine, tmp_path: Path) -> None:
    load(engine, referrals_file(tmp_path), population_file(tmp_path))
    before = figures(engine)
    assert load(engine, corrected_referrals(tmp_path)).files[0].changed
    assert figure(engine, "repeat-referrals", "stoke-on-trent", "2024-25")["value"] == 20
    assert figure(engine, "referrals", "stoke-on-trent", "2024-25")["value"] == pytest.approx(4000 / 62520 * 10_000)
    elsewhere = before["area"] != "stoke-on-trent"
    after = figures(engine)
    pd.testing.assert_frame_equal(
        after[after["area"] != "stoke-on-trent"].reset_index(drop=True), before[elsewhere].reset_index(drop=True)
    )
    # What the first file said is kept, and so is what became of it.
    kept = tables(engine)
    assert len(kept["quantity_value"]) == 2 * 80
    with reading(engine) as connection:
        events = connection.execute(
            sa.text(
                "SELECT version, event FROM source_event JOIN source ON source.id = source_id ORDER BY source_event.id"
            )
        ).all()
    assert [tuple(event) for event in events] == [
        (1, "accepted"),
        (1, "accepted"),
        (1, "superseded"),
        (2, "accepted"),
    ]


def test_a_corrected_population_moves_every_rate_that_rests_on_it(engine: Engine, tmp_path: Path) -> None:
    load(engine, referrals_file(tmp_path), population_file(tmp_path))
    corrected = but(POPULATION_CELLS, STOKE, 2024, population_estimate=77480)
    load(engine, save(tmp_path / "corrected.csv", rows(POPULATION, corrected)))
    assert figure(engine, "referrals", "stoke-on-trent", "2024-25")["value"] == pytest.approx(500)
    assert figure(engine, "referrals", "stoke-on-trent", "2023-24")["denominator"] == 60632


def test_a_population_moves_the_rates_of_another_publication_that_rests_on_it(engine: Engine, tmp_path: Path) -> None:
    """Children in care are published in November over the population that came with children in need in October."""
    group = {"population_type": "Children looked after on 31 March each year", "children_count": 1063}
    report = load(engine, save(tmp_path / "cla.csv", rows(CHILDREN_IN_CARE, {(STOKE, 2025): group})))
    assert len(report.waiting_for_population) == 1
    assert figure(engine, "children-in-care", "stoke-on-trent", "2024-25")["state"] == "missing"
    load(engine, population_file(tmp_path))
    assert figure(engine, "children-in-care", "stoke-on-trent", "2024-25")["value"] == pytest.approx(170.03, abs=0.005)


def test_a_later_dataset_of_a_release_joins_the_figures_of_the_release(engine: Engine, tmp_path: Path) -> None:
    load(engine, referrals_file(tmp_path), population_file(tmp_path))
    before = figures(engine)
    load(engine, repeat_plans_file(tmp_path))
    after = figures(engine)
    pd.testing.assert_frame_equal(after[after["measure"].isin(before["measure"])].reset_index(drop=True), before)
    assert set(after["measure"]) - set(before["measure"]) == {
        "second-or-subsequent-plans",
        "child-protection-plans-started",
    }


# ------------------------------------------------------------------------------------------------- half-way


def test_a_bad_second_file_leaves_everything_as_it_was(engine: Engine, tmp_path: Path) -> None:
    load(engine, population_file(tmp_path))
    before = tables(engine)
    table = rows(REFERRALS, REFERRALS_CELLS)
    table[-1]["referral_count"] = "many"
    with pytest.raises(FileRefusedError, match=r"bad\.csv, row 9, column referral_count"):
        load(engine, referrals_file(tmp_path), save(tmp_path / "bad.csv", table))
    assert tables(engine) == before


Spoil = Callable[[Extracted], Extracted]


def with_a_value_twice(found: Extracted) -> Extracted:
    return replace(found, values=pd.concat([found.values, found.values.tail(1)], ignore_index=True))


def with_an_unknown_area(found: Extracted) -> Extracted:
    values = found.values.copy()
    values.loc[values.index[-1], "area"] = "atlantis"
    return replace(found, values=values)


def with_a_period_that_is_none(found: Extracted) -> Extracted:
    values = found.values.copy()
    values.loc[values.index[-1], "period"] = "last year"
    return replace(found, values=values)


def with_a_text_for_a_number(found: Extracted) -> Extracted:
    values = found.values.astype({"value": object})
    values.loc[values.index[-1], "value"] = "many"
    return replace(found, values=values)


def with_a_state_that_is_none(found: Extracted) -> Extracted:
    """Goes into the database, and fails when the figures are computed from it."""
    values = found.values.copy()
    values.loc[values.index[-1], "state"] = "unheard-of"
    return replace(found, values=values)


@pytest.mark.parametrize(
    "spoil",
    [
        with_a_value_twice,
        with_an_unknown_area,
        with_a_period_that_is_none,
        with_a_text_for_a_number,
        with_a_state_that_is_none,
    ],
)
def test_a_failure_while_writing_leaves_everything_as_it_was(engine: Engine, tmp_path: Path, spoil: Spoil) -> None:
    """The second file of two fails inside the database's own transaction, after the first has gone in."""
    load(engine, population_file(tmp_path))
    before = tables(engine)
    second = repeat_plans_file(tmp_path)

    def extract(path: Path, catalogue: Catalogue, release: date | None) -> Extracted:
        found = extract_publication(path, catalogue, release)
        return spoil(found) if path == second else found

    with pytest.raises(Exception):  # noqa: B017, PT011 - each engine has its own
        load_publications(engine, [referrals_file(tmp_path), second], CATALOGUE, CONTEXT, extract=extract)
    assert tables(engine) == before
    # And nothing is left locked.
    assert all(found.changed for found in load(engine, referrals_file(tmp_path), second).files)


LOADER = """
import sys, time
from pathlib import Path
from etl.load.engine import open_engine
from etl.pipeline import load_publications
from schema.catalogue import default_catalogue
from schema.context import Context

def progress(what):
    print(what, flush=True)
    if what == sys.argv[2]:
        time.sleep(600)

load_publications(
    open_engine(sys.argv[1]), [Path(name) for name in sys.argv[3:]], default_catalogue(), Context(), progress=progress
)
"""


def killed_at(step: str, url: str, *paths: Path) -> None:
    """Load in a process of its own and kill it, unasked and at once, when it has come to a step."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOADER, url, step, *map(str, paths)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert any(line.strip() == step for line in process.stdout), f"the load never came to “{step}”"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    assert process.returncode == (-signal.SIGKILL if os.name != "nt" else 1)


def test_a_load_that_is_killed_leaves_everything_as_it_was(database_url: str, tmp_path: Path) -> None:
    """Killed when every value has been written and the figures are about to be: the transaction is open."""
    engine = set_up(database_url)
    load(engine, population_file(tmp_path))
    before = tables(engine)
    killed_at("Computing figures", database_url, referrals_file(tmp_path), repeat_plans_file(tmp_path))
    assert tables(engine) == before
    # The lock went with the process.
    assert all(found.changed for found in load(engine, referrals_file(tmp_path), repeat_plans_file(tmp_path)).files)
    assert figure(engine, "referrals", "stoke-on-trent", "2024-25")["value"] == pytest.approx(619.6, abs=0.05)
    engine.dispose()


def test_a_migration_that_is_killed_can_be_run_again(database_url: str) -> None:
    """Killed in the middle of making the tables."""
    program = (
        "import sys, time, sqlalchemy as sa\n"
        "from etl.load.engine import open_engine\n"
        "from etl.load.migrate import upgrade\n"
        "engine = open_engine(sys.argv[1])\n"
        "@sa.event.listens_for(engine, 'after_cursor_execute')\n"
        "def _(conn, cursor, statement, *rest):\n"
        "    if 'CREATE TABLE quantity_value' in statement:\n"
        "        print('there', flush=True); time.sleep(600)\n"
        "upgrade(engine)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, database_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "there"
    process.kill()
    process.wait()
    process.stdout.close()
    engine = open_engine(database_url)
    assert sa.inspect(engine).get_table_names() == []
    upgrade(engine)
    assert set(sa.inspect(engine).get_table_names()) >= set(Base.metadata.tables)
    engine.dispose()


# -------------------------------------------------------------------------------------------------- two at once


def at_once(url: str, first: list[Path], second: list[Path]) -> tuple[LoadReport, LoadReport]:
    """Load twice at once: the first holds the database until the second has asked for it."""
    inside, asked = threading.Event(), threading.Event()

    def hold(what: str) -> None:
        if what == "Computing figures":
            inside.set()
            assert asked.wait(30)
            time.sleep(0.3)  # the other is on its way to the lock: let it get there

    def wait(what: str) -> None:
        if what == "Writing":
            assert inside.wait(30)
            asked.set()

    def run(paths: list[Path], progress: Callable[[str], None]) -> LoadReport:
        engine = open_engine(url)
        try:
            return load_publications(engine, paths, CATALOGUE, CONTEXT, progress=progress)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        one: Future[LoadReport] = pool.submit(run, first, hold)
        other: Future[LoadReport] = pool.submit(run, second, wait)
        return one.result(60), other.result(60)


def test_two_loads_at_once_both_succeed_in_turn(database_url: str, tmp_path: Path) -> None:
    engine = set_up(database_url)
    reports = at_once(
        database_url, [referrals_file(tmp_path)], [population_file(tmp_path), repeat_plans_file(tmp_path)]
    )
    assert all(found.changed for report in reports for found in report.files)
    together = figures(engine)
    assert len(tables(engine)["source"]) == 3
    assert figure(engine, "referrals", "stoke-on-trent", "2024-25")["value"] == pytest.approx(619.6, abs=0.05)
    assert set(together["measure"]) >= {"repeat-referrals", "second-or-subsequent-plans"}
    engine.dispose()


def test_the_same_file_loaded_by_two_at_once_is_there_once(database_url: str, tmp_path: Path) -> None:
    engine = set_up(database_url)
    path = referrals_file(tmp_path)
    first, second = at_once(database_url, [path], [path])
    assert (first.files[0].changed, second.files[0].changed) == (True, False)
    kept = tables(engine)
    assert len(kept["source"]) == 1
    assert len(kept["audit_event"]) == 1
    engine.dispose()


def test_two_corrections_at_once_leave_one_that_holds(database_url: str, tmp_path: Path) -> None:
    engine = set_up(database_url)
    load(engine, referrals_file(tmp_path))
    other = but(REFERRALS_CELLS, STOKE, 2025, referral_count=1000, rereferral_count=100)
    at_once(database_url, [corrected_referrals(tmp_path)], [save(tmp_path / "other.csv", rows(REFERRALS, other))])
    with reading(engine) as connection:
        assert [source.version for source in store.active_sources(connection, CONTEXT)] == [3]
    assert figure(engine, "repeat-referrals", "stoke-on-trent", "2024-25")["value"] == 10
    engine.dispose()


# ---------------------------------------------------------------------------------------------------- both engines


def test_both_engines_keep_the_same_figures(sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    """To the last bit."""
    kept = []
    for url in (sqlite_url, postgres_url):
        engine = set_up(url)
        load(engine, referrals_file(tmp_path), population_file(tmp_path), repeat_plans_file(tmp_path))
        load(engine, corrected_referrals(tmp_path))
        kept.append(figures(engine))
        engine.dispose()
    one, other = kept
    pd.testing.assert_frame_equal(one, other, check_exact=True)


# ------------------------------------------------------------------------------------------------------------ as of


def as_of(engine: Engine, instant: datetime | None) -> pd.DataFrame:
    """Every figure of an instant, computed from the very beginning."""
    with reading(engine) as connection:
        return computed_anew(connection, CATALOGUE, CONTEXT.at(instant))


def test_the_past_is_computed_again_from_what_was_accepted_then(engine: Engine, tmp_path: Path) -> None:
    beginning = datetime.now(UTC)
    load(engine, referrals_file(tmp_path))
    without_population, first = figures(engine), datetime.now(UTC)
    load(engine, population_file(tmp_path))
    with_population, second = figures(engine), datetime.now(UTC)
    load(engine, corrected_referrals(tmp_path))
    corrected = figures(engine)
    assert as_of(engine, beginning).empty
    for instant, was in ((first, without_population), (second, with_population), (None, corrected)):
        pd.testing.assert_frame_equal(in_order(as_of(engine, instant)), was, check_exact=True)
    repeats = [
        found.loc[(found["measure"] == "repeat-referrals") & (found["area"] == "stoke-on-trent"), "numerator"].max()
        for found in (as_of(engine, second), as_of(engine, None))
    ]
    assert repeats == [812, 800]


def test_asking_for_the_past_writes_nothing(engine: Engine, tmp_path: Path) -> None:
    load(engine, referrals_file(tmp_path))
    before = tables(engine)
    as_of(engine, datetime.now(UTC))
    assert tables(engine) == before


# ---------------------------------------------------------------------------------------------------------- returns


def test_a_newer_population_moves_the_rates_of_the_returns(engine: Engine, tmp_path: Path) -> None:
    period = parse_period("2024-25Q4")
    path = RETURNS / f"{AGENCY}-{period.code}.csv"
    hand_in(engine, CATALOGUE, path, AGENCY, period, LATER)
    assert figure(engine, "children-in-need", "stoke-on-trent", period.code)["state"] == "missing"
    load(engine, population_file(tmp_path))
    rate = figure(engine, "children-in-need", "stoke-on-trent", period.code)
    assert (rate["denominator"], rate["population_period"]) == (62520, "MY2024")
    assert rate["value"] == pytest.approx(rate["numerator"] / 62520 * 10_000)
    pd.testing.assert_frame_equal(in_order(as_of(engine, None)), figures(engine), check_exact=True)


def test_four_returns_make_a_rolling_year_and_the_same_return_again_changes_nothing(engine: Engine) -> None:
    codes = [f"2024-25Q{number}" for number in (1, 2, 3, 4)]
    for code in codes:
        period = parse_period(code)
        path = RETURNS / f"{AGENCY}-{code}.csv"
        hand_in(engine, CATALOGUE, path, AGENCY, period, LATER)
    found = figures(engine)
    referrals = found[(found["measure"] == "repeat-referrals") & (found["area"] == "stoke-on-trent")]
    quarters = referrals[referrals["basis"] == "quarter"].set_index("period")["numerator"]
    rolling = referrals[referrals["basis"] == "rolling-year"].set_index("period")
    assert rolling.loc["2024-25Q4", "numerator"] == quarters[codes].sum()
    assert rolling.loc["2024-25Q1", "state"] == "missing"
    before = tables(engine)
    again = submit(engine, CATALOGUE, path, AGENCY, period, LATER)
    assert not again.changed
    assert tables(engine) == before


# ------------------------------------------------------------------------------------------------- the real thing


@pytest.fixture(scope="module")
def everything(
    published_files: Path, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Engine]]:
    """Every published file that we know, loaded once into each engine."""
    paths = []
    # The download of regions holds what the one of authorities does, and both are of one release.
    twice = published_files / "csc_oe" / "la_hospital_admissions_2324.csv"
    for path in sorted((*published_files.glob("csc_oe/*.csv"), *published_files.glob("cin_2024_release/*.csv"))):
        try:
            extract_publication(path, CATALOGUE)
        except FileRefusedError:
            continue
        paths += [path] if path != twice else []
    postgres = postgres_server.new_database()
    engines = {
        "sqlite": set_up(f"sqlite:///{(tmp_path_factory.mktemp('everything') / 'all.db').as_posix()}"),
        "postgresql": set_up(postgres),
    }
    for engine in engines.values():
        report = load(engine, *paths)
        assert len(report.files) == 39
        assert report.waiting_for_population == ()
    yield engines
    for engine in engines.values():
        engine.dispose()
    postgres_server.drop_database(postgres)


def test_both_engines_keep_the_same_figures_of_everything_published(everything: dict[str, Engine]) -> None:
    sqlite, postgres = (figures(engine) for engine in everything.values())
    assert len(sqlite) > 90_000
    pd.testing.assert_frame_equal(sqlite, postgres, check_exact=True)


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_no_row_points_at_nothing(everything: dict[str, Engine], name: str) -> None:
    """The tables of facts have no foreign keys; this is what holds them to their areas, periods and sources."""
    with reading(everything[name]) as connection:
        for facts in (QuantityValueRow, PopulationRow, FigureRow):
            for column, target in (("area_id", AreaRow.id), ("period", PeriodRow.code), ("source_id", SourceRow.id)):
                own = facts.__table__.c[column]
                astray = sa.select(sa.func.count()).where(own.not_in(sa.select(target)))
                assert connection.execute(astray).scalar_one() == 0, f"{facts.__tablename__}.{column}"


def test_what_is_kept_is_what_is_computed_again(everything: dict[str, Engine]) -> None:
    engine = everything["sqlite"]
    pd.testing.assert_frame_equal(figures(engine), in_order(as_of(engine, None)), check_exact=True)


def test_the_later_extract_holds_in_whichever_order_returns_are_submitted(database_url: str) -> None:
    engine = set_up(database_url)
    codes = ("2025-26Q2", "2025-26Q1", "2024-25Q4", "2024-25Q3")
    for code in codes:
        hand_in(engine, CATALOGUE, RETURNS / f"{AGENCY}-{code}.csv", AGENCY, parse_period(code), LATER)
    figure = store.table_of(FigureRow).c
    with reading(engine) as connection:
        query = sa.select(figure.numerator).where(
            figure.measure == "referrals", figure.basis == "rolling-year", figure.period == "2025-26Q2"
        )
        assert connection.execute(query).scalars().all() == [3926]
    engine.dispose()
