"""The four laws of the house and its habits, read off the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "conversations", "notifier", "store")
FILES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

HTTP = {"aiohttp", "aiogram", "wechatpy", "requests", "httpx", "urllib3", "http"}
INPUT_OUTPUT = {*HTTP, "asyncio", "asyncpg", "sqlalchemy", "socket", "subprocess", "random", "secrets", "time"}
FORM_READERS = {"library", "catalogue"}  # conversations/ reads its own forms and words, at start

WRITERS = {
    "bot/desk.py": "the front desk: one transaction for each message",
    "bot/work/media.py": "what became of a photo: it belongs to a line that the desk wrote",
    "bot/office.py": "opening: form versions and the calendar, before anybody is let in",
    "bot/demo_world.py": "the demo's sample data, before anybody is let in",
    "bot/work/ticks.py": "a tick marks that it happened, so that one replica does it",
    "bot/web/tip/call.py": "a tip page's own transaction: sealed drafts and the vault, no ledger but through them",
    "bot/tips/": "the tip desk, which has transactions of its own: no sender may reach the front desk's",
    "bot/console/entrance.py": "who comes into the console and goes out; no ledger is touched",
    "bot/housework.py": "what people change beside the ledgers, from the console and the open interface",
    "bot/work/showing.py": "pictures of reports: they belong to letters that were posted; no ledger is touched",
    "bot/web/casefile.py": "who took a case file out of the books; no ledger is touched",
    "bot/work/exporting.py": "how far the writing of an export has come; no ledger is touched",
    "bot/work/nightwork.py": "all scores anew, a span of shops in each transaction; no ledger is touched",
    "bot/work/imports.py": "provincial files that somebody sent by the console, one transaction each",
    "bot/commands/import_.py": "the administrator's imports",
    "bot/commands/setting.py": "the administrator's dated changes of clocks and hours; no ledger is touched",
    "bot/commands/reports.py": "the administrator has the reports counted anew; no ledger is touched",
    "bot/commands/leave.py": "the administrator hands over what somebody leaves behind",
    "bot/commands/letters.py": "the administrator sends a parked letter again",
    "bot/commands/vault.py": "the administrator sets the vault up",
    "bot/wecom/contacts.py": "the roster follows WeCom's directory; no ledger is touched",
    "notifier/": "the mail room",
    "store/db.py": "migrations",
    "store/door_state.py": "what all replicas must know of a door",
    "store/tokens.py": "access tokens shared by all replicas",
}
"""Who may open a writing transaction, and why. A door, a dialogue or a page is not among them."""


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imported(file: Path) -> set[str]:
    """Everything a file imports, whole dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def heads(file: Path) -> set[str]:
    """The top-level packages a file imports."""
    return {one.partition(".")[0] for one in imported(file)}


def test_law_1_only_bot_speaks_http() -> None:
    assert {name(file): heads(file) & HTTP for file in FILES if name(file)[:4] != "bot/" and heads(file) & HTTP} == {}


def test_law_2_conversations_does_no_input_or_output() -> None:
    files = [file for file in FILES if name(file).startswith("conversations/")]
    assert {name(file): found for file in files if (found := heads(file) & INPUT_OUTPUT)} == {}
    readers = {file.stem for file in files if calls(file, "open") or heads(file) & {"pathlib", "importlib", "os"}}
    assert readers <= FORM_READERS
    clocks = {name(file) for file in files if re.search(r"\bnow\(\)|utcnow|\btoday\(\)", file.read_text("utf-8"))}
    assert clocks == set()


def test_law_3_only_the_desk_and_the_mail_room_open_writing_transactions() -> None:
    opening = re.compile(r"(engine|connection|conn|tx)\.(begin|commit|transaction)\(")
    openers = {name(file) for file in FILES if opening.search(file.read_text("utf-8"))}
    strangers = {one for one in openers if not one.startswith(tuple(WRITERS))}
    assert strangers == set()


def test_law_4_nothing_is_sent_that_a_turn_or_a_line_did_not_cause() -> None:
    """Letters are made in the plan of a move, in the desk (a page of an answer) and where a photo was lost; sent by
    the mail room only. A door's own `send` is called from nowhere else, but for its answer in place."""
    makers = {name(file) for file in FILES if calls(file, "Letter")}
    assert {one for one in makers if not one.startswith(("notifier/", "bot/desk.py", "bot/work/media.py"))} == set()
    posters = {name(file) for file in FILES if "outbox.post(" in file.read_text("utf-8")}
    assert {one for one in posters if not one.startswith(("notifier/", "bot/telling.py", "bot/work/media.py"))} == set()


def calls(file: Path, function: str) -> bool:
    """Whether a file calls something of that name."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
    )


def test_the_arrows_between_the_rooms() -> None:
    """bot -> conversations | notifier -> store; conversations takes only the shared nouns from store."""
    forbidden = {
        "store": {"bot", "conversations", "notifier"},
        "notifier": {"bot", "conversations"},
        "conversations": {"bot", "notifier"},
    }
    wrong = {name(file): heads(file) & forbidden.get(file.relative_to(ROOT).parts[0], set()) for file in FILES}
    assert {file: found for file, found in wrong.items() if found} == {}
    for file in FILES:
        if name(file).startswith("conversations/"):
            books = {one for one in imported(file) if one.partition(".")[0] == "store"}
            assert all(one.startswith("store.words") for one in books), name(file)


def test_the_clock_is_read_in_few_places() -> None:
    """Time is an argument. These read a clock: the office's own, log lines, tokens' and callbacks' wall clock."""
    reading = re.compile(r"datetime\.now\(|utcnow\(|date\.today\(")
    readers = {name(file) for file in FILES if reading.search(file.read_text("utf-8"))}
    allowed = ("bot/clock.py", "bot/log.py", "bot/checkup/", "bot/sandbox/", "bot/commands/")
    assert {one for one in readers if not one.startswith(allowed)} == set()


@pytest.mark.parametrize("file", FILES + TESTS, ids=name)
def test_habits(file: Path) -> None:
    """The first line says what the file is for; files and functions stay small enough to hold in the head."""
    source = file.read_text("utf-8")
    tree = ast.parse(source)
    if tree.body and "migrations/env.py" not in name(file):
        assert ast.get_docstring(tree), f"{name(file)} does not say what it is for"
    if file in FILES:
        assert len(source.splitlines()) <= 300, f"{name(file)} is too long: look for a seam"
        assert list(long_functions(tree)) == []


def long_functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            if lines > 60:
                yield node.name, lines
