"""A verb through chat against the step of a report that does the same kind of work, and against a word of talk.

Each is one message through the desk: heard, judged, written as a line, told to whoever must hear of it, committed. One
after the other, so that the figures are costs; the submission of a report is the yardstick.
"""

from __future__ import annotations

import time
from collections import defaultdict
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import Office, furnished
from bot.settings import Settings
from store import db
from store.clock.workdays import seed_calendar
from store.words import Address, Body, Choice, Datum, Incoming, Place, Text
from tests.bench import Row
from tests.store.problems import problem
from tests.world import build_world

CASES, WARM_UP = 60, 10
_REPORT = ("上报", "跳过", "不让拍", "跳过", "没信号", "江山便利店", "1", "串码", "1", "柜台下", "刚刚", "不需要")
SPOT = Place(34.6494, 115.1423, Datum.WGS84)


async def run(engine: AsyncEngine) -> list[Row]:
    """The database must be empty."""
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        at = await db.now(tx)
        cases = [await problem(tx, at=at) for _ in range(CASES)]
    with TemporaryDirectory() as folder:
        async with furnished(Settings(data_dir=Path(folder)), engine, Clock()) as office:
            took = await _measure(_Phone(office), cases)
    cost = {what: 1000 * median(times[WARM_UP:]) for what, times in took.items()}
    step = cost["submit a report"]
    rows = [Row("chat: a word of talk", cost["talk"], "ms"), Row("chat: submit a report", step, "ms")]
    for what in ("receive", "note", "feedback", "nudge", "verify"):
        rows.append(Row(f"chat: {what}, against submitting a report", cost[what], "ms", cost[what] / step, "<= 2"))
    return rows


class _Phone:
    """Says things to the desk and takes the time."""

    def __init__(self, office: Office) -> None:
        self._office, self._keys = office, count()
        self.said = ""

    async def says(self, who: str, *words: Body) -> float:
        """Seconds that the last of these took."""
        for body in words:
            began = time.perf_counter()
            receipt = await self._office.receive(Incoming(f"k{next(self._keys)}", Address("wecom", who), body))
            took = time.perf_counter() - began
            self.said = "\n".join(
                line for say in receipt.says for line in (say.text, *(one.label for one in say.options))
            )
        return took


async def _measure(phone: _Phone, cases: list[str]) -> dict[str, list[float]]:
    """Every case goes as far as it can without a photo; beside each a report is submitted."""
    took: dict[str, list[float]] = defaultdict(list)

    async def take(what: str, expected: str, who: str, *words: Body | str) -> None:
        took[what].append(await phone.says(who, *(Text(one) if isinstance(one, str) else one for one in words)))
        assert expected in phone.said, (what, phone.said)

    for case in cases:
        await take("talk", "", "mq-dw", "上报")
        await phone.says("mq-cm", *map(Text, _REPORT))
        await phone.says("mq-cm", Text("提交"))  # the same shop again: asked whether it is the same matter
        await take("submit a report", "XS-", "mq-cm", "另报一条")
        await take("receive", "已签收", "mq-mi", Choice(f"v|{case}|receive"))
        await take("nudge", "已催办", "mq-leader", Choice(f"v|{case}|nudge"))
        await take("note", case, "mq-mi", Choice(f"v|{case}|note"), "已到现场", "提交")
        await take(
            "feedback", "核定", "mq-mi", Choice(f"v|{case}|feedback"), "外地带货", "已封存", "跳过", SPOT, "提交"
        )
        await take("verify", "已核定", "mq-ng2", Choice(f"v|{case}|verify"), "属实", "下架", "跳过", "提交")
    return took
