"""What the upload page knows of a file that somebody is about to submit. Nothing of it is kept."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from dashboard.views.figure import number
from dashboard.views.return_status import last_ended
from dashboard.views.standing import LEADING_LOCAL
from etl.extract.returns import read_return_bytes
from etl.extract.whose import Guess, guess
from etl.submissions import Checked, ReturnFile
from etl.transform.preview import Preview
from schema.catalogue import Catalogue
from schema.errors import FileRefusedError
from schema.measures import Measure
from schema.periods import Basis, Period, parse_period
from schema.returns import ReturnSpec
from schema.states import State

LARGEST_FILE = 10 * 2**20
"""Bytes of a file that the page takes: in the browser's letters it is a third more, and the server reads 16 MB."""

_OFFERED = 12
"""How many past quarters or terms can be chosen; an older one can still be named in the address, or by the file."""


class Sent(BaseModel):
    """A file as the browser holds it: its name, and its bytes in base64."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=255)
    content: str = Field(max_length=4 * (LARGEST_FILE // 3 + 2))
    turn: int = 0
    """Which choice of a file it is on the page, so that the very same file once more is checked once more."""

    @classmethod
    def of(cls, data: object) -> Self:
        """What a store held.

        Raises:
            pydantic.ValidationError: it is no such thing, which no page of ours sends.
        """
        return cls.model_validate(data)

    def read(self) -> bytes:
        """The file's bytes.

        Raises:
            FileRefusedError: it is empty, too large, or did not arrive whole.
        """
        try:
            content = base64.b64decode(self.content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise FileRefusedError(f"{self.short} did not arrive whole. Choose it again.") from error
        if not content.strip():
            raise FileRefusedError(f"{self.short} is empty. Export the return again.")
        if len(content) > LARGEST_FILE:
            raise FileRefusedError(too_large(self.short))
        return content

    @property
    def short(self) -> str:
        """The file's own name, without a folder."""
        return PurePath(self.name.replace("\\", "/")).name or "The file"

    def as_return(self, agency: str, period: Period) -> ReturnFile:
        """The same as an agency's return for a period. Raises FileRefusedError as `read` does."""
        return ReturnFile(self.short, self.read(), agency, period)


def too_large(name: str) -> str:
    """What is said of a file that is not even read."""
    return (
        f"{name} is larger than {LARGEST_FILE // 2**20} MB, and a return has well under 1. "
        "Send the return’s table alone, without its workings."
    )


def whose(sent: Sent, catalogue: Catalogue) -> Guess:
    """What a file says of itself. Raises FileRefusedError where it is no readable table."""
    return guess(read_return_bytes(sent.short, sent.read()), catalogue)


def periods_offered(spec: ReturnSpec, today: date, *more: str) -> list[str]:
    """The periods that a return can be chosen for, the newest first, and others that were named."""
    last = last_ended(spec, today)
    offered = {spec.following(last, -back).code for back in range(_OFFERED)}
    named = {code for code in more if code and parse_period(code).kind is spec.period_kind}
    return sorted(offered | named, reverse=True)


def to_choose(spec: ReturnSpec, today: date, wanted: str) -> str:
    """The period that is wanted where the return can be for it, else the one that ended last."""
    if wanted and parse_period(wanted).kind is spec.period_kind:
        return wanted
    return last_ended(spec, today).code


@dataclass(frozen=True)
class MeasureMove:
    """A measure's newest figure on the basis that leads, as it is and as it would be. Numbers are unrounded."""

    measure: Measure
    basis: Basis
    period_before: str
    value_before: float | None
    state_before: State
    period_after: str
    value_after: float | None
    state_after: State
    left_out: bool
    """A part of it is missing in the return, so that an older figure goes on leading."""

    @property
    def moves(self) -> bool:
        """Whether anything else would be shown."""
        before = (self.period_before, self.value_before, self.state_before)
        return before != (self.period_after, self.value_after, self.state_after)


def measure_moves(found: Preview, catalogue: Catalogue) -> tuple[MeasureMove, ...]:
    """What the pages lead with, measure by measure in their order: now, and if the return were accepted."""
    by_measure: dict[str, dict[str, dict[str, object]]] = {}
    for row in found.measures.to_dict("records"):
        by_measure.setdefault(str(row["measure"]), {})[str(row["basis"])] = {str(key): row[key] for key in row}
    moves = []
    for framework in catalogue.frameworks:
        for measure in catalogue.measures_of(framework):
            rows = by_measure.get(measure.id, {})
            basis = next((basis for basis in LEADING_LOCAL if rows.get(basis.value, {}).get("period_after")), None)
            basis = basis or next((basis for basis in LEADING_LOCAL if basis.value in rows), None)
            if basis is not None:
                moves.append(_move(measure, basis, rows[basis.value]))
    return tuple(moves)


def disputed_measures(found: Preview, catalogue: Catalogue) -> tuple[Measure, ...]:
    """The measures whose leading figure, of whatever basis and period, would be disputed: they have none until the
    agencies agree. Those for which that is so already are among them, as they are on the page of the disputes."""
    rows = (found.measures, found.earlier)
    ids = {str(name) for frame in rows for name in frame.loc[frame["state_after"] == State.DISPUTED.value, "measure"]}
    return tuple(
        measure
        for framework in catalogue.frameworks
        for measure in catalogue.measures_of(framework)
        if measure.id in ids
    )


def _move(measure: Measure, basis: Basis, row: dict[str, object]) -> MeasureMove:
    return MeasureMove(
        measure=measure,
        basis=basis,
        period_before=str(row["period_before"]),
        value_before=number(row["value_before"]),
        state_before=State(str(row["state_before"])),
        period_after=str(row["period_after"]),
        value_after=number(row["value_after"]),
        state_after=State(str(row["state_after"])),
        left_out=bool(row["left_out"]),
    )


def disagreement(found: Guess, agency: str, period: str, catalogue: Catalogue) -> str:
    """Where a file says that it is another return than the one that was chosen, in a sentence; else empty."""
    other_agency = bool(found.agency) and found.agency != agency
    other_period = bool(found.period) and found.period != period
    if not other_agency and not other_period:
        return ""
    chosen, told = catalogue.returns[agency], catalogue.returns[found.agency or agency]
    if other_agency and other_period:
        said = f"it holds the {told.title} return for {_when(found.period)}"
        against = f"the {chosen.title} return for {_when(period)} is chosen"
    elif other_agency:
        said, against = f"it holds the quantities of the {told.title} return", f"{chosen.title} is chosen"
    else:
        said, against = f"it is for {_when(found.period)}", f"{_when(period)} is chosen"
    return f"The file does not match the choice: {said}, and {against}."


def several(found: Guess) -> str:
    """That a file has rows of a later period than it was taken to be for, in a sentence; else empty."""
    if not found.later:
        return ""
    later = " and ".join(f"{_when(code)} ({code})" for code in found.later[:3])
    more = f" and {len(found.later) - 3:,} more" if len(found.later) > 3 else ""
    return (
        f"The file holds more than one period: most of it fits {_when(found.period)}, and there are rows for "
        f"{later}{more}, which is later."
    )


def _when(code: str) -> str:
    return parse_period(code).label() if code else "no period"


@dataclass(frozen=True)
class Report:
    """A checked file, and what is known of it."""

    checked: Checked
    asked: int
    """How many figures the return asks for."""

    @property
    def given(self) -> int:
        """How many of them it gives, for its own period and without a fault."""
        return int((self.checked.found.values["period"] == self.checked.file.period.code).sum())
