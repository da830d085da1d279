"""Keeps what was made of the data until the data change, and forgets what nobody has looked at for long."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from threading import Lock, local
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


class Kept:
    """What was made, by key, for one version of the data. Safe to share between threads: nothing kept is ever changed.

    A key is told by what it holds. A `Context` in it stands for what was known at its instant, so that any number of
    instants between two changes share one entry; a day that matters beside has to be in the key too.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._state = _State()
        self._lock = Lock()
        self._making = local()
        self._clock = count()

    def version(self) -> int:
        """The version of the data now."""
        with reading(self._engine) as connection:
            return store.data_version(connection)

    def instants(self) -> tuple[datetime, ...]:
        """The earlier states of which something is kept."""
        return tuple(self._state.used)

    def known(self, context: Context) -> Context:
        """The context that stands for all those that see the same. Only while something is being made."""
        return settled(context, self._state.instants)

    def of(self, key: Key, make: Callable[[Connection], Made]) -> Made:
        """What `make` gives over a connection, kept until the data change.

        One thread makes at a time, over one connection, however deep making one thing asks for another: readers who
        come together wait for what the first of them makes, and never exhaust the pool.
        """
        outer: Connection | None = getattr(self._making, "connection", None)
        if outer is not None:
            return self._made(self._state, key, make, outer)
        state = self._state
        if self.version() == state.version:
            named = self._named(state, key)
            found: Any = state.made.get(named, _NOTHING)
            if found is not _NOTHING:
                self._use(state, named)
                return found  # type: ignore[no-any-return]
        with self._lock, reading(self._engine) as connection:
            version = store.data_version(connection)
            if version != self._state.version:
                self._state = _State(version, instants_of_change(connection))
            self._making.connection = connection
            try:
                return self._made(self._state, key, make, connection)
            finally:
                self._making.connection = None
                _forget(self._state)

    def holds(self, key: Key) -> bool:
        """Whether something of this key is kept. Only while something is being made."""
        return self._named(self._state, key) in self._state.made

    def _made(self, state: _State, key: Key, make: Callable[[Connection], Made], connection: Connection) -> Made:
        named = self._named(state, key)
        if named not in state.made:
            state.made[named] = make(connection)
        self._use(state, named)
        made: Made = state.made[named]
        return made

    def put(self, key: Key, made: Any) -> None:
        """Keep what was made on the way to something else. Only while that is being made."""
        self._state.made[self._named(self._state, key)] = made

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
