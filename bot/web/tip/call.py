"""One request to the tip page: who asks is not known here, only in which language, by which road, with which cookie."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from bot.web.tip import pages, session
from bot.web.tip.posted import Hall, Posted
from bot.web.tip.session import Visit
from store.db import Tx
from store.tips import drafts
from store.words import Json

if TYPE_CHECKING:
    from bot.office import Office


_LONG = 64 * 1024
"""Bytes of a form before which it is asked whether anybody is there to send it."""


class Ended(Exception):
    """There is no visit any more, or never was: it is said calmly."""


class Foreign(Exception):
    """The form does not come from a page of ours."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a page may know of a request. Address and browser of whoever asks are not among it."""

    office: Office
    request: web.Request
    hall: Hall
    language: str

    @property
    def onion(self) -> bool:
        """Whether it came through an onion service."""
        return (urlsplit(f"//{self.request.host}").hostname or "").endswith(".onion")

    @property
    def notice(self) -> str:
        """Which notice holds on this road (tipline.md §1); it travels with the tip."""
        return "onion" if self.onion else "https"

    @property
    def token(self) -> str:
        return self.request.cookies.get(session.COOKIE, "")

    def page(self, name: str, here: str = "", status: int = 200, **facts: Json) -> web.Response:
        return pages.page(name, self.language, here, status=status, **facts)

    def see(self, here: str) -> web.Response:
        """Go on at another page of ours."""
        return pages.see(f"/tip/{self.language}/{here}".rstrip("/"))

    def with_cookie(self, answer: web.Response, visit: Visit) -> web.Response:
        """Only ever after a posted form: nobody who merely looks gets a cookie."""
        answer.set_cookie(
            session.COOKIE, visit.token, path=session.PATH, httponly=True, samesite="Strict", secure=self._secure
        )
        return answer

    def without_cookie(self, answer: web.Response) -> web.Response:
        answer.del_cookie(session.COOKIE, path=session.PATH, httponly=True, samesite="Strict", secure=self._secure)
        return answer

    @property
    def _secure(self) -> bool:
        """An onion service is its own lock; behind a proxy only the public address tells that there is one."""
        public = urlsplit(self.office.settings.public_url or "")
        return self.request.secure or (public.scheme == "https" and public.netloc == self.request.host)

    @asynccontextmanager
    async def books(self) -> AsyncIterator[tuple[Tx, datetime]]:
        """One transaction, and the office's time."""
        async with self.office.engine.begin() as tx:
            yield tx, await drafts.clock(tx) + self.office.shift

    @asynccontextmanager
    async def visit(self, posted: Posted | None = None) -> AsyncIterator[tuple[Tx, datetime, Visit]]:
        """One transaction with the visit of the cookie, which is locked meanwhile and kept afterwards. A posted form
        must carry the visit's own mark. Raises `Ended` and `Foreign`."""
        async with self.books() as (tx, at):
            found = await session.load(tx, self.token, at)
            if found is None:
                raise Ended
            if posted is not None and not hmac.compare_digest(posted.one("csrf").encode(), found.csrf.encode()):
                raise Foreign
            yield tx, at, found
            if not found.over:
                await session.save(tx, found, at)

    async def there(self) -> None:
        """Whether there is a visit at all, asked before a long upload is read. Raises `Ended`."""
        if (self.request.content_length or _LONG) >= _LONG:
            async with self.visit():
                pass


def from_our_page(request: web.Request) -> bool:
    """Whether a form without a visit was sent from our own site; browsers say so since 2020, older ones say nothing."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
