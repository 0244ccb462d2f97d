"""An hour strikes for ten thousand people at once, and everybody who talks is answered all the same
(mailroom.md §3, check 6)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from statistics import quantiles
from time import perf_counter

from notifier.ticks import remind_of_drafts
from notifier.wire import wire
from store.words import Address, Incoming, Text
from tests.journeys.town import Town

MANY = 10_000

_CROWD = """
WITH them AS (
  INSERT INTO person (id, id_lower, name, unit_code, role)
  SELECT 'crowd' || n, 'crowd' || n, 'C' || n, '411421-YX', 'field_staff' FROM generate_series(1, $1) n RETURNING id
), reached AS (
  INSERT INTO contact (door, address, person_id) SELECT 'later', id, id FROM them
)
INSERT INTO dialogue (person_id, version, state, form, updated_at)
SELECT id, 1, '{"form": "report", "version": "a", "language": "zh"}', 'report',
       clock_timestamp() + $2::interval - interval '5 hours' FROM them
"""


async def test_ten_thousand_reminders_at_once_hold_up_nobody(town: Town) -> None:
    shift = town.clock.shift
    async with wire(town.engine) as conn:
        await conn.execute(_CROWD, MANY, shift)
        await conn.execute("ANALYZE person, contact, dialogue")
    waits: list[float] = []
    striking = asyncio.gather(*(remind_of_drafts(town.engine, shift) for _replica in range(2)))
    while not striking.done() or len(waits) < 100:
        began = perf_counter()
        message = Incoming(f"talk{len(waits)}", Address("wecom", "mq-dw"), Text("帮助"))
        assert (await town.office.receive(message)).says
        waits.append(perf_counter() - began)
    assert sum(await striking) == MANY
    assert quantiles(waits, n=100)[98] <= 1.0
    [row] = await town.rows(
        "SELECT count(*) AS letters, count(DISTINCT person_id) AS people,"
        " (SELECT count(*) FROM occurrence WHERE rule = 'draft') AS occurrences FROM letter WHERE purpose = 'draft'"
    )
    assert set(row.values()) == {MANY}
    assert await remind_of_drafts(town.engine, shift + timedelta(minutes=1)) == 0
