"""Serves the pages with waitress, on any operating system."""

import socket

from rich.console import Console
from waitress import serve as serve_with_waitress

from dashboard.app import create_app
from dashboard.queries import Queries
from dashboard.settings import Settings
from etl.computing import require_current
from etl.load.engine import open_engine
from etl.load.migrate import require_ready
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import WrongUseError

THREADS = 8


def serve(console: Console) -> None:
    """Serve until stopped, having said where and what to try first.

    Raises:
        DatabaseNotReadyError: there is no database to show.
        WrongUseError: the address is taken.
    """
    settings = Settings()
    engine = open_engine(settings.database_url)
    try:
        require_ready(engine)
        require_current(engine, default_catalogue(), Context())
    finally:
        engine.dispose()
    _require_free(settings.host, settings.port)
    console.print("Preparing the figures …", markup=False)
    queries = Queries(open_engine(settings.database_url), default_catalogue())
    queries.compared_all(Context())  # so that the first visitor does not wait for it
    app = create_app(settings, queries)
    address = f"http://{settings.host}:{settings.port}"
    console.print(
        f"The dashboard is at {address}  (Ctrl+C stops it)\n"
        "Try first:\n"
        f"  {address}/                          what is newest, measure by measure\n"
        f"  {address}/measure/repeat-referrals  one measure: trend, all authorities, where it came from\n"
        f"  {address}/?area=walsall             the same pages for any other authority",
        markup=False,
    )
    serve_with_waitress(app.server, host=settings.host, port=settings.port, threads=THREADS, ident=None)


def _require_free(host: str, port: int) -> None:
    """Say in a sentence what a traceback would say in thirty lines."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise WrongUseError(
                f"Nothing can be served on {host}:{port} ({error.strerror}). Set HOST and PORT, for example PORT=8051."
            ) from error
