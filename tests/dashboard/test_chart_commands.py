"""`safeguarding chart`: every fault is one sentence, and what is written can be listed."""

import csv
import io
from pathlib import Path

import pytest

from dashboard.commands import set_up_partnership
from etl.load.engine import open_engine
from schema.areas import load_areas
from schema.catalogue import default_catalogue
from schema.context import Context
from tests.dashboard.test_cli import safeguarding

TIMELY = "initial-conferences-within-15-working-days"
BY = ("--by", "The board", "--reason", "Agreed with the plan")


@pytest.fixture
def url(database_url: str) -> str:
    engine = open_engine(database_url)
    set_up_partnership(engine, Context(), load_areas().find("stoke-on-trent"), "", default_catalogue())
    engine.dispose()
    return database_url


def listed(url: str, *arguments: str) -> list[dict[str, str]]:
    done = safeguarding("chart", "list", *arguments, url=url)
    assert done.returncode == 0
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_what_is_written_is_listed_until_it_is_withdrawn(url: str) -> None:
    for arguments in (
        ("rebase", "--measure", "referrals", "--from", "2024-25Q2", *BY),
        ("event", "--on", "2024-09-02", "--label", "New system", "--kind", "system", "--agency", "police"),
        ("target", "--measure", TIMELY, "--value", "90", "--since", "2025-04-01", *BY),
    ):
        done = safeguarding("chart", *arguments, url=url)
        assert (done.returncode, done.stderr) == (0, "")
    assert [row["kind"] for row in listed(url)] == ["rebase", "event", "target"]
    assert [row["kind"] for row in listed(url, "--measure", "referrals")] == ["rebase"]
    done = safeguarding("chart", "withdraw", "2", "--reason", "Another day", url=url)
    assert (done.returncode, done.stdout) == (0, "Withdrawn: event 2, “New system”.\n")
    assert [row["number"] for row in listed(url)] == ["1", "3"]
    assert [row["withdrawn_why"] for row in listed(url, "--withdrawn")] == ["", "Another day", ""]
    assert listed(url, "--as-of", "2020-01-01") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("rebase", "--measure", "nope", "--from", "2024-25Q2", *BY),
        ("rebase", "--measure", "referrals", "--from", "spring", *BY),
        ("rebase", "--measure", "referrals", "--from", "2024-25Q2", "--area", "atlantis", *BY),
        ("event", "--on", "yesterday", "--label", "Something"),
        ("event", "--on", "2024-09-02", "--label", "Something", "--agency", "nope"),
        ("event", "--on", "2024-09-02", "--label", " "),
        ("target", "--measure", TIMELY, "--value", "900", "--since", "2025-04-01", *BY),
        ("target", "--measure", "referrals", "--value", "9", "--since", "2025-04-01", *BY),
        ("withdraw", "1", "--reason", "None such"),
        ("list", "--as-of", "once"),
        ("list", "--measure", "nope"),
    ],
)
def test_a_fault_is_one_sentence_and_keeps_nothing(url: str, arguments: tuple[str, ...]) -> None:
    done = safeguarding("chart", *arguments, url=url)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert listed(url, "--withdrawn") == []


@pytest.mark.parametrize("command", ["rebase", "event", "target", "withdraw", "list"])
def test_every_command_shows_an_example(tmp_path: Path, command: str) -> None:
    done = safeguarding("chart", command, "--help", url=f"sqlite:///{(tmp_path / 'none.db').as_posix()}")
    assert f"Example: safeguarding chart {command}" in " ".join(done.stdout.split())
