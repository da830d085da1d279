"""Writes a file where somebody wants it, and nowhere where it would overwrite another."""

from pathlib import Path

from etl.templates.form import Template, template_csv
from etl.templates.workbook import template_workbook
from schema.errors import WrongUseError

FORMS = (".csv", ".xlsx")
"""What an empty return can be written as."""


def write_template(path: Path, template: Template, *, replace: bool = False) -> None:
    """Write a form as .xlsx or .csv, as the name says.

    Raises:
        WrongUseError: as `require_place` does, or the file cannot be written.
    """
    require_place(path, replace=replace, kinds=FORMS)
    content = template_workbook(template) if path.suffix.lower() == ".xlsx" else template_csv(template)
    write_bytes(path, content, replace=replace)


def write_bytes(path: Path, content: bytes, *, replace: bool = False) -> None:
    """Write a file. Raises WrongUseError where one is there already (unless `replace`), or it cannot be written."""
    require_place(path, replace=replace)
    try:
        with path.open("wb" if replace else "xb") as stream:
            stream.write(content)
    except OSError as error:
        raise WrongUseError(
            f"{path} cannot be written ({error.strerror}). Close it where it is open, or give another name."
        ) from error


def require_place(path: Path, *, replace: bool = False, kinds: tuple[str, ...] = ()) -> None:
    """Refuse a place for a file that is not of these kinds (none: any), has no folder, or is taken.

    Raises WrongUseError.
    """
    if kinds and path.suffix.lower() not in kinds:
        raise WrongUseError(f"A template is a .xlsx or a .csv file, and {path.name} is neither. Give it such a name.")
    if not path.parent.is_dir():
        raise WrongUseError(f"There is no folder {path.parent}. Make it, or give another.")
    if path.is_dir() or (path.exists() and not replace):
        raise WrongUseError(f"{path} is there already. Give another name, or replace it with --force.")
