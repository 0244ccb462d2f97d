"""What officers are told of tips: one constant sentence, in batches, to those alone who may know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from notifier import render
from notifier.tips import forget_shares, tell
from notifier.tips import tips as tick
from store import tables, tips
from store.db import Tx
from store.tips import drafts
from tests.tips import file_tip, held, make_vault, opened
from tests.world import build_world

AT = datetime(2026, 11, 23, 2, 17, tzinfo=UTC)
BATCH_OVER = datetime(2026, 11, 23, 7, 15, tzinfo=UTC)


async def letters(tx: Tx) -> list[tuple[str, str, dict[str, object], object]]:
    rows = await tx.execute(select(tables.letter).order_by(tables.letter.c.id))
    return [(row.person_id, row.template, row.facts, row.number) for row in rows]


async def test_a_hundred_tips_are_one_letter_to_each_reader(engine: AsyncEngine) -> None:
    async with engine.connect() as tx:
        await build_world(tx)
        await make_vault(tx, AT)
        for _ in range(5):
            await file_tip(tx, AT, text="秦明 收了钱")
        assert await tell(tx, AT) == 0
        assert await tell(tx, BATCH_OVER) == 1
        assert await tell(tx, BATCH_OVER) == 0
        assert await letters(tx) == [("sq-ng2", "tips", {"kind": "news"}, None)]


async def test_the_sentence_is_the_same_whatever_happened(engine: AsyncEngine) -> None:
    async with engine.connect() as tx:
        await build_world(tx)
        await make_vault(tx, AT)
        mine = await held(tx, await file_tip(tx, AT, identity="李四"), AT)
        await tips.ask_identity(tx, await opened(tx, "sq-ng1", mine.number, AT), "reason", AT)
        await tips.clocks.strike(tx, AT + timedelta(days=30))
        await tell(tx, AT + timedelta(days=40))
        told = await letters(tx)
        assert {person for person, *_rest in told} == {"sq-ng1", "sq-ng2", "sq-custodian"}
        said = {render.text(template, facts, "zh") for _person, template, facts, _number in told}
        assert said == {"举报保险柜里有事项等您处理。\n发送“控制台”即可登录。"}
        english = {render.text(template, facts, "en") for _person, template, facts, _number in told}
        assert english == {"Something in the tip vault is waiting for you.\nSend “console” to sign in."}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_alarm_names_no_tip(language: str) -> None:
    said = render.text("tips", {"kind": "alarm"}, language)
    assert len(said.splitlines()) == 2
    assert "XS-" not in said


async def test_the_ticks_strike_sweep_and_write_the_shares_anew(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        await make_vault(tx, AT)
        receipt = await file_tip(tx, AT)
        await drafts.save(tx, "telegram", "1", {}, AT)
    shift = AT + timedelta(days=400) - datetime.now(UTC)
    assert await tick(engine, shift) > 0
    assert await tick(engine, shift) == 0
    async with engine.begin() as tx:
        await tips.delete(tx, await held(tx, receipt, AT), AT)
        share = await tx.execute(text("SELECT pg_relation_filepath('tip_apart.share')"))
        before = share.scalar_one()
    await forget_shares(engine, shift)
    async with engine.connect() as tx:
        share = await tx.execute(text("SELECT pg_relation_filepath('tip_apart.share')"))
        assert share.scalar_one() != before
