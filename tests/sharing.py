"""What the processes of one run (`-n 2`) share, so that each thing that takes long is made once."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS_TO_WAIT = 280
"""For another process to make what is shared: less than a test may take."""


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let one process in at a time.

    The lock is SQLite's own on a file: every system has it, and lets go of it when whoever held it dies.

    Args:
        lock: the file; made where it is not there.
    """
    connection = sqlite3.connect(lock, timeout=SECONDS_TO_WAIT, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()
