"""What all that is asked of the database has in common: what is kept of one version, and whose it is."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.engine import Connection, Engine

from etl.load import store
from etl.load.kept import Kept
from schema.catalogue import Catalogue
from schema.context import Context
from schema.tables import PartnershipRow

Made = TypeVar("Made")


@dataclass(frozen=True)
class Partnership:
    """Whose installation it is."""

    id: str
    name: str
    home_area: str
    demonstration: bool


class BaseQueries:
    """One database and one catalogue, and what is kept of them."""

    def __init__(self, engine: Engine, catalogue: Catalogue) -> None:
        self.engine = engine
        self.catalogue = catalogue
        self._kept = Kept(engine)
        self._keep = self._kept.of

    def version(self) -> int:
        """The version of the data now."""
        return self._kept.version()

    @contextmanager
    def one_version(self) -> Iterator[None]:
        """Everything that this thread asks for inside is of one version of the data, whatever is written meanwhile.

        For whoever shows several things together: a page, a file, what a command prints. Not for what writes.
        """
        with self._kept.one_version():
            yield

    def earlier_kept(self) -> int:
        """How many earlier states something is kept of."""
        return len(self._kept.instants())

    def kept(self, key: tuple[Hashable, ...], make: Callable[[], Made]) -> Made:
        """What a view made of these data, kept until they change. `key` names the view and all that it depends on.

        A context in it stands for what was known at its instant; a day that the view looks at has to be named beside.
        """
        return self._keep(("view", *key), lambda _connection: make())

    def partnership(self, context: Context) -> Partnership:
        """The partnership of a context. Raises DatabaseNotReadyError where it has not been set up."""

        def make(connection: Connection) -> Partnership:
            row: PartnershipRow = store.require_partnership(connection, context)
            return Partnership(row.id, row.name, row.home_area, row.demonstration)

        found: Partnership = self._keep(("partnership", context.partnership), make)
        return found

    def sources(self, context: Context) -> dict[int, store.Source]:
        """Every source that holds, by id."""

        def make(connection: Connection) -> dict[int, store.Source]:
            return {source.id: source for source in store.active_sources(connection, context)}

        found: dict[int, store.Source] = self._keep(("sources", context), make)
        return found

    def _is_now(self, context: Context) -> bool:
        """Whether a context sees what there is now. Only while something is being made."""
        return self._kept.known(context).as_of is None
