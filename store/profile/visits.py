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

from sqlalchemy import select, text

from store.db import Tx
from store.profile.advice import reasons
from store.profile.scale import Scale
from store.profile.score import score
from store.profile.tree import load_tree
from store.tables.profile import visit
from store.texts import _, said
from store.words import Ask, Json, Ledger

LIMIT = 50

_HISTORY = text("""
SELECT v.id, v.opened_at, v.score, v.over_at, v.clue, c.state, c.problem, c.problem_state, p.verdict, p.closed_at,
       c.last_text, p.last_text AS problem_text
FROM visit v LEFT JOIN clue c ON c.number = v.clue LEFT JOIN problem p ON p.number = c.problem
WHERE v.licence_no = :shop AND v.opened_at <= :at AND (v.clue IS NOT NULL OR v.over_at IS NULL)
ORDER BY v.opened_at DESC LIMIT 20
""")
_OUTCOMES = {"unfounded": "dismissed", "answered": "dismissed", "transferred": "transferred"}


@dataclass(frozen=True, slots=True)
class Visit:
    """A score that crossed the line and what came of it.

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


async def due(tx: Tx, at: datetime, limit: int = LIMIT) -> list[Ask]:
    """The clues that visits ask for and that are not written yet. Striking one twice is refused the second time."""
    waiting = select(visit.c.id, visit.c.licence_no).where(visit.c.clue.is_(None), visit.c.over_at.is_(None))
    rows = (await tx.execute(waiting.order_by(visit.c.id).limit(limit))).all()
    asks = [await _ask(tx, row.id, row.licence_no, at) for row in rows]
    return [ask for ask in asks if ask.fields["indicator"]]


async def awaits(tx: Tx, visit_id: int) -> bool:
    """Whether that visit still asks for a clue; if so, its row is locked until commit."""
    row = select(visit.c.id).where(visit.c.id == visit_id, visit.c.clue.is_(None), visit.c.over_at.is_(None))
    return (await tx.execute(row.with_for_update())).first() is not None


async def history(tx: Tx, licence_no: str, at: datetime) -> list[Visit]:
    """The visits of a shop, the newest first."""
    rows = (await tx.execute(_HISTORY, {"shop": licence_no, "at": at})).all()
    return [
        Visit(row.opened_at, row.score, row.clue, row.problem, _outcome(row), _found(row), row.over_at) for row in rows
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


async def _ask(tx: Tx, visit_id: int, licence_no: str, at: datetime) -> Ask:
    """A report by the clock. Its words are Chinese, as those of all who write in the ledgers."""
    now = await score(tx, licence_no, at)
    facts = {"score": f"{now.value:.1f}", "line": f"{now.scale.key:g}", "why": reasons(now, "zh")}
    words = said(
        _("The composite score is {score} and over the line of key control ({line}). {why} Please look on the spot."),
        "zh",
        facts,
    )
    code = now.heaviest.code if now.heaviest else await _other(tx, at, now.scale)
    fields = {"merchant": licence_no, "text": words, "visit": visit_id, "indicator": code}
    return Ask(Ledger.CLUE, "report", None, fields)


async def _other(tx: Tx, at: datetime, scale: Scale) -> str | None:
    """The catch-all of the tree, for a score that comes from provincial data alone."""
    tree = await load_tree(tx, at, scale)
    return next(
        (code for code in sorted(tree) if code.startswith("W") and code.endswith("99") and tree[code].usable), None
    )
