"""`loop153 import KIND FILE`: bring units, staff, shops, indicators, places or calendar days into the books."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot.desk import tell
from bot.office import open_database
from bot.settings import Settings
from store import db
from store.imports import KINDS, import_file
from store.imports.report import Report
from store.recount import recount
from store.workdays import load_calendar

HELP = "bring in units, staff, merchants, indicators, places or calendar days from CSV or XLSX"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="check the whole file and write nothing")


def run(args: argparse.Namespace) -> int:
    settings = Settings.load()
    report = asyncio.run(_import(settings, args.kind, args.file, args.dry_run))
    print("\n".join(report.lines(settings.language)))
    return 0 if report.ok else 1


async def _import(settings: Settings, kind: str, file: Path, dry_run: bool) -> Report:
    async with open_database(settings) as engine, engine.begin() as tx:
        at = await db.now(tx) + settings.clock_shift
        before = await load_calendar(tx, at)
        report = await import_file(tx, kind, file, dry_run=dry_run, progress=_progress)
        if kind == "calendar" and report.ok and not dry_run:
            await tell(tx, tuple(await recount(tx, before, at)), at, settings.sending_hours)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return report


def _progress(row: int, expected: int | None) -> None:
    """One line on stderr: rewritten in a terminal, appended now and then elsewhere."""
    done = f"{row:,} / {expected:,}" if expected else f"{row:,}"
    if sys.stderr.isatty():
        print(f"\r{done}", end="", file=sys.stderr, flush=True)
    elif row % 50_000 == 0:
        print(done, file=sys.stderr, flush=True)
