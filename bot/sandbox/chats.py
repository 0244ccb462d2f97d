"""What every member sees on the phone, in order, and a way to be told when something appears."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class Shown:
    """One bubble in one chat. `content` has the fields of its kind, spelled as in message/send.

    `via`: `phone` (the member did it), `reply` (a passive reply) or `push` (message/send). `state` of what the
    member did: `sending`, `sent`, or `lost` when the app never answered 200.
    """

    id: int
    at: datetime
    userid: str
    kind: str
    content: Mapping[str, Json]
    via: str
    msgid: str = ""
    state: str = ""

    @property
    def mine(self) -> bool:
        return self.via == "phone"

    @property
    def text(self) -> str:
        """The words of it, for whoever looks for words."""
        return "\n".join(_words(self.content))


def _words(value: Json) -> Iterator[str]:
    spoken = ("content", "title", "description", "desc", "sub_title_text", "quote_text", "keyname", "value", "text")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, str):
                if key in spoken and inner:
                    yield inner
            else:
                yield from _words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _words(inner)


@dataclass(frozen=True, slots=True)
class News:
    """Something happened on a phone: `appeared`, `changed`, `gone`; or elsewhere: `menu`, `clock` (no `shown`)."""

    what: str
    shown: Shown | None = None


class Chats:
    """All chats of the corp. Only grows and changes through its methods, so listeners miss nothing."""

    def __init__(self) -> None:
        self._all: list[Shown | None] = []
        self._of: dict[str, list[int]] = defaultdict(list)
        self._copies: dict[str, list[int]] = defaultdict(list)
        self._read: dict[str, int] = {}
        self._listeners: set[asyncio.Queue[News]] = set()

    def show(
        self, at: datetime, userid: str, kind: str, content: Mapping[str, Json], via: str, msgid: str = ""
    ) -> Shown:
        state = "sending" if via == "phone" else ""
        shown = Shown(len(self._all), at, userid, kind, content, via, msgid, state)
        self._all.append(shown)
        self._of[userid].append(shown.id)
        if msgid:
            self._copies[msgid].append(shown.id)
        self.tell(News("appeared", shown))
        return shown

    def change(self, id: int, **changes: Json) -> None:
        old = self._all[id]
        if old is not None:
            self._all[id] = changed = replace(old, **changes)
            self.tell(News("changed", changed))

    def remove(self, id: int) -> None:
        old, self._all[id] = self._all[id], None
        if old is not None:
            self.tell(News("gone", old))

    def of(self, userid: str) -> list[Shown]:
        """That member's chat, both sides, oldest first."""
        return [shown for id in self._of[userid] if (shown := self._all[id]) is not None]

    def sent_as(self, msgid: str) -> list[Shown]:
        """Every member's copy of one pushed message."""
        return [shown for id in self._copies.get(msgid, ()) if (shown := self._all[id]) is not None]

    def unread(self, userid: str) -> int:
        seen = self._read.get(userid, -1)
        return sum(1 for shown in self.of(userid) if not shown.mine and shown.id > seen)

    def mark_read(self, userid: str) -> None:
        if self._of[userid]:
            self._read[userid] = self._of[userid][-1]

    def tell(self, news: News) -> None:
        for queue in self._listeners:
            queue.put_nowait(news)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[News]]:
        """A queue of everything that happens while inside."""
        queue: asyncio.Queue[News] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
