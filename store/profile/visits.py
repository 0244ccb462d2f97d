"""The visit that a score asks for when it crosses into key control (数据画像 + 实地印证).

A task exists only in a problem, and a problem only by an accepted handling form (lifecycle.md §3.1). So the clock
reports a clue of source `feed` with the indicator that weighs most; supervision makes it a problem with a task for
whoever goes there, joins it to an open one, or dismisses it. What they find is a verdict like any other, and so comes
back into the score by itself. The visit is opened by the statement that grades the shop and is unique while it is not
over, and its clue is written for a visit that has none: once, however many replicas look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables
from store.db import Tx
from store.profile.advice import reasons
from store.profile.scale import Scale
from store.profile.score import score
from store.profile.tree import load_tree
from store.tables.profile import visit
from store.texts import _, said
from store.words import Ask, Json, Ledger, Person

LIMIT = 50

_HISTORY = text("""
SELECT v.id, v.opened_at, v.score, v.over_at, v.clue, v.asked_by, v.why, c.state, c.problem,
       c.problem_state, p.verdict, p.closed_at, c.last_text, p.last_text AS problem_text
FROM visit v LEFT JOIN clue c ON c.number = v.clue LEFT JOIN problem p ON p.number = c.problem
WHERE v.licence_no = :shop AND v.opened_at <= :at AND (v.clue IS NOT NULL OR v.over_at IS NULL)
ORDER BY v.opened_at DESC LIMIT 20
""")
_CROSSED = _("The composite score is {score} and over the line of key control ({line}). {why} Please look on the spot.")
_WANTED = _("{name} asks for a look at the shop on the spot: {asked} The composite score is {score}. {why}")
_OUTCOMES = {"unfounded": "dismissed", "answered": "dismissed", "transferred": "transferred"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A look on the spot and what came of it: a score that crossed the line asks for it, or somebody (`asked_by`, a
    userid, with the reason `why`).

    `outcome`: waiting (no clue yet), reviewing, visiting, confirmed, unfounded, dismissed, transferred. `found`: what
    was said in the end.
    """

    opened_at: datetime
    score: float
    clue: str | None
    problem: str | None
    outcome: str
    found: str
    over_at: datetime | None
    asked_by: str | None = None
    why: str = ""


async def due(tx: Tx, at: datetime, limit: int = LIMIT) -> list[Ask]:
    """The clues that visits ask for and that are not written yet. Striking one twice is refused the second time."""
    waiting = select(visit).where(visit.c.clue.is_(None), visit.c.over_at.is_(None))
    rows = (await tx.execute(waiting.order_by(visit.c.id).limit(limit))).all()
    asks = [await _ask(tx, row, at) for row in rows]
    return [ask for ask in asks if ask.fields["indicator"]]


async def request(tx: Tx, who: Person, licence_no: str, why: str, at: datetime) -> Ask | None:
    """Note that somebody wants a shop to be looked at, and give the clue that the clock is to write for it; None when
    a look is on its way already. That they may read the shop's profile is the caller's to know."""
    now = await score(tx, licence_no, at)
    row = {"licence_no": licence_no, "opened_at": at, "score": now.value, "asked_by": who.id, "why": why}
    new = (
        upsert(visit)
        .values(row)
        .on_conflict_do_nothing(index_elements=["licence_no"], index_where=visit.c.over_at.is_(None))
    )
    opened = (await tx.execute(new.returning(visit))).one_or_none()
    return await _ask(tx, opened, at) if opened else None


async def running(tx: Tx, licence_no: str) -> str | None:
    """The clue of the look that is on its way; empty while it is not written; None when there is none."""
    row = select(visit.c.clue).where(visit.c.licence_no == licence_no, visit.c.over_at.is_(None))
    found = (await tx.execute(row)).one_or_none()
    return (found.clue or "") if found else None


async def awaits(tx: Tx, visit_id: int) -> bool:
    """Whether that visit still asks for a clue; if so, its row is locked until commit."""
    row = select(visit.c.id).where(visit.c.id == visit_id, visit.c.clue.is_(None), visit.c.over_at.is_(None))
    return (await tx.execute(row.with_for_update())).first() is not None


async def history(tx: Tx, licence_no: str, at: datetime) -> list[Visit]:
    """The visits of a shop, the newest first."""
    rows = (await tx.execute(_HISTORY, {"shop": licence_no, "at": at})).all()
    return [
        Visit(
            *(row.opened_at, row.score, row.clue, row.problem, _outcome(row), _found(row), row.over_at),
            *(row.asked_by, row.why or ""),
        )
        for row in rows
    ]


def _outcome(row: Json) -> str:
    if row.clue is None:
        return "waiting"
    if row.problem is None:
        return _OUTCOMES.get(row.state, "dismissed" if row.state == "archived" else "reviewing")
    if row.closed_at is None:
        return "visiting"
    return "unfounded" if row.problem_state == "closed_unfounded" else "confirmed"


def _found(row: Json) -> str:
    if row.problem:
        return str(row.verdict or row.problem_text)
    return str(row.last_text) if _outcome(row) in ("dismissed", "transferred") else ""


async def _ask(tx: Tx, asked: Row[Any], at: datetime) -> Ask:
    """A report by the clock. Its words are Chinese, as those of all who write in the ledgers."""
    now = await score(tx, asked.licence_no, at)
    facts = {"score": f"{now.value:.1f}", "line": f"{now.scale.key:g}", "why": reasons(now, "zh")}
    if asked.asked_by:
        person = await tx.execute(select(tables.person.c.name).where(tables.person.c.id == asked.asked_by))
        facts |= {"name": person.scalar_one_or_none() or asked.asked_by, "asked": asked.why}
    words = said(_WANTED if asked.asked_by else _CROSSED, "zh", facts)
    code = now.heaviest.code if now.heaviest else await _other(tx, at, now.scale)
    fields = {"merchant": asked.licence_no, "text": words, "visit": asked.id, "indicator": code}
    return Ask(Ledger.CLUE, "report", None, fields)


async def _other(tx: Tx, at: datetime, scale: Scale) -> str | None:
    """The catch-all of the tree, for a score that comes from provincial data alone."""
    tree = await load_tree(tx, at, scale)
    return next(
        (code for code in sorted(tree) if code.startswith("W") and code.endswith("99") and tree[code].usable), None
    )
