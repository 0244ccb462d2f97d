"""`loop153 migrate`: bring the database to the newest shape and stop. `serve` does it too, when it starts."""

from __future__ import annotations

import argparse
import asyncio

from bot.office import open_database
from bot.settings import Settings

HELP = "bring the database to the newest shape (serve does it too)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_migrate())


async def _migrate() -> int:
    async with open_database(Settings.load()):
        print("The database is up to date.")
    return 0
