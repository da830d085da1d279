"""The arrows of the house run one way – dashboard to etl to schema – and each kind of work keeps to its room.

`faults` reads one file's syntax tree, so it sees an import wherever it stands, and needs nothing to be importable.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import pytest

from tests.conftest import ROOT

ROOMS = ("schema", "etl", "dashboard")
PURE = ("etl/transform", "dashboard/charts", "dashboard/components")
DATABASE = ("sqlalchemy", "schema.tables", "etl.load", "dashboard.queries", "dashboard.commands", "dashboard.database")
MAY_USE_SQLALCHEMY = ("dashboard/queries", "dashboard/commands", "dashboard/database")
COMMAND_LINE = ("dashboard/cli",)
SLOW_TO_LOAD = ("dash", "dash_mantine_components", "plotly", "dashboard.pages")
GRAPH_FACTORY = "dashboard/charts/graph.py"


@dataclass(frozen=True)
class Import:
    """One name that a file imports, in full: `from etl import load` is "etl.load"."""

    name: str
    line: int
    when_loaded: bool
    """Whether it happens as soon as the file is imported, rather than when a function runs or never."""


# ------------------------------------------------------------------------------------------------- the check


def faults(path: PurePosixPath, source: str) -> list[str]:
    """Return a sentence for each arrow that a file of the house turns round; none is as it should be.

    Args:
        path: where the file lies, from the top of the repository.
        source: its text.
    """
    tree = ast.parse(source, filename=str(path))
    found = [
        f"{path}:{used.line} imports {used.name}: {reason}"
        for used in imports(path, tree)
        for reason in objections(path, used)
    ]
    if str(path) != GRAPH_FACTORY:
        found += [f"{path}:{line} makes a bare graph: {GRAPH_FACTORY} alone does" for line in bare_graphs(tree)]
    return found


def objections(path: PurePosixPath, used: Import) -> Iterator[str]:
    """Yield why this file may not import this name."""
    room = path.parts[0]
    if room == "schema" and within(used.name, "etl", "dashboard"):
        yield "schema knows nothing of the other two"
    if room == "etl" and within(used.name, "dashboard"):
        yield "nothing imports the dashboard"
    if room in ROOMS and within(used.name, "app"):
        yield "app.py serves the house and is no part of it"
    if is_under(path, PURE) and within(used.name, *DATABASE):
        yield "this is pure work, frames in and frames or figures out, with no database"
    elif room == "dashboard" and not is_under(path, MAY_USE_SQLALCHEMY) and within(used.name, "sqlalchemy"):
        yield f"in the dashboard only {', '.join(MAY_USE_SQLALCHEMY)} talk to the database"
    if is_under(path, COMMAND_LINE) and used.when_loaded and within(used.name, *SLOW_TO_LOAD):
        yield "a command imports what it needs when it runs, so that the others start at once"


def imports(path: PurePosixPath, tree: ast.AST, *, when_loaded: bool = True) -> Iterator[Import]:
    """Yield every import in a syntax tree, those inside functions too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, when_loaded) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            whole = [*path.parts[: len(path.parts) - node.level]] if node.level else []
            whole += [node.module] if node.module else []
            yield from (Import(".".join([*whole, alias.name]), node.lineno, when_loaded) for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for part in (*node.body, *node.orelse):
                yield from imports(path, ast.Module([part], []), when_loaded=when_loaded and part in node.orelse)
        else:
            deferred = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from imports(path, node, when_loaded=when_loaded and not deferred)


def bare_graphs(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that name Dash's own Graph, however it is reached."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="Graph", value=ast.Name(id="dcc") | ast.Attribute(attr="dcc")):
                yield node.lineno
            case ast.ImportFrom(module="dash.dcc" | "dash.dcc.Graph", names=names):
                yield from (node.lineno for alias in names if alias.name in {"Graph", "*"})
            case _:
                pass


def within(name: str, *packages: str) -> bool:
    """Tell whether a dotted name is one of these packages or lies inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def is_under(path: PurePosixPath, folders: tuple[str, ...]) -> bool:
    """Tell whether a file lies in one of these folders, or is the module of that name."""
    return any(path.is_relative_to(folder) or str(path) == f"{folder}.py" for folder in folders)


# ------------------------------------------------------------------------------------------------- the tests


def test_every_arrow_of_the_house_runs_the_right_way() -> None:
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    found = [
        fault
        for file in files
        for fault in faults(PurePosixPath(file.relative_to(ROOT).as_posix()), file.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("schema/measures.py", "import etl.pipeline"),
        ("schema/measures.py", "from dashboard import queries"),
        ("etl/pipeline.py", "from dashboard.queries import figures"),
        ("etl/pipeline.py", "def run():\n    import dashboard"),
        ("etl/pipeline.py", "import app"),
        ("etl/transform/figures.py", "import sqlalchemy as sa"),
        ("etl/transform/figures.py", "from sqlalchemy.orm import Session"),
        ("etl/transform/figures.py", "from schema import tables"),
        ("etl/transform/figures.py", "from ..load import rows"),
        ("etl/transform/figures.py", "from .. import load"),
        ("etl/transform.py", "import schema.tables"),
        ("dashboard/charts/line.py", "from dashboard.queries import figures"),
        ("dashboard/charts/line.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sqlalchemy"),
        ("dashboard/components/card.py", "from dashboard import commands"),
        ("dashboard/components/card.py", "from ..database import engine"),
        ("dashboard/pages/home.py", "from sqlalchemy import select"),
        ("dashboard/cli/__init__.py", "import dash"),
        ("dashboard/cli/returns.py", "try:\n    from plotly import io\nexcept ImportError:\n    pass"),
        ("dashboard/cli/returns.py", "from dashboard import pages"),
        ("dashboard/cli/returns.py", "class Command:\n    import dash_mantine_components"),
        ("dashboard/pages/home.py", "from dash import dcc\nx = dcc.Graph()"),
        ("dashboard/pages/home.py", "import dash\nx = dash.dcc.Graph()"),
        ("dashboard/pages/home.py", "from dash.dcc import Graph"),
    ],
)
def test_a_turned_arrow_is_found(path: str, source: str) -> None:
    assert len(faults(PurePosixPath(path), source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("schema/tables.py", "import sqlalchemy"),
        ("etl/load/rows.py", "from schema.tables import Figure\nimport sqlalchemy"),
        ("etl/transform/figures.py", "from schema.measures import Measure\nimport etl.loading"),
        ("etl/pipeline.py", "import dashboards, apparatus"),
        ("dashboard/queries/figures.py", "import sqlalchemy\nfrom etl.transform import figures"),
        ("dashboard/pages/home.py", "from dashboard import queries, commands\nfrom ..charts.graph import graph"),
        ("dashboard/cli/returns.py", "def serve():\n    import dash\n    from dashboard import pages"),
        ("dashboard/cli/returns.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import dash"),
        ("dashboard/charts/graph.py", "from dash import dcc\nx = dcc.Graph()"),
        ("dashboard/pages/home.py", '"""Never dcc.Graph here."""\nclass Graph: ...\nx = Graph()'),
    ],
)
def test_an_arrow_that_runs_the_right_way_is_left_alone(path: str, source: str) -> None:
    assert faults(PurePosixPath(path), source) == []


def test_the_command_line_starts_without_dash() -> None:
    """What the check above cannot see: an import of an import that brings Dash in after all."""
    program = f"import sys, dashboard.cli; print([name for name in {SLOW_TO_LOAD} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
