"""Keeps what was made of the data until the data change, and forgets what nobody has looked at for long."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from threading import BoundedSemaphore, Lock, RLock, local
from typing import Any, TypeVar

from sqlalchemy.engine import Connection, Engine

from etl.load import store
from etl.load.engine import reading
from etl.load.instants import instants_of_change
from schema.context import Context

Made = TypeVar("Made")
Key = tuple[Hashable, ...]

INSTANTS = 4
"""Earlier states that are kept at once; each may be as large as all figures."""

VIEWS = 500
"""Small things that are kept for one day and one area each."""

LOOKS = 8
"""Readers that hold a version at once, each over a connection; more of them wait. The engine's pool has 15."""

_NOTHING = object()


def settled(context: Context, instants: Sequence[datetime]) -> Context:
    """The context that stands for all those that see the same: as of the last change before its instant, or now.

    Args:
        context: who asks, and as of when.
        instants: when what is known changed, the earliest first.
    """
    if context.as_of is None:
        return context
    before = bisect_right(instants, context.as_of)
    if before == len(instants):
        return context.at(None)
    # Before the first of them nothing was known, whenever that is.
    return context.at(instants[before - 1] if before else instants[0] - timedelta(microseconds=1))


@dataclass
class _State:
    """What is kept of one version of the data."""

    version: int = -1
    instants: tuple[datetime, ...] = ()
    made: dict[Key, Any] = field(default_factory=dict)
    used: dict[datetime, int] = field(default_factory=dict)
    """When an earlier state was last asked for, on a clock that counts askings."""


@dataclass
class _Look:
    """A reader's look at one version: its snapshot, what is kept of it, and how deep it is in making something."""

    connection: Connection
    state: _State
    depth: int = 0


class Kept:
    """What was made, by key, for one version of the data. Safe to share between threads: nothing kept is ever changed.

    A key is told by what it holds. A `Context` in it stands for what was known at its instant, so that any number of
    instants between two changes share one entry; a day that matters beside has to be in the key too.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._state = _State()
        self._lock = RLock()
        self._installing = Lock()
        self._looks = local()
        self._places = BoundedSemaphore(LOOKS)
        self._clock = count()

    def version(self) -> int:
        """The version of the data now, or the one that this thread reads."""
        with self.reading() as connection:
            return store.data_version(connection)

    @contextmanager
    def one_version(self) -> Iterator[None]:
        """Everything that this thread asks for inside is of the version that there is at the beginning.

        A transaction stays open inside, and what is not kept yet is read in it: so it is of that version too, whatever
        is written meanwhile. Inside another one it changes nothing. Not for what writes and then reads what it wrote.
        """
        if self._look is not None:
            yield
            return
        # Who waits for the pool gives up after a while; who waits here does not.
        with (
            self._places,
            reading(self._engine) as connection,
            self._looking(_Look(connection, self._state_in(connection))),
        ):
            yield

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads: the one of this thread's version where it is inside `one_version`."""
        if self._look is not None:
            yield self._look.connection
            return
        with reading(self._engine) as connection:
            yield connection

    def instants(self) -> tuple[datetime, ...]:
        """The earlier states of which something is kept."""
        return tuple(self._state.used)

    def known(self, context: Context) -> Context:
        """The context that stands for all those that see the same. Only while something is being made."""
        return settled(context, self._looked_at().instants)

    def of(self, key: Key, make: Callable[[Connection], Made]) -> Made:
        """What `make` gives over a connection, kept until the data change.

        One thread makes at a time, over one connection, however deep making one thing asks for another: readers who
        come together wait for what the first of them makes, and never exhaust the pool.
        """
        if self._look is not None:
            return self._of(self._look, key, make)
        state = self._state
        if self.version() == state.version:
            found = self._found(state, key)
            if found is not _NOTHING:
                return found  # type: ignore[no-any-return]  # kept under this key, so what `make` gives
        # Only who makes holds a connection: any number may wait for the lock.
        with self._lock, reading(self._engine) as connection:
            look = _Look(connection, self._state_in(connection))
            with self._looking(look):
                return self._of(look, key, make)

    def holds(self, key: Key) -> bool:
        """Whether something of this key is kept. Only while something is being made."""
        state = self._looked_at()
        return self._named(state, key) in state.made

    def put(self, key: Key, made: Any) -> None:
        """Keep what was made on the way to something else. Only while that is being made."""
        state = self._looked_at()
        state.made[self._named(state, key)] = made

    @property
    def _look(self) -> _Look | None:
        """What this thread looks at while it has one version or makes something."""
        return getattr(self._looks, "look", None)

    def _looked_at(self) -> _State:
        return self._state if self._look is None else self._look.state

    @contextmanager
    def _looking(self, look: _Look) -> Iterator[None]:
        self._looks.look = look
        try:
            yield
        finally:
            self._looks.look = None

    def _state_in(self, connection: Connection) -> _State:
        """What is kept of the version that a transaction reads; a new beginning where that is another one.

        A reader of the version before goes on with what was kept of it, alone.
        """
        version = store.data_version(connection)
        with self._installing:
            if self._state.version != version:
                self._state = _State(version, instants_of_change(connection))
            return self._state

    def _of(self, look: _Look, key: Key, make: Callable[[Connection], Made]) -> Made:
        found = self._found(look.state, key)
        if found is _NOTHING:
            with self._lock:
                look.depth += 1
                try:
                    found = self._made(look, key, make)
                finally:
                    look.depth -= 1
                    if not look.depth:
                        _forget(look.state)
        return found  # type: ignore[no-any-return]  # kept under this key, so what `make` gives

    def _made(self, look: _Look, key: Key, make: Callable[[Connection], Made]) -> Any:
        # Another thread may have made it while this one waited.
        found = self._found(look.state, key)
        if found is _NOTHING:
            named = self._named(look.state, key)
            found = look.state.made[named] = make(look.connection)
            self._use(look.state, named)
        return found

    def _found(self, state: _State, key: Key) -> Any:
        named = self._named(state, key)
        found = state.made.get(named, _NOTHING)
        if found is not _NOTHING:
            self._use(state, named)
        return found

    def _named(self, state: _State, key: Key) -> Key:
        return tuple(settled(part, state.instants) if isinstance(part, Context) else part for part in key)

    def _use(self, state: _State, named: Key) -> None:
        if (instant := _instant(named)) is not None:
            state.used[instant] = next(self._clock)


def _instant(key: Key) -> datetime | None:
    return next((part.as_of for part in key if isinstance(part, Context)), None)


def _forget(state: _State) -> None:
    """Let go of the earlier states that were asked for longest ago, and of the oldest views. Under the lock."""
    while len(state.used) > INSTANTS:
        # A copy, for another thread may be using one of them at this moment.
        oldest = min(dict(state.used).items(), key=lambda used: used[1])[0]
        del state.used[oldest]
        for key in [key for key in state.made if _instant(key) == oldest]:
            del state.made[key]
    views = [key for key in state.made if key[0] == "view"]
    for key in views[: max(0, len(views) - VIEWS)]:
        del state.made[key]
