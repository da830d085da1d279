"""Make what the product and its tests need: the environment in `.venv`, its pinned versions, a browser.

    python3 tools/bootstrap.py env            .venv with what the product needs to run
    python3 tools/bootstrap.py env --dev      … and with what its tests need
    python3 tools/bootstrap.py browser        a Chromium for the browser tests
    python3 tools/bootstrap.py constraints    constraints.txt anew, with the newest versions that suit

Standard library only, because it runs before anything is installed, on Linux, macOS and Windows alike; and in words
that a much older Python can parse, so that it gets as far as saying that it is too old.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 – the one file that an older Python gets to read
    sys.exit(
        f"The safeguarding dashboard needs Python 3.11 or newer and this is Python {sys.version_info[0]}."
        f"{sys.version_info[1]}: name a newer one, for example `make run PYTHON=python3.12`."
    )

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "constraints.txt"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "installed.json"

# One environment serves both engines: the driver is a small wheel, and a DATABASE_URL that turns up later then
# needs nothing installed.
RUNTIME = ["--editable", ".[postgres]"]
DEVELOPMENT = [*RUNTIME, "--group", "dev"]

# What only a Windows machine installs, and what builds the package: they are pinned too, and a resolution on Linux
# would never meet them.
ALSO_PINNED = ["colorama", "tzdata", "hatchling", "editables"]

CONSTRAINTS_HEADER = """\
# The exact version of everything that is installed, for running and for developing.
# Written by `make constraints` on Python 3.11, the oldest that is supported, so that each suits the newer ones too.
"""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSERS_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
NO_BROWSER = (
    "The browser tests need Chromium or Google Chrome and none was found; installing Debian's takes root or sudo. "
    "Either install one (`apt-get install chromium` as root, or Google Chrome from its makers), or set CHROMIUM_PATH "
    "to the program of one that you already have. They never run without it."
)
NO_VENV = (
    "This Python cannot make a virtual environment because its ensurepip is missing, and installing it takes root or "
    "sudo. Either run `apt-get install {package}` as root, or name another Python 3.11 or newer with PYTHON=…"
)


class CannotGoOnError(Exception):
    """Something that the person at the keyboard can mend; its text says how."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one of the commands above; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("env").add_argument("--dev", action="store_true")
    commands.add_parser("browser")
    commands.add_parser("constraints")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "env":
            make_environment(dev=chosen.dev)
        elif chosen.command == "browser":
            make_browser()
        else:
            write_constraints()
    except CannotGoOnError as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        # The program has already said on the terminal what was wrong.
        print(f"Stopped: {Path(str(problem.cmd[0])).name} ended with status {problem.returncode}.", file=sys.stderr)
        return 1
    return 0


# ------------------------------------------------------------------------------------------------ environment


def make_environment(*, dev: bool) -> None:
    """Make `.venv`, or bring it up to date; do nothing when what is asked for is already there."""
    wanted = fingerprint()
    kinds_installed = read_stamp(wanted)
    if "dev" in kinds_installed or (not dev and "runtime" in kinds_installed):
        return
    print(f"Installing into {VENV.name}, which takes a minute the first time …", flush=True)
    if not python_of(VENV).exists() or stamped_python() != this_python():
        make_venv(VENV)
    pip(VENV, "install", "--upgrade", "--constraint", str(CONSTRAINTS), "pip")
    pip(
        VENV,
        "install",
        "--constraint",
        str(CONSTRAINTS),
        "--build-constraint",
        str(CONSTRAINTS),
        *(DEVELOPMENT if dev else RUNTIME),
    )
    stamp = {"fingerprint": wanted, "python": this_python(), "kinds": ["runtime", *(["dev"] if dev else [])]}
    STAMP.write_text(json.dumps(stamp), encoding="utf-8")


def this_python() -> str:
    """Say which Python, and where the checkout lies: an environment outlives neither's moving."""
    return f"{sys.version} {sys.base_prefix} {ROOT}"


def fingerprint() -> str:
    """Return a digest of all that decides what is installed."""
    digest = hashlib.sha256(this_python().encode())
    for path in (PROJECT, CONSTRAINTS, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp_contents() -> dict[str, object]:
    """Read the stamp; an unreadable one counts as none, since installing again mends it."""
    try:
        contents = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return contents if isinstance(contents, dict) else {}


def stamped_python() -> object:
    """Return the `this_python` for which `.venv` was made."""
    return stamp_contents().get("python")


def read_stamp(wanted: str) -> list[str]:
    """Return which kinds of environment ("runtime", "dev") are installed as `wanted` describes."""
    contents = stamp_contents()
    kinds = contents.get("kinds")
    return [str(kind) for kind in kinds] if isinstance(kinds, list) and contents.get("fingerprint") == wanted else []


def make_venv(folder: Path) -> None:
    """Make an empty virtual environment, installing Debian's missing half of `venv` first where that is possible."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = f"python3.{sys.version_info.minor}-venv"
        if not apt_install([package]):
            raise CannotGoOnError(NO_VENV.format(package=package))
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)


def python_of(venv: Path) -> Path:
    """Return the Python inside a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pip(venv: Path, *arguments: str) -> None:
    """Run pip inside a virtual environment, from the checkout, speaking only when something is wrong."""
    command = [str(python_of(venv)), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, cwd=ROOT)


# ------------------------------------------------------------------------------------------------ constraints


def write_constraints() -> None:
    """Resolve everything afresh in a throw-away environment, and write down what it chose."""
    if sys.version_info[:2] != (3, 11):
        raise CannotGoOnError(
            "The versions are chosen on Python 3.11, the oldest supported, so that they suit every newer one: "
            "`make constraints PYTHON=python3.11`."
        )
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = ",".join(project["optional-dependencies"])
    with tempfile.TemporaryDirectory() as folder:
        venv = Path(folder) / "venv"
        make_venv(venv)
        pip(venv, "install", "--upgrade", "pip")
        # Python 3.11 puts an old one there, which nothing asks for.
        pip(venv, "uninstall", "--yes", "setuptools")
        pip(venv, "install", "--editable", f".[{extras}]", "--group", "dev", *ALSO_PINNED)
        listing = subprocess.run(
            [str(python_of(venv)), "-m", "pip", "--disable-pip-version-check", "list", "--format", "json"],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
        ).stdout
    pins = [f"{item['name']}=={item['version']}" for item in json.loads(listing) if item["name"] != project["name"]]
    CONSTRAINTS.write_text(
        CONSTRAINTS_HEADER + "\n".join(sorted(pins, key=str.lower)) + "\n", encoding="utf-8", newline="\n"
    )
    print(f"{CONSTRAINTS.name}: {len(pins)} versions")


# ---------------------------------------------------------------------------------------------------- browser


def find_browser() -> str | None:
    """Return the path of a Chromium or Chrome: CHROMIUM_PATH, else the first on the PATH or where makers put it.

    Raises:
        CannotGoOnError: CHROMIUM_PATH names something that is not there.
    """
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        found = shutil.which(named)
        if found is None:
            raise CannotGoOnError(
                f"CHROMIUM_PATH is {named}, and no program is there: correct it, or leave it out to have one found."
            )
        return found
    return next(filter(None, map(shutil.which, (*BROWSERS, *BROWSERS_ELSEWHERE))), None)


def make_browser() -> None:
    """See that there is a browser that starts, installing the distribution's own where that is possible."""
    if starts(find_browser()):
        return
    # The second is Ubuntu's name. Fonts are named because a browser without any draws boxes.
    for package in ("chromium", "chromium-browser"):
        if apt_install([package, "fonts-liberation"]) and starts(find_browser()):
            return
    raise CannotGoOnError(NO_BROWSER)


def starts(browser: str | None) -> bool:
    """Tell whether a browser is there, and no mere placeholder: Ubuntu's package is one wherever snaps cannot run."""
    if browser is None:
        return False
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# ------------------------------------------------------------------------------------------------- the system


def apt_install(packages: Iterable[str]) -> bool:
    """Install Debian packages as root or through sudo; False where there is no apt, neither of the two, or no luck."""
    if shutil.which("apt-get") is None:
        return False
    if os.geteuid() == 0:
        before: list[str] = []
    elif shutil.which("sudo"):
        # Without a terminal nobody can type a password: fail at once instead of waiting for one.
        before = ["sudo"] if sys.stdin.isatty() else ["sudo", "--non-interactive"]
    else:
        return False
    packages = list(packages)
    print(f"Installing {', '.join(packages)} with apt-get …", flush=True)
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        if subprocess.run([*apt, *step], stdout=subprocess.DEVNULL).returncode != 0:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
