"""The reports room: who may read it, and that every figure's list has exactly as many entries as the figure says."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import furnished
from bot.settings import Settings
from store import db
from store.books.filters import Filters
from store.books.listing import fitting
from store.clock.workdays import load_calendar, seed_calendar
from store.reports import folding
from store.words import Ledger
from tests.console import Console, open_console
from tests.store.reporting import half_a_year
from tests.world import build_world, who

YEAR = "period=days&from=2020-01-01&to=2029-12-31"
PAGES = (
    *("", f"?{YEAR}", f"/departments?{YEAR}", f"/indicators?{YEAR}&indicator=W2", "/months", f"/people?{YEAR}"),
    *(f"/ranking?{YEAR}&by={by}" for by in ("points", "overdue", "open", "days", "repeat", "confirmed", "nudged")),
    *(f"/ranking?{YEAR}&of=department", f"/counties?{YEAR}&department=enforcement"),
)
FEW = ("", f"?{YEAR}", f"/indicators?{YEAR}")
READERS = {"sq-leader": PAGES, "mq-leader": FEW, "mq-ng1": FEW, "mq-zm-head": FEW, "sx-ng": FEW}
_LINK = re.compile(r'<a (?:class="num" )?href="(/console/ledgers/[^"]*)"(?: aria-label="([^"]*)")?>([^<]*)')


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        await half_a_year(tx, await db.now(tx))
        await folding.fold(tx, 20)  # some are in the sums, others still beside them
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as office, open_console(office) as opened:
        yield opened


def links(page: str) -> list[tuple[str, int]]:
    """Every list that a page leads to from a whole number, and that number."""
    found = []
    for href, label, shown in _LINK.findall(page):
        words = label.rpartition(": ")[2] if label else shown
        if words.strip().replace(",", "").isdigit():
            found.append((unescape(href), int(words.strip().replace(",", ""))))
    return found


async def listed(console: Console, userid: str, href: str) -> int:
    """How many entries the list at an address has for somebody."""
    parts = urlsplit(href)
    ledger = Ledger.CLUE if parts.path.endswith("clues") else Ledger.PROBLEM
    filters, faults = Filters.of(ledger, {name: value for name, (value,) in parse_qs(parts.query).items()})
    assert not faults, (href, faults)
    async with console.office.engine.connect() as tx:
        at = await db.now(tx) + console.office.shift
        numbers = fitting(filters, who(userid), at, await load_calendar(tx, at)).subquery()
        return int((await tx.execute(select(func.count()).select_from(numbers))).scalar_one())


async def test_every_figure_opens_as_many_entries_as_it_says(console: Console) -> None:
    followed = 0
    for userid, pages in READERS.items():
        counted: dict[str, int] = {}
        async with console.signed_in(userid) as visitor:
            for page in pages:
                answer = await visitor.get(f"/console/reports{page}")
                assert answer.status == 200, (userid, page)
                for href, n in links(answer.text):
                    if href not in counted:
                        counted[href] = await listed(console, userid, href)
                    assert counted[href] == n, (userid, page, href)
        followed += len(counted)
    assert followed > 200
