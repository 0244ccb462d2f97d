"""Whoever has no key to a tip looks for it everywhere, and finds what they found before it came."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tips
from store.casefiles.casefile import may_take
from store.clock.recount import recount
from store.clock.workdays import load_calendar, seed_calendar
from store.db import Tx
from store.law.scope import visible
from store.ledger import apply
from store.reading import briefs, lookups
from store.reading.export import export
from store.reading.writers import JsonLines
from store.staff.offices import person_known
from store.words import CLOCK, Ask, Ledger, Lookup, Person, Refused
from tests.tips import file_tip, held, make_vault
from tests.world import STAFF, build_world

AT = datetime(2026, 11, 23, 2, 17, tzinfo=UTC)
VERBS = ("accept", "merge", "dismiss", "transfer_out", "ask_info", "escalate", "send_back", "append", "close", "tip")


@pytest.fixture
async def tx(engine: AsyncEngine) -> AsyncIterator[Tx]:
    async with engine.connect() as connection:
        await build_world(connection)
        await seed_calendar(connection)
        await make_vault(connection, AT)
        yield connection


async def everybody(tx: Tx) -> list[Person]:
    found = [await person_known(tx, userid) for userid in STAFF]
    return [one for one in found if one]


async def looks(tx: Tx, who: Person, number: str) -> list[Any]:
    """Everything that a person may ask of the books: lists, counts, search, one entry, the morning's letter."""
    asked = [
        *(Lookup(kind, {}, "zh") for kind in ("tasks", "mine")),
        *(Lookup("ledger", {"ledger": "clue", "state": state}, "zh") for state in ("", "city_review", "answered")),
        *(Lookup("find", {"words": words}, "zh") for words in (number, number[3:], "江山", "举报", "")),
        *(Lookup("entry", {"number": typed}, "zh") for typed in (number, number[-6:], "")),
    ]
    found = [await lookups.answer(tx, one, who, AT) for one in asked]
    counts = await briefs.standings(tx, AT + timedelta(days=9), AT - timedelta(days=9), AT + timedelta(days=5))
    return [
        *found,
        await briefs.waiting_for(tx, who),
        counts,
        await visible(tx, who, number),
        await may_take(tx, who, number),
    ]


@pytest.mark.parametrize(
    ("more", "readers"),
    [
        ({}, {"sq-ng1", "sq-ng2"}),
        ({"person_name": "秦明", "about": "insider"}, {"sq-ng2"}),
        ({"text": "何川 和 Tom Xu 都知道"}, {"sq-ng1"}),
        ({"person_unit": "民权县局", "person_role": "supervision_officer"}, {"sq-ng1", "sq-ng2"}),
    ],
)
async def test_only_readers_find_anything_that_was_not_there_before(
    tx: Tx, more: dict[str, Any], readers: set[str]
) -> None:
    people, trial = await everybody(tx), await tx.begin_nested()
    number = (await held(tx, await file_tip(tx, AT, **more), AT)).number
    after = {one.id: await looks(tx, one, number) for one in people}
    await trial.rollback()
    before = {one.id: await looks(tx, one, number) for one in people}
    assert {one for one in after if after[one] != before[one]} == readers


async def test_nobody_moves_a_tip_without_its_key_in_hand(tx: Tx) -> None:
    """Also its own officers act on it in the vault alone, where the passphrase was asked for."""
    number = (await held(tx, await file_tip(tx, AT), AT)).number
    given = {"text": "x", "opinion": "x", "severity": 3, "scope": "x", "department": "enforcement", "assignee": "mq-mi"}
    for who in await everybody(tx):
        for verb in VERBS:
            with pytest.raises(Refused) as no:
                await apply(tx, Ask(Ledger.CLUE, verb, number, {**given, "outcome": "unfounded"}), who, AT)
            seen = who.id in ("sq-ng1", "sq-ng2")
            assert no.value.reason in ({"wrong_person_nothing", "wrong_state_nothing"} if seen else {"not_found"})


async def test_the_ledger_s_own_clock_leaves_tips_alone(tx: Tx) -> None:
    number = (await held(tx, await file_tip(tx, AT), AT)).number
    before = await load_calendar(tx, AT)
    await tx.execute(
        text("INSERT INTO calendar_day VALUES ('2027-02-22', 'off', 'x', 'import') ON CONFLICT DO NOTHING")
    )
    assert await recount(tx, before, AT) == []
    assert (await tx.execute(text("SELECT next_at FROM clue WHERE number = :n"), {"n": number})).scalar_one() is None


async def test_a_tip_that_ended_is_archived_like_every_clue(tx: Tx) -> None:
    mine = await held(tx, await file_tip(tx, AT), AT)
    await tips.delete(tx, mine, AT)
    moved = await apply(tx, Ask(Ledger.CLUE, "archive", mine.number), CLOCK, AT + timedelta(days=31))
    assert moved.entry.state == "archived"


async def test_the_operator_s_export_says_that_it_is_there_and_nothing_else(tx: Tx) -> None:
    number = (await held(tx, await file_tip(tx, AT), AT)).number
    out = io.StringIO()
    await export(tx, Ledger.CLUE, JsonLines(out), lines=True)
    assert number in out.getvalue()
    assert "江山" not in out.getvalue()
