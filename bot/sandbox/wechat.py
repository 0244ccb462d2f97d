"""A strict stand-in for one WeChat Official Account: its API, its followers' phones, and callbacks as WeChat makes
them: signed, sealed by wechatpy, given up after 5 s and repeated three times (protocols §19)."""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from xml.etree.ElementTree import Element

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from defusedxml.ElementTree import fromstring
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

from bot.sandbox.callbacks import Patience
from bot.sandbox.directory import aes_key
from bot.sandbox.envelope import UNREADABLE, to_xml
from bot.sandbox.media import mime_of

Json = Any
OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
"""What WeChat itself tells somebody whose message was answered by nobody."""
_TEXT_LIMIT = 2048  # bytes of a passive text


@dataclass(frozen=True, slots=True)
class Account:
    """What an administrator would copy out of the console. `mode`: how messages come (消息加解密方式)."""

    app_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    original_id: str = "gh_0153loop0153"
    mode: Literal["plain", "compatible", "safe"] = "safe"

    @classmethod
    def fresh(cls, mode: Literal["plain", "compatible", "safe"] = "safe") -> Account:
        """An account with new secrets."""
        return cls("wx" + secrets.token_hex(8), secrets.token_hex(16), secrets.token_hex(12), aes_key(), mode=mode)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery as WeChat saw it: `200`, `503`, `time-out`, `refused`; and what was wrong with the answer."""

    status: str
    problem: str = ""


@dataclass(slots=True)
class WechatCloud:
    """One account's cloud. Everything is for one event loop. `lost`: how many answers of the next message get lost."""

    account: Account
    callback: str = ""
    patience: Patience = field(default_factory=Patience)
    chats: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    media: dict[str, bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    faults: deque[int] = field(default_factory=deque)  # errcodes that the next API calls meet
    media_takes: float = 0.0  # seconds
    lost: int = 0
    agent: str = "Mozilla/4.0"
    copies: int = 1  # deliveries of one message that start at the same moment
    _token: str = ""
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(22_000_000_000_000_001))
    _http: ClientSession | None = None

    def app(self) -> web.Application:
        """The API under `api.weixin.qq.com`."""
        app = web.Application()
        app.add_routes([web.route("*", "/cgi-bin/{name:.+}", self._call)])
        return app

    async def start(self) -> None:
        self._http = ClientSession()

    async def stop(self) -> None:
        if self._http is not None:
            await self._http.close()

    # --- what followers do ------------------------------------------------------------------------------------

    async def say(self, openid: str, text: str) -> str | None:
        """Write something; the answer, or None for none. So for everything below."""
        return await self._message(openid, "text", Content=text)

    async def photo(self, openid: str, data: bytes) -> str | None:
        media_id = secrets.token_urlsafe(48)
        self.media[media_id] = data
        return await self._message(openid, "image", PicUrl="http://mmbiz.qpic.cn/none", MediaId=media_id)

    async def voice(self, openid: str) -> str | None:
        return await self._message(openid, "voice", MediaId="voice", Format="amr", MediaId16K="voice16")

    async def place(self, openid: str, lat: float, lon: float, label: str = "") -> str | None:
        where = {"Location_X": f"{lat:.6f}", "Location_Y": f"{lon:.6f}", "Scale": "16", "Label": label}
        return await self._message(openid, "location", **where)

    async def follow(self, openid: str) -> str | None:
        return await self.event(openid, "subscribe", EventKey="")

    async def leave(self, openid: str) -> str | None:
        return await self.event(openid, "unsubscribe", EventKey="")

    async def event(self, openid: str, event: str, **fields: Json) -> str | None:
        return await self._deliver(openid, self._head(openid, "event") | {"Event": event} | fields)

    async def verify(self) -> bool:
        """What happens when the administrator presses save: the app must echo, exactly."""
        word = secrets.token_hex(8)
        query = self._query("") | {"echostr": word}
        async with self._session().get(self.callback, params=query, timeout=ClientTimeout(total=5)) as answer:
            return answer.status == 200 and await answer.text() == word

    async def _message(self, openid: str, kind: str, **fields: Json) -> str | None:
        return await self._deliver(openid, self._head(openid, kind) | fields | {"MsgId": next(self._ids)})

    def _head(self, openid: str, kind: str) -> dict[str, Json]:
        now = int(datetime.now(UTC).timestamp())
        return {"ToUserName": self.account.original_id, "FromUserName": openid, "CreateTime": now, "MsgType": kind}

    # --- callbacks ----------------------------------------------------------------------------------------------

    def sealed(self, fields: Mapping[str, Json]) -> tuple[dict[str, str], bytes]:
        """Query and body of a callback with these fields, as the account's mode has it."""
        inner = to_xml(fields, cdata=True)
        if self.account.mode == "plain":
            return self._query(""), inner.encode()
        encrypted = PrpCrypto(self._crypto().key).encrypt(inner, self.account.app_id).decode()
        outer: dict[str, Json] = {"ToUserName": fields["ToUserName"], "Encrypt": encrypted}
        body = (dict(fields) | outer) if self.account.mode == "compatible" else outer
        return self._query(encrypted), to_xml(body, cdata=True).encode()

    def _query(self, encrypted: str) -> dict[str, str]:
        stamp, nonce = str(int(datetime.now(UTC).timestamp())), str(secrets.randbelow(10**9))
        query = {"signature": self._signed(stamp, nonce), "timestamp": stamp, "nonce": nonce}
        if encrypted:
            query |= {"encrypt_type": "aes", "msg_signature": self._signed(stamp, nonce, encrypted)}
        return query

    def _signed(self, *parts: str) -> str:
        signer = WeChatSigner()
        signer.add_data(self.account.token, *parts)
        return str(signer.signature)

    def _crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.account.token, self.account.aes_key, self.account.app_id)

    async def _deliver(self, openid: str, fields: Mapping[str, Json]) -> str | None:
        """Bring it until it is answered, and show the answer; all attempts have the same bytes."""
        query, body = self.sealed(fields)
        query["openid"] = openid
        lost, self.lost = self.lost, 0
        ends = await asyncio.gather(*(self._bring(openid, query, body, lost) for _ in range(self.copies)))
        said, answered = ends[0]
        if not answered:
            said = OUT_OF_ORDER
        if said is not None:
            self.chats[openid].append(said)
        return said

    async def _bring(self, openid: str, query: Mapping[str, str], body: bytes, lost: int) -> tuple[str | None, bool]:
        for attempt in range(1 + self.patience.retries):
            if attempt:
                await asyncio.sleep(self.patience.pause)
            status, answer = await self._post(query, body)
            if status != "200" or attempt < lost:
                self.attempts.append(Attempt("answer lost" if status == "200" else status))
                continue
            try:
                said = self._read(answer, openid)
            except UNREADABLE as fault:
                self.attempts.append(Attempt(status, f"{type(fault).__name__}: {fault}"))
                return OUT_OF_ORDER, True
            self.attempts.append(Attempt(status))
            return said, True
        return None, False

    async def _post(self, query: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
        timeout = ClientTimeout(total=self.patience.answer_within)
        headers = {"Content-Type": "text/xml", "User-Agent": self.agent}
        try:
            async with self._session().post(
                self.callback, params=query, data=body, headers=headers, timeout=timeout
            ) as answer:
                return str(answer.status), await answer.read()
        except TimeoutError:
            return "time-out", b""
        except ClientError:
            return "refused", b""

    def _read(self, body: bytes, openid: str) -> str | None:
        """The words of a passive reply; None for an empty one or `success`. Raises one of `UNREADABLE`."""
        if body in (b"", b"success"):
            return None
        root: Element = fromstring(body)
        if self.account.mode != "plain":
            outer = {child.tag: child.text or "" for child in root}
            inner = self._crypto().decrypt_message(
                {"Encrypt": outer["Encrypt"]}, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
            )
            root = fromstring(inner.encode())
        if (root.findtext("ToUserName"), root.findtext("FromUserName")) != (openid, self.account.original_id):
            raise ValueError("the names are not the two, swapped")
        if root.findtext("MsgType") != "text" or not re.fullmatch(r"\d+", root.findtext("CreateTime", "")):
            raise ValueError("no text, or no time")
        said = root.findtext("Content", "")
        if not said or len(said.encode()) > _TEXT_LIMIT:
            raise ValueError("empty, or longer than 2048 bytes")
        return said

    def _session(self) -> ClientSession:
        if self._http is None:
            raise RuntimeError("the cloud has not been started")
        return self._http

    # --- the API --------------------------------------------------------------------------------------------------

    async def _call(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.calls.append(name)
        if self.faults:
            return _error(self.faults.popleft())
        if name == "token":
            return self._do_token(request)
        if not self._token or request.query.get("access_token") != self._token:
            return _error(40001)
        if name == "getcallbackip":
            return web.json_response({"ip_list": ["127.0.0.1"]})
        if name != "media/get":
            return _error(48001)  # whatever would write to somebody first
        await asyncio.sleep(self.media_takes)
        data = self.media.get(request.query.get("media_id", ""))
        return _error(40007) if data is None else web.Response(body=data, content_type=mime_of(data))

    def _do_token(self, request: web.Request) -> web.Response:
        """A new one kills the old one."""
        query, account = request.query, self.account
        if query.get("grant_type") != "client_credential":
            return _error(40002)
        if query.get("appid") != account.app_id:
            return _error(40013)
        if query.get("secret") != account.secret:
            return _error(40125)
        self._token = secrets.token_urlsafe(64)
        return web.json_response({"access_token": self._token, "expires_in": 7200})


def _error(code: int) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": f"refused rid: {secrets.token_hex(8)}"})
