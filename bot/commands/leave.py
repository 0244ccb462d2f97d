"""`loop153 leave USERID`: somebody leaves; what waits for them goes to somebody else, with a line on each case."""

from __future__ import annotations

import argparse
import asyncio

from bot.fault import Fault
from bot.office import open_database
from bot.settings import Settings
from bot.telling import tell
from bot.texts import _, said
from store import db
from store.db import Tx
from store.running.changing import books
from store.running.journal import note
from store.staff import people
from store.staff.leaving import hand_over
from store.words import Moved, Refused

HELP = "somebody leaves: hand over all that waits for them, and take them off the roster"

BY = "command line"
"""Who the journal of changes names: whoever may run commands on the server."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", metavar="USERID", help="who leaves")
    parser.add_argument(
        "--to", metavar="USERID", help="who takes it over (default: their substitute, else whoever sits above them)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would be handed over and write nothing")


def run(args: argparse.Namespace) -> int:
    settings = Settings.load()
    for line in asyncio.run(_leave(settings, args.user, args.to, args.dry_run)):
        print(line)
    return 0


async def _leave(settings: Settings, user: str, heir: str | None, dry_run: bool) -> list[str]:
    """What was handed over to whom, one line each. Raises `Fault` when somebody is not known."""
    async with open_database(settings) as engine, engine.begin() as tx:
        at = await db.now(tx) + settings.clock_shift
        leaver = await people.person_by_id(tx, user)
        before = await books()["person"].state(tx, leaver.id) if leaver else None
        try:
            moves = await hand_over(tx, user, at, heir)
        except Refused as refusal:
            unknown = _("Nobody active on the roster can be found as {userid}. Nothing was handed over.")
            raise Fault(said(unknown, settings.language, userid=refusal.facts["userid"])) from None
        assert leaver
        lines = [await _line(tx, one) for one in moves]
        if dry_run:
            await tx.rollback()
            done = _("{name} would leave, and {count} matters would change hands. Nothing was written.")
        else:
            assert before
            await note(tx, "person", leaver.id, before, {**before, "active": False}, BY, at)
            await tell(tx, tuple(moves), at, settings.sending_hours)
            done = _("{name} has left the roster; {count} matters have changed hands, with a line on each.")
    return [*lines, said(done, settings.language, name=leaver.name, count=len(moves))]


async def _line(tx: Tx, moved: Moved) -> str:
    heir = await people.person_by_id(tx, moved.fields["assignee"])
    return f"{moved.entry.number}  ->  {heir.name if heir else '?'} ({moved.fields['assignee']})"
