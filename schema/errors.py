"""Errors that a person can mend: one sentence with its remedy, no traceback, an exit status of their own."""

from collections.abc import Sequence
from typing import ClassVar

from schema.findings import Finding


class MendableError(Exception):
    """Something that whoever gave the input can put right. The message says where, what and how to mend it."""

    exit_status: ClassVar[int] = 1


class WrongUseError(MendableError):
    """The command or link was wrong (an unknown agency, area, measure or period), not the data."""

    exit_status: ClassVar[int] = 2


class SchemaError(MendableError):
    """A YAML file of `schema/` is wrong. The message names file, line and remedy."""

    exit_status: ClassVar[int] = 2


class FileRefusedError(MendableError):
    """A file cannot be loaded. Nothing was changed. `findings` has every fault where there is more than one."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class DatabaseNotReadyError(MendableError):
    """The database is missing, empty, or older than this version of the product."""

    exit_status: ClassVar[int] = 2
