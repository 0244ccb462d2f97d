"""`loop153 bench`: run the measurements of tests/bench and print one table of figures, ratios and goals."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import operator
import pkgutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.fault import Fault
from bot.office import open_database
from bot.settings import Settings

HELP = "measure, and print the table of ratios"
_COMPARISONS = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `ratio` sets it against another one of the same run; `goal` (">= 0.5", "<= 30") speaks of
    the ratio when there is one, else of the value."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    goal: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if not self.goal:
            return None
        comparison, limit = self.goal.split()
        return bool(_COMPARISONS[comparison](self.value if self.ratio is None else self.ratio, float(limit)))


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", metavar="NAME", help="one module of tests/bench")


def run(args: argparse.Namespace) -> int:
    modules = _modules()
    if args.only and args.only not in modules:
        raise Fault(f"There is no measurement {args.only!r}; there are {', '.join(modules) or 'none'}.")
    rows = asyncio.run(_measure([args.only] if args.only else modules))
    print("\n".join(table(rows)))
    return 0


def _modules() -> list[str]:
    try:
        package = importlib.import_module("tests.bench")
    except ModuleNotFoundError:
        raise Fault("The measurements are part of the source checkout: run `make bench` there.") from None
    return [module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")]


async def _measure(names: list[str]) -> list[Row]:
    """Each module gets a fresh database, so that none measures what another left behind."""
    rows: list[Row] = []
    for name in names:
        print(f"measuring {name} ...", flush=True)
        with tempfile.TemporaryDirectory(prefix="loop153-bench-") as folder:
            async with open_database(Settings(data_dir=Path(folder))) as engine:
                rows += await importlib.import_module(f"tests.bench.{name}").run(engine)
    return rows


def table(rows: list[Row]) -> Iterator[str]:
    """The rows as aligned lines of text."""
    width = max((len(row.name) for row in rows), default=4)
    yield f"{'':{width}}  {'value':>12} {'unit':<10} {'ratio':>7}  {'goal':<9}"
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        mark = {None: "", True: "✓", False: "✗"}[row.met]
        yield f"{row.name:{width}}  {row.value:>12,.1f} {row.unit:<10} {ratio:>7}  {row.goal:<9} {mark}".rstrip()
