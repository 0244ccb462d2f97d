"""The command line is a door too: `loop153 COMMAND`, each command a module of `bot/commands`."""

from __future__ import annotations

import argparse
import ast
import importlib
import logging
import pkgutil
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType

from bot import commands, log
from bot.fault import Fault

ABOUT = "loop153: market supervision in the chat people already use."
FIRST_STEPS = """\
First steps:
  loop153 demo      the whole thing on this machine, with sample data and phones in the browser
  loop153 doctor    what is wrong with this installation, and what to do about it
  loop153 serve     the service itself; its settings are LOOP153_… variables (see README.md)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. The exit status is 0, 1 when it failed, 2 for a wrong call."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    args = _parser(words).parse_args(words)
    log.set_up(logging.WARNING)
    try:
        return int(_module(args.command).run(args) or 0)
    except Fault as fault:
        print(fault, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; Python would complain once more at exit
    except Exception:
        reference = log.new_reference()
        logging.getLogger("loop153").exception("unexpected failure %s", reference)
        print(f"Something went wrong that should not have. The log has it under {reference}.", file=sys.stderr)
    return 1


def names() -> list[str]:
    """Every command, as it is typed."""
    return sorted(module.name.rstrip("_") for module in pkgutil.iter_modules(commands.__path__))


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Only the command that was asked for is loaded: some bring half the house with them."""
    parser = argparse.ArgumentParser(
        prog="loop153", description=ABOUT, epilog=FIRST_STEPS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"loop153 {metadata.version('loop153')}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in words if not word.startswith("-")), None)
    for name in names():
        one = subparsers.add_parser(name, help=_help(name), description=_help(name))
        if name == wanted:
            _module(name).arguments(one)
    return parser


def _help(name: str) -> str:
    """The command's `HELP`, read off its source."""
    tree = ast.parse(Path(commands.__path__[0], f"{_file(name)}.py").read_text("utf-8"))
    texts = (
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "HELP"
    )
    return str(ast.literal_eval(next(texts)))


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"bot.commands.{_file(name)}")


def _file(name: str) -> str:
    """`import` is a word of Python's, so its module has a longer name."""
    return "import_" if name == "import" else name


if __name__ == "__main__":
    sys.exit(main())
