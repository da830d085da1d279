"""What the command line says of the returns: where each stands, who owes what, and the rules."""

import csv
import io
import json

from dashboard.views.return_status import STATUS_COLUMNS
from etl.validate.check import return_rules
from schema.catalogue import default_catalogue
from tests.dashboard.test_cli import safeguarding

CATALOGUE = default_catalogue()


def test_the_status_of_every_agency_comes_as_a_table_and_as_rows(demonstration_url: str) -> None:
    said = safeguarding("return", "status", url=demonstration_url)
    assert (said.returncode, said.stderr) == (0, "")
    as_csv = safeguarding("return", "status", "--format", "csv", url=demonstration_url)
    rows = list(csv.DictReader(io.StringIO(as_csv.stdout)))
    assert tuple(rows[0]) == STATUS_COLUMNS
    assert {row["agency"] for row in rows} == set(CATALOGUE.returns)
    assert len(rows) == 8 * len(CATALOGUE.returns) == len(said.stdout.splitlines())
    as_json = json.loads(safeguarding("return", "status", "--format", "json", url=demonstration_url).stdout)
    assert [{name: "" if value is None else str(value) for name, value in row.items()} for row in as_json] == rows


def test_the_police_owe_the_quarter_that_the_demonstration_leaves_out(demonstration_url: str) -> None:
    done = safeguarding("return", "status", "--format", "csv", "--periods", "12", url=demonstration_url)
    rows = {(row["agency"], row["period"]): row for row in csv.DictReader(io.StringIO(done.stdout))}
    missing, there = rows["police", "2025-26Q2"], rows["police", "2025-26Q1"]
    assert (missing["state"], missing["given"], missing["version"]) == ("overdue", "", "")
    assert int(missing["days_late"]) == -int(missing["days_to_due"]) > 0
    assert (there["state"], there["version"]) == ("accepted", "1")


def test_looking_back_tells_what_had_come_by_then(demonstration_url: str) -> None:
    done = safeguarding("return", "status", "--format", "csv", "--as-of", "2015-01-01", url=demonstration_url)
    states = {row["state"] for row in csv.DictReader(io.StringIO(done.stdout))}
    assert states <= {"no-return-yet", "not-yet-due", "due", "before-the-first"}


def test_who_owes_what_comes_as_rows_and_as_a_calendar(demonstration_url: str) -> None:
    rows = list(csv.DictReader(io.StringIO(safeguarding("return", "reminders", url=demonstration_url).stdout)))
    assert [row["due"] for row in rows] == sorted(row["due"] for row in rows)
    assert {row["agency"] for row in rows} == set(CATALOGUE.returns)
    done = safeguarding("return", "reminders", "--format", "ics", url=demonstration_url)
    assert done.stdout.startswith("BEGIN:VCALENDAR\r\n")
    assert done.stdout.count("BEGIN:VEVENT") == len(rows)


def test_the_rules_need_no_database() -> None:
    done = safeguarding("return", "rules", "--format", "csv", url="sqlite:////nowhere/at/all.db")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["rule"] for row in rows} == {rule.id for rule in return_rules()}
    listed = safeguarding("return", "rules", url="sqlite:////nowhere/at/all.db").stdout
    assert all(f"  {row['rule']} ({row['severity']}): " in listed for row in rows)
