"""Nobody learns from the page whether a receipt is good before they hold a good one (tipline.md §8.3).

Receipts that are known, unknown, mistyped, erased and deleted are posted in turn. The form is answered alike for all
five; the page after it has the same bytes for the four that open nothing, and the same size for the one that does.
"""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from random import Random
from statistics import median

from sqlalchemy.ext.asyncio import AsyncEngine

from store import tips
from store.tips.ending import erase
from store.tips.receipts import Receipt, new
from tests.tippage import STORY, Tipster, TipTown, open_tip_town

ROUNDS, MOST = 30, 240
"""Of each kind at once, and altogether: a machine that is busy with other things needs more to tell a difference."""
WITHIN = 0.005
"""Seconds between medians."""

Times = dict[str, list[float]]


async def filed(town: TipTown) -> Receipt:
    async with town.office.engine.begin() as tx:
        answers = {"text": STORY, "about": "other"}
        return await tips.file_tip(tx, answers, [], door="web", notice="https", chat=False, at=await town.now())


async def gone(town: TipTown, *, erased: bool) -> Receipt:
    receipt = await filed(town)
    async with town.office.engine.begin() as tx:
        at = await town.now()
        held = await tips.find(tx, receipt, at)
        assert held is not None
        if erased:
            await erase(tx, held.number, {}, at)
        else:
            await tips.delete(tx, held, at)
    return receipt


async def test_every_receipt_takes_the_same_way(engine: AsyncEngine, tmp_path: Path) -> None:
    async with open_tip_town(engine, tmp_path) as town, town.tipster() as tipster:
        typed = {
            "known": "".join((await filed(town)).words("zh")),
            "unknown": "".join(new().words("zh")),
            "mistyped": "".join(new().words("zh")[:11]) + "错",
            "erased": "".join((await gone(town, erased=True)).words("zh")),
            "deleted": "".join((await gone(town, erased=False)).words("zh")),
        }
        bad = [one for one in typed if one != "known"]
        posts: Times = defaultdict(list)
        pages: Times = defaultdict(list)
        seen: set[tuple[str, bytes]] = set()
        sizes: set[tuple[int, ...]] = set()
        while len(pages["known"]) < MOST:
            await _measure(tipster, typed, posts, pages, seen, sizes)
            if max(spread(posts, list(typed)), spread(pages, bad)) < WITHIN:
                break
    assert spread(posts, list(typed)) < WITHIN
    assert spread(pages, bad) < WITHIN
    assert len({body for kind, body in seen if kind != "known"}) == 1
    assert len(sizes) == 1


async def _measure(
    tipster: Tipster,
    typed: dict[str, str],
    posts: Times,
    pages: Times,
    seen: set[tuple[str, bytes]],
    sizes: set[tuple[int, ...]],
) -> None:
    """Some rounds more, each in another order."""
    chance = Random(len(pages["known"]))
    for _ in range(ROUNDS):
        for kind in chance.sample(list(typed), len(typed)):
            began = time.perf_counter()
            async with tipster.http.post(
                f"{tipster.url}/tip/zh/return", data={"receipt": typed[kind]}, allow_redirects=False
            ) as answer:
                body = await answer.read()
            posts[kind].append(time.perf_counter() - began)
            headers = sum(len(name) + len(value) for name, value in answer.headers.items())
            began = time.perf_counter()
            page = await tipster.get("/talk")
            pages[kind].append(time.perf_counter() - began)
            seen.add(("known", b"") if kind == "known" else (kind, page.body))
            sizes.add((answer.status, headers, len(body), len(page.body)))


def spread(times: Times, kinds: list[str]) -> float:
    """Seconds between the slowest and the quickest median."""
    medians = [median(times[kind]) for kind in kinds]
    return max(medians) - min(medians)
