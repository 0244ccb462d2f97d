"""Letters that the version before queued still go out after the upgrade, whatever state it left them in; one that
cannot be read is parked and holds up nobody (mailroom.md §3, check 14)."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from alembic import command
from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.deliver import deliver_batch
from notifier.leases import reap
from notifier.wire import wire
from store.db import alembic_config, migrate, open_engine
from tests.conftest import _admin, _named
from tests.notifier.cloud import open_cloud
from tests.notifier.rounds import QUICK, hire, states
from tests.notifier.senders import PostingSender

CLUE = {
    "state": "county_review",
    "source": "staff",
    "severity": 4,
    "photos": 1,
    "due_at": "2026-11-24T10:00:00+00:00",
    "merchant": "411421100001",
    "merchant_name": "江山便利店",
    "indicator": "W20201",
    "indicator_zh": "串码",
    "indicator_en": "Cartons coded to another shop",
    "unit_zh": "民权县局营销",
    "unit_en": "Minquan bureau, Marketing",
    "reporter_name": "林晓",
    "number": "XS-2026-000001",
    "seq": 1,
    "verb": "report",
    "internal": False,
    "by": "林晓",
    "text": "柜台下有外地码",
    "part": "holder",
}
FACTS = {
    # template -> facts, as the first version wrote them
    **dict.fromkeys(("review", "seen", "filed", "forwarded", "answered", "answer_seen", "need_info"), CLUE),
    **dict.fromkeys(("supplied", "added", "sent_back", "closed"), CLUE),
    "draft": {"form": "report", "seq": 3},
    "page": {"text": "第二页"},
    "media_lost": {"number": "XS-2026-000001", "kind": "image", "seq": "a1b2"},
}
BODY = json.dumps({"touser": "p2", "text": "第一版写下的字"}, ensure_ascii=False).encode()


@pytest.fixture
async def old(server_url: str) -> AsyncIterator[AsyncEngine]:
    """A database in the first shape."""
    name = f"old_{uuid.uuid4().hex[:12]}"
    await _admin(server_url, f'CREATE DATABASE "{name}"')
    engine = open_engine(_named(server_url, name), pool=4)
    async with engine.begin() as tx:
        await tx.run_sync(lambda connection: command.upgrade(alembic_config(connection), "0001"))
    yield engine
    await engine.dispose()
    await _admin(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def queue(engine: AsyncEngine, template: str, to: str, **columns: object) -> None:
    given = {
        "key": f"old:{template}:{to}",
        "door": "wecom",
        "address": to,
        "person_id": to,
        "purpose": template,
        "template": template,
        "facts": json.dumps(FACTS.get(template, {})),
        **columns,
    }
    names, places = ", ".join(given), ", ".join(f"${n}" for n in range(1, len(given) + 1))
    async with wire(engine) as conn:
        await conn.execute(
            f"INSERT INTO letter ({names}, not_before) VALUES ({places}, now() - interval '1 minute')", *given.values()
        )


async def test_what_the_first_version_queued_goes_out(old: AsyncEngine) -> None:
    people = await hire(old, len(FACTS))
    for template, person in zip(FACTS, people, strict=True):
        await queue(old, template, person)
    await migrate(old)
    async with open_cloud() as cloud, aiohttp.ClientSession() as http:
        assert await deliver_batch(old, {"wecom": PostingSender(http, cloud.url)}, "new", timedelta(), QUICK) == 14
        texts = {member: text for member, shown in cloud.shown.items() for _, text in shown}
    assert await states(old) == {"sent": len(FACTS)}
    assert texts["p1"].splitlines()[0] == "请研判线索 XS-2026-000001。"
    assert all(texts[person] for person in people)


async def test_what_the_first_version_left_in_mid_flight_is_finished(old: AsyncEngine) -> None:
    """Held, retried with frozen bytes, claimed by a process that is gone, and perhaps delivered by one."""
    people = await hire(old, 5)
    frozen = {"body": BODY, "body_sha256": hashlib.sha256(BODY).hexdigest()}
    async with wire(old) as conn:
        now = await conn.fetchval("SELECT now()")
    gone = {"owner": "host:1:old", "lease_until": now - timedelta(minutes=1)}
    await queue(old, "review", people[0], state="held")
    await queue(old, "review", people[1], state="retry", attempts=2, **frozen)
    await queue(old, "review", people[2], state="claimed", **gone)
    await queue(old, "review", people[3], state="started", started_at=now, **gone, **frozen)
    await queue(old, "poison", people[4])
    await queue(old, "review", people[4])
    await migrate(old)
    async with open_cloud() as cloud, aiohttp.ClientSession() as http, wire(old) as conn:
        await reap(conn, "wecom", timedelta())
        sender = PostingSender(http, cloud.url)
        while await deliver_batch(old, {"wecom": sender}, "new", timedelta(), QUICK):
            pass
        assert [body for *_, body in cloud.calls].count(BODY) == 2  # the same bytes, not written anew
        assert len(cloud.calls) == 5
        why = await conn.fetchval("SELECT reason FROM letter WHERE template = 'poison'")
    assert await states(old) == {"sent": 5, "dead": 1}
    assert why == "cannot be written: TemplateNotFound"
