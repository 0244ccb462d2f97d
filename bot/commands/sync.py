"""`loop153 sync`: put the menu into WeCom and compare the roster with its directory; `serve` does it every night."""

from __future__ import annotations

import argparse
import asyncio

from bot.fault import Fault
from bot.office import open_office
from bot.settings import Settings

HELP = "put the menu into WeCom and follow its directory (serve does it every night)"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=["all", "menu", "contacts"], default="all", help="default: all")


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_sync(args.what))


async def _sync(what: str) -> int:
    from bot.wecom.door import WecomDoor
    from bot.weixin.faults import ApiError, Unreachable
    from bot.work.roll_call import sync_contacts, sync_menu

    async with open_office(Settings.load()) as office:
        door = office.doors.get("wecom")
        if not isinstance(door, WecomDoor):
            raise Fault("The WeCom door is closed; `loop153 doctor` names the settings it needs.")
        try:
            if what in ("all", "menu"):
                await sync_menu(office, door)
                print("The menu is in place; members see it within minutes.")
            if what in ("all", "contacts"):
                report = await sync_contacts(office, door)
                print(
                    f"{report.members} members compared: {len(report.left)} left, {len(report.back)} came back, "
                    f"{len(report.renamed)} renamed, {len(report.strangers)} not on the roster."
                )
                if report.doubtful:
                    print("So many were missing that nobody was switched off: check the app's visible range.")
        except (ApiError, Unreachable) as fault:
            raise Fault(f"WeCom refused or did not answer ({fault}). `loop153 doctor` says what to do.") from fault
    return 0
