"""Drafts of tips: found again by their chat alone, gone in half an hour, across midnight too, nowhere in a backup."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.db import Tx
from store.tips import drafts

AT = datetime(2026, 11, 23, 2, 17, tzinfo=UTC)
CHAT = ("telegram", "77153")
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def tx(engine: AsyncEngine) -> AsyncIterator[Tx]:
    async with engine.connect() as connection:
        yield connection


async def test_a_draft_is_kept_for_half_an_hour_from_its_last_touch(tx: Tx) -> None:
    assert await drafts.load(tx, *CHAT, AT) is None
    await drafts.save(tx, *CHAT, {"text": "一"}, AT)
    await drafts.save(tx, *CHAT, {"text": "一二"}, AT + 20 * MINUTE)
    assert await drafts.load(tx, *CHAT, AT + 49 * MINUTE) == {"text": "一二"}
    assert await drafts.load(tx, *CHAT, AT + 50 * MINUTE) is None
    for other in (("telegram", "77154"), ("wechat", "77153")):
        assert await drafts.load(tx, *other, AT) is None
    await drafts.forget(tx, *CHAT, AT + 21 * MINUTE)
    assert await drafts.load(tx, *CHAT, AT + 21 * MINUTE) is None


async def test_files_live_and_die_with_their_draft(tx: Tx) -> None:
    one = await drafts.keep_file(tx, *CHAT, "image", "image/png", b"\x89PNG", AT)
    await drafts.save(tx, *CHAT, {}, AT + 20 * MINUTE)
    two = await drafts.keep_file(tx, *CHAT, "document", "application/pdf", b"x" * 300_000, AT + 20 * MINUTE)
    assert await drafts.files(tx, *CHAT, AT + 45 * MINUTE) == {
        one: ("image", "image/png", b"\x89PNG"),
        two: ("document", "application/pdf", b"x" * 300_000),
    }
    assert await drafts.files(tx, "wechat", "77153", AT) == {}
    await drafts.forget(tx, *CHAT, AT + 45 * MINUTE)
    assert await drafts.files(tx, *CHAT, AT + 45 * MINUTE) == {}


async def test_a_repeated_delivery_gets_the_same_answer(tx: Tx) -> None:
    assert await drafts.seen(tx, *CHAT, "m1", AT) is None
    await drafts.remember(tx, *CHAT, "m1", ["回执", "十二字"], AT)
    assert await drafts.seen(tx, *CHAT, "m1", AT + 29 * MINUTE) == ["回执", "十二字"]
    assert await drafts.seen(tx, *CHAT, "m2", AT) is None
    assert await drafts.seen(tx, "wechat", "77153", "m1", AT) is None
    assert await drafts.seen(tx, *CHAT, "m1", AT + 30 * MINUTE) is None


async def test_midnight_changes_the_pepper_and_loses_nothing(tx: Tx) -> None:
    before = datetime(2026, 11, 23, 15, 50, tzinfo=UTC)  # ten to midnight in Shanghai
    after = before + 15 * MINUTE
    await drafts.save(tx, *CHAT, {"text": "深夜"}, before)
    file = await drafts.keep_file(tx, *CHAT, "image", "image/png", b"png", before)
    await drafts.remember(tx, *CHAT, "m1", "said", before)
    assert await drafts.load(tx, *CHAT, after) == {"text": "深夜"}
    assert await drafts.seen(tx, *CHAT, "m1", after) == "said"
    await drafts.save(tx, *CHAT, {"text": "凌晨"}, after)
    assert await drafts.load(tx, *CHAT, after) == {"text": "凌晨"}
    assert list(await drafts.files(tx, *CHAT, after)) == [file]
    rows = select(func.count()).select_from(tables.tip_draft)
    assert (await tx.execute(rows)).scalar_one() == 1
    assert await drafts.load(tx, *CHAT, after + 29 * MINUTE) == {"text": "凌晨"}


async def test_a_day_later_the_pepper_is_gone_and_with_it_who_had_a_draft(tx: Tx) -> None:
    await drafts.save(tx, *CHAT, {"text": "一"}, AT)
    await drafts.remember(tx, *CHAT, "m1", "said", AT)
    key = await drafts.bucket_key(tx, "web", "192.0.2.1", AT)
    assert key == await drafts.bucket_key(tx, "web", "192.0.2.1", AT + 60 * MINUTE)
    assert key != await drafts.bucket_key(tx, "web", "192.0.2.2", AT)
    assert await drafts.sweep(tx, AT + 29 * MINUTE) == 0
    assert await drafts.sweep(tx, AT + 30 * MINUTE) == 2
    assert await drafts.sweep(tx, AT + timedelta(days=1)) == 1
    assert key != await drafts.bucket_key(tx, "web", "192.0.2.1", AT)


async def test_a_row_that_was_changed_is_no_draft(tx: Tx) -> None:
    await drafts.save(tx, *CHAT, {"text": "一"}, AT)
    await tx.execute(text("UPDATE tip_apart.draft SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1)"))
    assert await drafts.load(tx, *CHAT, AT) is None


async def test_messages_of_one_chat_wait_for_each_other(engine: AsyncEngine) -> None:
    async with engine.begin() as first, engine.begin() as second:
        await drafts.bucket_key(first, "web", "any", AT)  # the pepper is there for both
        await first.commit()
    async with engine.connect() as first, engine.connect() as second:
        await drafts.load(first, *CHAT, AT)
        waiting = asyncio.create_task(drafts.load(second, *CHAT, AT))
        done, _left = await asyncio.wait([waiting], timeout=0.2)
        assert not done
        await drafts.save(first, *CHAT, {"n": 1}, AT)
        await first.commit()
        assert await asyncio.wait_for(waiting, 5) == {"n": 1}


async def test_the_tables_are_unlogged_and_apart(tx: Tx) -> None:
    """Not in the write-ahead log, emptied by a crash, and in the schema that backups leave out."""
    query = text(
        "SELECT relname, relpersistence::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = 'tip_apart' AND relkind = 'r' ORDER BY relname"
    )
    assert [tuple(row) for row in await tx.execute(query)] == [
        ("draft", "u"),
        ("draft_file", "u"),
        ("pepper", "u"),
        ("seen", "u"),
        ("share", "p"),
    ]
