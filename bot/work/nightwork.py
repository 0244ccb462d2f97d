"""Grading every shop anew: span by span, in several lanes beside each other, each span in a transaction of its own.

A move waits for the spans that are at work at most. Stopped anywhere, what is not done is due again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from store.profile import grading
from store.profile.grading import LANES, SPAN, Span


async def grade_all(engine: AsyncEngine, at: datetime) -> tuple[int, int]:
    """How many shops were graded, and how many tallies had to be put right."""
    async with engine.connect() as connection:
        known = await grading.counted(connection)
        left = await grading.spans(connection, SPAN if known else LANES * SPAN)
    wrong = await _astray(engine, left, at) if known else None
    left.reverse()
    done = [0, 0]

    async def work(lane: int) -> None:
        while left:
            span = left.pop()
            count = wrong is None or any(span.holds(shop) for shop in wrong)
            async with engine.begin() as tx:
                graded, righted = await grading.refresh(tx, span, at, count=count, lane=lane)
            done[0] += graded
            done[1] += righted

    async with asyncio.TaskGroup() as lanes:
        for lane in range(LANES):
            lanes.create_task(work(lane))
    return done[0], done[1]


async def _astray(engine: AsyncEngine, spans: Sequence[Span], at: datetime) -> list[str]:
    """Tallies are held against the lines before anything is locked: nearly always they are right. Each lane takes its
    share of the shops, since every look reads all verdicts."""
    size = -(-len(spans) // LANES)
    shares = [spans[place : place + size] for place in range(0, len(spans), size)] if spans else []

    async def look(share: Sequence[Span]) -> list[str]:
        async with engine.begin() as tx:  # its settings end with it
            return await grading.astray(tx, at, Span(share[0].first, share[-1].last))

    return [shop for found in await asyncio.gather(*map(look, shares)) for shop in found]
