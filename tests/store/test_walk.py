"""Random people do random things in random order: the invariants of lifecycle.md §3 hold for clues all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.db import Tx
from store.law.actors import actor_of
from store.law.clue_law import CLUE_STATES, CLUE_VERBS
from store.law.reasons import REASONS
from store.law.rules import LAWS, offered
from store.law.scope import sees
from store.law.standing import Actor, sits, standings
from store.ledger import apply
from store.moving.chain import verify_chain
from store.moving.entries import load_entry
from store.staff.people import hearers
from store.words import CLOCK, Ask, Ledger, Moved, Refused
from tests.world import CODE, CODE_INTERNAL, CODE_OTHER, SHOP, STAFF, build_world, who

START = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
ACCUSED, LINE = "mq-mi", {"mq-mi", "mq-zm-head", "mq-leader"}

PEOPLE = st.sampled_from([*STAFF, "clock"])
STEPS = st.lists(
    st.tuples(
        PEOPLE,
        st.sampled_from([*CLUE_VERBS, "report"]),
        st.integers(0, 5),
        st.booleans(),
        st.fixed_dictionaries(
            {"merchant": st.sampled_from([SHOP, "unknown"])},
            optional={
                "text": st.sampled_from(["", "看到了", "=1+1"]),
                "indicator": st.sampled_from([CODE, CODE_OTHER, CODE_INTERNAL, "W202"]),
                "special": st.booleans(),
                "accused": st.just([ACCUSED]),
                "authority": st.just("市公安局"),
                "place": st.just({"lat": 34.65, "lon": 115.14, "datum": "gcj02"}),
            },
        ),
    ),
    min_size=10,
    max_size=60,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_the_invariants_hold_after_any_walk(engine: AsyncEngine, steps: list[Any]) -> None:
    async with engine.connect() as tx:
        await build_world(tx)
        moves: list[Moved] = []
        for n, (userid, verb, which, lawful, fields) in enumerate(steps):
            if lawful:
                userid, verb = await _lawful(tx, which, n)
            moved = await _step(tx, userid, verb, which, fields, START + timedelta(hours=n))
            if moved:
                moves.append(moved)
        await _check(tx, moves)
        await tx.rollback()


async def _lawful(tx: Tx, which: int, n: int) -> tuple[str, str]:
    """Somebody whose move it is, and a verb that they are offered, so that walks get somewhere."""
    entry = await load_entry(tx, f"XS-2026-{which + 1:06d}")
    if entry is None:
        return "mq-cm", "report"
    people = [one for one in STAFF if entry.holder and sits(who(one), entry.holder)]
    userid = (people or [entry.fields["reporter"], "sq-ng1"])[n % (len(people) or 2)]
    verbs = offered(Ledger.CLUE, entry.state, await actor_of(tx, who(userid), entry, [], START))
    return userid, verbs[n % len(verbs)] if verbs else "append"


async def _step(tx: Tx, userid: str, verb: str, which: int, fields: dict[str, Any], at: datetime) -> Moved | None:
    by = CLOCK if userid == "clock" else who(userid)
    entry = None if verb == "report" else f"XS-2026-{which + 1:06d}"
    try:
        moved = await apply(tx, Ask(Ledger.CLUE, verb, entry, fields), by, at)
    except Refused as no:
        refusal = no
    else:
        await _check_who_hears(tx, moved)
        return moved
    assert set(REASONS[refusal.reason]) <= set(refusal.facts)
    return None


async def _check_who_hears(tx: Tx, moved: Moved) -> None:
    heard = await hearers(tx, moved)
    assert len({hearer.person.id for hearer in heard}) == len(heard)
    if moved.entry.holder:
        assert heard, f"nobody hears of {moved.verb}"
    if moved.before == moved.entry.state:
        assert moved.by.id not in {hearer.person.id for hearer in heard}


async def _check(tx: Tx, moves: list[Moved]) -> None:
    clues = (await tx.execute(select(tables.clue).order_by(tables.clue.c.number))).all()
    forms = set((await tx.execute(select(tables.handling_form.c.clue))).scalars())
    assert [clue.number for clue in clues] == [f"XS-2026-{n:06d}" for n in range(1, len(clues) + 1)]
    for clue in clues:
        query = select(tables.line).where(tables.line.c.number == clue.number).order_by(tables.line.c.seq)
        lines = [dict(row._mapping) for row in await tx.execute(query)]
        mine = [moved for moved in moves if moved.entry.number == clue.number]
        assert [(line["verb"], line["after"]) for line in lines] == [(one.verb, one.entry.state) for one in mine]
        assert clue.lines == len(lines)
        assert verify_chain(lines) is None
        assert clue.state == lines[-1]["after"]
        held = clue.holder_person is not None or clue.holder_unit is not None
        assert held is CLUE_STATES[clue.state].open is (clue.due_at is not None)
        assert (clue.number in forms) == any(line["after"] in ("county_review", "city_review") for line in lines)
    await _check_the_accused_see_nothing(tx)


async def _check_the_accused_see_nothing(tx: Tx) -> None:
    accused = set((await tx.execute(select(tables.clue_accused.c.number))).scalars())
    for userid in LINE:
        query = select(tables.clue.c.number).where(sees(who(userid)), tables.clue.c.reporter != userid)
        assert not accused & set((await tx.execute(query)).scalars())


def test_only_offered_verbs_are_ever_possible_for_a_bystander() -> None:
    nobody = Actor(who("sx-dw"), standings(who("sx-dw"), None))
    assert offered(Ledger.CLUE, None, nobody) == ("report",)
    assert all(offered(Ledger.CLUE, state, nobody) == () for state in LAWS[Ledger.CLUE].states)
