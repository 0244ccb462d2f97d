"""When all scores are counted anew, and that they are."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from store import tables
from store.clock.workdays import SHANGHAI
from store.db import Tx
from store.profile.night import begun, done, wanted
from store.tables.library import indicator_value
from tests.store.profile.books import came
from tests.world import CODE

NOON = datetime(2026, 11, 17, 12, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)


async def _ran(tx: Tx, at: datetime = NOON) -> None:
    await done(tx, await begun(tx, "night", at), 5, 0, at)


async def test_the_first_time_is_always_due(tx: Tx) -> None:
    assert await wanted(tx, NOON) == "night"
    await begun(tx, "night", NOON)
    assert await wanted(tx, NOON) == "night"  # whoever began was stopped
    await _ran(tx)
    assert await wanted(tx, NOON) is None


@pytest.mark.parametrize(("hours", "expected"), [(1, None), (11, None), (14, None), (15, "night"), (40, "night")])
async def test_it_is_due_once_a_night(tx: Tx, hours: int, expected: str | None) -> None:
    await _ran(tx)
    assert await wanted(tx, NOON + hours * HOUR) == expected


async def test_it_is_due_when_weights_come_into_force(tx: Tx) -> None:
    await _ran(tx)
    later = NOON + 2 * HOUR
    setting = {"key": "score.key", "valid_from": later, "value": 60, "set_by": "sq-admin"}
    await tx.execute(insert(tables.setting).values(setting))
    assert [await wanted(tx, NOON + hours * HOUR) for hours in (1, 2)] == [None, "weights"]
    await _ran(tx, later)
    assert await wanted(tx, later) is None
    values = {"severity": 3, "responsible_department": "enforcement", "due_working_days": 7, "set_by": "sq-admin"}
    new = {"code": CODE, "valid_from": later + HOUR, "weight": 15.0, "set_at": NOON}
    await tx.execute(insert(indicator_value).values(**values, **new))
    assert [await wanted(tx, later + hours * HOUR) for hours in (0, 1)] == [None, "weights"]


@pytest.mark.parametrize(("kind", "expected"), [("scores", "import"), ("outflow", "import"), ("orders", None)])
async def test_it_is_due_when_provincial_data_came(tx: Tx, kind: str, expected: str | None) -> None:
    await _ran(tx)
    await came(tx, kind, NOON + HOUR)
    assert await wanted(tx, NOON + HOUR) == expected
