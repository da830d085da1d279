"""Reads the YAML of `schema/` into frozen models, and refuses what is wrong with file, line and remedy."""

import re
from collections.abc import Hashable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from schema.errors import SchemaError

ROOT = Path(__file__).resolve().parent

# libyaml's loader where the wheel carries it: reading every file takes a tenth of the time.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


M = TypeVar("M", bound=BaseModel)


class Model(BaseModel):
    """What every model of the schema is: frozen, and without room for a key that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


# The base is libyaml's loader where there is one, else Python's: the type checker takes no base that it cannot foresee.
class _UniqueKeyLoader(_Loader):  # type: ignore[misc]
    """YAML keeps the last of two equal keys and says nothing. Here that is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"“{key}” stands here twice", problem_mark=key_node.start_mark)
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def _where(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root.parent).as_posix()
    except ValueError:
        return path.name


def _first_bad_date(text: str) -> int:
    """The line of the first date that the calendar has not; 1 where there is none."""
    for number, line in enumerate(text.splitlines(), start=1):
        for found in re.findall(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b", line):
            try:
                date.fromisoformat(found)
            except ValueError:
                return number
    return 1


def read_yaml(path: Path, root: Path = ROOT) -> Any:
    """The content of one YAML file.

    Raises:
        SchemaError: not there, not UTF-8, not YAML, or a key stands twice.
    """
    where = _where(path, root)
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise SchemaError(f"{where} is not there. Add it; compare with the folder beside it.") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SchemaError(f"{where}, line {line}: the text is not UTF-8. Save the file as UTF-8.") from error
    try:
        return yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SchemaError(f"{where}, line {line}: {error.problem}. Mend the YAML there.") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise SchemaError(f"{where}, line {line}: {error.reason}. Mend the YAML there.") from error
    except (ValueError, TypeError) as error:
        # A day that the calendar has not (2012-02-30), or a list where a key belongs.
        raise SchemaError(f"{where}, line {_first_bad_date(text)}: {error}. Mend the YAML there.") from error


def line_of(path: Path, location: tuple[int | str, ...]) -> int:
    """The line of a key or item inside a YAML file; of the nearest enclosing one where it is not there."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    line: int = node.start_mark.line if node is not None else 0
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if pair is None:
                continue  # pydantic names the branch of a union here: no key of the file
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
    return line + 1


def line_with(path: Path, word: str) -> int:
    """The first line of a file on which a word stands by itself; 1 where it stands nowhere."""
    alone = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if alone.search(line)), 1)


def _as_written(step: int | str) -> int | str:
    """A key as it stands in the file: pydantic names a day `datetime.date(2025, 10, 30)`."""
    found = re.fullmatch(r"datetime\.date\((\d+), (\d+), (\d+)\)", str(step))
    return date(*map(int, found.groups())).isoformat() if found else step


def build(model: type[M], content: Any, path: Path, *, root: Path = ROOT, **added: Any) -> M:
    """A model from a file's content, with `added` keys that the file does not hold (its id, from its name).

    Raises:
        SchemaError: names the file, the line, the key and what is wrong with it.
    """
    if not isinstance(content, dict):
        raise SchemaError(f"{_where(path, root)}, line 1: expected keys and values. Compare with a file beside it.")
    try:
        return model.model_validate({**content, **added})
    except ValidationError as error:
        first = error.errors()[0]
        location = tuple(_as_written(step) for step in first["loc"])
        key = ".".join(str(step) for step in location) or "the file"
        raise SchemaError(
            f"{_where(path, root)}, line {line_of(path, location)}: {key}: {first['msg']}. "
            "Mend that key; the field's meaning is in the model's docstring."
        ) from error
