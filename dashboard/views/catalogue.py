"""What the catalogue shows: every measure of a framework, found by words and by choices, and where it stands now."""

import itertools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from dashboard.queries import Queries
from dashboard.views.definition import Kind, kind_of, kind_words, manner
from dashboard.views.figure import FigureView, figure_view
from dashboard.views.source_labels import source_labels
from dashboard.views.standing import local_rows, newest, published_rows
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.measures import Counterpart, Framework, Measure, Outcome

FIGURES = {"local": "A local figure", "published": "A published figure", "none": "No figure yet"}
"""What can be asked of a measure's figures, with the words for it."""

_LINE = re.compile(r"m(\d{1,2})")


@dataclass(frozen=True)
class Wanted:
    """What the catalogue is asked for; empty or `all` leaves a thing unasked."""

    words: str = ""
    outcome: str = "all"
    agency: str = "all"
    priority: str = "all"
    match: str = "all"
    kind: str = "all"
    figures: str = "all"
    """`local`, `published`, or `none` for neither."""


def wanted_of(query: Mapping[str, str], catalogue: Catalogue, context: Context) -> Wanted:
    """What an address asks for. Raises WrongUseError for what is no choice at all."""
    framework = catalogue.frameworks[context.framework]
    allowed = {
        "outcome": {outcome.id for outcome in framework.outcomes},
        "agency": {spec.id for spec in catalogue.returns.values() if spec.framework == framework.id},
        "priority": {priority.id for priority in framework.priorities},
        "match": set(get_args(Counterpart.model_fields["match"].annotation)),
        "kind": {kind.value for kind in Kind},
        "figures": set(FIGURES),
    }
    given = {key: query.get(key) or "all" for key in allowed}
    for key, value in given.items():
        if value != "all" and value not in allowed[key]:
            raise WrongUseError(
                f"The address asks for “{key}={value[:40]}”, which is not among the choices here. "
                "Choose again below the heading, or open the page without it."
            )
    return Wanted(words=query.get("q", "").strip()[:200], **given)


@dataclass(frozen=True)
class CatalogueRow:
    """One measure, and its newest figures for the area."""

    measure: Measure
    agency_title: str
    kind: Kind
    kind_words: str
    manner: str
    priorities: tuple[str, ...]
    local: FigureView | None
    published: FigureView | None


@dataclass(frozen=True)
class CataloguePage:
    """The measures that were asked for, by outcome."""

    area: Area
    is_home: bool
    framework: Framework
    groups: tuple[tuple[Outcome, tuple[CatalogueRow, ...]], ...]
    of: int
    """How many measures there are, asked for or not."""

    @property
    def rows(self) -> tuple[CatalogueRow, ...]:
        """All rows, in order."""
        return tuple(row for _, rows in self.groups for row in rows)

    @property
    def counterparts(self) -> int:
        """How many of the rows have something published beside them: the same, something close, or context."""
        return sum(row.measure.published_as.match != "none" for row in self.rows)

    @property
    def alone(self) -> tuple[CatalogueRow, ...]:
        """The rows without a published counterpart."""
        return tuple(row for row in self.rows if row.measure.published_as.match == "none")


def catalogue_page(queries: Queries, context: Context, area: Area, wanted: Wanted) -> CataloguePage:
    """The framework's measures that are wanted, with where each stands in an area."""
    catalogue = queries.catalogue
    framework = catalogue.frameworks[context.framework]
    compared, sources = queries.compared_all(context), source_labels(queries, context)
    titles = {priority.id: priority.title for priority in framework.priorities}
    found: dict[str, list[CatalogueRow]] = {outcome.id: [] for outcome in framework.outcomes}
    every = catalogue.measures_of(framework.id)
    for measure in every:
        if not _chosen(measure, wanted, catalogue):
            continue
        own = compared[measure.id].rows(area, measure.headline_category)
        local, published = newest(local_rows(own)), newest(published_rows(own))
        if not _has(wanted.figures, local is not None, published is not None):
            continue
        found[measure.outcome].append(
            CatalogueRow(
                measure=measure,
                agency_title=catalogue.returns[measure.agency].title,
                kind=kind_of(measure, catalogue),
                kind_words=kind_words(measure, catalogue),
                manner=manner(measure, catalogue),
                priorities=tuple(titles[priority] for priority in measure.priorities),
                local=None if local is None else figure_view(local, sources),
                published=None if published is None else figure_view(published, sources),
            )
        )
    return CataloguePage(
        area=area,
        is_home=area.id == queries.partnership(context).home_area,
        framework=framework,
        groups=tuple((outcome, tuple(found[outcome.id])) for outcome in framework.outcomes if found[outcome.id]),
        of=len(every),
    )


def _chosen(measure: Measure, wanted: Wanted, catalogue: Catalogue) -> bool:
    return (
        wanted.outcome in ("all", measure.outcome)
        and wanted.agency in ("all", measure.agency)
        and (wanted.priority == "all" or wanted.priority in measure.priorities)
        and wanted.match in ("all", measure.published_as.match)
        and wanted.kind in ("all", kind_of(measure, catalogue).value)
        and finds(wanted.words, measure, catalogue)
    )


def _has(figures: str, local: bool, published: bool) -> bool:
    return {"local": local, "published": published, "none": not (local or published)}.get(figures, True)


def finds(words: str, measure: Measure, catalogue: Catalogue) -> bool:
    """Whether every word begins some word that is said of the measure; a line's number (M42, m4) is that line or none.

    Case, accents and punctuation count for nothing.
    """
    asked = folded(words)
    if not asked:
        return True
    said = folded(" ".join(_said(measure, catalogue)))
    # “rereferrals” is “re-referrals” too.
    said += ["".join(pair) for pair in itertools.pairwise(said)]
    lines = {_line(word) for line in measure.lines for word in folded(line)}
    return all(
        _line(word) in lines if _LINE.fullmatch(word) else any(other.startswith(word) for other in said)
        for word in asked
    )


def _said(measure: Measure, catalogue: Catalogue) -> list[str]:
    spec = catalogue.returns[measure.agency]
    terms = [catalogue.quantities[term.quantity] for term in (*measure.numerator, *measure.denominator)]
    priorities = {p.id: p.title for p in catalogue.frameworks[measure.framework].priorities}
    return [
        measure.id,
        measure.title,
        measure.short_title,
        measure.paper_says,
        measure.we_read_it_as,
        measure.source,
        spec.title,
        spec.short_title,
        *(text for quantity in terms for text in (quantity.id, quantity.title, quantity.counts)),
        *(priorities[priority] for priority in measure.priorities),
        *(catalogue.breakdowns[breakdown].title for breakdown in measure.breakdowns),
    ]


def folded(text: str) -> list[str]:
    """A text's words without case, accents or punctuation: “Children's M42.” is `childrens` and `m42`."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’‘`")
    return re.findall(r"[a-z0-9]+", kept)


def _line(word: str) -> str:
    found = _LINE.fullmatch(word)
    return f"m{int(found[1]):02d}" if found else word
