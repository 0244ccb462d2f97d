"""`loop153 case export|verify`: one case with everything that belongs to it, and the proof that nothing was changed."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fault import Fault
from bot.office import open_database, open_objects
from bot.settings import Settings
from store import db
from store.casefiles import caseproof
from store.staff import people
from store.staff.absence import standing_in
from store.texts import said
from store.words import Person

HELP = "write a case to an archive, or prove that one is whole"


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    one = actions.add_parser("export", help="everything about a problem (WT-…) or a clue (XS-…) as a ZIP")
    one.add_argument("number", metavar="NUMBER", help="such as WT-2026-000001")
    one.add_argument("--out", type=Path, metavar="FILE.zip", required=True, help="where to")
    one.add_argument("--as", dest="user", metavar="USER", help="only what this person may see")
    one.add_argument("--language", choices=("zh", "en"), default="zh", help="of the PDFs (default: zh)")
    two = actions.add_parser("verify", help="check a case file; needs neither a database nor a network")
    two.add_argument("file", type=Path, metavar="FILE.zip")
    two.add_argument("--language", choices=("zh", "en"), default="en", help="of the answer (default: en)")


def run(args: argparse.Namespace) -> int:
    if args.action == "verify":
        return _verify(args.file, args.language)
    files = asyncio.run(_export(args))
    print(f"{args.number} with {files} originals written to {args.out}.")
    return 0


def _verify(path: Path, language: str) -> int:
    """One line per check on the terminal; 1 when anything is broken."""
    whole = True
    try:
        with path.open("rb") as file:
            for check in caseproof.verify(file):
                whole = whole and check.good
                print("✓" if check.good else "✗", said(check.sentence, language, check.facts))
    except OSError as fault:
        raise Fault(f"Cannot read {path}: {fault.strerror}.") from fault
    return 0 if whole else 1


async def _export(args: argparse.Namespace) -> int:
    from bot.casefile.archive import archive, read_case

    settings = Settings.load()
    objects = open_objects(settings)
    async with open_database(settings) as engine:
        who = await _person(engine, args.user) if args.user else None
        case = await read_case(engine, objects, args.number, who)
    if case is None:
        raise Fault(f"There is no case {args.number}{f' that {args.user} may see' if args.user else ''}.")
    part = args.out.with_name(args.out.name + ".part")
    try:
        with part.open("wb") as out:
            async for data in archive(case, objects, args.language, _progress):
                out.write(data)
        os.replace(part, args.out)
    except OSError as fault:
        raise Fault(f"Cannot write {args.out}: {fault.strerror}. Nothing was exported.") from fault
    finally:
        part.unlink(missing_ok=True)
    return len(case.originals)


async def _person(engine: AsyncEngine, userid: str) -> Person:
    async with engine.connect() as connection:
        who = await people.person_by_id(connection, userid)
        if who is None:
            raise Fault(f"Nobody on the roster has the userid {userid}.")
        return await standing_in(connection, who, await db.now(connection))


def _progress(done: int, of: int) -> None:
    """How far it is, beside the answer."""
    if done == of or done % 20 == 0:
        print(f"{done} of {of} originals", file=sys.stderr)
