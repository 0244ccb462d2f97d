"""The open interface: described as served, keys and their rights, scope, paging, moves once, provincial rows, hooks."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.api.describe import description
from bot.api.table import BASE, TABLE
from bot.clock import Clock
from bot.hook.door import signed
from bot.hook.guarding import Guarded, refusal
from bot.office import furnished
from bot.settings import Settings
from notifier.deliver import deliver_batch
from store import db, tables
from store.reading.export import entries
from store.sharing import keys
from store.sharing.keys import RIGHTS
from store.words import Ledger
from tests.console import REPORT, Console, open_console
from tests.world import MQ, SHOP, build_world, who


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
    settings = Settings(data_dir=tmp_path, sending_hours="always", hooks_inside=True)
    async with furnished(settings, engine, Clock()) as office, open_console(office) as opened:
        yield opened


class Caller:
    """A program with a key."""

    def __init__(self, http: ClientSession, base: str) -> None:
        self._http, self._base = http, base + BASE

    async def ask(self, method: str, path: str, body: Any = None, once: str = "", **headers: str) -> tuple[int, Any]:
        more = {"Idempotency-Key": once} if once else {}
        async with self._http.request(method, self._base + path, json=body, headers=more | headers) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            if answer.status >= 400:
                assert answer.content_type == "application/problem+json"
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        return await self.ask("GET", path, **headers)


@asynccontextmanager
async def calling(
    console: Console,
    userid: str | None = "sq-ng1",
    rights: Mapping[str, str] | list[str] = RIGHTS,
    unit: str | None = None,
) -> AsyncIterator[Caller]:
    async with console.office.engine.begin() as tx:
        at = await db.now(tx)
        ends = at + timedelta(days=1)
        told = await keys.make(tx, who("sq-admin"), "程序", list(rights), ends, at, person=userid, unit=unit)
    async with ClientSession(headers={"Authorization": f"Bearer {told}"}) as http:
        yield Caller(http, console.base)


# --- the description --------------------------------------------------------------------------------------


def test_every_route_is_described_and_every_example_fits_its_model() -> None:
    spec = description()
    assert spec["openapi"] == "3.1.0"
    operations = {(method.upper(), path) for path, each in spec["paths"].items() for method in each}
    assert operations == {(one.method, one.path) for one in TABLE}
    assert len({one.name for one in TABLE}) == len(TABLE)
    assert {one.right for one in TABLE} <= set(RIGHTS)
    references = set(_references(spec))
    assert references <= {f"#/components/schemas/{name}" for name in spec["components"]["schemas"]}
    for one in TABLE:
        for example in one.body.model_json_schema().get("examples", []) if one.body else ():
            TypeAdapter(one.body).validate_python(example)


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for each in part.values() for found in _references(each)]
    return [found for each in part for found in _references(each)] if isinstance(part, list) else []


async def test_the_description_and_its_page_are_public(console: Console) -> None:
    async with ClientSession() as http:
        async with http.get(f"{console.base}{BASE}/openapi.json") as answer:
            spec = await answer.json()
        assert spec["servers"][0]["url"].endswith(BASE)
        for language, words in (("zh", "开放接口"), ("en", "Open interface")):
            async with http.get(f"{console.base}{BASE}/docs?language={language}") as answer:
                page = await answer.text()
            assert (answer.status, words in page, "<script" in page) == (200, True, False)
            assert all(one.name in page for one in TABLE)


# --- keys -------------------------------------------------------------------------------------------------


async def test_whatever_is_wrong_with_a_key_the_answer_is_the_same(console: Console) -> None:
    async with console.office.engine.begin() as tx:
        at = await db.now(tx)
        over = await keys.make(tx, who("sq-admin"), "a", ["entries:read"], at, at - timedelta(days=1), person="mq-cm")
        gone = await keys.make(tx, who("sq-admin"), "b", ["entries:read"], at + timedelta(1), at, person="mq-cm")
        number = (await keys.listed(tx))[0].id
        await keys.revoke(tx, who("sq-admin"), number, at)
    answers = set()
    for told in (over, gone, "l153_x", "", "x" * 5000):
        async with ClientSession(headers={"Authorization": f"Bearer {told}"}) as http:
            for path in ("/clues", "/entries/XS-2026-000001", "/nowhere"):
                async with http.get(console.base + BASE + path, headers={"Accept-Language": "en"}) as answer:
                    answers.add((answer.status, await answer.text(), answer.headers["WWW-Authenticate"]))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 401


async def test_a_key_has_its_rights_and_a_reading_key_never_writes(console: Console) -> None:
    async with calling(console, rights=["shops:read"]) as caller:
        status, problem = await caller.get("/clues")
        assert (status, problem["status"], "entries:read" in problem["detail"]) == (403, 403, True)
        assert (await caller.get("/nowhere"))[0] == 404
        assert (await caller.ask("DELETE", "/clues"))[0] == 405
    await console.press("mq-cm", "report", **REPORT)
    async with calling(console, None, unit=MQ) as reader:
        assert (await reader.get("/clues"))[1]["total"] == 1
        assert (await reader.ask("POST", "/clues", {"text": "x"}, once="1"))[0] == 403
    async with calling(console, None, unit="411422") as elsewhere:
        assert (await elsewhere.get("/clues"))[1]["total"] == 0


# --- entries ----------------------------------------------------------------------------------------------


async def test_entries_are_those_of_the_export_within_scope(console: Console) -> None:
    numbers = [await console.press("mq-cm", "report", **REPORT) for _ in range(5)]
    internal = await console.press("sx-cm", "report", **{**REPORT, "indicator": "N10101", "accused": ["sx-leader"]})
    async with console.office.engine.connect() as connection:
        exported = {one["number"]: one async for one in entries(connection, Ledger.CLUE, lines=True)}
    async with calling(console) as city, calling(console, "mq-ng1") as county, calling(console, "sx-leader") as accused:
        seen: list[str] = []
        after = ""
        while True:
            _status, page = await county.get(f"/clues?limit=2&sort=date&after={after}")
            seen += [one["number"] for one in page["items"]]
            if page["next"] is None:
                break
            after = page["next"]
        assert sorted(seen) == sorted(numbers)
        for number in (*numbers, internal):
            assert (await city.get(f"/entries/{number}"))[1] == exported[number]
        texts = [(await accused.get(f"/entries/{one}"))[1] for one in (internal, numbers[0], "XS-2026-999999", "x")]
        assert texts == [texts[0]] * 4
        assert (await accused.get("/clues"))[1] == {"items": [], "next": None, "total": 0}
        assert (await city.get(f"/clues?shop={SHOP}&indicator=W2&source=staff&county={MQ}"))[1]["total"] == 5
        assert (await city.get("/clues?words=没有的"))[1]["total"] == 0


async def test_bad_questions_are_named(console: Console) -> None:
    async with calling(console) as caller:
        for path, field in (
            ("/clues?from=yesterday", "from"),
            ("/clues?limit=0", "limit"),
            ("/clues?colour=red", "colour"),
            ("/clues?state=nowhere", "state"),
            ("/clues?after=xyz", "after"),
            ("/codes?code=0000000000000000", "code"),
        ):
            status, problem = await caller.get(path, **{"Accept-Language": "en"})
            assert (status, problem["errors"][0]["field"]) == (422, field), path
        assert (await caller.ask("POST", "/clues", [1], once="1"))[0] == 400
        async with caller._http.post(caller._base + "/clues", data=b"{", headers={"Content-Type": "text/plain"}) as got:
            assert got.status == 415
        status, problem = await caller.ask("POST", "/clues", {"text": "x" * 300_000}, once="1")
        assert status == 413


async def test_a_clue_is_filed_once_and_moves_like_any_other(console: Console) -> None:
    clue = {"text": "柜内有串码烟", "merchant": SHOP, "indicator": "W20201", "no_place_reason": "系统推送"}
    async with calling(console, "mq-cm") as caller, calling(console, "mq-ng1") as officer:
        assert (await caller.ask("POST", "/clues", clue))[0] == 400
        first = await caller.ask("POST", "/clues", clue, once="a1")
        assert first[0] == 201
        assert await caller.ask("POST", "/clues", clue, once="a1") == first
        assert (await caller.ask("POST", "/clues", {**clue, "text": "另一条"}, once="a1"))[0] == 422
        number = first[1]["number"]
        assert (await caller.get("/clues"))[1]["total"] == 1
        status, problem = await caller.ask("POST", f"/entries/{number}/moves", {"verb": "dismiss"}, once="a2")
        assert (status, bool(problem["detail"])) == (409, True)
        wish = {"verb": "ask_info", "fields": {"text": "请补充位置"}}
        moved = await officer.ask("POST", f"/entries/{number}/moves", wish, once="a1")  # another key's own
        assert (moved[0], moved[1]["state"]) == (200, "need_info")
        assert (await caller.ask("POST", f"/entries/{number}/moves", {"verb": "fly"}, once="a3"))[0] == 422
        assert (await officer.ask("POST", "/entries/XS-2026-999999/moves", wish, once="a4"))[0] == 404
        ten = await asyncio.gather(*(caller.ask("POST", "/clues", clue, once="same") for _ in range(10)))
        assert len({one[1].get("number") for one in ten if one[0] == 201}) == 1


# --- shops, library, codes, feeds -------------------------------------------------------------------------


async def test_shops_indicators_and_codes(console: Console) -> None:
    async with calling(console) as caller, calling(console, "sx-cm") as foreign:
        assert [one["licence_no"] for one in (await caller.get("/shops?words=江山"))[1]["items"]] == [SHOP]
        status, profile = await caller.get(f"/shops/{SHOP}")
        assert (status, profile["name"], profile["level"]) == (200, "江山便利店", "service")
        assert (await foreign.get(f"/shops/{SHOP}"))[1] == (await foreign.get("/shops/999999999999"))[1]
        codes = [one["code"] for one in (await caller.get("/indicators"))[1]["items"]]
        assert (codes == sorted(codes), "W20201" in codes) == (True, True)
        status, traced = await caller.get(f"/codes?code=6110900001234521HNSQ{SHOP}")
        assert (status, traced["licence_no"], traced["name"]) == (200, SHOP, "江山便利店")


async def test_provincial_rows_are_taken_whole_or_not_at_all(console: Console) -> None:
    row = {"licence_no": SHOP, "day": "2026-11-01", "score": 40}
    async with calling(console) as caller:
        dry = await caller.ask("POST", "/feeds/scores", {"rows": [row], "dry_run": True})
        assert (dry[0], dry[1]["batch"], dry[1]["added"]) == (201, None, 1)
        taken = await caller.ask("POST", "/feeds/scores", {"rows": [row], "name": "分值"})
        assert (taken[0], taken[1]["added"]) == (201, 1)
        again = await caller.ask("POST", "/feeds/scores", {"rows": [row]})
        assert again[1]["earlier"] == taken[1]["batch"]
        wrong = {**row, "score": "很高", "day": "2026-11-02"}
        status, problem = await caller.ask("POST", "/feeds/scores", {"rows": [{**row, "day": "2026-11-03"}, wrong]})
        assert (status, problem["errors"][0]["row"], problem["errors"][0]["field"]) == (422, 2, "score")
        assert (await caller.ask("POST", "/feeds/weather", {"rows": [row]}))[0] == 404
    async with console.office.engine.connect() as connection:
        assert len(list(await connection.execute(select(tables.feed_score)))) == 1


# --- hooks ------------------------------------------------------------------------------------------------


class Listener:
    """Another house's program: keeps what it was sent, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[Mapping[str, str], bytes]] = []
        self.failing = 0

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((request.headers, await request.read()))
        self.failing -= 1
        return web.Response(status=500 if self.failing >= 0 else 204)


async def test_moves_are_told_signed_until_they_are_taken(console: Console) -> None:
    listener, office = Listener(), console.office
    app = web.Application()
    app.router.add_post("/in", listener.hear)
    async with TestServer(app) as server, calling(console, "mq-ng1") as caller, calling(console, "sx-ng") as foreign:
        url = str(server.make_url("/in"))
        status, hook = await caller.ask("POST", "/hooks", {"name": "案件系统", "url": url, "verbs": ["report"]})
        assert status == 201
        await foreign.ask("POST", "/hooks", {"name": "外县", "url": url})
        number = await console.press("mq-cm", "report", **REPORT)
        listener.failing = 1
        doors = {"hook": office.doors["hook"]}
        assert await deliver_batch(office.engine, doors, "t", timedelta()) == 1
        assert await deliver_batch(office.engine, doors, "t", timedelta(hours=1)) == 1
        assert len(listener.heard) == 2
        (first, body), (second, again) = listener.heard
        assert (body == again, first["webhook-id"] == second["webhook-id"]) == (True, True)
        event = json.loads(body)
        assert (event["type"], event["data"]["number"], event["data"]["verb"]) == ("entry.moved", number, "report")
        secret = base64.b64decode(hook["secret"].removeprefix("whsec_"))
        whole = f"{second['webhook-id']}.{second['webhook-timestamp']}.".encode() + again
        mac = base64.b64encode(hmac.digest(secret, whole, hashlib.sha256)).decode()
        assert second["webhook-signature"] == f"v1,{mac}"
        assert [one.get("secret") for one in (await caller.get("/hooks"))[1]["items"]] == [None]
        assert (await foreign.ask("DELETE", f"/hooks/{hook['id']}"))[0] == 404
        assert (await caller.ask("DELETE", f"/hooks/{hook['id']}"))[0] == 200
        await console.press("mq-cm", "report", **REPORT)
        assert await deliver_batch(office.engine, doors, "t", timedelta()) == 0
    async with office.engine.connect() as connection:
        to_people = select(tables.letter.c.door).where(tables.letter.c.purpose != "hook")
        assert set((await connection.execute(to_people)).scalars()) == {"wecom"}


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's reference libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", secret, b'{"test": 2432232314}', 1614265330)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("url", "inside", "taken"),
    [
        ("https://cases.example.cn/in", False, True),
        ("http://cases.example.cn/in", False, False),
        ("https://127.0.0.1/", False, False),
        ("https://[::ffff:10.0.0.1]/", False, False),
        ("https://169.254.169.254/latest", False, False),
        ("https://localhost/", False, False),
        ("https://user:secret@example.cn/", False, False),
        ("https://example.cn:99999/", False, False),
        ("ftp://example.cn/", True, False),
        ("http://10.1.2.3:8080/in", True, True),
        ("https:///in", True, False),
    ],
)
def test_hooks_lead_only_where_they_may(url: str, inside: bool, taken: bool) -> None:
    assert (refusal(url, inside=inside) == "") == taken


async def test_a_name_that_leads_into_the_house_leads_nowhere() -> None:
    with pytest.raises(OSError, match="none on the internet"):
        await Guarded(inside=False).resolve("localhost", 80)
    assert await Guarded(inside=True).resolve("localhost", 80)
