"""Everything that `schema/` says, read once, checked against itself, and frozen."""

import difflib
from collections import defaultdict
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from schema.areas import Areas, load_areas
from schema.checks import faults
from schema.errors import SchemaError, WrongUseError
from schema.files import ROOT, Model, build, line_with, read_yaml
from schema.measures import Framework, Measure
from schema.periods import Period
from schema.publications import Publication
from schema.quantities import TOTAL, Breakdown, Quantity, QuantityFamily, QuantityKind
from schema.returns import ReturnSpec

T = TypeVar("T")
M = TypeVar("M", bound=Model)


class Catalogue(Model):
    """All frameworks, measures, quantities, breakdowns, returns and publications, by id."""

    frameworks: dict[str, Framework]
    measures: dict[str, Measure]
    quantities: dict[str, Quantity]
    breakdowns: dict[str, Breakdown]
    returns: dict[str, ReturnSpec]
    publications: dict[str, Publication]

    @property
    def areas(self) -> Areas:
        """Every area."""
        return load_areas()

    def measure(self, measure_id: str) -> Measure:
        """A measure by id. Raises WrongUseError where there is none."""
        return _find(self.measures, measure_id, "measure", "`safeguarding measures` lists them")

    def return_spec(self, agency: str) -> ReturnSpec:
        """An agency's return. Raises WrongUseError where there is none."""
        return _find(self.returns, agency, "agency with a return", f"There are: {', '.join(sorted(self.returns))}")

    def measures_of(self, framework: str) -> tuple[Measure, ...]:
        """A framework's measures in the order in which its pages show them."""
        outcomes = [outcome.id for outcome in self.frameworks[framework].outcomes]
        return tuple(
            sorted(
                (m for m in self.measures.values() if m.framework == framework),
                key=lambda m: (outcomes.index(m.outcome), m.order, m.id),
            )
        )

    def at_date(self, measure: Measure) -> bool:
        """Whether a measure is about a date (its numerator is a stock) and not about a period."""
        return self.quantities[measure.numerator[0].quantity].at_date

    def adds_up(self, measure: Measure) -> bool:
        """Whether four quarters of the measure's flows make its year."""
        flows = [self.quantities[term.quantity] for term in (*measure.numerator, *measure.denominator)]
        return all(quantity.additive for quantity in flows if quantity.kind is QuantityKind.FLOW)

    def category_title(self, key: str) -> str:
        """`source:police` in words."""
        breakdown, _, category = key.partition(":")
        if breakdown not in self.breakdowns:
            return "All" if key == TOTAL else key
        return next((c.title for c in self.breakdowns[breakdown].categories if c.id == category), category)

    @cached_property
    def home_return(self) -> dict[str, str]:
        """The agency whose return each quantity is at home in, by quantity."""
        return {item.quantity: spec.id for spec in self.returns.values() for item in spec.items if not item.also}

    @cached_property
    def counted_also(self) -> dict[tuple[str, str], str]:
        """What agencies count of quantities that are at home in another's return: by agency and quantity, the category
        of the home's number beside which theirs is set."""
        items = ((spec.id, item) for spec in self.returns.values() for item in spec.items)
        return {(agency, item.quantity): item.as_category for agency, item in items if item.also}

    def counted_by(self, quantity: str) -> frozenset[str]:
        """The agencies that count a quantity: its home, and those that also do. None where nobody reports it."""
        home = [self.home_return[quantity]] if quantity in self.home_return else []
        return frozenset({*home, *(agency for agency, name in self.counted_also if name == quantity)})

    def figures_asked(self, agency: str, period: Period) -> int:
        """How many figures an agency's return for a period asks for: totals and categories, on every basis."""
        return sum(
            len(item.bases) * (1 + sum(len(self.breakdowns[name].categories) for name in item.breakdowns))
            for item in self.return_spec(agency).asked(period)
        )

    def agencies_read_by(self, agency: str) -> frozenset[str]:
        """The agencies whose returns an agency's measures are computed from: itself, those that count a part, and those
        that also count what it counts, for a number that two of them dispute is nobody's."""
        terms = [
            term.quantity
            for measure in self.measures.values()
            if measure.agency == agency
            for term in (*measure.numerator, *measure.denominator)
        ]
        return frozenset({agency}).union(*(self.counted_by(name) for name in terms))

    @cached_property
    def category_keys(self) -> frozenset[str]:
        """Every category that a value may carry."""
        return frozenset({TOTAL, *(b.key(category.id) for b in self.breakdowns.values() for category in b.categories)})

    def precedence(self, quantity: str) -> tuple[str, ...]:
        """The datasets that carry a quantity, the one to believe first."""
        return self._carriers.get(quantity, ())

    @cached_property
    def _carriers(self) -> dict[str, tuple[str, ...]]:
        carriers: dict[str, list[str]] = defaultdict(list)
        for publication in self.publications.values():
            for quantity in {series.quantity for series in publication.series}:
                carriers[quantity].append(publication.id)
        return {quantity: tuple(sorted(found, key=self._rank_of(quantity))) for quantity, found in carriers.items()}

    def _rank_of(self, quantity: str) -> Any:
        order = self.quantities[quantity].published_in
        return lambda publication: (order.index(publication) if publication in order else len(order), publication)


def _find(found: dict[str, T], key: str, what: str, remedy: str) -> T:
    if key not in found:
        near = difflib.get_close_matches(key[:60], found, n=1, cutoff=0.7)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise WrongUseError(f"“{key[:60]}” is no {what}. {hint}{remedy}.")
    return found[key]


def load_catalogue(root: Path = ROOT) -> Catalogue:
    """Read and check everything below a schema folder.

    Raises:
        SchemaError: a file is wrong, or names something that is not there. Says file, line where known, and remedy.
    """
    defined: dict[tuple[str, str], Path] = {}
    quantities: dict[str, Quantity] = {}
    breakdowns: dict[str, Breakdown] = {}
    for path in _files(root / "quantities"):
        family = build(QuantityFamily, read_yaml(path, root), path, root=root)
        for quantity in family.quantities:
            _add(quantities, quantity.id, quantity, path, root)
            defined["quantity", quantity.id] = path
        for breakdown in family.breakdowns:
            _add(breakdowns, breakdown.id, breakdown, path, root)
    frameworks: dict[str, Framework] = {}
    measures: dict[str, Measure] = {}
    for folder in sorted(p for p in (root / "frameworks").iterdir() if p.is_dir()):
        path = folder / "framework.yaml"
        framework = build(Framework, read_yaml(path, root), path, root=root, id=folder.name)
        frameworks[framework.id] = framework
        defined["framework", framework.id] = path
        for path in _files(folder):
            if path.parent == folder:
                continue
            added = {"id": path.stem, "framework": framework.id, "outcome": path.parent.name}
            measure = build(Measure, read_yaml(path, root), path, root=root, **added)
            _add(measures, measure.id, measure, path, root)
            defined["measure", measure.id] = path
    catalogue = Catalogue(
        frameworks=frameworks,
        measures=measures,
        quantities=quantities,
        breakdowns=breakdowns,
        returns=_by_stem(ReturnSpec, root / "returns", root),
        publications=_by_stem(Publication, root / "publications", root),
    )
    defined |= {("return", path.stem): path for path in _files(root / "returns")}
    defined |= {("publication", path.stem): path for path in _files(root / "publications")}
    for fault in faults(catalogue):
        path = defined[fault.defined]
        where = f"{path.relative_to(root.parent).as_posix()}, line {line_with(path, fault.word)}"
        raise SchemaError(f"{where}: {fault.message} {fault.remedy}")
    return catalogue


@lru_cache(maxsize=1)
def default_catalogue() -> Catalogue:
    """The catalogue of this installation."""
    return load_catalogue()


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.yaml"))


def _by_stem(model: type[M], folder: Path, root: Path) -> dict[str, M]:
    found: dict[str, M] = {}
    for path in _files(folder):
        _add(found, path.stem, build(model, read_yaml(path, root), path, root=root, id=path.stem), path, root)
    return found


def _add(found: dict[str, T], key: str, item: T, path: Path, root: Path) -> None:
    if key in found:
        where = f"{path.relative_to(root.parent).as_posix()}, line {line_with(path, key)}"
        raise SchemaError(f"{where}: “{key}” is already the id of another. Give this one an id of its own.")
    found[key] = item
