"""The `safeguarding` command, on either database."""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from dashboard.cli import main
from etl.load.engine import open_engine
from tests.conftest import ROOT

STOKE = "E06000021"
RETURN = ROOT / "sample_data" / "returns" / "childrens-social-care-2025-26Q2.csv"
FOR = ("--agency", "childrens-social-care", "--period", "2025-26Q2")


class Done(NamedTuple):
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def safeguarding(*arguments: str, url: str, **environment: str) -> Done:
    """Run the command as `safeguarding` does, without the second that a new process takes to import pandas."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setenv("DATABASE_URL", url)
        patch.setenv("COLUMNS", "200")
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["safeguarding", *arguments])
        try:
            main()
            status: object = 0
        except SystemExit as stop:
            status = stop.code
    return Done(int(str(status or 0)), out.getvalue(), err.getvalue())


def test_the_installed_command_keeps_its_output_clean_for_a_pipe(demonstration_url: str) -> None:
    program = Path(sys.executable).with_name("safeguarding.exe" if os.name == "nt" else "safeguarding")
    done = subprocess.run(
        [str(program), "indicators", "--measure", "repeat-referrals", "--area", STOKE, "--period", "2024-25"],
        env={**os.environ, "DATABASE_URL": demonstration_url},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("measure,area,")
    missing = subprocess.run(
        [str(program), "indicators", "--measure", "nope"],
        capture_output=True,
        check=False,
        env={**os.environ, "DATABASE_URL": demonstration_url},
    )
    assert missing.returncode == 2


def rows(*arguments: str, url: str) -> list[dict[str, str]]:
    """The indicators that a command prints."""
    done = safeguarding("indicators", *arguments, url=url)
    assert (done.returncode, done.stderr) == (0, "")
    return list(csv.DictReader(io.StringIO(done.stdout)))


def one(found: list[dict[str, str]], **wanted: str) -> dict[str, str]:
    """The only row of that kind."""
    at = [row for row in found if all(row[name] == value for name, value in wanted.items())]
    assert len(at) == 1, f"{len(at)} rows of {wanted}"
    return at[0]


def table_counts(url: str) -> dict[str, int]:
    """How many rows each table has."""
    engine = open_engine(url)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        counts = {n: connection.execute(sa.text(f'SELECT count(*) FROM "{n}"')).scalar_one() for n in names}
    engine.dispose()
    return counts


# ---------------------------------------------------------------------------------------------------- indicators


def test_repeat_referrals_stand_beside_all_their_comparators(demonstration_url: str) -> None:
    found = rows("--measure", "repeat-referrals", "--area", STOKE, "--period", "2024-25", url=demonstration_url)
    assert Counter(row["comparator"] for row in found) == {"england": 1, "region": 1, "neighbours": 4, "previous": 1}
    england = one(found, comparator="england")
    assert (england["numerator"], england["denominator"], england["shown"]) == ("812.0", "3874.0", "21.0")
    assert (england["origin"], england["state"], england["basis"]) == ("computed", "value", "year")
    assert (england["comparator_value"], england["comparator_period"]) == ("22.6", "2024-25")
    assert "30 October 2025" in england["comparator_source"]
    assert (round(float(england["lower_95"]), 1), round(float(england["upper_95"]), 1)) == (19.7, 22.3)
    assert one(found, comparator="region")["comparator_value"] == "19.5"
    mean = one(found, comparator="neighbours", statistic="mean")
    assert (mean["comparator_shown"], mean["model"], mean["n"]) == ("22.3", "may-2025", "10")
    assert 21.5 <= float(one(found, comparator="neighbours", statistic="median")["comparator_value"]) <= 21.6
    assert one(found, comparator="previous")["comparator_shown"] == "25.6"
    assert {(row["rank"], row["of"], row["quartile"]) for row in found} == {("89", "153", "3")}


@pytest.mark.parametrize(
    ("measure", "shown"),
    [
        ("children-in-need", "509.6"),
        ("child-protection-plans-started", "69.7"),
        ("children-in-care", "170"),
        ("initial-conferences-within-15-working-days", "90.9"),
    ],
)
def test_stoke_on_trent_in_the_year_to_march_2025(demonstration_url: str, measure: str, shown: str) -> None:
    found = rows("--measure", measure, "--area", STOKE, "--period", "2024-25", url=demonstration_url)
    assert {row["shown"] for row in found} == {shown}


def test_a_region_has_the_percentage_that_was_published(demonstration_url: str) -> None:
    found = rows(
        "--measure",
        "protection-plans-of-two-years-or-more",
        "--area",
        "E12000005",
        "--period",
        "2024-25",
        url=demonstration_url,
    )
    assert {(row["value"], row["origin"]) for row in found} == {("2.3", "published")}


@pytest.mark.parametrize(
    ("release", "shown", "origin"), [("2024-10-31", "187.1", "published"), ("", "186.2", "computed")]
)
def test_england_s_section_47_rate_depends_on_the_release(
    demonstration_url: str, release: str, shown: str, origin: str
) -> None:
    asked = ("--measure", "section-47-enquiries", "--area", "E92000001", "--period", "2023-24")
    found = rows(*asked, *(("--release", release) if release else ()), url=demonstration_url)
    assert {(row["shown"], row["origin"]) for row in found} == {(shown, origin)}
    assert {row["released_on"] for row in found} == {release or "2025-10-30"}


def test_a_neighbour_model_can_be_chosen(demonstration_url: str) -> None:
    asked = ("--measure", "child-protection-plans-started", "--area", "861", "--period", "2024-25")
    wanted = {"may-2025": ("63.1", "50.1"), "april-2021": ("81.3", "73.2")}
    for model, (mean, median) in wanted.items():
        found = rows(*asked, "--model", model, url=demonstration_url)
        shown = {row["statistic"]: row["comparator_shown"] for row in found if row["comparator"] == "neighbours"}
        assert (shown["mean"], shown["median"]) == (mean, median)


def test_a_quarter_is_compared_with_nothing_but_itself_a_year_before(demonstration_url: str) -> None:
    found = rows("--measure", "repeat-referrals", "--area", STOKE, "--period", "2025-26Q2", url=demonstration_url)
    assert {row["comparator"] for row in found if row["basis"] == "quarter"} == {"previous"}
    england = one(found, basis="rolling-year", comparator="england")
    assert (england["period_end"], england["comparator_period"]) == ("2025-09-30", "2024-25")
    assert england["status"] == "provisional"


def test_as_of_shows_what_held_then(demonstration_url: str) -> None:
    asked = ("--measure", "referrals", "--area", STOKE)
    nothing = safeguarding("indicators", *asked, "--as-of", "2020-01-01", url=demonstration_url)
    assert (nothing.returncode, len(nothing.stdout.splitlines())) == (0, 1)
    assert nothing.stderr.startswith("No figure is kept for this")
    now = rows(*asked, url=demonstration_url)
    then = rows(*asked, "--as-of", datetime.now(UTC).isoformat(), url=demonstration_url)
    assert then == now


def test_json_has_the_same_rows(demonstration_url: str) -> None:
    asked = ("--measure", "repeat-referrals", "--area", STOKE, "--period", "2024-25")
    done = safeguarding("indicators", *asked, "--format", "json", url=demonstration_url)
    found = json.loads(done.stdout)
    assert [row["comparator"] for row in found] == [row["comparator"] for row in rows(*asked, url=demonstration_url)]
    assert found[0]["value"] == pytest.approx(20.9602, abs=1e-4)
    assert found[0]["rank"] == 89


# --------------------------------------------------------------------------------------------- loading and returns


def test_init_sets_up_any_authority_once(database_url: str) -> None:
    done = safeguarding("init", "--area", "E08000030", url=database_url)
    assert (done.returncode, done.stdout) == (
        0,
        "Ready: Walsall Safeguarding Children Partnership, home area walsall.\n",
    )
    before = table_counts(database_url)
    assert safeguarding("init", "--area", "walsall", url=database_url).returncode == 0
    assert table_counts(database_url) == before
    other = safeguarding("init", "--area", "861", url=database_url)
    assert other.returncode == 2
    assert "Walsall" in other.stderr
    made_up = safeguarding("demo", url=database_url)
    assert made_up.returncode == 2
    assert "made up" in made_up.stderr
    assert table_counts(database_url) == before


def test_a_return_is_checked_submitted_and_refused_a_second_time(database_url: str) -> None:
    safeguarding("init", "--area", "stoke-on-trent", url=database_url)
    before = table_counts(database_url)
    checked = safeguarding("return", "check", str(RETURN), *FOR, url=database_url)
    assert (checked.returncode, table_counts(database_url)) == (0, before)
    done = safeguarding("return", "submit", str(RETURN), *FOR, url=database_url)
    assert done.returncode == 0
    assert "version 1 submitted" in done.stdout
    waiting = table_counts(database_url)
    assert (waiting["figure"], waiting["submission_file"]) == (0, 1)
    alone = safeguarding("return", "accept", *FOR, url=database_url)
    assert (alone.returncode, table_counts(database_url)) == (2, waiting)
    assert "a second person" in alone.stderr
    accepted = safeguarding("return", "accept", *FOR, url=database_url, SAFEGUARDING_USER="a second person")
    assert accepted.returncode == 0, accepted.stderr
    after = table_counts(database_url)
    assert after["figure"] > 0
    again = safeguarding("return", "submit", str(RETURN), *FOR, url=database_url)
    assert (again.returncode, table_counts(database_url)) == (0, after)
    assert "submitted already" in again.stdout


def test_a_faulty_return_names_every_fault_and_changes_nothing(database_url: str, tmp_path: Path) -> None:
    safeguarding("init", "--area", "stoke-on-trent", url=database_url)
    before = table_counts(database_url)
    faulty = tmp_path / "faulty.csv"
    text = RETURN.read_text(encoding="utf-8")
    faulty.write_text(
        text.replace(",referrals,total,,994,", ",referrals,total,,lots,").replace(",206,", ",-206,"), encoding="utf-8"
    )
    for verb in ("check", "submit"):
        done = safeguarding("return", verb, str(faulty), *FOR, url=database_url)
        assert done.returncode == 1
        assert "row 2, column value (E2)" in done.stderr
        assert "row 3, column value (E3)" in done.stderr
        assert table_counts(database_url) == before


def test_an_unknown_publication_is_refused_and_changes_nothing(database_url: str, tmp_path: Path) -> None:
    safeguarding("init", "--area", "stoke-on-trent", url=database_url)
    before = table_counts(database_url)
    stray = tmp_path / "stray.csv"
    stray.write_text("a,b\n1,2\n", encoding="utf-8")
    done = safeguarding("publication", "load", str(stray), url=database_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("stray.csv is no dataset that we know")
    assert table_counts(database_url) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("indicators", "--measure", "nope"), "no measure"),
        (("indicators", "--area", "nowhere"), "no area"),
        (("indicators", "--period", "2024"), "not a period"),
        (("indicators", "--as-of", "yesterday"), "not an instant"),
        (("chart", "list", "--as-of", "2999-01-01"), "still to come"),
        (("publication", "list", "--as-of", "2026-13-01"), "not an instant"),
        (("indicators", "--release", "2024"), "not a day"),
        (("indicators", "--model", "cipfa"), "no neighbour model"),
        (("publication", "load", "missing.csv"), "no file"),
        (("return", "check", "missing.csv", "--agency", "fire", "--period", "2025-26Q2"), "no agency"),
        (("return", "submit", "missing.csv", *FOR), "no file"),
        (("indicators", "--no-such-option"), "No such option"),
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(demonstration_url: str, arguments: tuple[str, ...], said: str) -> None:
    done = safeguarding(*arguments, url=demonstration_url)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "url",
    [
        "mysql://x",
        "nonsense",
        "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "postgresql://nobody@127.0.0.1:port/none",
        "sqlite://",
        "sqlite:///:memory:",
        f"sqlite:///{(ROOT / 'README.md').as_posix()}",
        f"sqlite:///{(ROOT / 'README.md' / 'under.db').as_posix()}",
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence_and_status_2(url: str) -> None:
    done = safeguarding("indicators", url=url)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_an_empty_database_says_what_to_run(database_url: str) -> None:
    for arguments in (("indicators",), ("serve",), ("publication", "list")):
        done = safeguarding(*arguments, url=database_url)
        assert done.returncode == 2
        assert "safeguarding demo" in done.stderr


COMMANDS = [
    "init",
    "demo",
    "serve",
    "publication load",
    "publication list",
    "return check",
    "return submit",
    "measures",
    "indicators",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, sqlite_url: str) -> None:
    done = safeguarding(*command.split(), "--help", url=sqlite_url)
    assert done.returncode == 0
    assert f"Example: {'HOST=127.0.0.1 PORT=8050 ' if command == 'serve' else ''}safeguarding {command}" in done.stdout


def test_measures_lists_every_measure(sqlite_url: str) -> None:
    done = safeguarding("measures", url=sqlite_url)
    listed = {row["measure"] for row in csv.DictReader(io.StringIO(done.stdout))}
    files = {path.stem for path in (ROOT / "schema" / "frameworks").rglob("*/*/*.yaml")}
    assert listed == files
