"""A strict stand-in for the Telegram cloud: the few Bot API methods we use, refusing what Telegram refuses.

It keeps its own truth (`chats`: what each person sees) and plays the people: they write, send photos, tap. It serves
a bot by webhook or by getUpdates, repeats an update until it was taken, and can be told to fail.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.sandbox import telegram_calls
from bot.sandbox.telegram_calls import Wrong as Wrong
from bot.sandbox.telegram_calls import buttons, picture
from store.words import Json

_TEXT_LIMIT = 4096  # UTF-16 code units
_FILE_LIMIT = 20 * 2**20  # bytes that getFile hands out
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(slots=True)
class Seen:
    """One message as the person sees it."""

    id: int
    text: str
    buttons: list[tuple[str, str]]  # label, callback_data


@dataclass(slots=True)
class TelegramCloud:
    """One bot's cloud. Everything is for one event loop."""

    token: str
    chats: defaultdict[int, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    photos: defaultdict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))  # what they were shown
    known: set[int] = field(default_factory=set)  # people who pressed Start; nobody else can be written to
    blocked: set[int] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)  # what people are called; "Test" unless it stands here
    files: dict[str, bytes] = field(default_factory=dict)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    faults: deque[web.Response | Wrong | None] = field(default_factory=deque)  # what the next sendMessages meet
    spinning: set[str] = field(default_factory=set)  # taps that the bot has not calmed
    webhook: tuple[str, str | None] | None = None
    told: Callable[[int, Seen], None] | None = None  # hears of every message that somebody is shown
    _updates: dict[int, Json] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1001))
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _courier: ClientSession | None = None
    _errands: set[asyncio.Task[int]] = field(default_factory=set)
    _shown: asyncio.Event = field(default_factory=asyncio.Event)
    _polling: bool = False

    def app(self) -> web.Application:
        """The server: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""
        app = web.Application()
        app.add_routes(
            [
                web.route("*", "/bot{token}/{method}", self._method),
                web.get("/file/bot{token}/{path:.+}", self._file),
            ]
        )
        return app

    # --- the people -------------------------------------------------------------------------------------

    def say(self, user: int, text: str) -> Json:
        """The update that this sentence makes; it waits for getUpdates, or for `deliver`."""
        return self._message(user, {"text": text})

    def photo(self, user: int, data: bytes, *, caption: str = "", album: str | None = None) -> Json:
        sizes = [self._keep(data, width=90, height=67), self._keep(data, width=1280, height=960)]
        more = {"caption": caption} if caption else {}
        return self._message(user, {"photo": sizes, **more, **({"media_group_id": album} if album else {})})

    def attach(self, user: int, kind: str, data: bytes, **fields: Json) -> Json:
        """A document, voice, video, video_note or audio."""
        return self._message(user, {kind: self._keep(data, **fields)})

    def place(self, user: int, lat: float, lon: float, **fields: Json) -> Json:
        return self._message(user, {"location": {"latitude": lat, "longitude": lon, **fields}})

    def tap(self, user: int, data: str) -> Json:
        """Press an inline button."""
        query = str(next(self._ids))
        self.spinning.add(query)
        tap = {"id": query, "from": self._person(user), "chat_instance": str(user), "data": data}
        return self._update({"callback_query": tap})

    def push_with(self, http: ClientSession) -> None:
        """From now on every update is delivered to the webhook by itself."""
        self._courier = http

    async def sees(self, user: int, count: int) -> list[Seen]:
        """What this person sees as soon as it is that many messages."""
        while len(self.chats[user]) < count:
            self._shown.clear()
            await self._shown.wait()
        return self.chats[user]

    async def deliver(self, http: ClientSession, update: Json, tries: int = 4) -> int:
        """Call the webhook until it answers 2xx, as Telegram does; the last status (0: no answer)."""
        assert self.webhook is not None
        url, secret = self.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        status = 0
        for _ in range(tries):
            try:
                async with http.post(url, json=update, headers=headers, timeout=ClientTimeout(total=60)) as response:
                    status = response.status
                    if 200 <= status < 300:
                        self._updates.pop(update["update_id"], None)
                        self._answer_in_place(await response.text())
                        break
            except (ClientError, OSError, TimeoutError):
                status = 0
        return status

    # --- the Bot API ------------------------------------------------------------------------------------

    async def _method(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            if request.match_info["token"] != self.token:
                raise Wrong(401, "Unauthorized")
            given = await telegram_calls.given(request)
            self.calls.append((method, given))
            handler = getattr(self, f"_do_{method}", None)
            if handler is None:
                raise Wrong(404, "Not Found")
            if method == "sendMessage" and self.faults and (fault := self.faults.popleft()) is not None:
                if isinstance(fault, web.Response):
                    return fault
                raise fault
            return web.json_response({"ok": True, "result": await handler(given)})
        except Wrong as wrong:
            body: dict[str, Json] = {"ok": False, "error_code": wrong.code, "description": wrong.description}
            if wrong.parameters:
                body["parameters"] = wrong.parameters
            return web.json_response(body, status=wrong.code)

    async def _do_getMe(self, given: Json) -> Json:  # noqa: N802  (the Bot API's name, as in all below)
        bot = int(self.token.partition(":")[0])
        return {"id": bot, "is_bot": True, "first_name": "loop153", "username": "loop153_bot"}

    async def _do_sendMessage(self, given: Json) -> Json:  # noqa: N802
        chat, text = self._reachable(given.get("chat_id")), given.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Wrong(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > _TEXT_LIMIT:
            raise Wrong(400, "Bad Request: message is too long")
        seen = self._show(given)
        return {"message_id": seen.id, "date": 0, "chat": {"id": chat, "type": "private"}, "text": text}

    async def _do_sendPhoto(self, given: Json) -> Json:  # noqa: N802
        chat = self._reachable(int(given.get("chat_id") or 0))
        data = picture(given)
        self.photos[chat].append(data)
        seen = self._show({**given, "chat_id": chat, "text": given.get("caption") or "[photo]"})
        return {"message_id": seen.id, "date": 0, "chat": {"id": chat, "type": "private"}, "photo": [self._keep(data)]}

    def _reachable(self, chat: Json) -> int:
        if not isinstance(chat, int) or chat not in self.known:
            raise Wrong(400, "Bad Request: chat not found")
        if chat in self.blocked:
            raise Wrong(403, "Forbidden: bot was blocked by the user")
        return chat

    async def _do_editMessageReplyMarkup(self, given: Json) -> Json:  # noqa: N802
        """Only what we use of it: taking the buttons off a message of the bot's own."""
        seen = next((one for one in self.chats[given.get("chat_id")] if one.id == given.get("message_id")), None)
        if seen is None:
            raise Wrong(400, "Bad Request: message to edit not found")
        if given.get("reply_markup") != {"inline_keyboard": []}:
            raise Wrong(400, "Bad Request: can't parse reply keyboard markup JSON object")
        if not seen.buttons:
            raise Wrong(400, "Bad Request: message is not modified")
        seen.buttons = []
        return True

    async def _do_answerCallbackQuery(self, given: Json) -> Json:  # noqa: N802
        if given.get("callback_query_id") not in self.spinning:
            raise Wrong(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.spinning.discard(given["callback_query_id"])
        return True

    async def _do_getFile(self, given: Json) -> Json:  # noqa: N802
        data = self.files.get(given.get("file_id", ""))
        if data is None:
            raise Wrong(400, "Bad Request: invalid file_id")
        if len(data) > _FILE_LIMIT:
            raise Wrong(400, "Bad Request: file is too big")
        return {"file_id": given["file_id"], "file_unique_id": "u", "file_path": f"files/{given['file_id']}.jpg"}

    async def _do_setWebhook(self, given: Json) -> Json:  # noqa: N802
        secret = given.get("secret_token")
        if secret is not None and not _WEBHOOK_SECRET.fullmatch(secret):
            raise Wrong(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = (given["url"], secret) if given.get("url") else None
        return True

    async def _do_deleteWebhook(self, given: Json) -> Json:  # noqa: N802
        self.webhook = None
        return True

    async def _do_getUpdates(self, given: Json) -> Json:  # noqa: N802
        if self.webhook is not None:
            raise Wrong(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._polling:
            raise Wrong(409, "Conflict: terminated by other getUpdates request")
        self._polling = True
        try:
            return await self._waiting(int(given.get("offset", 0)), float(given.get("timeout", 0)))
        finally:
            self._polling = False

    async def _waiting(self, offset: int, seconds: float) -> list[Json]:
        """What was not confirmed yet: an offset confirms everything below it."""
        for number in [number for number in self._updates if number < offset]:
            del self._updates[number]
        if not self._updates:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), seconds)
            except TimeoutError:
                return []
        return sorted(self._updates.values(), key=lambda update: int(update["update_id"]))[:100]

    async def _file(self, request: web.Request) -> web.Response:
        data = self.files.get(request.match_info["path"].removeprefix("files/").removesuffix(".jpg"))
        if request.match_info["token"] != self.token or data is None:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=data, content_type="application/octet-stream")

    # --- inside -----------------------------------------------------------------------------------------

    def _answer_in_place(self, body: str) -> None:
        """A webhook's answer may name a method; its outcome is never reported back."""
        if not body:
            return
        given = json.loads(body)
        if given.pop("method") != "sendMessage":
            raise AssertionError("only sendMessage is expected in a webhook's answer")
        self.calls.append(("sendMessage", given))
        chat = given["chat_id"]
        if chat in self.known and chat not in self.blocked:
            self._show(given)

    def _show(self, given: Json) -> Seen:
        seen = Seen(next(self._ids), given["text"], buttons(given.get("reply_markup")))
        self.chats[given["chat_id"]].append(seen)
        self._shown.set()
        if self.told is not None:
            self.told(given["chat_id"], seen)
        return seen

    def _message(self, user: int, content: dict[str, Json]) -> Json:
        self.known.add(user)
        chat = {"id": user, "type": "private", "first_name": self.names.get(user, "Test")}
        return self._update(
            {"message": {"message_id": next(self._ids), "date": 1, "chat": chat, "from": self._person(user), **content}}
        )

    def _person(self, user: int) -> dict[str, Any]:
        name = self.names.get(user, "Test")
        return {"id": user, "is_bot": False, "first_name": name, "username": name, "language_code": "zh-hans"}

    def _update(self, content: dict[str, Json]) -> Json:
        update = {"update_id": next(self._ids), **content}
        self._updates[update["update_id"]] = update
        self._news.set()
        if self._courier is not None:
            errand = asyncio.ensure_future(self.deliver(self._courier, update))
            self._errands.add(errand)
            errand.add_done_callback(self._errands.discard)
        return update

    def _keep(self, data: bytes, **fields: Json) -> Json:
        """A file as Telegram describes it."""
        name = f"file-{next(self._ids)}"
        self.files[name] = data
        return {"file_id": name, "file_unique_id": f"u{name}", "file_size": len(data), **fields}
