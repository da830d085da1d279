import json
import logging
import platform
from collections.abc import Iterator
from typing import Any

import pytest
from dash import html
from flask.testing import FlaskClient
from plotly.utils import PlotlyJSONEncoder

from dashboard.app import create_app
from dashboard.pages import all_pages, disputes
from dashboard.queries import Queries
from dashboard.settings import Settings
from dashboard.shell import Body, Page, Shell, Visit
from etl.load import store
from etl.load.engine import open_engine, writing
from etl.load.migrate import upgrade
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import WrongUseError


@pytest.fixture
def queries(sqlite_url: str) -> Iterator[Queries]:
    engine = open_engine(sqlite_url)
    upgrade(engine)
    with writing(engine) as connection:
        store.ensure_partnership(
            connection, Context().partnership, "Partnership", "stoke-on-trent", demonstration=False
        )
    yield Queries(engine, default_catalogue())
    engine.dispose()


@pytest.fixture
def client(queries: Queries) -> FlaskClient:
    made: FlaskClient = create_app(Settings(), queries).server.test_client()
    return made


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/healthz", "/assets/style.css", "/_dash-layout"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts
    assert "'sha256-" in scripts
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_page_is_in_british_english_and_names_no_other_host_and_no_version(client: FlaskClient) -> None:
    text = client.get("/").get_data(as_text=True)
    assert '<html lang="en-GB">' in text
    assert "http://" not in text
    assert "https://" not in text
    assert "dash-version" not in text
    assert platform.python_version() not in text


def test_the_status_says_whether_there_is_a_page(client: FlaskClient) -> None:
    parts = {
        "<measure>": "referrals",
        "<priority>": "neglect",
        "<agency>": "childrens-social-care",
        "<period>": "2025-26Q2",
    }
    for page in all_pages():
        path = page.path
        for part, value in parts.items():
            path = path.replace(part, value)
        assert client.get(path).status_code == 200, path
    assert client.get("/no-such-page").status_code == 404
    for unknown in ("/measure/nonsense", "/priority/nonsense", "/agency/nonsense"):
        assert client.get(unknown).status_code == 404
        assert "is no " in drawn(client, unknown)
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8050", "127.0.0.1:8050", "[::1]:8050", "10.1.2.3"])
def test_the_machine_s_own_names_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/download/indicators", "/healthz"])
def test_a_name_that_another_site_points_here_is_refused(client: FlaskClient, path: str) -> None:
    """Else its pages could read ours with the browser of whoever visits both."""
    answer = client.get(path, headers={"Host": "elsewhere.example:8050"})
    assert answer.status_code == 400
    assert "SAFEGUARDING_HOSTS" in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_further_names_are_settings(queries: Queries) -> None:
    settings = Settings(SAFEGUARDING_HOSTS="figures.example, .council.example", host="::")
    named: FlaskClient = create_app(settings, queries).server.test_client()
    for host, status in (
        ("figures.example", 200),
        ("safeguarding.council.example:443", 200),
        ("localhost", 200),
        ("[::1]:8050", 200),
        ("other.example", 400),
        ("figures.example.other", 400),
        ("council.example", 400),
        ("[::1", 400),
        ("other.example@localhost", 400),
        ("localhost/other", 400),
        ("[::1%25other.example]", 400),
        ("", 400),
    ):
        assert named.get("/healthz", headers={"Host": host}).status_code == status, host


def test_the_application_is_warm_before_its_first_visitor(queries: Queries) -> None:
    app = create_app(Settings(), queries)
    assert app.callback_map


def test_a_request_that_is_too_large_is_refused_unread(client: FlaskClient) -> None:
    too_much = b"x" * (17 * 2**20)
    assert client.post("/_dash-update-component", data=too_much, content_type="application/json").status_code == 413


@pytest.mark.parametrize(
    "path",
    ["/_dash-component-suites/../x", "/_dash-component-suites/dash/x.js", "/download/nothing", "/download/", "/_x"],
)
def test_a_file_that_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_number_that_no_agency_gave_is_no_form_of_ours() -> None:
    with pytest.raises(WrongUseError, match="no form of the dashboard’s own"):
        disputes._asked({"place": [], "seen": {"police": 10**400}, "instead_of": 0})


def test_two_applications_in_one_process_keep_to_their_own_figures(queries: Queries) -> None:
    other = Context(partnership="another")
    first, second = create_app(Settings(), queries), create_app(Settings(), queries, other)
    assert "No partnership “another”" in drawn(second.server.test_client())
    assert "No partnership" not in drawn(first.server.test_client())


@pytest.mark.parametrize(
    "nonsense",
    [
        "x",
        "null",
        "[]",
        "{}",
        '{"output": "nope", "outputs": {}, "inputs": []}',
        '{"output": "page.children", "outputs": {}, "inputs": []}',
        '{"output": "page.children", "outputs": {}, "inputs": [{"id": "address"}, {"id": "address"}]}',
        '{"output": "page.children", "outputs": {}, "inputs": [{"id": "address", "property": "pathname", "value": 5},'
        ' {"id": "address", "property": "search", "value": ""}]}',
        '{"output": 5, "inputs": 5}',
        '{"output": "drawn.data", "outputs": {"id": "drawn", "property": "data"},'
        ' "inputs": [{"id": "page", "property": "children", "value": "x"}], "changedPropIds": ["page.children"]}',
        '{"output": "page.children", "outputs": {"id": "page", "property": "children"}, "inputs": [{"id": "address",'
        ' "property": "pathname", "value": "/\\ud800"}, {"id": "address", "property": "search", "value": ""}]}',
        "[" * 100_000,
    ],
)
def test_a_request_that_no_page_sends_is_the_askers_mistake(client: FlaskClient, nonsense: str) -> None:
    answer = client.post("/_dash-update-component", data=nonsense, content_type="application/json")
    assert answer.status_code == 400


def test_a_switch_between_frameworks_is_there_where_there_are_several(queries: Queries) -> None:
    children = queries.catalogue.frameworks["children"]
    alone = queries.catalogue.model_copy(update={"frameworks": {"children": children}})
    two = queries.catalogue.model_copy(
        update={"frameworks": {"children": children, "adults": children.model_copy(update={"id": "adults"})}}
    )
    seen: list[Visit] = []

    def draw(visit: Visit) -> Body:
        seen.append(visit)
        return Body("Tried", [html.H1(visit.context.framework)])

    pages = (Page("tried", "/tried", draw),)
    assert "Whose measures" not in said(Shell(Queries(queries.engine, alone), Context(), pages).at("/tried", ""))
    both = Shell(Queries(queries.engine, two), Context(), pages)
    assert "/?framework=adults" in said(both.at("/tried", ""))
    said(both.at("/tried", "?framework=adults&area=hackney"))
    assert seen[-1].context.framework == "adults"
    assert seen[-1].link("/catalogue") == "/catalogue?area=hackney&framework=adults"
    assert "“pets” is no framework" in said(both.at("/tried", "?framework=pets"))


def drawn(client: FlaskClient, path: str = "/", search: str = "") -> str:
    asked = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "address", "property": "pathname", "value": path},
            {"id": "address", "property": "search", "value": search},
        ],
        "changedPropIds": ["address.pathname"],
    }
    return json.dumps(client.post("/_dash-update-component", json=asked).get_json(), ensure_ascii=False)


# -------------------------------------------------------------------------------------------------- the shell alone


def shell(queries: Queries, draw: Any) -> Shell:
    return Shell(queries, Context(), (Page("tried", "/tried/<thing>", draw),))


def test_a_page_gets_the_parts_of_its_path_and_its_query(queries: Queries) -> None:
    seen: list[Visit] = []

    def draw(visit: Visit) -> Body:
        seen.append(visit)
        return Body("Tried", [html.H1("Tried")])

    shell(queries, draw).at("/tried/a%20b/", "?area=hackney&x=1&thing=no")
    (visit,) = seen
    assert visit.query == {"thing": "a b", "area": "hackney", "x": "1"}
    assert visit.area.id == "hackney"
    assert visit.link("/", outcome="outcome-1", agency="") == "/?area=hackney&outcome=outcome-1"


def test_a_choice_is_checked(queries: Queries) -> None:
    def draw(visit: Visit) -> Body:
        return Body(visit.choice("basis", {"year": "Year", "quarter": "Quarter"}, "year"), [])

    tried = shell(queries, draw)
    assert "quarter –" in said(tried.at("/tried/x", "?basis=quarter"))
    assert "year –" in said(tried.at("/tried/x", None))
    assert "basis=month" in said(tried.at("/tried/x", "?basis=month"))


def test_a_mistake_of_the_reader_is_a_sentence(queries: Queries) -> None:
    def draw(visit: Visit) -> Body:
        raise WrongUseError("Choose again.")

    assert "Choose again." in said(shell(queries, draw).at("/tried/x", ""))


def test_a_fault_of_ours_is_an_apology_with_a_reference_that_is_in_the_log(
    queries: Queries, caplog: pytest.LogCaptureFixture
) -> None:
    def draw(visit: Visit) -> Body:
        raise ZeroDivisionError("secret details")

    with caplog.at_level(logging.ERROR):
        text = said(shell(queries, draw).at("/tried/x", ""))
    assert "Something went wrong" in text
    assert "secret details" not in text
    reference = caplog.records[0].getMessage().rsplit(" ", 1)[-1]
    assert reference in text


@pytest.mark.parametrize("query", ["?area=atlantis", "?area=england"])
def test_an_area_that_is_no_authority_is_said_and_the_picker_stays(queries: Queries, query: str) -> None:
    text = said(shell(queries, lambda visit: Body("", [])).at("/tried/x", query))
    assert "This cannot be shown" in text
    assert "Westmorland and Furness" in text


def test_a_path_without_a_page_says_so(queries: Queries) -> None:
    assert "There is no page here" in said(shell(queries, lambda visit: Body("", [])).at("/elsewhere", ""))


def said(page: html.Div) -> str:
    return json.dumps(page, cls=PlotlyJSONEncoder, ensure_ascii=False)
