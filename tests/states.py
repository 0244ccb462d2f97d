"""One entry of every state of both ledgers, for tests that try every verb everywhere."""

from __future__ import annotations

from datetime import timedelta

from store.db import Tx
from store.law.rules import LAWS
from store.ledger import apply
from store.words import CLOCK, Ask, Ledger
from tests.store.problems import NOON, accept, act, problem
from tests.store.test_ledger import AT, move, report
from tests.store.test_problem import archived, brought

LATER = NOON + timedelta(days=40)
"""When all of them stand where they do."""
_REVIEWED = {"unfounded": "dismiss", "transferred": "transfer_out", "city_review": "escalate", "need_info": "ask_info"}


async def everywhere(tx: Tx) -> dict[tuple[Ledger, str], str]:
    """A number for every state: reported by the customer manager of one county about its first shop, handled by the
    inspector with a marketing colleague, verified by the county's supervision."""
    found = {(Ledger.PROBLEM, state): await _problem(tx, state) for state in PROBLEMS}
    found |= {(Ledger.CLUE, state): await _clue(tx, state) for state in CLUES}
    return found


PROBLEMS = tuple(LAWS[Ledger.PROBLEM].states)
CLUES = tuple(LAWS[Ledger.CLUE].states)


async def _problem(tx: Tx, state: str) -> str:
    if state == "archived":
        return await archived(tx)
    if state == "suspended":
        number = await brought(tx, "investigating")
        await act(tx, number, "suspend", "sq-ng1", text="等判决", review_on="2026-12-31")
        return number
    if state == "closed_unfounded":
        number = await brought(tx, "verifying")
        await act(tx, number, "rule_unfounded", "mq-ng1", text="查无此事")
        return number
    return await brought(tx, state)


async def _clue(tx: Tx, state: str) -> str:
    number = (await report(tx, indicator=None if state in ("head_review", "answered") else "W20201")).entry.number
    if state == "answered":
        await move(tx, number, "answer", "mq-yx-head", text="已知道")
    elif state == "accepted":
        await accept(tx, number)
    elif state == "merged":
        await move(tx, number, "merge", "mq-ng1", problem=await problem(tx))
    elif state == "archived":
        await move(tx, number, "dismiss", "mq-ng1", text="重复")
        await apply(tx, Ask(Ledger.CLUE, "archive", number), CLOCK, AT + timedelta(days=31))
    elif state in _REVIEWED:
        await move(tx, number, _REVIEWED[state], "mq-ng1", text="理由", authority="公安")
    return number
