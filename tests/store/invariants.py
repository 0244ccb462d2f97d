"""The invariants of lifecycle.md §3, checked on whole books; each says which one it is."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select

from store import tables
from store.db import Tx
from store.law.rules import LAWS
from store.law.scope import sees
from store.law.standing import OPEN_TASK
from store.moving.chain import verify_chain
from store.moving.entries import TABLES
from store.profile.confirmed import confirmed
from store.profile.score import score
from store.reports.recounting import check
from store.tables.profile import shop_score
from store.words import Ledger, Moved
from tests.world import who

FAR = datetime(2100, 1, 1, tzinfo=UTC)
VERDICTS = ("verify", "verify_closed", "rule_unfounded", "confirm")
CLOSED = ("closed", "closed_unfounded", "archived")


async def check_books(tx: Tx) -> None:
    """All of them, on everything that is in the books."""
    clues, problems = await _rows(tx, tables.clue), await _rows(tx, tables.problem)
    tasks, forms = await _rows(tx, tables.task), await _rows(tx, tables.handling_form)
    for ledger, rows in ((Ledger.CLUE, clues), (Ledger.PROBLEM, problems)):
        await _numbers_and_lines(tx, ledger, rows)
        _open_is_held(ledger, rows)
    _one_problem_per_form(problems, forms)
    _ledgers_agree(clues, problems)
    _tasks_fit(problems, tasks)
    await _scores_in_step(tx)
    await _reports_in_step(tx)
    await _accused_see_nothing(tx)


async def _scores_in_step(tx: Tx) -> None:
    """Every score is what the lines of its shop say, taken apart; a shop without one has nothing that counts."""
    stored = {row["licence_no"]: row for row in await _rows(tx, shop_score)}
    for licence_no in (await tx.execute(select(tables.merchant.c.licence_no))).scalars():
        row = stored.get(licence_no)
        if row:
            assert abs(row["score"] - (await score(tx, licence_no, row["at"])).value) < 1e-9
        else:
            assert await confirmed(tx, licence_no, FAR) == []


async def _reports_in_step(tx: Tx) -> None:
    """What reports count is what the ledgers say, entry by entry and summed up."""
    found = await check(tx)
    assert found.ok, found


async def _rows(tx: Tx, table: Any) -> list[dict[str, Any]]:
    found = await tx.execute(select(table).order_by(*table.primary_key.columns))
    return [dict(row._mapping) for row in found]


async def _numbers_and_lines(tx: Tx, ledger: Ledger, rows: list[dict[str, Any]]) -> None:
    """1: numbers have no gaps. 2 and 7: one line for each move, chained."""
    prefix = f"{ledger.prefix}-2026-"
    assert [row["number"] for row in rows if row["number"].startswith(prefix)] == [
        f"{prefix}{n:06d}" for n in range(1, sum(row["number"].startswith(prefix) for row in rows) + 1)
    ]
    query = select(tables.line).where(tables.line.c.ledger == ledger).order_by(tables.line.c.number, tables.line.c.seq)
    found = [dict(row._mapping) for row in await tx.execute(query)]
    lines = {number: list(mine) for number, mine in groupby(found, key=lambda line: str(line["number"]))}
    for row in rows:
        mine = lines[row["number"]]
        assert len(mine) == row["lines"]
        assert verify_chain(mine) is None
        assert mine[-1]["after"] == row["state"]
        assert [line["before"] for line in mine] == [None, *(line["after"] for line in mine[:-1])]


def _open_is_held(ledger: Ledger, rows: list[dict[str, Any]]) -> None:
    """5: every open entry has a holder and a next deadline, and the clock knows when to look at it."""
    for row in rows:
        held = row["holder_person"] is not None or row["holder_unit"] is not None
        is_open = LAWS[ledger].states[row["state"]].open
        if is_open or ledger is Ledger.CLUE:
            assert held is is_open is (row["due_at"] is not None), row["number"]


def _one_problem_per_form(problems: list[dict[str, Any]], forms: list[dict[str, Any]]) -> None:
    """1: one problem for each accepted handling form, one form for each clue."""
    accepted = [form["clue"] for form in forms if form["state"] == "accepted"]
    assert sorted(problem["form"] for problem in problems) == sorted(accepted)
    assert len({form["clue"] for form in forms}) == len(forms)


def _ledgers_agree(clues: list[dict[str, Any]], problems: list[dict[str, Any]]) -> None:
    """3: the two ledgers never disagree; an archived problem has only archived clues."""
    state = {problem["number"]: problem["state"] for problem in problems}
    for clue in clues:
        assert (clue["problem"] is not None) >= (clue["state"] in ("accepted", "merged"))
        if clue["problem"]:
            assert clue["problem_state"] == state[clue["problem"]]
            assert (clue["state"] == "archived") is (state[clue["problem"]] == "archived")
    assert {problem["form"] for problem in problems} <= {clue["number"] for clue in clues if clue["problem"]}


def _tasks_fit(problems: list[dict[str, Any]], tasks: list[dict[str, Any]]) -> None:
    """3: a closed problem has no open task. And: one open main task while somebody works, one per person."""
    for problem in problems:
        mine = [task for task in tasks if task["number"] == problem["number"] and task["part"] != "recheck"]
        working = [task for task in mine if task["state"] in OPEN_TASK]
        assert all(task["problem_state"] == problem["state"] for task in mine)
        assert len({task["person_id"] for task in working}) == len(working)
        if problem["state"] in CLOSED:
            assert working == []
        if problem["state"] in ("investigating", "verifying", "rectifying", "rechecking"):
            assert len([task for task in working if task["part"] == "main"]) == 1


async def _accused_see_nothing(tx: Tx) -> None:
    """4: the accused and their line never see an internal matter."""
    clue, named = tables.clue.c, tables.clue_accused.c
    query = select(clue.number, clue.problem, clue.reporter).join_from(
        tables.clue, tables.clue_accused, named.number == clue.number
    )
    rows = (await tx.execute(query)).all()
    for userid in ("mq-dw", "mq-leader"):
        hidden = {number for row in rows if row.reporter != userid for number in (row.number, row.problem)}
        own = select(clue.problem).where(clue.reporter == userid)
        hidden -= set((await tx.execute(own)).scalars())
        for ledger, table in TABLES.items():
            seen = select(table.c.number).where(sees(who(userid), ledger))
            assert not hidden & set((await tx.execute(seen)).scalars())


async def check_verdict(tx: Tx, moved: Moved) -> None:
    """4: whoever gives a verdict did not handle the matter and does not sit in a department that did."""
    if moved.verb not in VERDICTS:
        return
    for task in moved.entry.fields["tasks"]:
        if task["part"] == "recheck" or not task["received_at"]:
            continue
        assert moved.by.id not in (task["person"], task["done_by"])
        assert (moved.by.bureau, moved.by.department) != (task["bureau"], task["department"])
