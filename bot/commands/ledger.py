"""`loop153 ledger export clues|problems`: a ledger as JSON lines, CSV or a workbook."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.fault import Fault
from bot.office import open_database
from bot.settings import Settings
from store.reading.export import export
from store.reading.writers import Csv, JsonLines, Writer, Xlsx
from store.words import Ledger

HELP = "write a ledger to a file"
LEDGERS = {"clues": Ledger.CLUE, "problems": Ledger.PROBLEM}


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    one = actions.add_parser("export", help="every entry, in the order of its number")
    one.add_argument("ledger", choices=LEDGERS)
    one.add_argument("--format", choices=("json", "csv", "xlsx"), default="json", help="json: one object a line")
    one.add_argument("--lines", action="store_true", help="with the history of every entry")
    one.add_argument("--out", type=Path, metavar="FILE", help="where to (default: the terminal)")


def run(args: argparse.Namespace) -> int:
    if args.format == "xlsx" and args.out is None and sys.stdout.isatty():
        raise Fault("A workbook does not fit a terminal. Say where it should go: --out FILE.xlsx")
    count = asyncio.run(_export(args))
    if args.out:
        print(f"{count} entries written to {args.out}.")
    return 0


async def _export(args: argparse.Namespace) -> int:
    async with open_database(Settings.load()) as engine:
        with _target(args.out) as out:
            async with engine.connect() as connection:
                ledger = LEDGERS[args.ledger]
                writer = _writer(args.format, out, ledger, args.lines)
                return await export(connection, ledger, writer, lines=args.lines)


@contextmanager
def _target(path: Path | None) -> Iterator[BinaryIO]:
    """The terminal, or a file that appears only once it is complete."""
    if path is None:
        with open(sys.stdout.fileno(), "wb", closefd=False) as out:
            yield out
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as out:
            yield out
        os.replace(part, path)
    except OSError as fault:
        raise Fault(f"Cannot write {path}: {fault.strerror}. Nothing was exported.") from fault
    finally:
        part.unlink(missing_ok=True)


def _writer(form: str, out: BinaryIO, ledger: Ledger, lines: bool) -> Writer:
    if form == "xlsx":
        return Xlsx(out, ledger, lines=lines)
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    return Csv(text, ledger, lines=lines) if form == "csv" else JsonLines(text)
