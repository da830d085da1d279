"""The upload page from the server's side: what it answers, and that it keeps nothing of a file that fails."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.components.upload.explain import explain_key
from dashboard.pages import upload
from dashboard.queries import Queries
from dashboard.settings import Settings
from dashboard.views.upload import LARGEST_FILE
from etl.demonstration import SAMPLE
from etl.extract.returns import read_return_bytes
from etl.load.engine import open_engine, reading
from etl.load.submissions import submissions
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.tables import SourceRow, SubmissionFileRow
from tests.conftest import ROOT

POLICE = (SAMPLE / "returns" / "police-2025-26Q1.csv").read_bytes()
NEW = POLICE.replace(b"2025-26Q1", b"2025-26Q2").replace(b"2025-07-10", b"2025-10-10")


@pytest.fixture(scope="module")
def queries(new_demonstration: Callable[[str], str]) -> Iterator[Queries]:
    engine = open_engine(new_demonstration("sqlite"))
    yield Queries(engine, default_catalogue())
    engine.dispose()


@pytest.fixture(scope="module")
def callbacks(queries: Queries) -> dict[str, Any]:
    return create_app(Settings(), queries).callback_map


@pytest.fixture
def client(queries: Queries) -> FlaskClient:
    made: FlaskClient = create_app(Settings(), queries).server.test_client()
    return made


def file_of(content: bytes, name: str = "police.csv") -> dict[str, str]:
    return {"name": name, "content": base64.b64encode(content).decode()}


def ask(client: FlaskClient, callbacks: dict[str, Any], output: str, given: dict[str, Any], changed: str) -> Any:
    """Send what the browser sends: the values of a callback's inputs and states, by `id.property`."""
    key = next(found for found in callbacks if output in (found, *found.strip(".").split("...")))
    places = [found.rpartition(".") for found in key.strip(".").split("...")]

    def filled(wanted: list[dict[str, Any]]) -> list[Any]:
        found: list[Any] = []
        for one in wanted:
            place = f"{one['id']}.{one['property']}"
            if "ALL" in one["id"]:
                fields = given.get("explain", {})
                found.append([{"id": {"explain": k}, "property": "value", "value": v} for k, v in fields.items()])
            else:
                found.append({"id": one["id"], "property": one["property"], "value": given.get(place)})
        return found

    several = key.startswith("..")
    outputs = [{"id": id, "property": name} for id, _, name in places]
    return client.post(
        "/_dash-update-component",
        json={
            "output": key,
            "outputs": outputs if several else outputs[0],
            "inputs": filled(callbacks[key]["inputs"]),
            "state": filled(callbacks[key]["state"]),
            "changedPropIds": [changed],
        },
    )


def checked(client: FlaskClient, callbacks: dict[str, Any], file: object, **more: Any) -> Any:
    given = {
        "upload-file.data": file, "upload-told.data": {"agency": "police", "period": "2025-26Q2"},
        "upload-agency.value": "police", "upload-period.value": "2025-26Q2", **more,
    }  # fmt: skip
    return ask(client, callbacks, "upload-report.children", given, "upload-file.data")


def submitted(
    client: FlaskClient, callbacks: dict[str, Any], file: object, newest: object, explain: dict[str, str]
) -> Any:
    given = {
        "upload-submit.n_clicks": 1, "upload-file.data": file, "upload-agency.value": "police",
        "upload-period.value": "2025-26Q2", "upload-checked.data": {"newest": newest}, "explain": explain,
    }  # fmt: skip
    output = next(k for k in callbacks if any("upload-submit" in str(one["id"]) for one in callbacks[k]["inputs"]))
    return ask(client, callbacks, output, given, "upload-submit.n_clicks")


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.get_json(), ensure_ascii=False)


def kept(queries: Queries) -> tuple[int, int]:
    with reading(queries.engine) as connection:
        sources, files = (
            connection.execute(sa.select(sa.func.count()).select_from(model)).scalar_one()
            for model in (SourceRow, SubmissionFileRow)
        )
        return sources, files


def test_the_file_tells_whose_it_is(client: FlaskClient, callbacks: dict[str, Any]) -> None:
    found = ask(client, callbacks, "upload-told.data", {"upload-file.data": file_of(NEW)}, "upload-file.data")
    answer = found.get_json()["response"]
    assert answer["upload-agency"]["value"] == "police"
    assert answer["upload-period"]["value"] == "2025-26Q2"


def test_a_file_of_another_agency_than_the_one_chosen_is_said(client: FlaskClient, callbacks: dict[str, Any]) -> None:
    given = {"upload-file.data": file_of(NEW), "upload-agency.value": "health", "upload-period.value": "2025-26Q1"}
    found = ask(client, callbacks, "upload-told.data", given, "upload-file.data")
    said = text_of(found)
    assert "it holds the Police return for July to September 2025" in said
    assert found.get_json()["response"]["upload-agency"]["value"] == "health"


def test_what_the_file_says_is_one_step_away(client: FlaskClient, callbacks: dict[str, Any]) -> None:
    given = {"upload-file.data": file_of(NEW), "upload-agency.value": "health", "upload-period.value": "2025-26Q1"}
    found = ask(client, callbacks, "upload-told.data", given, "upload-file.data")
    assert "Use what the file says" in text_of(found)
    assert "Police, July to September 2025" in text_of(found)
    told = found.get_json()["response"]["upload-told"]["data"]
    key = next(k for k in callbacks if any("upload-follow" in str(one["id"]) for one in callbacks[k]["inputs"]))
    first, second = key.strip(".").split("...")

    def followed(clicks: int | None) -> Any:
        body = {
            "output": key,
            "outputs": [{"id": one.split(".")[0], "property": one.partition(".")[2]} for one in (first, second)],
            "inputs": [{"id": "upload-follow", "property": "n_clicks", "value": clicks}],
            "state": [{"id": "upload-told", "property": "data", "value": told}],
            "changedPropIds": ["upload-follow.n_clicks"],
        }
        return client.post("/_dash-update-component", json=body)

    assert followed(None).get_json()["response"] == {}
    chosen = followed(1).get_json()["response"]
    assert (chosen["upload-agency"]["value"], chosen["upload-period"]["value"]) == ("police", "2025-26Q2")
    given |= {"upload-agency.value": "police", "upload-period.value": "2025-26Q2", "upload-told.data": told}
    assert "does not match" not in text_of(ask(client, callbacks, "upload-told.data", given, "upload-agency.value"))


def test_another_quarter_than_the_file_s_is_said_whenever_it_is_chosen(
    client: FlaskClient, callbacks: dict[str, Any]
) -> None:
    given = {"upload-file.data": file_of(NEW), "upload-agency.value": "police", "upload-period.value": "2025-26Q1",
             "upload-told.data": {"agency": "police", "period": "2025-26Q2"}}  # fmt: skip
    said = text_of(ask(client, callbacks, "upload-told.data", given, "upload-period.value"))
    assert "it is for July to September 2025, and April to June 2025 is chosen" in said


def test_what_a_file_was_guessed_to_be_is_not_kept_for_the_next(client: FlaskClient, callbacks: dict[str, Any]) -> None:
    """Neither an agency and a period that a file said, nor a period where it did not say whose return it is."""
    header = b"period,quantity,category,value,symbol,note,extract_date\n"
    for first in (NEW, header + b"2024-25Q1,no-such-thing,total,1,,,\n"):
        answer = ask(
            client, callbacks, "upload-told.data", {"upload-file.data": file_of(first, "a.csv")}, "upload-file.data"
        )
        was = answer.get_json()["response"]
        given = {
            "upload-file.data": file_of(POLICE, "b.csv"),
            "upload-agency.value": was["upload-agency"]["value"],
            "upload-period.value": was["upload-period"]["value"],
            "upload-told.data": was["upload-told"]["data"],
        }
        now = ask(client, callbacks, "upload-told.data", given, "upload-file.data").get_json()["response"]
        assert (now["upload-agency"]["value"], now["upload-period"]["value"]) == ("police", "2025-26Q1")
    # What a person has chosen stays, and the file is held against it.
    given |= {"upload-agency.value": "health", "upload-told.data": now["upload-told"]["data"]}
    chosen = ask(client, callbacks, "upload-told.data", given, "upload-agency.value").get_json()["response"]
    given |= {
        "upload-told.data": chosen["upload-told"]["data"],
        "upload-period.value": chosen["upload-period"]["value"],
    }
    again = ask(client, callbacks, "upload-told.data", given, "upload-file.data")
    assert again.get_json()["response"]["upload-agency"]["value"] == "health"
    assert "does not match" in text_of(again)


def test_a_row_of_a_later_quarter_is_told_of(client: FlaskClient, callbacks: dict[str, Any]) -> None:
    lines = NEW.splitlines(keepends=True)
    mixed = b"".join([*lines[:-1], lines[-1].replace(b"2025-26Q2", b"2026-27Q2")])
    answer = ask(client, callbacks, "upload-told.data", {"upload-file.data": file_of(mixed)}, "upload-file.data")
    assert answer.get_json()["response"]["upload-period"]["value"] == "2025-26Q2"
    assert "The file holds more than one period" in text_of(answer)
    assert "July to September 2026 (2026-27Q2)" in text_of(answer)


@pytest.mark.parametrize(
    ("name", "start", "said"),
    [("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"), ("a.docx", b"PK\x03\x04", "no workbook")],
)
def test_a_file_of_any_ending_may_be_dropped_and_what_is_no_return_is_told(
    client: FlaskClient, callbacks: dict[str, Any], name: str, start: bytes, said: str
) -> None:
    assert '"accept"' not in json.dumps(page_of(client))
    given = {"upload-file.data": file_of(start + bytes(600), name)}
    answer = text_of(ask(client, callbacks, "upload-told.data", given, "upload-file.data"))
    assert said in answer
    assert "is-wrong" in answer


def test_links_keep_what_the_address_asks_for(client: FlaskClient, callbacks: dict[str, Any]) -> None:
    asked = {"address.search": "?area=hackney&framework=adults&agency=police&period=2025-26Q2"}
    said = text_of(checked(client, callbacks, file_of(NEW), **asked))
    hrefs = re.findall(r'(?:href=|"href": )\\?"(/[^"\\]*)', said.replace("&amp;", "&"))
    assert {href.split("?")[0] for href in hrefs} == {"/who", "/returns/rules"}
    assert all("?area=hackney&framework=adults" in href for href in hrefs)
    given = {"upload-agency.value": "police", **asked}
    form = text_of(ask(client, callbacks, "upload-told.data", given, "upload-agency.value"))
    assert "/download/template?area=hackney&framework=adults&agency=police" in form


def test_how_large_a_file_may_be_stands_in_one_place(client: FlaskClient) -> None:
    page = json.dumps(page_of(client), ensure_ascii=False)
    assert f'"data-largest": "{LARGEST_FILE}"' in page
    assert '"data-too-large": "{name} is larger than 10 MB' in page
    script = (ROOT / "dashboard" / "assets" / "upload.js").read_text(encoding="utf-8")
    assert not re.search(r"\b10\b|1024", script)


def page_of(client: FlaskClient) -> Any:
    return client.post(
        "/_dash-update-component",
        json={
            "output": "page.children",
            "outputs": {"id": "page", "property": "children"},
            "inputs": [
                {"id": "address", "property": "pathname", "value": "/returns/upload"},
                {"id": "address", "property": "search", "value": ""},
            ],
            "changedPropIds": ["address.pathname"],
        },
    ).get_json()


def test_every_fault_is_listed_and_nothing_is_kept(
    client: FlaskClient, callbacks: dict[str, Any], queries: Queries
) -> None:
    before = kept(queries)
    faulty = NEW.replace(b",total,,91,", b",total,,-91,").replace(b",total,,193,", b",total,,many,")
    said = text_of(checked(client, callbacks, file_of(faulty)))
    assert "2 errors to mend" in said
    assert "value-negative" in said
    assert "value-not-a-number" in said
    assert "upload-submit" not in said
    assert kept(queries) == before


def test_what_is_no_table_is_refused_in_one_sentence(client: FlaskClient, callbacks: dict[str, Any]) -> None:
    said = text_of(checked(client, callbacks, file_of(b"%PDF-1.7 \x00\x01", "return.csv")))
    assert "PDF" in said
    assert "is-wrong" in said


@pytest.mark.parametrize(
    "file",
    [
        {"name": "a.csv"},
        {"name": "a.csv", "content": 5},
        {"name": "", "content": ""},
        {"name": "a.csv", "content": "", "more": 1},
        ["a.csv"],
        {"name": "a" * 300, "content": ""},
        {"name": "a.csv", "content": "A" * (LARGEST_FILE * 4 // 3 + 100)},
    ],
    ids=["no content", "content is a number", "no name", "more", "a list", "long name", "too large"],
)
def test_a_file_that_no_page_sends_is_the_askers_mistake(
    client: FlaskClient, callbacks: dict[str, Any], file: object
) -> None:
    assert checked(client, callbacks, file).status_code == 400


def test_letters_that_are_no_file_are_refused_in_a_sentence(client: FlaskClient, callbacks: dict[str, Any]) -> None:
    assert "did not arrive whole" in text_of(checked(client, callbacks, {"name": "a.csv", "content": "?!"}))


@pytest.mark.parametrize("newest", [None, "1", {}, 1.5])
def test_a_submission_that_does_not_say_what_it_was_checked_against_is_refused(
    client: FlaskClient, callbacks: dict[str, Any], newest: object
) -> None:
    assert submitted(client, callbacks, file_of(NEW), newest, {}).status_code == 400


def test_nobody_submits_without_a_name(client: FlaskClient, callbacks: dict[str, Any], queries: Queries) -> None:
    before = kept(queries)
    assert "Say who is working first" in text_of(submitted(client, callbacks, file_of(NEW), 0, {}))
    assert kept(queries) == before


def test_the_preview_says_what_the_pages_would_show(client: FlaskClient, callbacks: dict[str, Any]) -> None:
    given = {
        "upload-checked.data": {"newest": 0}, "upload-file.data": file_of(NEW), "upload-agency.value": "police",
        "upload-period.value": "2025-26Q2",
    }  # fmt: skip
    said = text_of(ask(client, callbacks, "upload-preview-place.children", given, "upload-checked.data"))
    assert "What the pages would show" in said
    assert "Domestic abuse crimes" in said


def test_a_marked_copy_can_be_read_again(client: FlaskClient, callbacks: dict[str, Any]) -> None:
    faulty = NEW.replace(b",total,,91,", b",total,,-91,")
    given = {
        "upload-marked.n_clicks": 1, "upload-file.data": file_of(faulty), "upload-agency.value": "police",
        "upload-period.value": "2025-26Q2",
    }  # fmt: skip
    answer = ask(client, callbacks, "upload-marked-file.data", given, "upload-marked.n_clicks")
    data = answer.get_json()["response"]["upload-marked-file"]["data"]
    assert data["filename"] == "police-checked.xlsx"
    again = read_return_bytes("copy.xlsx", base64.b64decode(data["content"]))
    assert len(again.cells) == len(read_return_bytes("a.csv", faulty).cells)


@pytest.mark.parametrize(
    ("form", "start"), [("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfarea,period")], ids=["workbook", "table"]
)
def test_the_empty_form_can_be_downloaded(client: FlaskClient, form: str, start: bytes) -> None:
    answer = client.get(f"/download/template?agency=police&period=2025-26Q2&form={form}")
    assert answer.status_code == 200
    assert answer.data.startswith(start)
    assert f"police-2025-26Q2.{form}" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "asked",
    ["", "agency=nobody&period=2025-26Q2", "agency=police&period=soon", "agency=police&period=2025-26Q2&form=pdf"],
)
def test_a_form_that_there_is_not_is_said_in_a_sentence(client: FlaskClient, asked: str) -> None:
    answer = client.get(f"/download/template?{asked}")
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


# The last, since it changes the database.
def test_a_return_is_submitted_once_and_whoever_was_slower_is_told(
    client: FlaskClient, callbacks: dict[str, Any], queries: Queries
) -> None:
    client.post("/who", data={"name": "Analyst A", "next": "/"})
    asked = text_of(checked(client, callbacks, file_of(NEW)))
    assert "Explain what you did not mend" in asked
    without = text_of(submitted(client, callbacks, file_of(NEW), 0, {}))
    assert "explanation" in without
    words = {explain_key("same-as-last-period"): "It is the demonstration's file."}
    done = text_of(submitted(client, callbacks, file_of(NEW), 0, words))
    assert "Version 1 of Police, July to September 2025 waits to be accepted." in done
    other = file_of(NEW.replace(b",total,,91,", b",total,,90,"))
    slower = text_of(submitted(client, callbacks, other, 0, words))
    assert "was submitted by Analyst A" in slower
    again = text_of(submitted(client, callbacks, file_of(NEW), 1, words))
    assert "It is there already" in again
    assert "This very file is version 1 already" in text_of(checked(client, callbacks, file_of(NEW)))
    with reading(queries.engine) as connection:
        assert len(submissions(connection, Context(), "police", "2025-26Q2")) == 1


def test_many_files_at_once_wait_their_turn_and_nobody_waits_for_long(
    client: FlaskClient, callbacks: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "LONGEST_WAIT", 0.05)
    busy = "Other files are being checked. Try again in a moment."
    with ExitStack() as others:
        for _ in range(2):
            others.enter_context(upload._in_turn())
        assert busy in text_of(checked(client, callbacks, file_of(NEW)))
    assert busy not in text_of(checked(client, callbacks, file_of(NEW)))
    monkeypatch.setattr(upload, "IN_LINE", BoundedSemaphore(1))
    with upload._in_turn():
        assert busy in text_of(checked(client, callbacks, file_of(NEW)))
