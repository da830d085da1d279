"""`safeguarding return template`: with a database and without, and what it refuses."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from etl.extract.returns import read_return
from etl.templates.workbook import SHEET_COLUMNS
from tests.conftest import ROOT
from tests.dashboard.test_cli import safeguarding

SOCIAL_CARE = ("--agency", "childrens-social-care", "--period", "2025-26Q3")


def template(*arguments: str, url: str, out: Path) -> str:
    done = safeguarding("return", "template", *arguments, "--out", str(out), url=url)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_form_needs_no_database(tmp_path: Path) -> None:
    url = f"sqlite:///{(tmp_path / 'none.db').as_posix()}"
    for name in ("form.xlsx", "form.CSV"):
        said = template(*SOCIAL_CARE, url=url, out=tmp_path / name)
        assert said.endswith("due 22/01/2026.\n")
        assert len(read_return(tmp_path / name).cells) > 30


def test_a_form_has_the_area_and_the_last_figures_of_the_database(demonstration_url: str, tmp_path: Path) -> None:
    template(*SOCIAL_CARE, url=demonstration_url, out=tmp_path / "form.xlsx")
    sheet = load_workbook(tmp_path / "form.xlsx")["Return"]
    assert sheet["B3"].value == "Stoke-on-Trent"
    rows = [dict(zip(SHEET_COLUMNS, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=8)]
    referrals = next(row for row in rows if (row["quantity"], row["category"]) == ("referrals", "total"))
    # As the return for July to September 2025 has it, and not as an older one.
    assert (referrals["last_value"], referrals["last_period"], referrals["value"]) == (994, "2025-26Q2", None)


def test_a_form_for_an_earlier_period_looks_back_from_there(demonstration_url: str, tmp_path: Path) -> None:
    template(
        "--agency", "childrens-social-care", "--period", "2023-24Q2", url=demonstration_url, out=tmp_path / "f.csv"
    )
    text = (tmp_path / "f.csv").read_text(encoding="utf-8-sig")
    # It was submitted: its own figures stand for reference, and nothing later does.
    assert ",2023-24Q2," in text
    assert not any(later in text for later in ("2023-24Q3", "2024-25Q1", "2025-26Q2"))


def test_what_is_filled_in_is_not_overwritten_without_force(sqlite_url: str, tmp_path: Path) -> None:
    out = tmp_path / "form.xlsx"
    out.write_bytes(b"filled in")
    refused = safeguarding("return", "template", *SOCIAL_CARE, "--out", str(out), url=sqlite_url)
    assert refused.returncode == 2
    assert "is there already" in refused.stderr
    assert out.read_bytes() == b"filled in"
    template(*SOCIAL_CARE, "--force", url=sqlite_url, out=out)
    assert out.read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--agency", "fire", "--period", "2025-26Q2", "--out", "f.xlsx"), "no agency with a return"),
        (("--agency", "childrens-social-care", "--period", "soon", "--out", "f.xlsx"), "not a period"),
        (("--agency", "childrens-social-care", "--period", "2025-26", "--out", "f.xlsx"), "2025-26 is no quarter"),
        (("--agency", "childrens-social-care", "--period", "AY2025-26T1", "--out", "f.csv"), "is no quarter"),
        ((*SOCIAL_CARE, "--out", "f.ods"), "neither"),
        ((*SOCIAL_CARE, "--out", "no/such/folder/f.csv"), "no folder"),
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = safeguarding("return", "template", *arguments, url=sqlite_url)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.glob("f.*")) == []


def test_the_command_has_help_with_an_example(sqlite_url: str) -> None:
    done = safeguarding("return", "template", "--help", url=sqlite_url)
    assert "Example: safeguarding return template --agency" in done.stdout


def test_a_return_of_another_area_is_noticed_where_a_partnership_is_known(
    database_url: str, sqlite_url: str, tmp_path: Path
) -> None:
    sample = ROOT / "sample_data" / "returns" / "childrens-social-care-2025-26Q2.csv"
    path = tmp_path / "walsall.csv"
    header, *rows = sample.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"area,{header}", *(f"Walsall,{row}" for row in rows)]), encoding="utf-8")
    check = ("return", "check", str(path), "--agency", "childrens-social-care", "--period", "2025-26Q2")
    assert safeguarding("init", "--area", "E06000021", url=database_url).returncode == 0
    done = safeguarding(*check, url=database_url)
    assert done.returncode == 1
    assert done.stderr.count("[area-differs]") == 1
    assert "“Walsall”" in done.stderr
    assert "Stoke-on-Trent (E06000021)" in done.stderr
    unknown = safeguarding(*check, url=f"sqlite:///{(tmp_path / 'none.db').as_posix()}")
    assert "area-differs" not in unknown.stderr
