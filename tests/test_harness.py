"""What all who take the repository rely on: pinned versions, nobody's own addresses, a check that can be run."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# Put together here, so that this file does not hold what it looks for.
REGISTRY_HOSTS = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "deb.debian" + ".org"]
# A folder straight under the root where people and machines keep checkouts: no address of a web page matches.
OWN_FOLDERS = [rf"(?<![\w.~-])/{folder}/\w" for folder in ("wo" + "rk", "ro" + "ot", "opt/py" + "pi")]
FORBIDDEN = re.compile("|".join([*map(re.escape, REGISTRY_HOSTS), *OWN_FOLDERS]))


def pins() -> dict[str, str]:
    """Return the versions in constraints.txt by canonical name, having checked that it holds nothing else."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if not line.startswith("#")]
    found: dict[str, str] = {}
    for entry in entries:
        matched = re.fullmatch(r"([\w.-]+)==([\w.]+)", entry)
        assert matched, f"constraints.txt: {entry!r} is not name==version"
        found[canonicalize_name(matched[1])] = matched[2]
    assert len(found) == len(entries), "constraints.txt pins something twice"
    return found


def requirements() -> list[Requirement]:
    """Return all that pyproject.toml asks for: to build, to run, each extra, to develop."""
    project = PROJECT["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    groups = [line for group in PROJECT["dependency-groups"].values() for line in group]
    everything = [*PROJECT["build-system"]["requires"], *project["dependencies"], *extras, *groups]
    return [Requirement(line) for line in everything]


def repository_files() -> list[Path]:
    """Return the files that are, or would be, committed."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("requirement", requirements(), ids=lambda requirement: requirement.name)
def test_everything_asked_for_is_pinned_to_a_version_that_suits(requirement: Requirement) -> None:
    pinned = pins().get(canonicalize_name(requirement.name))
    assert pinned is not None, f"{requirement.name} is not in constraints.txt: say `make constraints`"
    assert Version(pinned) in requirement.specifier


def test_no_file_names_a_registry_or_somebodys_machine() -> None:
    found = []
    for path in repository_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, a workbook
        found += [
            f"{path.relative_to(ROOT).as_posix()}:{number} {hit[0]}"
            for number, line in enumerate(text.splitlines(), start=1)
            if (hit := FORBIDDEN.search(line))
        ]
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    ("text", "is_forbidden"),
    [
        ("https://" + REGISTRY_HOSTS[0] + "/simple", True),
        ("open('/wo" + "rk/main/x.csv')", True),
        ("#!/ro" + "ot/bin/python", True),
        ("https://www.example.gov.uk/work/pensions", False),
        ("docs/work/notes.md, and/or /work", False),
    ],
)
def test_the_search_for_addresses_finds_them(text: str, is_forbidden: bool) -> None:
    assert bool(FORBIDDEN.search(text)) == is_forbidden


@pytest.mark.skipif(os.name == "nt", reason="Windows files have no such permission")
def test_the_continuous_check_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
