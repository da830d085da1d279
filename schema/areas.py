"""Areas: an id of their own, found by the Department for Education's code first, with GSS codes as dated aliases."""

import difflib
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Self

from pydantic import Field, field_validator, model_validator

from schema.errors import SchemaError, WrongUseError
from schema.files import ROOT, Model, build, read_yaml


class AreaKind(StrEnum):
    """What sort of place. Only authorities and composites are ranked."""

    AUTHORITY = "authority"
    COMPOSITE = "composite"
    """Two or more authorities that make one return together."""
    REGION = "region"
    COUNTRY = "country"
    POLICE_FORCE = "police-force"
    HEALTH_BOARD = "health-board"
    LOCALITY = "locality"


class GssCode(Model):
    """A nine-character code and the days on which it was the area's own."""

    code: str
    since: date | None = None
    until: date | None = None


class Area(Model):
    """A place that a figure can be for. `id` is kebab-case, stable for ever, and is the URL."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: str
    kind: AreaKind
    dfe: str | None = None
    region: str | None = None
    part_of: str | None = None
    gss: tuple[GssCode, ...]
    since: date | None = None
    until: date | None = None
    successors: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @field_validator("gss", mode="before")
    @classmethod
    def _plain_codes(cls, value: object) -> object:
        return (
            [{"code": item} if isinstance(item, str) else item for item in value] if isinstance(value, list) else value
        )

    @model_validator(mode="after")
    def _has_a_code(self) -> Self:
        if not self.gss:
            raise ValueError("an area needs at least one GSS code")
        return self

    def existed_between(self, start: date, end: date) -> bool:
        """Whether it was there on any of these days."""
        return (self.since is None or self.since <= end) and (self.until is None or self.until >= start)

    @property
    def code(self) -> str:
        """Its newest GSS code."""
        return self.gss[-1].code

    @property
    def ranked(self) -> bool:
        """Whether it takes part in ranks and positions among all authorities."""
        return self.kind in (AreaKind.AUTHORITY, AreaKind.COMPOSITE)


def _words(text: str) -> str:
    """A name or id without case and punctuation, as people type them: “St. Helens” and “st-helens” are one."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower().replace("&", " and ")).strip()


class Areas:
    """All areas, found by id or by any code that they have ever carried."""

    def __init__(self, areas: tuple[Area, ...]) -> None:
        self.by_id: dict[str, Area] = {}
        self._by_dfe: dict[str, Area] = {}
        self._by_gss: dict[str, Area] = {}
        for area in areas:
            _register(self.by_id, area.id, area)
            if area.dfe:
                _register(self._by_dfe, area.dfe, area)
            for alias in area.gss:
                _register(self._by_gss, alias.code, area)
        self._by_words = {_words(area.name): area for area in areas} | {_words(area.id): area for area in areas}
        for area in areas:
            for other in (area.region, area.part_of, *area.successors, *area.members):
                if other is not None and other not in self.by_id:
                    raise SchemaError(f"schema/areas: {area.id} names “{other}”, which is no area. Add it or mend it.")

    def __iter__(self) -> Iterator[Area]:
        return iter(self.by_id.values())

    def find(self, code: str) -> Area:
        """An area by id, DfE code, GSS code or name, as somebody typed it: case and punctuation do not matter.

        Raises:
            WrongUseError: no area has carried this code.
        """
        text = code.strip()
        found = self._by_dfe.get(text) or self._by_gss.get(text.upper()) or self._by_words.get(_words(text))
        if found is None:
            near = difflib.get_close_matches(_words(text), self._by_words, n=1, cutoff=0.75)
            hint = f"Did you mean {self._by_words[near[0]].id}? " if near else ""
            raise WrongUseError(
                f"“{text[:60]}” is no area. {hint}Give its id (stoke-on-trent), its Department for Education code "
                "(861) or its GSS code (E06000021)."
            )
        return found

    def from_codes(self, dfe: str, gss: str) -> Area | None:
        """The area of a published row: by DfE code where there is one, else by GSS code. None where neither is known,
        or where the two name different areas."""
        by_gss = self._by_gss.get(gss)
        if not dfe:
            return by_gss
        by_dfe = self._by_dfe.get(dfe)
        return None if by_dfe and by_gss and by_gss is not by_dfe else by_dfe

    def region_of(self, area: Area) -> Area | None:
        """The region that an authority is compared with. For a London borough that is London as a whole."""
        if area.region is None:
            return None
        region = self.by_id[area.region]
        return self.by_id[region.part_of] if region.part_of else region

    def composite_of(self, area: Area) -> Area | None:
        """The joint return that an authority is a member of."""
        return next((other for other in self.by_id.values() if area.id in other.members), None)


def _register(index: dict[str, Area], key: str, area: Area) -> None:
    if key in index:
        raise SchemaError(f"schema/areas: “{key}” stands for both {index[key].id} and {area.id}. Keep one.")
    index[key] = area


class _AreaFile(Model):
    areas: tuple[Area, ...]


@lru_cache(maxsize=1)
def load_areas() -> Areas:
    """Every area of `schema/areas/`."""
    path = ROOT / "areas" / "england.yaml"
    return Areas(build(_AreaFile, read_yaml(path), path).areas)
