"""`safeguarding return check --format`, `preview` and `diff`: a return before and after it is submitted."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from etl.demonstration import SAMPLE
from etl.extract.returns import read_return_bytes
from tests.dashboard.test_cli import safeguarding

FOR = ("--agency", "police", "--period", "2025-26Q1")
ROW = ",domestic-abuse-crimes,total,,"


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    path = tmp_path / "police.csv"
    text = (SAMPLE / "returns" / "police-2025-26Q1.csv").read_text()
    path.write_text(text.replace(f"2025-26Q1{ROW}1849", f"2025-26Q1{ROW}1949"))
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.csv"
    text = (SAMPLE / "returns" / "police-2025-26Q1.csv").read_text()
    path.write_text(text.replace(f"2025-26Q1{ROW}1849", f"2025-26Q1{ROW}-1"))
    return path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_findings_go_to_standard_output_as_csv_and_nothing_else_does(demonstration_url: str, faulty: Path) -> None:
    done = safeguarding("return", "check", str(faulty), *FOR, "--format", "csv", url=demonstration_url)
    assert done.returncode == 1
    errors = [row for row in rows(done.stdout) if row["severity"] == "error"]
    assert [(row["rule"], row["cell"]) for row in errors] == [("value-negative", "E8")]


def test_a_marked_copy_is_written_once(demonstration_url: str, faulty: Path, tmp_path: Path) -> None:
    out = tmp_path / "marked.xlsx"
    command = ("return", "check", str(faulty), *FOR, "--format", "xlsx", "--out", str(out))
    assert safeguarding(*command, url=demonstration_url).returncode == 1
    assert len(read_return_bytes(out.name, out.read_bytes()).cells) > 50
    again = safeguarding(*command, url=demonstration_url)
    assert again.returncode == 2
    assert "is there already" in again.stderr


@pytest.mark.parametrize("wrong", [("--format", "xlsx"), ("--out", "x.csv")], ids=["no place", "no format"])
def test_what_is_to_be_written_and_where_come_together(
    demonstration_url: str, faulty: Path, wrong: tuple[str, str]
) -> None:
    done = safeguarding("return", "check", str(faulty), *FOR, *wrong, url=demonstration_url)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_preview_has_the_figures_the_measures_and_what_they_are_now(demonstration_url: str, corrected: Path) -> None:
    done = safeguarding("return", "preview", str(corrected), *FOR, url=demonstration_url)
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    counted = Counter((row["part"], row["beside"]) for row in found)
    assert counted["figure", "version 1"] == counted["figure", "period before"] > 80
    (moved,) = [
        r
        for r in found
        if r["part"] == "measure" and r["id"] == "domestic-abuse-crimes" and r["basis"] == "rolling-year"
    ]
    assert (float(moved["beside_value"]), float(moved["value"])) == (7576.0, 7676.0)


def test_a_preview_of_a_faulty_return_says_that_it_has_no_measures(demonstration_url: str, faulty: Path) -> None:
    done = safeguarding("return", "preview", str(faulty), *FOR, url=demonstration_url)
    assert done.returncode == 1
    assert "1 error" in done.stderr
    assert {row["part"] for row in rows(done.stdout)} <= {"figure", "restated", "published"}


def test_the_first_version_differs_from_nothing(demonstration_url: str) -> None:
    done = safeguarding("return", "diff", *FOR, url=demonstration_url)
    assert done.returncode == 2
    assert "is the first" in done.stderr


def test_a_second_version_tells_what_it_changed(own_demonstration_url: str, corrected: Path) -> None:
    url = own_demonstration_url
    sent = safeguarding("return", "submit", str(corrected), *FOR, url=url, SAFEGUARDING_USER="Analyst A")
    assert sent.returncode == 0, sent.stderr
    done = safeguarding("return", "diff", *FOR, url=url)
    assert done.stdout.splitlines() == [
        "Version 2 beside version 1: 1 figure changed.",
        "  Domestic abuse crimes, April to June 2025: 1,849 became 1,949.",
    ]
    (row,) = rows(safeguarding("return", "diff", *FOR, "--version", "2", "--format", "csv", url=url).stdout)
    assert (row["change"], row["value_before"], row["value_after"]) == ("changed", "1849.0", "1949.0")
