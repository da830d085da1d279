"""The pages of the returns as they are drawn, what they let be done, and what is handed out as a file."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from dashboard.app import create_app
from dashboard.queries import Queries
from dashboard.return_downloads import safe_name
from dashboard.settings import Settings
from dashboard.views.return_status import status_of
from dashboard.views.rules import rules
from etl.demonstration import SAMPLE
from etl.load.engine import open_engine
from etl.submissions import ReturnFile, check_file, submit_return, withdraw_return
from etl.validate.check import return_rules
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.periods import parse_period
from tests.conftest import TODAY
from tests.dashboard.test_app import drawn

CATALOGUE = default_catalogue()
PERIOD = parse_period("2025-26Q2")
PATH = "/returns/health/2025-26Q2"


@pytest.fixture
def client(queries: Queries) -> FlaskClient:
    made: FlaskClient = create_app(Settings(), queries).server.test_client()
    return made


def said(client: FlaskClient, path: str, search: str = "") -> str:
    return re.sub(r"<[^>]+>", "", drawn(client, path, search))


# ------------------------------------------------------------------------------------------------- what is shown


def test_the_returns_page_tells_what_is_owed_and_leads_to_each_return(client: FlaskClient) -> None:
    page = drawn(client, "/returns")
    assert "Returns: " in page
    assert "missing" in page
    assert "/returns/police/2025-26Q" in page
    assert "/agency/police" in page
    assert "/download/reminders.ics" in page


def test_what_is_to_be_sent_leads_to_the_upload_with_its_agency_and_period(client: FlaskClient) -> None:
    page = drawn(client, "/returns", "?area=hackney")
    assert '"Upload a return"' in page
    assert "/returns/upload?area=hackney&amp;agency=police&amp;period=2025-26Q2" in page
    # What came has no need of it, and nothing can be sent to the past.
    assert "agency=police&amp;period=2025-26Q1" not in page
    assert "/returns/upload" not in drawn(client, "/returns", "?as_of=2026-01-01")


@pytest.mark.parametrize(("path", "words"), [(PATH, "Upload a correction"), ("/returns/police/2025-26Q2", "Upload it")])
def test_a_return_offers_its_form_and_the_way_to_upload_it(client: FlaskClient, path: str, words: str) -> None:
    _, _, agency, period = path.split("/")
    page = drawn(client, path, "?area=hackney")
    own = f"agency={agency}&period={period}"
    assert words in page
    assert f"/returns/upload?area=hackney&{own}" in page.replace("&amp;", "&")
    for form in ("xlsx", "csv"):
        address = f"/download/template?area=hackney&{own}&form={form}"
        assert address in page.replace("&amp;", "&")
        with client.get(address) as answer:
            assert answer.status_code == 200
    assert words not in drawn(client, path, "?as_of=2026-01-01")


def test_a_finding_leads_to_its_rule(client: FlaskClient, queries: Queries) -> None:
    version = status_of(queries, Context(), "health", "2025-26Q2").versions[0]
    page, listed = drawn(client, PATH, "?area=hackney"), drawn(client, "/returns/rules")
    for one in queries.findings(version):
        assert f"/returns/rules?area=hackney#{one.finding.rule}" in page
    assert all(f'id=\\"{rule.id}\\"' in listed for rule in rules())


def test_the_agencies_have_no_list_of_their_own_any_more(client: FlaskClient) -> None:
    assert client.get("/agencies").status_code == 404
    assert client.get("/returns").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (PATH, 200),
        ("/returns/police/2025-26Q2", 200),
        ("/returns/education/AY2024-25T3", 200),
        ("/returns/rules", 200),
        ("/returns/nonsense/2025-26Q2", 404),
        ("/returns/police/AY2024-25T3", 404),
        ("/returns/police/2025-26", 404),
        ("/returns/police/nonsense", 404),
    ],
)
def test_the_status_says_whether_there_is_such_a_return(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status
    assert ("cannot be shown" in drawn(client, path)) is (status == 404)
    assert "Something went wrong" not in drawn(client, path)


def test_a_return_tells_its_state_its_version_and_what_happened(client: FlaskClient) -> None:
    page = said(client, PATH)
    assert "Version 1 is accepted, and shown on the pages." in page
    assert "demonstration analyst" in page
    assert "demonstration reader" in page
    assert "It is the first version" in page
    assert "Say who is working" in page


def test_a_return_that_never_came_says_so_and_that_nothing_is_taken_to_be_nought(client: FlaskClient) -> None:
    page = said(client, "/returns/police/2025-26Q2")
    assert "has not come" in page
    assert "none is taken to be nought" in page
    assert "/returns/upload?agency=police" in drawn(client, "/returns/police/2025-26Q2")


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("?version=9", "no version “9”"),
        ("?version=x", "no version “x”"),
        ("?severity=x", "not among the choices"),
        ("?order=x", "not among the choices"),
    ],
)
def test_what_the_address_cannot_ask_for_is_said(client: FlaskClient, search: str, words: str) -> None:
    assert words in drawn(client, PATH, search)


def test_findings_are_filtered_and_ordered_by_the_address(client: FlaskClient, queries: Queries) -> None:
    status = status_of(queries, Context(), "health", "2025-26Q2")
    found = queries.findings(status.versions[0])
    rule = found[0].finding.rule
    few = sum(one.finding.rule == rule for one in found)
    assert f"{few} of {len(found)} finding" in said(client, PATH, f"?rule={rule}&order=rule")
    assert f"0 of {len(found)} finding" in said(client, PATH, "?rule=none-such")


def test_looking_back_shows_no_way_to_change_anything(client: FlaskClient) -> None:
    client.post("/who", data={"name": "A reader"})
    assert "What you can do with version 1" in drawn(client, PATH)
    page = drawn(client, PATH, "?as_of=2025-01-01")
    assert "What you can do" not in page
    assert "Something went wrong" not in page


def test_every_rule_is_listed_with_what_it_finds(client: FlaskClient) -> None:
    page = drawn(client, "/returns/rules")
    assert {rule.id for rule in rules()} == {rule.id for rule in return_rules()}
    assert all(f">{rule.id}<" in page for rule in rules())
    assert "No rule has all these words" in drawn(client, "/returns/rules", "?q=zebra")
    assert "1 of " in said(client, "/returns/rules", "?q=row-duplicate")
    rows = list(csv.DictReader(io.StringIO(client.get("/download/rules.csv").get_data(as_text=True))))
    assert len(rows) == len(return_rules())


# ------------------------------------------------------------------------------------------------- files


def test_the_file_comes_back_as_it_was_sent_and_is_never_opened_in_the_browser(
    client: FlaskClient, queries: Queries
) -> None:
    version = status_of(queries, Context(), "health", "2025-26Q2").versions[0]
    with client.get("/download/returns/health/2025-26Q2/1/original") as answer:
        assert answer.data == queries.original(version)
        assert answer.headers["Content-Disposition"] == f"attachment; filename={version.file_name}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"] == "application/octet-stream"
    with client.get("/download/returns/health/2025-26Q2/1/marked.xlsx") as answer:
        assert answer.data.startswith(b"PK")
    with client.get("/download/returns/health/2025-26Q2/1/findings.csv") as answer:
        rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert len(rows) == len(queries.findings(version))


@pytest.mark.parametrize(
    "path", ["/download/returns/health/2025-26Q2/7/original", "/download/returns/x/2025-26Q2/1/original"]
)
def test_a_file_that_is_not_there_is_a_sentence(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.get_data(as_text=True).count("\n") == 1


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.csv", "a.csv"),
        ("../../etc/passwd", "passwd"),
        ("c:\\x\\y.csv", "y.csv"),
        ('a"b\r\nc.csv', "abc.csv"),
        ("..", "return"),
        ("", "return"),
    ],
)
def test_a_files_name_leads_nowhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_who_owes_what_comes_as_a_calendar_and_as_rows(client: FlaskClient) -> None:
    with client.get("/download/reminders.ics") as answer:
        assert answer.mimetype == "text/calendar"
        events = answer.get_data(as_text=True).count("BEGIN:VEVENT")
    with client.get("/download/reminders.csv") as answer:
        rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert len(rows) == events > 7
    with client.get("/download/returns.csv") as answer:
        assert "police" in answer.get_data(as_text=True)


# ------------------------------------------------------------------------------------------------- what is done


OUTPUT = '{"act":["MATCH"],"returns":"said"}.children'


def asked(action: str, which: object, words: object = "", search: object = "", clicks: object = 1) -> dict[str, Any]:
    def named(part: str) -> dict[str, str]:
        return {"act": action, "returns": part}

    return {
        "output": OUTPUT,
        "outputs": {"id": named("said"), "property": "children"},
        "inputs": [{"id": named("do"), "property": "n_clicks", "value": clicks}],
        "state": [
            {"id": named("words"), "property": "value", "value": words},
            {"id": named("which"), "property": "data", "value": which},
            {"id": "address", "property": "search", "value": search},
        ],
        "changedPropIds": [json.dumps(named("do"), separators=(",", ":")) + ".n_clicks"],
    }


def do(
    client: FlaskClient, action: str, version: int = 1, words: str = "", search: str = "", seen: int | None = None
) -> str:
    """What is told; whoever does it has just looked, where nothing else is said."""
    if seen is None:
        seen = drawn(client, PATH).count("dateTime")
    which = f"health|2025-26Q2|{version}|{action}|{seen}"
    answer = client.post("/_dash-update-component", json=asked(action, which, words, search))
    assert answer.status_code == 200
    return json.dumps(answer.get_json(), ensure_ascii=False)


@pytest.fixture
def own_engine(own_demonstration_url: str) -> Iterator[Engine]:
    made = open_engine(own_demonstration_url)
    yield made
    made.dispose()


def test_a_return_is_withdrawn_and_accepted_again_by_somebody_who_did_not_submit_it(own_engine: Engine) -> None:
    queries = Queries(own_engine, CATALOGUE)
    client = create_app(Settings(), queries).server.test_client()

    def state() -> str:
        return status_of(queries, Context(), "health", "2025-26Q2").state.value

    assert "Say who is working first" in do(client, "withdraw", words="It was of another area.")
    client.post("/who", data={"name": "demonstration analyst"})
    assert "the past cannot be changed" in do(client, "withdraw", words="x", search="?as_of=2026-01-01")
    assert "Write the reason" in do(client, "withdraw")
    assert state() == "accepted"
    answer = do(client, "withdraw", words="It was of another area.", search="?area=hackney")
    assert "area=hackney&version=1&done=3" in answer
    assert state() == "withdrawn"
    assert "Done: version 1 was withdrawn by demonstration analyst." in said(client, PATH, "?version=1&done=3")
    assert "a second person has to look at it" in do(client, "accept")
    assert "You submitted version 1" in said(client, PATH)
    client.post("/who", data={"name": "Somebody else"})
    assert "done=4" in do(client, "accept")
    assert state() == "accepted"
    assert "was accepted already" in do(client, "accept")
    assert "cannot be queried now" in do(client, "query", words="Is it?")


def test_an_old_page_undoes_nothing_and_its_form_carries_what_was_seen(own_engine: Engine) -> None:
    client = create_app(Settings(), Queries(own_engine, CATALOGUE)).server.test_client()
    client.post("/who", data={"name": "Somebody else"})
    assert "health|2025-26Q2|1|withdraw|2" in drawn(client, PATH)
    assert "done=3" in do(client, "withdraw", words="It was of another area.")
    assert "health|2025-26Q2|1|accept|3" in drawn(client, PATH)
    answer = do(client, "accept", seen=1)
    assert "was withdrawn by Somebody else at" in answer
    assert "since you looked. Look again." in answer
    assert "done=4" in do(client, "accept", seen=3)


@pytest.mark.parametrize("done", ["0000019", "1" * 5000, "²", "0", "9"])
def test_what_was_never_done_is_not_told(client: FlaskClient, done: str) -> None:
    page = drawn(client, PATH, f"?done={done}")
    assert "Something went wrong" not in page
    assert "Done: " not in page


def preview_of(client: FlaskClient, which: object, search: str = "") -> Any:
    return client.post(
        "/_dash-update-component",
        json={
            "output": "returns-preview.children",
            "outputs": {"id": "returns-preview", "property": "children"},
            "inputs": [{"id": "returns-preview-of", "property": "data", "value": which}],
            "state": [{"id": "address", "property": "search", "value": search}],
            "changedPropIds": ["returns-preview-of.data"],
        },
    )


def test_whoever_accepts_sees_what_it_would_change_and_whoever_submitted_it_asks_nothing(own_engine: Engine) -> None:
    queries = Queries(own_engine, CATALOGUE)
    client = create_app(Settings(), queries).server.test_client()
    assert "returns-preview" not in drawn(client, PATH)
    content = (SAMPLE / "returns" / "health-2025-26Q2.csv").read_bytes()
    lines = content.decode().splitlines()
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:4], str(int(cells[4]) + 1), *cells[5:]])
    file = ReturnFile("h.csv", "\n".join([*lines, ""]).encode(), "health", PERIOD)
    sender = Context(viewer="Sender")
    checked = check_file(own_engine, sender, CATALOGUE, file, TODAY)
    submit_return(own_engine, sender, CATALOGUE, checked, {one.rule: "It is so." for one in checked.to_explain})

    page = drawn(client, PATH)
    assert "health|2025-26Q2|2" in page
    assert "returns-preview-of" not in drawn(client, PATH, "?as_of=2026-01-01")
    answer = preview_of(client, "health|2025-26Q2|2")
    text = json.dumps(answer.get_json(), ensure_ascii=False)
    for words in (
        "What accepting version 2 would change",
        "Since version 1: ",
        "1 figure changed",
        "Every figure beside",
    ):
        assert words in text
    assert "What the pages would show" in text
    assert "has no version" in json.dumps(preview_of(client, "health|2025-26Q2|9").get_json())
    for nonsense in (5, None, "health", "health|2025-26Q2|x", "nobody|2025-26Q2|1", "health|soon|1"):
        assert preview_of(client, nonsense).status_code == 400

    client.post("/who", data={"name": "sender"})
    own = said(client, PATH)
    assert "Ask about it …" not in own
    assert "Send it back …" not in own
    assert "Withdraw it …" in own
    assert "a second person asks about it" in do(client, "query", 2, "Is it so?")
    client.post("/who", data={"name": "Reader"})
    assert "Ask about it …" in said(client, PATH)
    assert "version=2&done=2" in do(client, "accept", 2)
    assert "Version 1, which was accepted before, does not come back by itself" in said(client, PATH)


@pytest.mark.parametrize(
    "nonsense",
    [
        asked("accept", 5),
        asked("accept", None),
        asked("accept", ["x"]),
        asked("accept", "health"),
        asked("accept", "health|2025-26Q2|x|accept|2"),
        asked("accept", "health|2025-26Q2|99999999999|accept|2"),
        asked("accept", "health|2025-26Q2|1|destroy|2"),
        asked("accept", "health|2025-26Q2|1|accept"),
        asked("accept", "health|2025-26Q2|1|accept|"),
        asked("accept", "health|2025-26Q2|1|accept|x"),
        asked("accept", "health|2025-26Q2|1|accept|9999999"),
        asked("accept", "health|2025-26Q2|1|accept|2", words="\ud800"),
        asked("accept", "health|2025-26Q2|1|accept|2", words=5),
        asked("accept", "health|2025-26Q2|1|accept|2", search=5),
        asked("accept", "health|2025-26Q2|1|accept|2", clicks="x"),
        {**asked("accept", "health|2025-26Q2|1|accept|2"), "state": []},
        {**asked("accept", "health|2025-26Q2|1|accept|2"), "inputs": [5]},
        {**asked("accept", "health|2025-26Q2|1|accept|2"), "outputs": {"id": "page", "property": "children"}},
        {**asked("accept", "health|2025-26Q2|1|accept|2"), "changedPropIds": [5]},
    ],
)
def test_a_request_that_no_page_of_ours_sends_is_the_askers_mistake(
    client: FlaskClient, nonsense: dict[str, Any]
) -> None:
    client.post("/who", data={"name": "Somebody else"})
    assert client.post("/_dash-update-component", json=nonsense).status_code == 400


# ------------------------------------------------------------------------------------------------- what is missing


def police_pages() -> list[str]:
    own = [m for m in CATALOGUE.measures_of("children") if m.agency == "police" and m.retired is None]
    priorities = sorted({priority for measure in own for priority in measure.priorities})
    return [
        "/",
        "/returns",
        "/agency/police",
        *(f"/priority/{priority}" for priority in priorities[:1]),
        *(f"/measure/{measure.id}" for measure in own),
    ]


def test_every_page_that_uses_a_return_that_did_not_come_says_so_and_shows_no_nought(client: FlaskClient) -> None:
    for path in police_pages():
        page = said(client, path)
        assert "missing" in page, path
        if path not in ("/", "/returns"):
            assert "due since 21 October 2025" in page, path
        assert "Something went wrong" not in page, path
    for path in police_pages():
        if path.startswith("/measure/"):
            with client.get(f"/download{path}.csv") as answer:
                rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
            late = [row for row in rows if row["source"] and row["period"] == PERIOD.code]
            assert not [row for row in late if row["value"]], path


def test_what_was_withdrawn_is_missing_and_no_nought(own_engine: Engine) -> None:
    queries, period = Queries(own_engine, CATALOGUE), parse_period("2024-25Q4")
    client = create_app(Settings(), queries).server.test_client()
    own = [m.id for m in CATALOGUE.measures_of("children") if m.agency == "police" and m.retired is None]

    def values(measure: str) -> dict[tuple[str, str], str]:
        with client.get(f"/download/measure/{measure}.csv?basis=quarter") as answer:
            text = answer.get_data(as_text=True).removeprefix("\ufeff")
        return {(row["period"], row["basis"]): row["value"] for row in csv.DictReader(io.StringIO(text))}

    before = {measure: values(measure) for measure in own}
    withdraw_return(own_engine, Context(viewer="A reader"), CATALOGUE, "police", period, 1, "Of another force.")
    gone = 0
    for measure in own:
        after = values(measure)
        gone += before[measure].get((period.code, "quarter"), "") != ""
        assert after.get((period.code, "quarter"), "") == "", measure
        assert "no return for January to March 2025" in said(client, f"/measure/{measure}"), measure
    assert gone > 5
    assert "none for January to March 2025" in said(client, "/")
    assert "Withdrawn" in said(client, "/returns")
