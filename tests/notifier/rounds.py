"""What the mail room's tests share: people, letters, replicas as processes, and the reconciliation at the end."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.outbox import post
from notifier.terms import Terms
from notifier.wire import wire
from store.wakes import Bells
from store.words import Address, Letter
from tests.notifier.cloud import Cloud

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
QUICK = Terms(lease=1.5, call=0.5, poll=0.1, broken=1.0)
ROOT = Path(__file__).parents[2]


async def hire(engine: AsyncEngine, count: int, doors: Sequence[str] = ("wecom",)) -> list[str]:
    """People `p1` … reached at an address of the same name on each door."""
    async with wire(engine) as conn:
        await conn.execute(
            "INSERT INTO unit VALUES ('411400', NULL, '商丘市局', 'Shangqiu', 'city', NULL, '411400')"
            " ON CONFLICT DO NOTHING"
        )
        await conn.execute(
            "INSERT INTO person (id, id_lower, name, unit_code, role)"
            " SELECT 'p' || g, 'p' || g, 'P' || g, '411400', 'field_staff' FROM generate_series(1, $1::int) g"
            " ON CONFLICT DO NOTHING",
            count,
        )
        await conn.execute(
            "INSERT INTO contact (door, address, person_id) SELECT d, 'p' || g, 'p' || g"
            " FROM generate_series(1, $1::int) g, unnest($2::text[]) d ON CONFLICT DO NOTHING",
            count,
            list(doors),
        )
    return [f"p{number}" for number in range(1, count + 1)]


def letter(number: int, to: str, door: str = "wecom", **changes: Any) -> Letter:
    """The letter about clue `number` to that person."""
    name = f"XS-2026-{number:06}"
    given: dict[str, Any] = {
        "key": f"clue:{name}:1:{to}:{door}:review",
        "to": Address(door, to),
        "person": to,
        "purpose": "review",
        "template": "review",
        "facts": {"number": name, "seq": 1, "state": "county_review", "internal": False, "text": "", "by": ""},
        "not_before": NOW,
        "subject": ("clue", name),
    }
    return Letter(**given | changes)


async def send_off(engine: AsyncEngine, letters: Sequence[Letter], now: datetime | None = None) -> int:
    async with engine.begin() as tx:
        count = await post(tx, letters, now)
    bells = Bells(engine)
    bells.ring("letters")
    await bells.rung()
    return count


async def states(engine: AsyncEngine) -> dict[str, int]:
    """How many letters are in each state."""
    async with wire(engine) as conn:
        return {row["state"]: row["n"] for row in await conn.fetch("SELECT state, count(*) n FROM letter GROUP BY 1")}


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 30.0, what: str = "it") -> None:
    """Wait for a condition, not for a time."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 (other processes bring it about)
            await asyncio.sleep(0.05)


async def all_sent(engine: AsyncEngine, seconds: float = 60.0) -> None:
    async def sent() -> bool:
        return set(await states(engine)) <= {"sent"}

    await until(sent, seconds)


@asynccontextmanager
async def replica(
    database: str, cloud: Cloud, owner: str, lease: float = 1.5, doors: str = "wecom"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A replica as a process of its own; killed at the end if it still lives."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.notifier.worker", database, cloud.url, owner, str(lease), doors, cwd=ROOT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def reconcile(engine: AsyncEngine, cloud: Cloud) -> None:
    """The other side's truth against ours: every letter sent is seen exactly once, and nothing else is."""
    async with wire(engine) as conn:
        rows = await conn.fetch(
            "SELECT id, bundle, address, body, body_sha256, ref, settled_at FROM letter WHERE state = 'sent'"
        )
    for row in rows:
        assert row["settled_at"] is not None
        assert hashlib.sha256(row["body"]).hexdigest() == row["body_sha256"]
    messages = [row for row in rows if row["bundle"] in (None, row["id"])]
    ours = Counter((row["address"], json.loads(row["body"])["text"]) for row in messages)
    theirs = Counter((member, text) for member, texts in cloud.shown.items() for _, text in texts)
    assert theirs == ours
    assert cloud.dropped == 0
    assert max(ours.values(), default=1) == 1


def in_order(cloud: Cloud) -> bool:
    """Whether everybody was told of the clues in the order of their numbers."""
    return all([text for _, text in texts] == sorted(text for _, text in texts) for texts in cloud.shown.values())


SOON = timedelta(seconds=30)
