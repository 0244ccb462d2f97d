"""`loop153 reports check|rebuild`: what the reports count, held against the ledgers, and counted anew."""

from __future__ import annotations

import argparse
import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.office import open_database
from bot.settings import Settings
from store.reports import recounting
from store.reports.recounting import Findings

HELP = "hold the figures of the reports against the ledgers"


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("check", help="recount everything and name what does not agree")
    actions.add_parser("rebuild", help="count everything anew; moves wait meanwhile")


def run(args: argparse.Namespace) -> int:
    found = asyncio.run(_recount(rebuild=args.action == "rebuild"))
    print("\n".join(told(found)))
    return 0 if found.ok else 1


def told(found: Findings) -> list[str]:
    """What was found, for the terminal."""
    if found.ok:
        return ["Every entry counts as the ledgers say, and every sum is right."]
    lines = [f"{number} counts otherwise than the ledgers say." for number in found.entries]
    lines += [f"The sum of {key} is not what its entries add up to." for key in found.sums]
    return [*lines, "Run: loop153 reports rebuild"]


async def _recount(*, rebuild: bool) -> Findings:
    async with open_database(Settings.load()) as engine:
        if rebuild:
            async with engine.begin() as tx:
                await recounting.rebuild(tx)
        return await checked(engine)


async def checked(engine: AsyncEngine, most: int = 20) -> Findings:
    """What does not agree, as of one moment."""
    async with engine.connect() as tx:
        await tx.execution_options(isolation_level="REPEATABLE READ")
        return await recounting.check(tx, most)
