"""Half a year of the small world, for tests of reports: a little of everything that is counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from store.clock.workdays import load_calendar, move_working_days
from store.db import Tx
from store.ledger import apply
from store.words import CLOCK, TIP_LINE, Ask, Ledger
from tests.store.problems import FEEDBACK, FORM
from tests.store.test_ledger import photo, report
from tests.world import CODE_INTERNAL, CODE_OTHER, SHOP, SHOP_NEAR, SHOP_SX, who


async def half_a_year(tx: Tx, now: datetime) -> None:
    """Problems closed, returned, nudged, found again, ruled unfounded, re-checked; clues of every kind and source."""
    books = _Books(tx, now)
    for days in (170, 140, 110, 80, 45, 20, 8, 3):
        await books.closed(days)
    for days, verb in ((120, "pass"), (100, "fail")):
        await books.rechecked(days, verb)
    for days in (60, 30, 12, 9, 5):
        await books.problem(days, shop=SHOP_NEAR)
    await books.problem(25, by="sx-cm", officer="sx-ng", assignee="sx-mi", shop=SHOP_SX)
    await books.internal(40)
    await books.internal(7)
    for days in (90, 50, 6):
        await books.unfounded(days)
    await books.merged(15)
    await books.undecided(2)
    for days in (75, 74, 73, 40, 1):
        await apply(
            tx,
            Ask(Ledger.CLUE, "tip", None, {"due_on": str((now + timedelta(days=30)).date())}),
            TIP_LINE,
            now - timedelta(days=days),
        )


class _Books:
    def __init__(self, tx: Tx, now: datetime) -> None:
        self.tx, self.now = tx, now

    async def act(self, number: str, verb: str, by: str, at: datetime, **fields: Any) -> Any:
        person = CLOCK if by == "clock" else who(by)
        ledger = Ledger.CLUE if number.startswith("XS") else Ledger.PROBLEM
        return await apply(self.tx, Ask(ledger, verb, number, fields), person, at)

    async def problem(
        self, days: int, by: str = "mq-cm", officer: str = "mq-ng1", assignee: str = "mq-mi", **fields: Any
    ) -> str:
        """A problem opened so many days ago, received by its assignee, of whom somebody had to be reminded."""
        at = self.now - timedelta(days=days)
        shop = fields.pop("shop", SHOP)
        clue = (await report(self.tx, by=by, at=at, merchant=shop, **fields)).entry.number
        form = {**FORM, "assignee": assignee}
        number = str((await self.act(clue, "accept", officer, at, **form)).caused[0].entry.number)
        await self.act(number, "receive", assignee, at + timedelta(hours=1))
        if days % 5 == 0:
            await self.act(number, "nudge", officer, at + timedelta(hours=2))
        return number

    async def closed(self, days: int) -> str:
        number = await self.problem(days)
        at = self.now - timedelta(days=days) + timedelta(days=days % 7, hours=3)
        await self.act(number, "feedback", "mq-mi", at, **FEEDBACK)
        if days % 2 == 0:
            await self.act(number, "return", "mq-ng2", at, text="再查")
            await self.act(number, "feedback", "mq-mi", at + timedelta(hours=5), **FEEDBACK)
        await self.act(number, "verify_closed", "mq-ng2", at + timedelta(hours=6), text="属实")
        return number

    async def rechecked(self, days: int, verb: str) -> None:
        number = await self.closed(days)
        calendar = await load_calendar(self.tx, self.now)
        at = move_working_days(calendar, self.now - timedelta(days=days - days % 7), 8)
        await self.act(number, "archive", "clock", at)
        await self.act(number, "sample", "sq-ng1", at, assignee="sq-ng2")
        await self.act(number, verb, "sq-ng2", at, text="复查", photos=[await photo(self.tx, "sq-ng2")])

    async def internal(self, days: int) -> None:
        """About staff; the second one is still under review."""
        at = self.now - timedelta(days=days)
        given: Mapping[str, Any] = {"indicator": CODE_INTERNAL, "accused": ["mq-dw"]}
        clue = (await report(self.tx, by="mq-cm", at=at, **given)).entry.number
        if days > 10:
            form = {**FORM, "assignee": "sq-ng2", "department": "supervision"}
            await self.act(clue, "accept", "sq-ng1", at, **form)

    async def unfounded(self, days: int) -> None:
        """A clue dismissed; a problem in which nothing was found."""
        at = self.now - timedelta(days=days)
        await report(self.tx, by="mq-dw", at=at, indicator=CODE_OTHER)
        number = await self.problem(days, by="sx-dw", officer="sx-ng", assignee="sx-mi", shop=SHOP_SX)
        later = at + timedelta(days=1, hours=4)
        await self.act(number, "feedback", "sx-mi", later, **FEEDBACK)
        await self.act(number, "rule_unfounded", "sq-ng1", later, text="查无实据")

    async def merged(self, days: int) -> None:
        number = await self.problem(days)
        at = self.now - timedelta(days=days) + timedelta(hours=3)
        clue = (await report(self.tx, by="mq-mi", at=at)).entry.number
        await self.act(clue, "merge", "mq-ng1", at, problem=number)

    async def undecided(self, days: int) -> None:
        at = self.now - timedelta(days=days)
        seen = (at - timedelta(days=20)).isoformat()
        clue = (await report(self.tx, by="mq-cm2", at=at, observed_at=seen)).entry.number
        await self.act(clue, "escalate", "mq-ng1", at, text="涉及两县")
        dismissed = (await report(self.tx, by="sx-cm", at=at)).entry.number
        await self.act(dismissed, "dismiss", "sx-ng", at, text="重复")
        fed = {"text": "订单异常", "merchant": SHOP_SX, "indicator": "W20201"}
        await apply(self.tx, Ask(Ledger.CLUE, "report", None, fed), CLOCK, at)
        await report(self.tx, by="sq-yx", at=at, indicator=None)
        await self.act((await report(self.tx, by="sx-dw", at=at)).entry.number, "escalate", "sx-ng", at, text="x")
