from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from dashboard import identity
from dashboard.app import create_app
from dashboard.queries import Queries
from dashboard.settings import Settings
from etl.load import store
from etl.load.engine import open_engine, writing
from etl.load.migrate import upgrade
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import WrongUseError
from tests.dashboard.test_app import drawn


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


def test_a_visitor_says_who_is_working_and_every_page_shows_it(client: FlaskClient) -> None:
    assert "Say who is working" in drawn(client)
    answer = client.post("/who", data={"name": "  Performance   officer ", "next": "/returns?area=hackney"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/returns?area=hackney")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert "Working as Performance officer" in drawn(client)
    assert client.post("/who", data={"leave": "yes"}).status_code == 303
    assert "Say who is working" in drawn(client)


def test_the_cookie_of_an_encrypted_connection_stays_on_one(client: FlaskClient) -> None:
    answer = client.post("/who", data={"name": "A"}, base_url="https://localhost")
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\u200bb", "a\x00b"])
def test_what_is_no_name_is_asked_for_again(client: FlaskClient, name: str) -> None:
    answer = client.post("/who", data={"name": name, "next": "/catalogue"})
    assert answer.headers["Location"] == "/who?next=%2Fcatalogue&wrong=name"
    assert "1 to 80 printable characters" in drawn(client, "/who", "?next=%2Fcatalogue&wrong=name")
    assert "Say who is working" in drawn(client)


@pytest.mark.parametrize(
    "asked",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x", "", "/\tx", "///a", "/%0a//x\n"],
)
def test_the_way_back_never_leaves_the_dashboard(client: FlaskClient, asked: str) -> None:
    assert client.post("/who", data={"name": "A", "next": asked}).headers["Location"] == "/returns"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://localhost:81"}, 403),
        ({}, 303),
    ],
)
def test_what_another_site_posts_is_refused(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/who", data={"name": "A"}, headers=headers).status_code == status


def test_another_sites_callback_is_refused_as_well(client: FlaskClient) -> None:
    answer = client.post("/_dash-update-component", json={}, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403


def test_a_forged_cookie_says_nobody(client: FlaskClient) -> None:
    client.set_cookie("safeguarding", "eyJ3aG8iOiJBIn0.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert "Say who is working" in drawn(client)


def test_a_sign_in_service_says_who_is_there_and_nobody_else_can(queries: Queries) -> None:
    settings = Settings(SAFEGUARDING_USER_HEADER="X-User")
    client = create_app(settings, queries).server.test_client()
    assert client.post("/who", data={"name": "A"}).headers["Location"] == "/who"
    assert "Not signed in" in drawn(client)
    client.environ_base["HTTP_X_USER"] = "Zoë".encode().decode("latin-1")
    assert "Working as Zoë" in drawn(client)
    assert "Your sign-in service says that you are Zoë." in drawn(client, "/who")


def test_who_acts_is_named_in_the_context(queries: Queries) -> None:
    server = create_app(Settings(), queries).server
    context = Context()
    assert identity.viewer() == ""
    with server.test_request_context("/"), pytest.raises(WrongUseError, match="Say who is working first"):
        identity.acting_context(context)
    with server.test_request_context("/") as request:
        request.session["who"] = "An analyst"
        assert identity.acting_context(context) == context.model_copy(update={"viewer": "An analyst"})
        with pytest.raises(WrongUseError, match="looking back"):
            identity.acting_context(context.at(datetime(2025, 1, 1, tzinfo=UTC)))


def test_a_service_that_says_nothing_is_named(queries: Queries) -> None:
    server = create_app(Settings(SAFEGUARDING_USER_HEADER="X-User"), queries).server
    with server.test_request_context("/"), pytest.raises(WrongUseError, match="sign-in service has not said"):
        identity.acting_context(Context())
