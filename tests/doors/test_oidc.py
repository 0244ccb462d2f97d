"""The OpenID Connect provider, driven as a partner's system would: code flow with PKCE, tokens, every "no"."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from aiohttp import BasicAuth, ClientSession
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.office import furnished
from bot.settings import Settings
from store import db, tables
from store.sharing import partners, signing
from store.sharing.partners import Details
from store.sharing.scopes import Scope
from store.sharing.sealing import Seal, Unreadable, open_seal
from tests.console import Console, Visitor, open_console
from tests.world import MQ, build_world, who

BACK = "https://marketing.example.cn/callback?tenant=1"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@dataclass(frozen=True, slots=True)
class Client:
    """A partner's system."""

    base: str
    id: str
    secret: str

    def wish(self, **changes: str | None) -> dict[str, str]:
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": BACK,
            "scope": "openid profile",
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in {**asked, **changes}.items() if value is not None}

    async def exchange(self, code: str, basic: bool = True, **changes: str) -> tuple[int, dict[str, Any]]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        form |= changes if basic else {"client_id": self.id, "client_secret": self.secret, **changes}
        auth = BasicAuth(self.id, self.secret) if basic else None
        async with ClientSession() as http, http.post(f"{self.base}/oidc/token", data=form, auth=auth) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            return answer.status, await answer.json()


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
    settings = Settings(data_dir=tmp_path, sending_hours="always")
    async with furnished(settings, engine, Clock()) as office, open_console(office) as opened:
        yield opened


async def set_up(console: Console, scope: Scope = Scope()) -> Client:  # noqa: B008
    async with console.office.engine.begin() as tx:
        given = Details("营销系统", "shop", "https://marketing.example.cn/login", [BACK], scope)
        made, secret = await partners.add(tx, who("sq-admin"), given, await db.now(tx))
    return Client(console.base, made, secret)


async def arrive(visitor: Visitor, client: Client, wish: Mapping[str, str]) -> dict[str, str]:
    """What the partner is told, after the browser was sent round."""
    path = "/oidc/authorize"
    async with visitor.http.get(client.base + path, params=wish, allow_redirects=False) as answer:
        where = answer.headers.get("Location", "")
    if where.startswith("/"):
        async with visitor.http.get(client.base + where, allow_redirects=False) as answer:
            where = answer.headers.get("Location", "")
    if not where.startswith(BACK):
        return {"elsewhere": where, "status": str(answer.status)}
    return dict(parse_qsl(urlsplit(where).query))


async def test_somebody_who_is_signed_in_enters_a_partners_system(console: Console) -> None:
    client = await set_up(console)
    async with console.signed_in("mq-cm") as visitor, ClientSession() as http:
        async with http.get(f"{client.base}/oidc/.well-known/openid-configuration") as answer:
            known = await answer.json()
        issuer = known["issuer"]
        assert issuer == f"{console.office.settings.address}/oidc"
        told = await arrive(visitor, client, client.wish())
        assert (told["state"], told["iss"], told["tenant"]) == ("s-1", issuer, "1")
        status, tokens = await client.exchange(told["code"])
        assert (status, tokens["token_type"], tokens["expires_in"]) == (200, "Bearer", 300)
        async with http.get(f"{client.base}/oidc/jwks") as answer:
            keys = jwt.PyJWKSet.from_dict(await answer.json())
        key = keys[jwt.get_unverified_header(tokens["id_token"])["kid"]]
        who_is = jwt.decode(tokens["id_token"], key, ["RS256"], audience=client.id, issuer=issuer)
        assert (who_is["sub"], who_is["name"], who_is["nonce"]) == ("mq-cm", "林晓", "n-1")
        assert who_is["exp"] - who_is["iat"] == 300
        half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
        assert who_is["at_hash"] == base64.urlsafe_b64encode(half).decode().rstrip("=")
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        async with http.get(f"{client.base}/oidc/userinfo", headers=bearer) as answer:
            info = await answer.json()
        assert (info["sub"], info["unit"], info["role"]) == ("mq-cm", f"{MQ}-YX", "field_staff")
        # The identity is no key to anything else: an ID token opens no userinfo.
        async with http.get(
            f"{client.base}/oidc/userinfo", headers={"Authorization": f"Bearer {tokens['id_token']}"}
        ) as answer:
            assert (answer.status, "invalid_token" in answer.headers["WWW-Authenticate"]) == (401, True)
        # A code that comes twice takes its token back.
        assert await client.exchange(told["code"]) == (400, {"error": "invalid_grant"})
        async with http.get(f"{client.base}/oidc/userinfo", headers=bearer) as answer:
            assert answer.status == 401


async def test_whoever_is_not_signed_in_comes_back_after_it(console: Console) -> None:
    client = await set_up(console)
    async with console.visitor() as outside:
        away = await arrive(outside, client, client.wish())
        found = re.fullmatch(r"/console/in\?to=(/console/sso/[\w-]+)", away["elsewhere"])
        assert found
        assert (await arrive(outside, client, client.wish(prompt="none")))["error"] == "login_required"
        await outside.post(await console.link("mq-cm"))
        async with outside.http.get(client.base + found[1], allow_redirects=False) as answer:
            assert answer.headers["Location"].startswith(BACK)
        async with outside.http.get(client.base + found[1], allow_redirects=False) as answer:
            assert answer.status == 400  # used up


async def test_only_whom_it_is_for(console: Console) -> None:
    client = await set_up(console, Scope(units=(MQ,)))
    async with console.signed_in("mq-cm") as inside, console.signed_in("sx-cm") as foreign:
        assert "code" in await arrive(inside, client, client.wish())
        assert (await arrive(foreign, client, client.wish()))["error"] == "access_denied"
        assert client.id not in (await foreign.get("/console/sharing/systems")).text
        assert "marketing.example.cn" in (await inside.get("/console/sharing/systems")).text
        assert "marketing.example.cn" not in (await foreign.get("/console/sharing/systems")).text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"request": "x"}, "request_not_supported"),
        ({"request_uri": "https://x"}, "request_uri_not_supported"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "login"}, "login_required"),
        ({"max_age": "x"}, "invalid_request"),
        ({"max_age": "0"}, "login_required"),
    ],
)
async def test_what_cannot_be_asked_is_told_to_the_partner(
    console: Console, changes: dict[str, str | None], error: str
) -> None:
    client = await set_up(console)
    async with console.signed_in("mq-cm") as visitor:
        told = await arrive(visitor, client, client.wish(**changes))
        assert (told["error"], told["state"], "code" in told) == (error, "s-1", False)


async def test_an_unknown_client_or_address_is_sent_nowhere(console: Console) -> None:
    client = await set_up(console)
    async with console.signed_in("mq-cm") as visitor:
        for changes in (
            {"client_id": "x"},
            {"redirect_uri": "https://evil.example/"},
            {"redirect_uri": BACK + "2"},
            {"redirect_uri": BACK.replace("https", "HTTPS")},
            {"redirect_uri": None},
        ):
            told = await arrive(visitor, client, client.wish(**changes))
            assert told == {"elsewhere": "", "status": "400"}, changes
        async with console.office.engine.begin() as tx:
            await partners.switch(tx, who("sq-admin"), client.id, await db.now(tx), active=False)
        assert (await arrive(visitor, client, client.wish()))["status"] == "400"


async def test_codes_are_for_one_client_one_verifier_and_a_minute(console: Console) -> None:
    client, other = await set_up(console), await set_up(console)
    wrong = {"error": "invalid_grant"}
    async with console.signed_in("mq-cm") as visitor:

        async def code() -> str:
            return (await arrive(visitor, client, client.wish()))["code"]

        assert await other.exchange(await code()) == (400, wrong)
        assert await client.exchange(await code(), code_verifier="x" * 43) == (400, wrong)
        assert await client.exchange(await code(), redirect_uri="https://evil.example/") == (400, wrong)
        spoilt = await code()
        await client.exchange(spoilt, code_verifier="y" * 43)
        assert await client.exchange(spoilt) == (400, wrong)  # a wrong try uses it up
        late = await code()
        async with console.office.engine.begin() as tx:
            older = tables.sso_code.c.made_at - timedelta(seconds=61)
            await tx.execute(update(tables.sso_code).values(made_at=older))
        assert await client.exchange(late) == (400, wrong)
        raced = await code()
        answers = await asyncio.gather(*(client.exchange(raced, basic=False) for _ in range(5)))
        assert sorted(status for status, _body in answers) == [200, 400, 400, 400, 400]


async def test_a_client_proves_who_it_is(console: Console) -> None:
    client = await set_up(console)
    false = Client(client.base, client.id, "wrong")
    unknown = Client(client.base, "nobody", "wrong")
    assert await false.exchange("x") == await unknown.exchange("x") == (401, {"error": "invalid_client"})
    status, body = await client.exchange("x", client_secret=client.secret)
    assert (status, body["error"]) == (400, "invalid_request")
    assert (await client.exchange("x", grant_type="password"))[1]["error"] == "unsupported_grant_type"
    assert (await client.exchange("x", code_verifier="short"))[1]["error"] == "invalid_request"
    async with ClientSession() as http, http.post(f"{client.base}/oidc/token", json={}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")


async def test_keys_change_with_an_overlap(engine: AsyncEngine) -> None:
    seal = Seal(b"k" * 32)
    async with engine.begin() as tx:
        at = await db.now(tx)
        first = await signing.signer(tx, seal, at)
        assert await signing.signer(tx, seal, at + timedelta(days=28)) == first
        month = at + timedelta(days=29)
        assert await signing.signer(tx, seal, month) == first  # the next is published, and does not sign yet
        assert len(await signing.published(tx)) == 2
        second = await signing.signer(tx, seal, at + timedelta(days=30, minutes=1))
        assert second.id != first.id
        assert {one["kid"] for one in await signing.published(tx)} == {first.id, second.id}
        await signing.signer(tx, seal, at + timedelta(days=31, minutes=2))
        assert {one["kid"] for one in await signing.published(tx)} == {second.id}
        with pytest.raises(Unreadable):
            await signing.signer(tx, Seal(b"other" * 8), at + timedelta(days=31, minutes=3))
        sealed = (await tx.execute(select(tables.sso_key.c.sealed))).scalar_one()
        assert b"PRIVATE" not in sealed


def test_the_services_own_key_is_made_once(tmp_path: Path) -> None:
    made = open_seal(None, tmp_path).close(b"x", "a")
    assert open_seal(None, tmp_path).open(made, "a") == b"x"
    with pytest.raises(Unreadable):
        open_seal(None, tmp_path).open(made, "b")
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


async def test_administrators_set_systems_keys_and_hooks_up(console: Console) -> None:
    base = "/console/sharing"
    async with console.signed_in("sq-admin") as admin, console.signed_in("sq-leader") as other:
        given = {
            "name": "物流系统",
            "start": "https://wl.example.cn/",
            "redirects": "https://wl.example.cn/cb",
            "icon": "list",
        }
        made = await admin.send(f"{base}/systems/new", **given)
        assert made.text.count("secret-once") == 3
        assert "物流系统" in (await other.get(f"{base}/systems")).text
        for path in ("systems/new", "interface"):
            assert (await other.get(f"{base}/{path}")).status == 404
        for field, value in (("start", "javascript:alert(1)"), ("redirects", "http://x.cn/cb"), ("name", "")):
            wrong = await admin.send(f"{base}/systems/new", **{**given, field: value})
            assert (wrong.status, f'id="e-{field}"' in wrong.text) == (422, True)
        key = await admin.send(f"{base}/interface/keys", name="报表", person="林晓", rights="entries:read", lasts="30")
        assert "l153_" in key.text
        page = await admin.get(f"{base}/interface")
        assert ("林晓" in page.text, "l153_" in page.text) == (True, False)
        both = await admin.send(f"{base}/interface/keys", name="x", person="林晓", unit=MQ, rights="entries:read")
        writes = await admin.send(f"{base}/interface/keys", name="x", unit=MQ, rights="entries:write")
        assert (both.status, writes.status) == (422, 422)
        hook = await admin.send(
            f"{base}/interface/hooks", hook_name="h", url="https://h.example.cn/", hook_person="周正", verbs="report"
        )
        assert "whsec_" in hook.text
        inner = await admin.send(f"{base}/interface/hooks", hook_name="h", url="https://10.0.0.1/", hook_person="周正")
        assert (inner.status, "内部网址" in inner.text) == (422, True)
