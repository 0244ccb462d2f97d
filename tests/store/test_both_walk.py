"""Random people do random things in both ledgers, on two connections: the invariants hold after each step."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from store.db import Tx, open_engine
from store.law.actors import actor_of
from store.law.reasons import REASONS
from store.law.rules import LAWS, offered
from store.ledger import apply
from store.moving.entries import accused_of, load_entry
from store.moving.hearing import hearers
from store.words import CLOCK, Ask, Entry, Ledger, Moved, Refused
from tests.conftest import _admin, _named
from tests.store.invariants import check_books, check_verdict
from tests.store.problems import SPOT, problem
from tests.store.test_ledger import photo, report
from tests.world import CODE, CODE_INTERNAL, SHOP, STAFF, who

START = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
CROWD = ["mq-cm", "mq-cm2", "mq-mi", "mq-dw", "mq-ng1", "mq-ng2", "mq-leader", "sx-mi", "sq-ng1", "sq-ng2", "sq-leader"]
ASIDE = ("nudge", "instruct", "append", "decline", "suspend", "reassign", "note", "extend", "reply", "merge")
"""What leads nowhere is done less often."""
FIELDS = st.fixed_dictionaries(
    {
        "merchant": st.just(SHOP),
        "indicator": st.sampled_from([CODE, CODE, CODE, CODE_INTERNAL]),
        "text": st.sampled_from(["看到了"] * 5 + [""]),
        "opinion": st.just("属实"),
        "severity": st.integers(1, 5),
        "scope": st.just("一户"),
        "department": st.sampled_from(["enforcement", "supervision"]),
        "override_reason": st.just("另有原因"),
        "assignee": st.sampled_from(["mq-mi", "mq-ng2", "mq-zm-head", "sx-mi"]),
        "cause": st.just("窜货"),
        "measures": st.just("停供"),
        "days": st.integers(1, 9),
        "review_on": st.sampled_from(["2026-12-10", "2027-01-20"]),
        "rung": st.sampled_from(["half", "before", "due", "late_5", "receive"]),
        "place": st.just(SPOT),
        "problem": st.sampled_from(["WT-2026-000001", "WT-2026-000002"]),
        "no_photo_reason": st.just("不便"),
        "task": st.just("mq-mi"),
    },
    optional={
        "assistants": st.just(["mq-zm-head"]),
        "accused": st.just(["mq-dw"]),
        "due_on": st.sampled_from(["2026-12-01", "2026-11-30"]),
    },
)
STEP = st.tuples(st.sampled_from([*CROWD, "clock"]), st.integers(0, 999), st.integers(0, 2), st.booleans(), FIELDS)
HOURS = st.sampled_from([1, 1, 3, 9, 24, 24 * 8])
WALK = st.lists(st.tuples(HOURS, st.booleans(), STEP, STEP), min_size=15, max_size=40)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(WALK)
async def test_every_invariant_holds_after_each_step(server_url: str, world_url: str, walk: list[Any]) -> None:
    async with _books(server_url, world_url) as engine:
        at = START
        async with engine.begin() as tx:
            for assistants in ([], ["mq-zm-head"]):
                await problem(tx, at, assistants=assistants)
            await report(tx, at=at)
        for hours, together, first, second in walk:
            at += timedelta(hours=hours)
            steps = [_step(engine, at, *first), _step(engine, at, *second)]
            if together:
                await asyncio.gather(*steps)
            else:
                for one in steps:
                    await one
            async with engine.connect() as tx:
                await check_books(tx)


@asynccontextmanager
async def _books(server_url: str, world_url: str) -> AsyncIterator[AsyncEngine]:
    """A copy of the sample world of its own."""
    name = f"walk_{uuid.uuid4().hex[:12]}"
    world = world_url.rpartition("/")[2].partition("?")[0]
    await _admin(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{world}" STRATEGY FILE_COPY')
    engine = open_engine(_named(server_url, name), pool=2)
    try:
        yield engine
    finally:
        await engine.dispose()
        await _admin(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _step(
    engine: AsyncEngine, at: datetime, userid: str, dice: int, which: int, lawful: bool, fields: dict[str, Any]
) -> None:
    """Somebody tries something; mostly something that they are offered, so that walks get somewhere."""
    async with engine.connect() as tx:
        ledger, number = _which(dice, which)
        entry = await load_entry(tx, number)
        verb = list(LAWS[ledger].verbs)[dice % len(LAWS[ledger].verbs)]
        if entry is None or (not lawful and dice % 10 == 0):
            ledger, verb, number = Ledger.CLUE, "report", ""
        elif lawful or dice % 3:
            userid, verb = await _lawful(tx, entry, dice, at)
        by = CLOCK if userid == "clock" else who(userid)
        if by is not CLOCK and verb in ("rectified", "note", "append"):
            fields = {**fields, "photos": [await photo(tx, userid)]}
        await tx.commit()
        moved = await _try(tx, Ask(ledger, verb, number or None, _fitting(verb, fields)), by.id, at)
        await tx.commit()
        if moved:
            await check_verdict(tx, moved)
            await _check_who_hears(tx, moved)


def _which(dice: int, which: int) -> tuple[Ledger, str]:
    """A problem two times out of three; a third one only once there is one."""
    ledger = Ledger.PROBLEM if which < 2 or dice % 2 else Ledger.CLUE
    return ledger, f"{ledger.prefix}-2026-{which + 1:06d}"


def _fitting(verb: str, fields: dict[str, Any]) -> dict[str, Any]:
    """What only makes sense with some verbs is left out with the others."""
    drop = {"accused"} if verb != "report" else set()
    drop |= {"task"} if verb not in ("hand_over",) else set()
    drop |= {"assignee", "assistants"} if verb == "sample" else set()
    return {key: value for key, value in fields.items() if key not in drop}


async def _lawful(tx: Tx, entry: Entry, dice: int, at: datetime) -> tuple[str, str]:
    """Somebody who may do something with that entry, and what."""
    accused = await accused_of(tx, entry.number)
    if entry.ledger is Ledger.PROBLEM and entry.state in ("closed", "closed_unfounded"):
        return "clock", "archive"
    if entry.ledger is Ledger.PROBLEM and entry.state == "archived" and not entry.holder:
        return "clock", "sample"
    tasks = [task["person"] for task in entry.fields.get("tasks", ()) if task["state"] in ("assigned", "received")]
    people = [*tasks, *tasks, *CROWD]
    for n in range(len(people)):
        userid = people[(dice + n) % len(people)]
        verbs = offered(entry.ledger, entry.state, await actor_of(tx, who(userid), entry, accused, at))
        verbs = tuple(verb for verb in verbs if verb not in ASIDE or dice % 7 == 0)
        if verbs:
            return userid, verbs[dice % len(verbs)]
    return "mq-cm", "nudge"


async def _try(tx: Tx, ask: Ask, userid: str, at: datetime) -> Moved | None:
    try:
        return await apply(tx, ask, CLOCK if userid == "clock" else who(userid), at)
    except Refused as no:
        refusal = no
    assert set(REASONS[refusal.reason]) <= set(refusal.facts), refusal.reason
    return None


async def _check_who_hears(tx: Tx, moved: Moved) -> None:
    for one in (moved, *moved.caused):
        heard = await hearers(tx, one)
        assert len({hearer.person.id for hearer in heard}) == len(heard)
        if LAWS[one.entry.ledger].states[one.entry.state].open:
            assert heard, f"nobody hears of {one.verb}"
        accused = await accused_of(tx, one.entry.number)
        if one.entry.fields["internal"]:
            assert not {hearer.person.id for hearer in heard if hearer.part != "reporter"} & set(accused)


def test_the_crowd_is_on_the_roster() -> None:
    assert set(CROWD) <= set(STAFF)
