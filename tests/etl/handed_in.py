"""Hands a return in as two people do: one submits it, another accepts it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from sqlalchemy.engine import Engine

from etl.submissions import Accepted, ReturnFile, Submitted, accept_return, check_file, submit_return
from schema.catalogue import Catalogue
from schema.context import Context
from schema.periods import Period

SENDER, READER = Context(viewer="the sender"), Context(viewer="the reader")


def submit(
    engine: Engine,
    catalogue: Catalogue,
    path: Path,
    agency: str,
    period: Period,
    today: date,
    explanations: Mapping[str, str] | None = None,
) -> Submitted:
    """Check and submit a return. Every warning is explained in the same words where nothing else is given."""
    checked = check_file(engine, SENDER, catalogue, ReturnFile.at(path, agency, period), today)
    words = {finding.rule: "It is so." for finding in checked.to_explain} if explanations is None else explanations
    return submit_return(engine, SENDER, catalogue, checked, words)


def hand_in(engine: Engine, catalogue: Catalogue, path: Path, agency: str, period: Period, today: date) -> Accepted:
    """Check, submit and accept a return."""
    submitted = submit(engine, catalogue, path, agency, period, today)
    return accept_return(engine, READER, catalogue, agency, period, submitted.version.version)
