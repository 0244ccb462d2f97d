"""What one transaction asks the books again and again is read once in it: calendar, clocks, cities, absences.

A move asks for its city up to nine times and for absences up to ten; every question is a round trip. What was read is
kept with the transaction and gone with it. Whatever the transaction itself writes to one of the tables behind it makes
it forget all, so that it sees its own changes; what others commit meanwhile it sees from its next transaction on.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Executable, RootTransaction, TextClause, event
from sqlalchemy.sql.dml import UpdateBase

from store.db import Tx
from store.tables import absence, calendar_day, setting, tip_pepper, unit

_BEHIND = frozenset({absence, calendar_day, setting, tip_pepper, unit})
_NAMED = re.compile(rf"\b({'|'.join(sorted(table.name for table in _BEHIND))})\b")
_kept: WeakKeyDictionary[RootTransaction, dict[Hashable, Any]] = WeakKeyDictionary()
Value = TypeVar("Value")


async def once(tx: Tx, key: Hashable, read: Callable[[], Awaitable[Value]]) -> Value:
    """What `read` gave for this key in this transaction, or gives now. It must only read the tables `_BEHIND`."""
    kept = _of(tx.sync_connection)
    if kept is not None and key in kept:
        known: Value = kept[key]
        return known
    found = await read()
    kept = _of(tx.sync_connection)  # a transaction may begin with its first question
    if kept is not None:
        kept[key] = found
    return found


def keep(tx: Tx, key: Hashable, value: object) -> None:
    """What `once` gives for this key from now on: it came along with the answer to another question."""
    kept = _of(tx.sync_connection)
    if kept is not None:
        kept[key] = value


def _of(connection: Connection | None) -> dict[Hashable, Any] | None:
    """What is kept of the transaction at hand; None where there is none that ends."""
    if connection is None or connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return None
    transaction = connection.get_transaction()
    return None if transaction is None else _kept.setdefault(transaction, {})


@event.listens_for(Engine, "after_execute")
def _forget(connection: Connection, statement: Executable, *_rest: object) -> None:
    """After whatever may have changed what was read."""
    writes = isinstance(statement, UpdateBase) and statement.table in _BEHIND
    if writes or (isinstance(statement, TextClause) and _NAMED.search(statement.text)):
        _drop(connection)


@event.listens_for(Engine, "rollback_savepoint")
def _drop(connection: Connection, *_rest: object) -> None:
    """Also what was read since a savepoint may never have been."""
    transaction = connection.get_transaction()
    if transaction is not None:
        _kept.pop(transaction, None)
