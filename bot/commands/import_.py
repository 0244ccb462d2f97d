"""`loop153 import KIND FILE`: bring units, staff, shops, indicators … or provincial data into the books.

`loop153 import undo BATCH` takes a batch of provincial data back.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.fault import Fault
from bot.office import open_database
from bot.settings import Settings
from bot.telling import tell
from bot.texts import _, said
from store import db
from store.feeds import FEEDS, Brought, bring
from store.feeds.batches import undo
from store.feeds.judging import waiting
from store.ledger import apply
from store.master.imports import KINDS, import_file
from store.master.imports.report import Report, Wrong
from store.running.bringing import KINDS as JOURNALED
from store.running.bringing import bring as bring_in
from store.texts import said as books_say
from store.words import CLOCK, Moved, Refused

HELP = "bring in units, staff, merchants, indicators, places, calendar days or provincial data from CSV or XLSX"

BY = "command line"
"""Who the log of batches names: whoever may run commands on the server."""
_AT_ONCE = 50  # clues in one transaction


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=[*KINDS, *FEEDS, "undo"])
    parser.add_argument("file", type=Path, metavar="FILE", help="the file; for undo the number of the batch")
    parser.add_argument("--dry-run", action="store_true", help="check the whole file and write nothing")


def run(args: argparse.Namespace) -> int:
    settings = Settings.load()
    if args.kind == "undo":
        print(asyncio.run(_undo(settings, str(args.file))))
        return 0
    work: Callable[..., Coroutine[None, None, Report | Brought]] = _feed if args.kind in FEEDS else _import
    report = asyncio.run(work(settings, args.kind, args.file, args.dry_run))
    print("\n".join(report.lines(settings.language)))
    return 0 if report.ok else 1


async def _import(settings: Settings, kind: str, file: Path, dry_run: bool) -> Report:
    async with open_database(settings) as engine, engine.begin() as tx:
        at = await db.now(tx) + settings.clock_shift
        if kind in JOURNALED and not dry_run:
            brought = await bring_in(tx, kind, file, BY, at, server=True, progress=_progress)
            await tell(tx, brought.moved, at, settings.sending_hours)
            report = brought.report
        else:
            report = await import_file(tx, kind, file, dry_run=dry_run, progress=_progress, at=at, by=BY)
    _clear()
    return report


async def _feed(settings: Settings, kind: str, file: Path, dry_run: bool) -> Brought:
    """Provincial data; the clues that come of them are written at once, though the clock would do it in a minute."""
    async with open_database(settings) as engine:
        async with engine.begin() as tx:
            at = await db.now(tx) + settings.clock_shift
            brought = await bring(tx, kind, file, BY, at, dry_run=dry_run, progress=_progress)
        if brought.warnings:
            await write_clues(engine, settings)
    _clear()
    return brought


async def write_clues(engine: AsyncEngine, settings: Settings) -> None:
    """A clue for every warning that waits, some at a time: what was written stays when this is broken off."""
    moved: list[Moved] = []
    while True:
        async with engine.begin() as tx:
            at, moved = await db.now(tx) + settings.clock_shift, []
            for ask in await waiting(tx, _AT_ONCE):
                try:
                    moved.append(await apply(tx, ask, CLOCK, at))
                except Refused:  # the clock was first
                    continue
            await tell(tx, tuple(moved), at, settings.sending_hours)
        if not moved:
            return


async def _undo(settings: Settings, number: str) -> str:
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Fault(said(_("Which batch? Say its number: loop153 import undo 12"), settings.language))
    async with open_database(settings) as engine, engine.begin() as tx:
        at = await db.now(tx) + settings.clock_shift
        try:
            undone = await undo(tx, int(number), BY, at)
        except Wrong as no:
            raise Fault(books_say(no.sentence, settings.language, no.facts)) from None
    sentence = _("Batch {number} ({file}) is undone: {rows} rows are out of the books again.")
    return said(sentence, settings.language, number=number, file=undone.batch.name, rows=undone.rows)


def _progress(row: int, expected: int | None) -> None:
    """One line on stderr: rewritten in a terminal, appended now and then elsewhere."""
    done = f"{row:,} / {expected:,}" if expected else f"{row:,}"
    if sys.stderr.isatty():
        print(f"\r{done}", end="", file=sys.stderr, flush=True)
    elif row % 50_000 == 0:
        print(done, file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
