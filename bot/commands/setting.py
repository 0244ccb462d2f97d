"""`loop153 setting list|history|set`: deadlines, the ladder of warnings, sending hours and cards, changed by dated
rows that an administrator answers for."""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.fault import Fault
from bot.office import open_database
from bot.settings import Settings
from bot.texts import _, said
from store import db
from store.chosen import CHOICES, Choice, Chosen, choose, counting, history
from store.chosen_forms import Unfit
from store.texts import said as said_in_store

HELP = "show or change deadlines, the ladder of warnings, sending hours and cards"
EXAMPLES = """\
examples:
  loop153 setting list
  loop153 setting history clock.ladder
  loop153 setting set clock.county_review 3 --by sq-admin --from 2027-01-01
  loop153 setting set clock.due_by_severity "5=3 4=5 3=7 2=10 1=15" --by sq-admin
  loop153 setting set clock.ladder "-1:assignee 0:assignee,head +1:assignee,county_supervision" --by sq-admin
  loop153 setting set mail.hours 08:00-20:00 --by sq-admin
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog, parser.formatter_class = EXAMPLES, argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="everything that can be changed: what counts now, and what comes")
    past = actions.add_parser("history", help="every value that one of them had, since when, and who set it")
    past.add_argument("key", choices=CHOICES, metavar="KEY")
    change = actions.add_parser("set", help="let a new value count from a day on; the past keeps what counted then")
    change.add_argument("key", choices=CHOICES, metavar="KEY")
    change.add_argument("value", metavar="VALUE")
    change.add_argument("--by", required=True, metavar="USERID", help="the administrator who answers for it")
    change.add_argument("--from", dest="since", metavar="DAY", help="such as 2027-01-01; without it, from now on")


def run(args: argparse.Namespace) -> int:
    """Raises `Fault` when the value, the day or the person does not fit."""
    print("\n".join(asyncio.run(_answer(args, Settings.load()))))
    return 0


async def _answer(args: argparse.Namespace, settings: Settings) -> list[str]:
    async with open_database(settings) as engine, engine.begin() as tx:
        at = await db.now(tx) + settings.clock_shift
        match args.action:
            case "list":
                return [line for choice in CHOICES.values() for line in await _shown(tx, choice, at, settings)]
            case "history":
                return await _past(tx, CHOICES[args.key], settings)
            case _:
                return [await _set(tx, args, at, settings)]


async def _shown(tx: AsyncConnection, choice: Choice, at: datetime, settings: Settings) -> list[str]:
    """What counts now, what comes, and what it is about."""
    rows = await history(tx, choice.key)
    now = counting(rows, at)
    default = said(_("(default)"), settings.language)
    first = _row(choice, now, settings) if now else f"{choice.form.write(choice.default)}  {default}"
    coming = [f"    {_row(choice, row, settings)}" for row in rows if row.since > at]
    return [f"{choice.key}  {first}", *coming, f"    {said_in_store(choice.about, settings.language)}"]


async def _past(tx: AsyncConnection, choice: Choice, settings: Settings) -> list[str]:
    default = f"{choice.form.write(choice.default)}  {said(_('(default)'), settings.language)}"
    return [default, *(_row(choice, row, settings) for row in await history(tx, choice.key))]


async def _set(tx: AsyncConnection, args: argparse.Namespace, at: datetime, settings: Settings) -> str:
    choice = CHOICES[args.key]
    try:
        chosen = await choose(tx, args.key, args.value, args.by, _since(args.since, at, settings), at)
    except Unfit as unfit:
        raise Fault(said_in_store(unfit.sentence, settings.language, unfit.facts)) from unfit
    return f"{choice.key}  {_row(choice, chosen, settings)}"


def _since(given: str | None, at: datetime, settings: Settings) -> datetime:
    if given is None:
        return at
    try:
        day = datetime.fromisoformat(given)
    except ValueError:
        raise Fault(said(_("“{day}” is no day such as 2027-01-01."), settings.language, day=given)) from None
    return day if day.tzinfo else day.replace(tzinfo=settings.zone)


def _row(choice: Choice, chosen: Chosen, settings: Settings) -> str:
    sentence = _("{value}  (from {day} on, {userid})")
    day = chosen.since.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")
    return said(sentence, settings.language, value=choice.form.write(chosen.value), day=day, userid=chosen.by)
