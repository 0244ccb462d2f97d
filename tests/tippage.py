"""The tip page for tests: an office with a vault behind it, and tipsters whose browsers run no scripts."""

from __future__ import annotations

import html
import io
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, CookieJar, FormData
from aiohttp.test_utils import TestServer
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.commands.serve import application
from bot.health import Health
from bot.office import Office, furnished
from bot.settings import Settings
from store import db, tables
from store.tips import OfficerKey
from store.tips.receipts import Receipt, parse
from tests.tips import key_of, make_vault
from tests.world import build_world

_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_TAGS = re.compile(r"<[^>]+>")
STORY = "凌晨两点有人从后门往外搬整箱的真烟"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, after the redirects."""

    status: int
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def html(self) -> str:
        return self.body.decode()

    @property
    def words(self) -> str:
        """What a person reads."""
        return " ".join(html.unescape(_TAGS.sub(" ", self.html.partition("<body>")[2])).split())

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the first form."""
        form = self.html.partition("<form")[2].partition("</form>")[0]
        return dict(_HIDDEN.findall(form))


@dataclass(slots=True)
class Tipster:
    """Somebody with a browser of their own."""

    http: ClientSession
    url: str
    language: str = "zh"
    at: Answer | None = None

    async def get(self, path: str) -> Answer:
        async with self.http.get(f"{self.url}/tip/{self.language}{path}") as found:
            self.at = await _answer(found)
        return self.at

    async def post(self, path: str, upload: bytes | None = None, **fields: Any) -> Answer:
        """Post the form of the page one is on, with these fields; a list is several values."""
        known = self.at.hidden if self.at is not None else {}
        return await self.send(path, {**known, **fields}, [] if upload is None else [upload])

    async def send(self, path: str, fields: dict[str, Any], files: Sequence[bytes] = ()) -> Answer:
        data = FormData(default_to_multipart=bool(files))
        for name, value in fields.items():
            for one in value if isinstance(value, list) else [value]:
                data.add_field(name, one)
        for number, one in enumerate(files):
            data.add_field("file", io.BytesIO(one), filename=f"IMG_{number}.jpg", content_type="image/jpeg")
        async with self.http.post(f"{self.url}/tip/{self.language}{path}", data=data) as found:
            self.at = await _answer(found)
        return self.at

    async def begin(self) -> Answer:
        await self.get("")
        return await self.post("/begin")

    async def tells(self, story: str = STORY, *, files: Sequence[bytes] = (), about: str = "other") -> Answer:
        """The whole form in the fewest steps, up to the review."""
        await self.begin()
        await self.post("/new", do="next", answer=story)
        await self.post("/new", do="next", answer=about)
        while self.at is not None and 'value="submit"' not in self.at.html:
            for one in files if "files" in self.at.hidden else ():
                await self.post("/new", one, do="add")
            await self.post("/new", do="next", answer="")
        assert self.at is not None
        return self.at

    async def submits(self) -> Receipt:
        """Hand it in; the receipt as it stands on the page."""
        shown = await self.post("/new", do="submit")
        return receipt_on(shown)

    async def confirms(self, receipt: Receipt) -> Answer:
        asked = await self.get("/receipt/check")
        places = re.findall(r'name="place(\d+)"', asked.html)
        given = {f"place{n}": receipt.words("zh")[int(n) - 1] for n in places}
        return await self.post("/receipt", None, **given)

    async def returns(self, receipt: Receipt | str) -> Answer:
        typed = receipt if isinstance(receipt, str) else "".join(receipt.words("zh"))
        self.at = None
        return await self.post("/return", receipt=typed)


async def _answer(found: Any) -> Answer:
    return Answer(found.status, found.url.path, dict(found.headers), await found.read())


def receipt_on(page: Answer) -> Receipt:
    """The receipt that a page shows."""
    found = parse(" ".join(re.findall(r"<li><span>(.*?)</span></li>", page.html)))
    assert found, page.words
    return found


@dataclass(frozen=True, slots=True)
class TipTown:
    """The office, its page, and its officers."""

    office: Office
    url: str

    @asynccontextmanager
    async def tipster(self, language: str = "zh") -> AsyncIterator[Tipster]:
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
            yield Tipster(http, self.url, language)

    async def now(self) -> datetime:
        async with self.office.engine.connect() as tx:
            return await db.now(tx) + self.office.shift

    async def officer(self, userid: str = "sq-ng1") -> OfficerKey:
        async with self.office.engine.begin() as tx:
            return await key_of(tx, userid, await self.now())

    async def rows(self, query: str) -> list[Any]:
        async with self.office.engine.connect() as tx:
            return list((await tx.execute(text(query))).all())

    async def tips(self) -> list[str]:
        """The numbers of all tips, oldest first."""
        async with self.office.engine.connect() as tx:
            return list((await tx.execute(select(tables.tip.c.number).order_by(tables.tip.c.filed_on))).scalars())


@asynccontextmanager
async def open_tip_town(
    engine: AsyncEngine, folder: Path, *, vault: bool = True, **settings: Any
) -> AsyncIterator[TipTown]:
    """The sample world with a vault and an open page on a port of its own."""
    async with engine.begin() as tx:
        await build_world(tx)
        if vault:
            await make_vault(tx, await db.now(tx))
    async with furnished(Settings(data_dir=folder, **settings), engine, Clock()) as office:
        server = TestServer(application(office, Health(engine)))
        await server.start_server(access_log=None)
        try:
            yield TipTown(office, str(server.make_url("")).rstrip("/"))
        finally:
            await server.close()
