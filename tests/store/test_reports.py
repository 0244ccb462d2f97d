"""Roll-ups: kept in step with every move, folded without a change, equal to a recount made of the lines alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from store import db, tables
from store.clock.workdays import local_day, seed_calendar
from store.db import Tx
from store.law.scope import sees
from store.law.standing import Standing
from store.ledger import apply
from store.reading.views import OPEN
from store.reports import folding, recounting
from store.reports.figures import Asker, Cut, counted, standing
from store.reports.periods import Period, Span
from store.reports.tallies import Facts
from store.reports.viewing import corrections, viewpoint
from store.words import Ask, Ledger, Role
from tests.store.problems import FEEDBACK, FORM, accept, act, problem
from tests.store.reporting import half_a_year
from tests.store.test_ledger import AT, move, report
from tests.world import CODE, CODE_INTERNAL, CODE_OTHER, MQ, SHOP_NEAR, STAFF, SX, build_world, who

EVER = Period(Span.DAYS, date(2020, 1, 1), date(2029, 12, 31))


async def asked(tx: Tx, userid: str, by: tuple[str, ...] = ()) -> Any:
    view = viewpoint(who(userid))
    assert view
    found = await corrections(tx, who(userid), view, EVER.start, EVER.end)
    return await counted(tx, Asker(view, found), EVER, Cut(), by)


async def test_half_a_year(tx: Tx) -> None:
    """What is counted is what the lines say; folding changes no figure; everybody's figures are as long as their
    lists."""
    now = await db.now(tx)
    await half_a_year(tx, now)
    await _as_the_lines_say(tx)
    for userid in ("sq-leader", "sq-ng1", "mq-leader", "mq-ng1", "mq-zm-head", "sx-ng", "sx-wl-head"):
        await _as_long_as_their_lists(tx, userid, now)
    await _folded(tx)


async def _as_the_lines_say(tx: Tx) -> None:
    """Counted here by hand out of lines and entries, in another way than the view does."""
    rows = (await tx.execute(select(tables.line).order_by(tables.line.c.number, tables.line.c.seq))).all()
    verbs: dict[str, list[str]] = {}
    for row in rows:
        verbs.setdefault(row.number, []).append(row.verb)
    problems = {row.number: row for row in await tx.execute(select(tables.problem))}
    wanted: Counter[str] = Counter()
    for number, row in problems.items():
        said = verbs[number]
        verdicts = [verb for verb in said if verb in ("verify", "verify_closed", "rule_unfounded")]
        wanted["n"] += 1
        wanted["confirmed"] += bool(verdicts) and verdicts[-1] != "rule_unfounded"
        wanted["unfounded"] += bool(verdicts) and verdicts[-1] == "rule_unfounded"
        wanted["nudged"] += "nudge" in said
        wanted["nudges"] += said.count("nudge")
        wanted["returns"] += said.count("return")
        wanted["reopened"] += "fail" in said
        wanted["passed"] += "pass" in said
        wanted["failed"] += "fail" in said
        wanted["repeated"] += any(
            other.merchant == row.merchant
            and timedelta(0) < row.opened_at - other.opened_at <= timedelta(days=180)
            and not other.internal
            for other in problems.values()
        )
        wanted["closed"] += row.closed_at is not None
    (facts,) = (await asked(tx, "sq-leader")).values()
    counts = {name: facts.problems[name] for name in wanted if name not in ("n", "closed")}
    assert {**counts, "n": facts.problems.n, "closed": facts.closed.n} == dict(wanted)
    took = sorted(
        (local_day(row.closed_at) - local_day(row.opened_at)).days for row in problems.values() if row.closed_at
    )
    assert sorted(facts.closed.took.elements()) == took
    clues = {row.number: row for row in await tx.execute(select(tables.clue).where(tables.clue.c.source != "tip"))}
    assert facts.clues.n == len(clues)
    assert facts.clues["merged"] == sum("merge" in verbs[number] for number in clues)
    assert facts.clues["escalated"] == sum("escalate" in verbs[number] for number in clues)
    assert facts.clues["late"] == sum(row.late for row in clues.values())


async def _as_long_as_their_lists(tx: Tx, userid: str, now: datetime) -> None:
    """As many clues and problems as they may see: opened, closed and open now."""
    view = viewpoint(who(userid))
    assert view
    found = await corrections(tx, who(userid), view, EVER.start, EVER.end)
    asker = Asker(view, found)
    facts = (await standing(tx, asker, now, Cut(), (), await counted(tx, asker, EVER, Cut(), ()))).get((), Facts())
    for ledger, table, n in (
        (Ledger.CLUE, tables.clue, facts.clues.n),
        (Ledger.PROBLEM, tables.problem, facts.problems.n),
    ):
        query = select(table.c.state, table.c.closed_at if ledger is Ledger.PROBLEM else table.c.due_at)
        rows = (await tx.execute(query.where(sees(who(userid), ledger)))).all()
        assert n == len(rows)
        assert facts.standing(ledger).open == sum(row[0] in OPEN[ledger] for row in rows)
        if ledger is Ledger.PROBLEM:
            assert facts.closed.n == sum(row[1] is not None for row in rows)


async def _folded(tx: Tx) -> None:
    before = await asked(tx, "sq-leader", ("bureau", "indicator"))
    while await folding.fold(tx, 40):
        assert await asked(tx, "sq-leader", ("bureau", "indicator")) == before
    await folding.sweep(tx)
    assert await asked(tx, "sq-leader", ("bureau", "indicator")) == before
    assert (await recounting.check(tx)).ok
    await recounting.rebuild(tx)
    assert await asked(tx, "sq-leader", ("bureau", "indicator")) == before


def test_who_has_reports() -> None:
    """Leaders, supervision and heads of departments; nobody else."""
    have = {userid for userid in STAFF if viewpoint(who(userid)) is not None}
    roles = (Role.LEADER, Role.SUPERVISION_OFFICER, Role.DEPARTMENT_HEAD)
    assert have == {userid for userid, one in STAFF.items() if one.role in roles}


async def test_a_fault_is_found_and_put_right(tx: Tx) -> None:
    number = await problem(tx)
    await tx.execute(text("UPDATE report_entry SET nudged = 1, nudges = 4 WHERE number = :number"), {"number": number})
    found = await recounting.check(tx)
    assert found.entries == (number,)
    assert found.sums
    assert await recounting.set_right(tx, found.entries) == 2
    assert (await recounting.check(tx)).entries == ()
    await recounting.rebuild(tx)
    assert (await recounting.check(tx)).ok


async def test_a_new_code_moves_what_was_counted(tx: Tx) -> None:
    """An "other" that recurred gets a code of its own: clue and problem count under it, and nowhere twice."""
    clue = (await report(tx, indicator=CODE_OTHER)).entry.number
    await move(tx, clue, "classify", "mq-yx-head", indicator=CODE_OTHER)
    number = (await accept(tx, clue, override_reason="另有原因")).caused[0].entry.number
    await folding.fold(tx)
    fields = {"indicator": CODE}
    await apply(tx, Ask(Ledger.CLUE, "recode", clue, fields), who("sq-ng1"), AT, Standing.LIBRARY)
    found = await asked(tx, "sq-leader", ("indicator",))
    assert (found[CODE,].clues.n, found[CODE,].problems.n) == (1, 1)
    assert (found[CODE_OTHER,].clues.n, found[CODE_OTHER,].problems.n) == (0, 0)
    assert number
    assert (await recounting.check(tx)).ok


async def test_the_accused_and_their_line_find_no_count(tx: Tx) -> None:
    """An internal clue about a city inspector's county colleague: his leader's figures do not move."""
    before = {one: await asked(tx, one, ("bureau",)) for one in ("mq-leader", "mq-zm-head", "mq-yx-head")}
    clue = (await report(tx, by="sx-cm", indicator=CODE_INTERNAL, accused=["mq-dw"])).entry.number
    form = {**FORM, "assignee": "sq-ng2", "department": "supervision"}
    await apply(tx, Ask(Ledger.CLUE, "accept", clue, form), who("sq-ng1"), AT)
    assert {one: await asked(tx, one, ("bureau",)) for one in before} == before
    city = await asked(tx, "sq-leader", ("bureau",))
    assert city[SX,].clues.n == city[SX,].problems.n == 1
    # Whom it accuses may be a leader of the city: of that they have no count, others have.
    await report(tx, by="sx-cm", indicator=CODE_INTERNAL, accused=["sq-leader"])
    assert (await asked(tx, "sq-leader", ("bureau",)))[SX,].clues.n == 1
    assert (await asked(tx, "sq-ng1", ("bureau",)))[SX,].clues.n == 2


async def test_two_officers_of_a_county_do_not_wait_for_each_other(engine: AsyncEngine) -> None:
    """One move has not committed yet; the other, in the same county, of the same kind, on the same day, commits."""
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        first = await problem(tx)
        elsewhere = (await report(tx, merchant=SHOP_NEAR)).entry.number  # scores of one shop are counted in turn
        second = str((await accept(tx, elsewhere, assignee="mq-zm-head")).caused[0].entry.number)
        await act(tx, first, "receive", "mq-mi")
        await act(tx, second, "receive", "mq-zm-head")
    async with engine.connect() as slow, engine.connect() as quick:
        await act(slow, first, "feedback", "mq-mi", **FEEDBACK)
        await act(slow, first, "verify_closed", "mq-ng2", text="属实")
        async with asyncio.timeout(5):
            await act(quick, second, "feedback", "mq-zm-head", **FEEDBACK)
            await act(quick, second, "verify_closed", "mq-ng2", text="属实")
            await folding.fold(quick)
            await quick.commit()
        await slow.commit()
    async with engine.connect() as tx:
        assert (await asked(tx, "sq-leader", ("bureau",)))[MQ,].closed.n == 2
        assert (await recounting.check(tx)).ok
