"""`loop153 letters list|send-again`: letters that were given up or may not have arrived, and sending them again; and
which wait for the sending hours."""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime

from bot.office import open_database
from bot.settings import Settings
from bot.texts import _, said
from notifier.aftercare import Held, Stuck, count_held, held, send_again, stuck

HELP = "list letters that did not arrive, or send them again"


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser(
        "list", help="letters that were given up, or of which nobody knows whether they arrived"
    )
    listing.add_argument("--held", action="store_true", help="also each letter that waits for the sending hours")
    again = actions.add_parser("send-again", help="put letters into the queue once more")
    again.add_argument("id", type=int, nargs="+")


def run(args: argparse.Namespace) -> int:
    settings = Settings.load()
    if args.action == "list":
        print("\n".join(asyncio.run(_list(settings, each=args.held))))
        return 0
    refused = sorted(set(args.id) - asyncio.run(_again(settings, args.id)))
    for one in refused:
        sentence = _("Letter {id} is not stuck, or nobody is at its address any more: see loop153 letters list.")
        print(said(sentence, settings.language, id=one))
    return 1 if refused else 0


async def _list(settings: Settings, *, each: bool) -> list[str]:
    async with open_database(settings) as engine, engine.connect() as connection:
        found = [_line(one, settings) for one in await stuck(connection)]
        many, opens = await count_held(connection, settings.clock_shift)
        waiting = [_waiting(one, settings) for one in await held(connection, settings.clock_shift)] if each else []
    lines = found or [said(_("No letter is stuck."), settings.language)]
    if opens is not None:
        sentence = _("{count} letters wait for the sending hours; the first leave on {day}.")
        lines.append(said(sentence, settings.language, count=many, day=_clock(opens, settings)))
    return [*lines, *waiting]


async def _again(settings: Settings, letters: list[int]) -> set[int]:
    async with open_database(settings) as engine:
        return await send_again(engine, letters, settings.clock_shift)


def _line(one: Stuck, settings: Settings) -> str:
    """Never what it says: only what it is about, for whom, and why it is here."""
    what = (str(one.id), one.state, _clock(one.at, settings), one.number or one.purpose, one.person or "?", one.door)
    return "  ".join((*what, one.reason or ""))


def _waiting(one: Held, settings: Settings) -> str:
    return "  ".join(
        (str(one.id), "held", _clock(one.at, settings), one.number or one.purpose, one.person or "?", one.door)
    )


def _clock(at: datetime, settings: Settings) -> str:
    return at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")
