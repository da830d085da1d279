"""Loading the published files, against a bare read of the same files and a bare insert of as many rows."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from etl.extract.publications import extract_publication
from schema.catalogue import default_catalogue
from schema.errors import FileRefusedError
from tests.conftest import ROOT
from tests.postgres import PostgresServer

PAIRS = 3
MOST_MB = 1024


HELD_BY_ANOTHER = {"la_hospital_admissions_2324.csv"}
"""The same release without its regions: of two files of one release, one is loaded."""


def recognised(folder: Path) -> list[str]:
    """The files of the two folders that the product knows."""
    found = []
    for path in sorted([*(folder / "csc_oe").glob("*.csv"), *(folder / "cin_2024_release").glob("*.csv")]):
        if path.name in HELD_BY_ANOTHER:
            continue
        try:
            extract_publication(path, default_catalogue())
        except FileRefusedError:
            continue
        found.append(str(path))
    return found


def run(module: str, *arguments: str) -> dict[str, Any]:
    """What a program of this folder measured of itself."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def report_pairs(engine: str, new_url: Callable[[], str], files: list[str], least: int = 400_000) -> None:
    """Ours and the bare ones in turn, so that all meet the machine in the same minute."""
    ours: list[dict[str, Any]] = []
    bare: dict[str, list[float]] = {"keys": [], "none": []}
    for _ in range(PAIRS):
        loaded = new_url()
        ours.append(run("load_ours", loaded, *files))
        for keys, ratios in bare.items():
            ratios.append(ours[-1]["seconds"] / run("load_bare", loaded, new_url(), keys, *files)["seconds"])
    seconds, peak, rows = median(o["seconds"] for o in ours), max(o["peak_mb"] for o in ours), ours[-1]["rows"]
    what = f"{len(files)} files" if len(files) > 1 else Path(files[0]).name
    print(f"\nload, {engine}: {what}, {rows:,} rows with figures, {seconds:.1f} s, peak {peak:.0f} MB")
    for keys, words in (("keys", "into tables with our keys"), ("none", "into tables without any key")):
        low, high = min(bare[keys]), max(bare[keys])
        print(f"  {median(bare[keys]):.2f} x a bare read and insert {words} ({low:.2f} to {high:.2f})")
    assert rows > least
    assert peak < MOST_MB


@pytest.mark.bench
def test_load_every_recognised_file_into_sqlite(
    published_files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = iter(range(100))
    with capsys.disabled():
        report_pairs("sqlite", lambda: f"sqlite:///{tmp_path}/{next(names)}.db", recognised(published_files))


@pytest.mark.bench
def test_load_every_recognised_file_into_postgresql(
    published_files: Path, postgres_server: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        report_pairs("postgresql", postgres_server.new_database, recognised(published_files))


@pytest.mark.bench
def test_load_the_long_file_of_lait_into_sqlite(
    published_files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = iter(range(100))
    lait = str(published_files / "lait" / "bds_long_0.parquet")
    with capsys.disabled():
        report_pairs("sqlite", lambda: f"sqlite:///{tmp_path}/{next(names)}.db", [lait], least=100_000)


@pytest.mark.bench
def test_load_the_long_file_of_lait_into_postgresql(
    published_files: Path, postgres_server: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    lait = str(published_files / "lait" / "bds_long_0.parquet")
    with capsys.disabled():
        report_pairs("postgresql", postgres_server.new_database, [lait], least=100_000)
