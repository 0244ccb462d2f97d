"""Cases for the tests of the problem ledger: a clue that was accepted, and moves on what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from store.db import Tx
from store.ledger import apply
from store.moving.entries import load_entry
from store.words import Ask, Ledger, Moved
from tests.store.test_ledger import AT, move, report
from tests.world import who

FORM = {"opinion": "情况属实,转专卖查处", "severity": 3, "scope": "本县一户", "department": "enforcement"}
NOON = AT + timedelta(hours=2)


async def accept(tx: Tx, clue: str, by: str = "mq-ng1", at: datetime = AT, **fields: Any) -> Moved:
    """Accept a clue; by default the market inspector of the county gets the task."""
    return await move(tx, clue, "accept", by, at, **{**FORM, "assignee": "mq-mi", **fields})


async def problem(tx: Tx, at: datetime = AT, **fields: Any) -> str:
    """The number of a new problem that the county has dispatched."""
    clue = (await report(tx, at=at)).entry.number
    return (await accept(tx, clue, at=at, **fields)).caused[0].entry.number


async def act(tx: Tx, number: str, verb: str, by: str, at: datetime = NOON, **fields: Any) -> Moved:
    """A move on a problem."""
    return await apply(tx, Ask(Ledger.PROBLEM, verb, number, fields), who(by), at)


SPOT = {"lat": 34.6494, "lon": 115.1423, "datum": "wgs84"}
FEEDBACK: dict[str, Any] = {"cause": "邻县窜货", "text": "查获 12 条", "place": SPOT}


async def state_of(tx: Tx, number: str) -> str:
    entry = await load_entry(tx, number)
    assert entry
    return entry.state
