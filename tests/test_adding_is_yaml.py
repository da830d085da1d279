"""The promise of the design: a measure, an agency and a publication are added with YAML alone, and arrive everywhere.

One of each is added to a copy of the schema: the coastguard, which counts rescues of children. Its form is made, filled
in and submitted, what is published of rescues is loaded, and the figures are looked for on every page and in every
export.
"""

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.commands import set_up_partnership
from dashboard.indicators import indicators
from dashboard.queries import Queries
from dashboard.settings import Settings
from etl.load.engine import open_engine, reading
from etl.load.submissions import findings_of, version_of
from etl.pipeline import load_publications
from etl.templates.form import make_template
from etl.templates.write import write_template
from schema.areas import load_areas
from schema.catalogue import load_catalogue
from schema.context import Context
from schema.files import ROOT
from schema.periods import parse_period
from schema.publications import EES_GEOGRAPHY
from tests.etl.handed_in import hand_in
from tests.etl.published import PLACES, STOKE, Place

CONTEXT = Context()
HOME = load_areas().by_id["stoke-on-trent"]
QUARTERS = ("2024-25Q2", "2024-25Q3", "2024-25Q4", "2025-26Q1")
RESCUED = (3, 5, 4, 8)

ADDED = {
    "quantities/rescues.yaml": """
breakdowns:
  - id: water
    title: Where
    categories:
      - {id: sea, title: At sea}
      - {id: inland, title: Inland water}
quantities:
  - id: children-rescued
    title: Children rescued
    counts: Children rescued from water in the period. A child rescued twice counts twice.
    unit: children
    kind: flow
    additive: true
    breakdowns: [water]
  - {id: rescue-calls, title: Calls, counts: Calls about a child., unit: calls, kind: flow, additive: true}
  - id: rescues-per-call-printed
    title: Rescues per call as printed
    counts: The percentage as the publisher printed it.
    unit: "%"
    kind: printed
    printed_covers: flow
    whole_number: false
""",
    "returns/coastguard.yaml": """
title: Coastguard
short_title: Coastguard
answers: Rescue coordination centre
frequency: quarterly
due_working_days_after: 10
items:
  - {quantity: children-rescued, bases: [quarter], breakdowns: [water]}
  - {quantity: rescue-calls, bases: [quarter]}
wholes:
  - {whole: rescue-calls, parts: [children-rescued], exhaustive: false}
""",
    "frameworks/children/outcome-3/rescues-per-call.yaml": """
title: Calls that end in a rescue
short_title: Rescues per call
says: "{value} of calls ended in a rescue"
order: 900
source: A test of the design
we_read_it_as: Of the calls about a child, the share that ended in a rescue.
numerator: children-rescued
denominator: rescue-calls
per: 100
unit: "%"
decimals: 1
printed: rescues-per-call-printed
polarity: judgement
polarity_reason: It follows who calls.
agency: coastguard
published_as: {match: exact}
breakdowns: []
question: Who was not rescued?
a_rise_may_mean: Better calls.
priorities: [missing-children]
since: 2020-04-01
""",
    "publications/rescues.yaml": """
title: Rescues from water
series_title: Rescues
publisher: His Majesty's Coastguard
time: year-to-31-march
columns: [rescued, calls, percent]
series:
  - {quantity: children-rescued, column: rescued}
  - {quantity: rescue-calls, column: calls}
  - {quantity: rescues-per-call-printed, column: percent}
releases:
  2025-07-01: {latest_period: 2025}
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the schema's YAML with the coastguard added."""
    folder = tmp_path / "schema"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "migrations"))
    for name, text in ADDED.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def published(path: Path) -> Path:
    """A file of rescues, as its publisher would lay it out: England, a region and two authorities."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*EES_GEOGRAPHY, "rescued", "calls", "percent"])
        writer.writeheader()
        for place in PLACES:
            writer.writerow(
                {**geography(place), "rescued": 30 if place is STOKE else 400, "calls": 1000, "percent": 3.0}
            )
    return path


def geography(place: Place) -> dict[str, str]:
    dfe, gss, name = place.authority
    return {
        "time_period": "2025",
        "time_identifier": "Reporting year",
        "geographic_level": place.level,
        "country_code": "E92000001",
        "country_name": "England",
        "region_code": place.region[0],
        "region_name": place.region[1],
        "old_la_code": dfe,
        "new_la_code": gss,
        "la_name": name,
    }


@pytest.fixture
def queries(folder: Path, database_url: str, tmp_path: Path) -> Iterator[Queries]:
    """A database with four quarters of the coastguard's returns, from its own forms, and what is published."""
    catalogue = load_catalogue(folder)
    spec = catalogue.return_spec("coastguard")
    engine = open_engine(database_url)
    set_up_partnership(engine, CONTEXT, HOME, "", catalogue)
    load_publications(engine, [published(tmp_path / "rescues.csv")], catalogue, CONTEXT)
    for code, rescued in zip(QUARTERS, RESCUED, strict=True):
        period = parse_period(code)
        form = tmp_path / f"coastguard-{code}.csv"
        write_template(form, make_template(spec, period, catalogue, area=HOME))
        fill_in(form, rescued, spec.due(period))
        hand_in(engine, catalogue, form, "coastguard", period, date(2025, 11, 1))
        with reading(engine) as connection:
            told = findings_of(connection, version_of(connection, CONTEXT, "coastguard", code))
            # A note, which nobody has to answer; and what is published here is of another size than what is sent.
            assert {one.finding.rule for one in told} <= {"small-number", "far-from-published"}
    yield Queries(engine, catalogue)
    engine.dispose()


def fill_in(form: Path, rescued: int, extracted: date) -> None:
    with form.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["quantity"], row["category"]) for row in rows if row["quantity"]] == [
        ("children-rescued", "total"),
        ("children-rescued", "water:sea"),
        ("children-rescued", "water:inland"),
        ("rescue-calls", "total"),
    ]
    counts = {("children-rescued", "water:sea"): 1, ("children-rescued", "water:inland"): rescued - 1}
    for row in rows:
        key = (row["quantity"], row["category"])
        row["value"] = str(counts.get(key, rescued if row["quantity"] == "children-rescued" else 40))
        row["extract_date"] = extracted.isoformat()
    with form.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def drawn(client: FlaskClient, path: str, search: str = "") -> str:
    """What a page shows, as text."""
    asked = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "address", "property": "pathname", "value": path},
            {"id": "address", "property": "search", "value": search},
        ],
        "changedPropIds": ["address.pathname"],
    }
    answer = client.post("/_dash-update-component", json=asked)
    assert answer.status_code == 200
    return json.dumps(answer.get_json(), ensure_ascii=False)


def test_what_is_added_in_yaml_arrives_everywhere(queries: Queries) -> None:
    # The figures: a rolling year from four quarters, and the published year.
    rows = indicators(queries, CONTEXT, measure="rescues-per-call", area=HOME)
    values = {(row.period, row.basis): row.value for row in rows.itertuples()}
    assert values["2025-26Q1", "rolling-year"] == pytest.approx(100 * sum(RESCUED) / 160)
    assert values["2024-25", "year"] == pytest.approx(3.0)
    # Every page that lists measures, and the measure's and the agency's own.
    client = create_app(Settings(), queries).server.test_client()
    title = "Calls that end in a rescue"
    for path in ("/", "/catalogue", "/priority/missing-children", "/agency/coastguard", "/measure/rescues-per-call"):
        page = drawn(client, path)
        assert title in page or "Rescues per call" in page, path
        assert "12.5" in page, f"{path} does not show the newest figure"
    assert "Coastguard" in drawn(client, "/returns")
    assert "Rescue coordination centre" in drawn(client, "/agency/coastguard")
    # Every export.
    for path in ("/download/measure/rescues-per-call.csv", "/download/catalogue.csv"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "rescues-per-call" in answer.get_data(as_text=True) or title in answer.get_data(as_text=True)
