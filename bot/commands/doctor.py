"""`loop153 doctor`: what is wrong with this installation and what to do, in Chinese or English (LOOP153_LOCALE)."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import AsyncIterator

from bot.checkup import doors, house
from bot.checkup.finding import Finding, Mark, bad
from bot.checkup.office import in_office
from bot.fault import Fault
from bot.office import furnished, open_database
from bot.settings import Settings, SettingsFault
from bot.texts import _, said
from store.db import newest, version

HELP = "say what is wrong with this installation, and what to do"


def arguments(parser: argparse.ArgumentParser) -> None:
    """It looks at everything."""


def run(args: argparse.Namespace) -> int:
    """0 when nothing is broken, else 1."""
    return asyncio.run(_doctor())


async def _doctor() -> int:
    language = "en" if os.environ.get("LOOP153_LOCALE") == "en" else "zh"
    broken = 0
    async for finding in examine():
        print(finding.line(language), flush=True)
        broken += finding.mark is Mark.BAD
    print()
    if broken:
        print(said(_("{broken} things need attention."), language, broken=broken))
    else:
        print(said(_("All is well."), language))
    return 1 if broken else 0


async def examine() -> AsyncIterator[Finding]:
    """Every finding, as it is found. Nothing here raises for what it finds."""
    try:
        settings = Settings.load()
    except SettingsFault as fault:
        for problem in fault.problems:
            yield bad(_("{problem}"), _("Put it right and ask again."), problem=problem)
        return
    for finding in house.settings(settings, os.environ):
        yield finding
    yield house.time_zone(settings)
    try:
        async with open_database(settings, migrating=False) as engine:
            async for finding in house.database(engine, settings.database_url is None):
                yield finding
            if (await version(engine) or "") >= newest():
                async with furnished(settings, engine) as office:
                    async for finding in in_office(office):
                        yield finding
    except Fault as fault:
        yield bad(_("{problem}"), _("Put it right and ask again."), problem=str(fault))
    for finding in doors.closed(settings):
        yield finding
