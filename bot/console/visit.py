"""One request of somebody who is signed in: what the handlers of rooms work with."""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import housework
from bot.console import page
from bot.console.lists import SIZE, Column, View
from bot.console.rooms import PATH, Room, open_to
from bot.console.sheets import Sheet, TooLarge, read_sheet, tidy
from bot.housework import Work
from bot.texts import _, said
from conversations import outcomes
from conversations.catalogue import speech
from store.db import connected
from store.staff.sessions import Session
from store.words import Address, Ask, Incoming, Moved, Person, Press

if TYPE_CHECKING:
    from bot.office import Office

DOOR = "console"
_NOTICE = "loop153_notice"
_NOTICE_CHARACTERS = 600
_ONCE = 60
"""Characters of the token that tells one shown form from every other."""


class NotThere(Exception):
    """Hidden from this person, or nowhere at all: they are told the same."""


class Forged(Exception):
    """A form that this session was never shown."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a wish: the sentence about it, the line that was written, or why it was refused."""

    said: str
    moved: Moved | None = None
    refused: bool = False

    @property
    def tone(self) -> str:
        return "warn" if self.refused else "good"


@dataclass(slots=True)
class Visit:
    """`token` is the session's cookie; `memory` what the session keeps in this process."""

    office: Office
    request: web.Request
    who: Person
    session: Session
    token: str
    at: datetime
    room: Room | None
    memory: dict[str, Any]
    sheet: Sheet = field(default_factory=Sheet)  # the posted form

    # --- what came ----------------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        return self.session.language

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the "?", without what no text has."""
        return {name: tidy(value) for name, value in self.request.query.items()}

    @property
    def parts(self) -> Mapping[str, str]:
        """The {parts} of the route's path."""
        return self.request.match_info

    def view(
        self, columns: Sequence[Column], *, default: str = "", filters: Sequence[str] = (), size: int = SIZE
    ) -> View:
        """How the list of this page is to be looked at."""
        return View.of(self.request.path, self.query, columns, default=default, filters=filters, size=size)

    async def take_sheet(self, files: int = 0, *, on_disk: bool = False) -> None:
        """Read the posted form, for the shell. Raises `TooLarge`, or `Forged` without the token of this session."""
        self.sheet = await read_sheet(self.request, files, on_disk=on_disk)
        if not hmac.compare_digest(self.sheet.text("csrf").encode(), self.csrf.encode()):
            raise Forged

    # --- the books ----------------------------------------------------------------------------------------

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read from."""
        async with connected(self.office.engine) as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Work]:
        """One transaction for what is no ledger: `.tx`, `.at`, `.tell(*moved)`, `.post(letters)`."""
        async with housework.writing(self.office) as work:
            yield work

    async def press(self, ask: Ask) -> Done:
        """Wish something of a ledger, through the desk. The same form sent twice is one wish."""
        once = self.sheet.text("once", _ONCE) or secrets.token_urlsafe(12)
        incoming = Incoming(f"{self.session.key[:16]}:{once}", Address(DOOR, self.who.id), Press(ask))
        receipt = await self.office.receive(incoming)
        words = speech(self.language)
        if receipt.refused is not None:
            return Done(outcomes.refused(words, receipt.refused, {}), refused=True)
        if receipt.moved:
            return Done(outcomes.moved(words, receipt.moved[0], ask.fields), receipt.moved[0])
        return Done("\n".join(say.text for say in receipt.says))

    # --- what goes back -----------------------------------------------------------------------------------

    def t(self, sentence: str, **facts: Any) -> str:
        return said(sentence, self.language, **facts)

    def path(self, rest: str = "") -> str:
        """A path within this room."""
        base = self.room.path if self.room else PATH
        return f"{base}/{rest}" if rest else base

    def page(self, template: str, status: int = 200, **facts: Any) -> web.Response:
        """A whole page: shell, menu, and the notice that waits to be shown."""
        notice = self._notice()
        shell = {
            "who": self.who,
            "unit": self.session.unit,
            "menu": open_to(self),
            "room": self.room,
            "csrf": self.csrf,
            "once": lambda: secrets.token_urlsafe(12),
            "notice": notice,
            "here": self.request.path if status == 200 else PATH,
            "now": self.at,
            "errors": self.sheet.errors,
            "sheet": self.sheet,
        }
        response = page.answer(template, self.language, status, **{**shell, **facts})
        if _NOTICE in self.request.cookies:
            response.del_cookie(_NOTICE, path=PATH)
        return response

    def go(self, path: str, say: Done | str = "", tone: str = "good") -> web.Response:
        """Look at another page next; `say` is shown there, once."""
        response = page.go(path)
        words, tone = (say.said, say.tone) if isinstance(say, Done) else (say, tone)
        if words:
            text = urlsafe_b64encode(json.dumps([tone, words[:_NOTICE_CHARACTERS]]).encode()).decode()
            value = f"{text}.{self._sign(text)}"
            secure = (self.office.settings.public_url or "").startswith("https:")
            response.set_cookie(_NOTICE, value, path=PATH, max_age=120, httponly=True, samesite="Lax", secure=secure)
        return response

    def missing(self) -> web.Response:
        """What is not there, or not there for them."""
        return self.page("shell/missing.html", 404)

    def fault(self, problem: Exception) -> web.Response:
        """A form that cannot be taken."""
        too_large = isinstance(problem, TooLarge)
        words = _("That was more than this form takes. Please send less of it at once.")
        if not too_large:
            words = _("This form is out of date. Please go back, load the page again and send it once more.")
        return self.page("shell/fault.html", 413 if too_large else 403, words=self.t(words))

    # --- tokens -------------------------------------------------------------------------------------------

    @property
    def csrf(self) -> str:
        """What proves that a form was shown to this session. The same for the whole of it."""
        return self._sign("csrf")

    def _sign(self, text: str) -> str:
        return hmac.new(self.token.encode(), text.encode(), sha256).hexdigest()[:40]

    def _notice(self) -> tuple[str, str] | None:
        """(tone, words) left by the page before; only what this session signed is shown."""
        text, _dot, mac = self.request.cookies.get(_NOTICE, "").partition(".")
        if not text or not hmac.compare_digest(mac.encode(), self._sign(text).encode()):
            return None
        tone, words = json.loads(urlsafe_b64decode(text))
        return tone, words
