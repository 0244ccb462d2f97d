"""The cloud: one WeCom corp with its own truth, and what its members can do on their phones.

Tests and benchmarks drive it from here. Userids are as in the directory. Whatever a member does returns the words of
the app's passive reply, or None. Time is `now`; nothing here reads another clock, and all ids come from one seed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from bot.sandbox.callbacks import Courier, Delivery, Patience
from bot.sandbox.chats import Chats, News, Shown
from bot.sandbox.directory import Corp, Directory
from bot.sandbox.envelope import Reply
from bot.sandbox.faults import Faults
from bot.sandbox.limits import Limits
from bot.sandbox.media import MediaShelf
from bot.sandbox.messages import Known, cut_bytes
from bot.sandbox.people import People
from bot.sandbox.post import Post
from bot.sandbox.presses import Press, find_press, selected_items
from bot.sandbox.tokens import Logins, Tokens

Json = Any


@dataclass(frozen=True, slots=True)
class Call:
    """One API call as the cloud saw it. `errcode` is None when no answer was given."""

    name: str
    at: datetime
    errcode: int | None


class Cloud:
    """One corp with one app. `start` and `stop` open and close the way to the app's callback."""

    def __init__(
        self,
        corp: Corp,
        directory: Directory,
        now: Callable[[], datetime],
        callback_url: str = "",
        *,
        limits: Limits | None = None,
        patience: Patience | None = None,
    ) -> None:
        limits = limits or Limits()
        self.corp, self.directory, self.now, self.limits = corp, directory, now, limits
        self.rng = Random(f"{corp.secret}{now().isoformat()}")  # noqa: S311 - ids of a stand-in, not secrets
        self.faults = Faults(now)
        self.people = People(directory)
        self.chats = Chats()
        self.media = MediaShelf(now, self.rng)
        self.tokens, self.tickets, self.logins = Tokens(now, self.rng), Tokens(now, self.rng), Logins(now, self.rng)
        self.courier = Courier(corp, now, self.rng, self.faults, patience or Patience())
        self.courier.url = callback_url
        known = Known(self.media.lives, bool(callback_url), lambda task_id: task_id not in self.post.task_ids)
        self.post = Post(corp, self.people, self.chats, now, self.rng, limits, known)
        self.menu: Json = None
        self.calls: list[Call] = []
        self.base_url = ""
        # Message ids must be new after a restart too, or the app would take them for retries.
        self._msgid = int(now().timestamp()) << 24

    async def start(self) -> None:
        await self.courier.start()

    async def stop(self) -> None:
        await self.courier.stop()

    # --- what tests ask ---------------------------------------------------------------------------------------

    def inbox(self, userid: str) -> list[Shown]:
        """Everything the app showed that member, replies and pushes, in order."""
        return [shown for shown in self.chats.of(userid) if not shown.mine]

    async def hears(self, userid: str, part: str, within: float = 5.0) -> Shown:
        """The first bubble from the app that contains `part`, waiting for it up to `within` real seconds."""
        with self.chats.listening() as news:
            async with asyncio.timeout(within):
                while True:
                    for shown in self.inbox(userid):
                        if part in shown.text:
                            return shown
                    await news.get()

    async def settled(self) -> None:
        """Returns when no callback and no API call is in flight."""
        await self.courier.busy.settled()

    async def verify_callback(self) -> bool:
        """Saves the callback URL in the console: the app must prove that it holds the keys."""
        return await self.courier.verify()

    # --- what members do --------------------------------------------------------------------------------------

    async def say(self, userid: str, text: str) -> str | None:
        return await self._message(userid, "text", {"content": text}, {"Content": text})

    async def photo(self, userid: str, data: bytes, name: str = "photo.jpg") -> str | None:
        media_id = self.media.put("image", data, name)
        fields = {"PicUrl": f"{self.base_url}/phones/media/{media_id}", "MediaId": media_id}
        return await self._message(userid, "image", {"media_id": media_id, "title": name}, fields)

    async def voice(self, userid: str, data: bytes, format: str = "amr") -> str | None:
        media_id = self.media.put("voice", data, f"voice.{format}")
        return await self._message(userid, "voice", {"media_id": media_id}, {"MediaId": media_id, "Format": format})

    async def video(self, userid: str, data: bytes, thumb: bytes = b"") -> str | None:
        media_id, thumb_id = self.media.put("video", data, "video.mp4"), self.media.put("image", thumb, "thumb.jpg")
        fields = {"MediaId": media_id, "ThumbMediaId": thumb_id}
        return await self._message(userid, "video", {"media_id": media_id}, fields)

    async def place(self, userid: str, lat: float, lon: float, label: str = "") -> str | None:
        """A position in GCJ-02 degrees, as a phone's map picker sends it."""
        fields = {"Location_X": f"{lat:.6f}", "Location_Y": f"{lon:.6f}", "Scale": 16, "Label": label}
        content = {"latitude": lat, "longitude": lon, "title": label}
        return await self._message(userid, "location", content, fields | {"AppType": "wxwork"})

    async def link(self, userid: str, title: str, url: str, description: str = "") -> str | None:
        fields = {"Title": title, "Description": description, "Url": url, "PicUrl": ""}
        return await self._message(userid, "link", {"title": title, "url": url, "description": description}, fields)

    async def tap(self, userid: str, key: str) -> str | None:
        """Taps a button of the newest card that has this key, or else the menu entry with this key (or URL)."""
        press = find_press(self.chats.of(userid), key)
        if press is not None:
            return await self._press(press, {})
        leaf = next((each for each in self.menu_leaves() if key in (each.get("key"), each.get("url"))), {})
        return await self.event(userid, str(leaf.get("type", "click")), EventKey=key)

    async def press(
        self, userid: str, key: str, selected: Mapping[str, Sequence[str]] | None = None, shown_id: int | None = None
    ) -> str | None:
        """Presses a card's button with these options ticked (question key -> option ids); any old card's too."""
        press = find_press(self.chats.of(userid), key, shown_id)
        return None if press is None else await self._press(press, selected or {})

    async def enter(self, userid: str, lat: float | None = None, lon: float | None = None) -> str | None:
        """Opens the app; with coordinates the position goes along, in the same second."""
        reply = await self.event(userid, "enter_agent", EventKey="")
        if lat is not None and lon is not None:
            position = {"Latitude": f"{lat:.6f}", "Longitude": f"{lon:.6f}", "Precision": "30.000000"}
            await self.event(userid, "LOCATION", **position, AppType="wxwork")
        return reply

    async def choose_place(self, userid: str, key: str, lat: float, lon: float, label: str = "") -> str | None:
        """A place chosen through a `location_select` menu entry."""
        where = {"Location_X": f"{lat:.6f}", "Location_Y": f"{lon:.6f}", "Scale": "16", "Label": label}
        return await self.event(
            userid, "location_select", EventKey=key, SendLocationInfo=where | {"Poiname": ""}, AppType="wxwork"
        )

    async def scan(self, userid: str, key: str, result: str, waits: bool = True) -> str | None:
        """A code scanned through a menu entry."""
        event = "scancode_waitmsg" if waits else "scancode_push"
        return await self.event(userid, event, EventKey=key, ScanCodeInfo={"ScanType": "qrcode", "ScanResult": result})

    async def change_contact(self, change: str, **fields: Json) -> None:
        """A directory event (`create_user`, `update_user`, `delete_user`, `create_party`, ...), from `sys`."""
        header = self._header("sys", "event") | {"Event": "change_contact", "ChangeType": change}
        await self.courier.deliver("sys", header | fields)

    async def event(self, userid: str, event: str, **fields: Json) -> str | None:
        """Any event, with its own fields spelled as on the wire."""
        header = self._header(userid, "event") | {"Event": event, "AgentID": self.corp.agent_id}
        return self._hear(await self.courier.deliver(userid, header | fields))

    def menu_leaves(self) -> list[dict[str, Json]]:
        """The entries that can be tapped."""
        tops = (self.menu or {}).get("button", [])
        return [leaf for top in tops for leaf in (top.get("sub_button") or [top])]

    # --- inside -----------------------------------------------------------------------------------------------

    async def _message(
        self, userid: str, kind: str, content: Mapping[str, Json], fields: Mapping[str, Json]
    ) -> str | None:
        mine = self.chats.show(self.now(), userid, kind, content, "phone")
        self._msgid += 1
        ids = {"MsgId": self._msgid, "AgentID": self.corp.agent_id}
        delivery = await self.courier.deliver(userid, {**self._header(userid, kind), **fields, **ids})
        self.chats.change(mine.id, state="sent" if delivery.arrived else "lost")
        return self._hear(delivery)

    async def _press(self, press: Press, selected: Mapping[str, Sequence[str]]) -> str | None:
        code = self.post.new_code(press.shown.msgid)
        card = press.shown.content
        header = self._header(press.shown.userid, "event") | {"AgentID": self.corp.agent_id}
        fields = {
            "Event": "template_card_menu_event" if press.menu else "template_card_event",
            "EventKey": press.key,
            "TaskId": str(card.get("task_id", "")),
            "CardType": card["card_type"],
            "ResponseCode": code,
        }
        if not press.menu:
            fields["SelectedItems"] = selected_items(card, selected)
        delivery = await self.courier.deliver(press.shown.userid, header | fields)
        return self._hear(delivery, press.shown)

    def _hear(self, delivery: Delivery, card: Shown | None = None) -> str | None:
        reply = delivery.reply
        if reply is None:
            return None
        if reply.kind == "update_button" and card is not None:
            self.chats.change(card.id, content={**card.content, "replaced": reply.content["replace_name"]})
        elif reply.kind == "update_template_card" and card is not None:
            self.chats.change(card.id, content=reply.content)
        else:
            return self._show_reply(delivery.userid, reply).text
        return None

    def _show_reply(self, userid: str, reply: Reply) -> Shown:
        content = dict(reply.content)
        if reply.kind == "text":
            content["content"] = cut_bytes(content["content"], 2048)
            content |= {"cut": True} if content["content"] != reply.content["content"] else {}
        return self.chats.show(self.now(), userid, reply.kind, content, "reply")

    def _header(self, userid: str, kind: str) -> dict[str, Json]:
        created = int(self.now().timestamp())
        return {
            "ToUserName": self.corp.corp_id,
            "FromUserName": userid,
            "CreateTime": created,
            "MsgType": kind,
        }

    def set_menu(self, menu: Json) -> None:
        self.menu = menu
        self.chats.tell(News("menu"))
