"""`loop153 talk --as USER`: the conversation in a terminal, with the real books and ledgers behind it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import uuid
from collections.abc import Sequence

from bot.fault import Fault
from bot.office import Office, open_office
from bot.settings import Settings
from store.staff import people
from store.words import Address, Body, Choice, Datum, Incoming, Place, Say, Text

HELP = "talk to the bot in this terminal, as one of the staff"

_HINT = """\
Type as in the chat; a number answers a numbered choice. "help" shows what can be said.
  /place LATITUDE LONGITUDE [NAME]   sends a place         /tap TOKEN   presses any button
Photos need a phone: here say "skip". End with Ctrl-D."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="user", metavar="USER", required=True, help="whose userid you speak with")


def run(args: argparse.Namespace) -> int:
    asyncio.run(_talk(Settings.load(), args.user))
    return 0


async def _talk(settings: Settings, user: str) -> None:
    async with open_office(settings) as office:
        sender = await _address(office, user)
        print(_HINT)
        while (line := await asyncio.to_thread(_read)) is not None:
            body = read(line)
            if isinstance(body, str):
                print(body)
                continue
            receipt = await office.receive(Incoming(f"talk:{uuid.uuid4()}", sender, body))
            print("\n".join(written(receipt.says)))


async def _address(office: Office, user: str) -> Address:
    """Where this person speaks from. Raises `Fault` when there is nobody of that name."""
    async with office.engine.connect() as connection:
        found = await people.addresses(connection, user)
    if not found:
        raise Fault(f"There is nobody with the userid “{user}”. Import the staff first: loop153 import staff FILE.")
    return found[0]


def _read() -> str | None:
    """One line; None at the end."""
    if sys.stdin.isatty():
        try:
            return input("> ")
        except EOFError:
            return None
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


def read(line: str) -> Body | str:
    """What a typed line means, or a sentence that says what is wrong with it."""
    command, _, rest = line.strip().partition(" ")
    if command == "/tap" and rest:
        return Choice(rest.strip())
    if command != "/place":
        return Text(line)
    words = rest.split(maxsplit=2)
    try:
        return Place(float(words[0]), float(words[1]), Datum.WGS84, label=words[2] if len(words) > 2 else "")
    except (ValueError, IndexError):
        return "A place is written like this: /place 34.4147 115.6561 Renmin Road"


def written(says: Sequence[Say]) -> list[str]:
    """The utterances as lines, options numbered."""
    lines: list[str] = []
    for say in says:
        lines += say.text.splitlines()
        lines += [f"  {at}. {option.label}" for at, option in enumerate(say.options, 1)]
        lines += [f"  {link.label}: {link.url}" for link in say.links]
    return lines
