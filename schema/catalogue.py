"""Everything that `schema/` says, read once, checked against itself, and frozen."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from schema.areas import Areas, load_areas
from schema.errors import SchemaError, WrongUseError
from schema.files import ROOT, Model, build, read_yaml
from schema.measures import Framework, Measure
from schema.periods import Basis
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

    def agencies_read_by(self, agency: str) -> frozenset[str]:
        """The agencies whose returns an agency's measures are computed from: itself, and those that count a part."""
        terms = [
            term.quantity
            for measure in self.measures.values()
            if measure.agency == agency
            for term in (*measure.numerator, *measure.denominator)
        ]
        return frozenset({agency, *(self.home_return[name] for name in terms if name in self.home_return)})

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
        raise WrongUseError(f"“{key[:60]}” is no {what}. {remedy}.")
    return found[key]


def load_catalogue(root: Path = ROOT) -> Catalogue:
    """Read and check everything below a schema folder.

    Raises:
        SchemaError: a file is wrong, or names something that is not there. Says file, line where known, and remedy.
    """
    quantities: dict[str, Quantity] = {}
    breakdowns: dict[str, Breakdown] = {}
    for path in _files(root / "quantities"):
        family = build(QuantityFamily, read_yaml(path, root), path, root=root)
        for quantity in family.quantities:
            _add(quantities, quantity.id, quantity, path, root)
        for breakdown in family.breakdowns:
            _add(breakdowns, breakdown.id, breakdown, path, root)
    frameworks: dict[str, Framework] = {}
    measures: dict[str, Measure] = {}
    for folder in sorted(p for p in (root / "frameworks").iterdir() if p.is_dir()):
        path = folder / "framework.yaml"
        framework = build(Framework, read_yaml(path, root), path, root=root, id=folder.name)
        frameworks[framework.id] = framework
        for path in _files(folder):
            if path.parent == folder:
                continue
            added = {"id": path.stem, "framework": framework.id, "outcome": path.parent.name}
            measure = build(Measure, read_yaml(path, root), path, root=root, **added)
            _add(measures, measure.id, measure, path, root)
    catalogue = Catalogue(
        frameworks=frameworks,
        measures=measures,
        quantities=quantities,
        breakdowns=breakdowns,
        returns=_by_stem(ReturnSpec, root / "returns", root),
        publications=_by_stem(Publication, root / "publications", root),
    )
    for where, fault in _faults(catalogue):
        raise SchemaError(f"{where}: {fault} Mend the name, or add what it names.")
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
        where = path.relative_to(root.parent).as_posix()
        raise SchemaError(f"{where}: “{key}” is already the id of another. Give this one an id of its own.")
    found[key] = item


def _faults(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Everything that names something which is not there, with the file that it stands in."""
    for quantity in catalogue.quantities.values():
        where = f"schema/quantities, {quantity.id}"
        for breakdown in set(quantity.breakdowns) - set(catalogue.breakdowns):
            yield where, f"“{breakdown}” is no breakdown."
        for carrier in set(quantity.published_in) - set(catalogue.publications):
            yield where, f"“{carrier}” is no publication."
    for measure in catalogue.measures.values():
        yield from _measure_faults(catalogue, measure)
    for spec in catalogue.returns.values():
        yield from _return_faults(catalogue, spec)
    for publication in catalogue.publications.values():
        yield from _publication_faults(catalogue, publication)


def _measure_faults(catalogue: Catalogue, measure: Measure) -> Iterator[tuple[str, str]]:
    where = f"schema/frameworks/{measure.framework}/{measure.outcome}/{measure.id}.yaml"
    framework = catalogue.frameworks[measure.framework]
    for term in (*measure.numerator, *measure.denominator):
        if term.quantity not in catalogue.quantities:
            yield where, f"“{term.quantity}” is no quantity."
            return
        if term.category not in catalogue.category_keys:
            yield where, f"“{term.category}” is no category."
    if measure.printed is not None and (
        measure.printed not in catalogue.quantities
        or catalogue.quantities[measure.printed].kind is not QuantityKind.PRINTED
    ):
        yield where, f"`printed`: “{measure.printed}” is no printed quantity."
    if len({catalogue.quantities[term.quantity].at_date for term in measure.numerator}) > 1:
        yield where, "the numerator mixes flows and stocks, which never add up."
    if measure.share_by and measure.share_by not in catalogue.breakdowns:
        yield where, f"`share_by`: “{measure.share_by}” is no breakdown."
    for breakdown in set(measure.breakdowns) - set(catalogue.breakdowns):
        yield where, f"“{breakdown}” is no breakdown."
    if measure.headline_category not in catalogue.category_keys:
        yield where, f"`headline_category`: “{measure.headline_category}” is no category."
    if measure.outcome not in {outcome.id for outcome in framework.outcomes}:
        yield where, f"“{measure.outcome}” is no outcome of the framework."
    for priority in set(measure.priorities) - {priority.id for priority in framework.priorities}:
        yield where, f"“{priority}” is no priority of the framework."
    if measure.serves is not None and measure.serves not in catalogue.measures:
        yield where, f"`serves`: “{measure.serves}” is no measure."
    if measure.agency not in catalogue.returns:
        yield where, f"`agency`: “{measure.agency}” has no return."


def _return_faults(catalogue: Catalogue, spec: ReturnSpec) -> Iterator[tuple[str, str]]:
    where = f"schema/returns/{spec.id}.yaml"
    for item in spec.items:
        quantity = catalogue.quantities.get(item.quantity)
        if quantity is None:
            yield where, f"“{item.quantity}” is no quantity."
            continue
        if quantity.kind is QuantityKind.PRINTED:
            yield where, f"“{item.quantity}” is a printed figure: a return holds counts."
        for breakdown in set(item.breakdowns) - set(quantity.breakdowns):
            yield where, f"{item.quantity}: “{breakdown}” is no breakdown of it."
        if quantity.at_date != (item.bases == (Basis.AT_DATE,)):
            yield where, f"{item.quantity}: a stock is reported at-date, a flow as quarter or rolling-year."
    asked = {item.quantity for item in spec.items}
    for whole in spec.wholes:
        for name in (whole.whole, *whole.parts):
            if name not in asked:
                yield where, f"`wholes`: “{name}” is no item of this return."


def _publication_faults(catalogue: Catalogue, publication: Publication) -> Iterator[tuple[str, str]]:
    where = f"schema/publications/{publication.id}.yaml"
    for series in publication.series:
        if series.quantity not in catalogue.quantities:
            yield where, f"“{series.quantity}” is no quantity."
        if series.category not in catalogue.category_keys:
            yield where, f"“{series.category}” is no category."
    populations = {
        day for other in catalogue.publications.values() if other.population_series for day in other.releases
    }
    for day, release in publication.releases.items():
        if release.population is not None and release.population not in populations:
            yield (
                where,
                f"release {day} rests on the population release {release.population}, which is declared nowhere.",
            )
