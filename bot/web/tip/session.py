"""One visit to the tip page: a cookie that only a posted form sets, and what the server holds for it.

The cookie is random and names nobody. What is held lies in the table of drafts (store/tips/drafts.py): unlogged, under
an HMAC of the cookie, sealed with a key that grows out of it, gone after 30 minutes. Whoever takes the database without
the cookie has nothing.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from conversations.dialogue_json import from_json, to_json
from conversations.turn import Dialogue
from store.db import Tx
from store.tips import drafts
from store.tips.receipts import Receipt
from store.words import NOTHING, Json

DOOR = "web"
COOKIE = "tip"
PATH = "/tip"
TOUCH = timedelta(minutes=1)
"""A visit in which nothing changed is written anew only when it was not for so long: looking is cheap."""
_KEPT_KEYS = 40
"""Forms already taken that are remembered, so that one sent twice is taken once."""


class NoDraft(Exception):
    """The visit has no form open: it was sent, or it is about a dialogue."""


@dataclass(slots=True)
class Visit:
    """What is held for one visit.

    `draft`: the form as it stands. `removed`: by file id, what was taken out of that file. `fresh`: a receipt that was
    not confirmed yet, with the `places` that are asked for. `held`: the receipt that opened a dialogue. `said`: one
    thing to say on the next page.
    """

    token: str = field(repr=False)
    draft: Dialogue | None = None
    removed: dict[str, list[str]] = field(default_factory=dict)
    fresh: Receipt | None = None
    places: tuple[int, ...] = ()
    held: Receipt | None = None
    taken: tuple[str, ...] = ()
    said: str = ""
    over: bool = False  # nothing of it is to be kept
    kept: Mapping[str, Json] = field(default=NOTHING, repr=False)  # as it was loaded, and when that was written

    @property
    def csrf(self) -> str:
        """What every form of this visit carries. Another site cannot know it."""
        return hmac.new(self.token.encode(), b"form", sha256).hexdigest()[:32]

    def take(self, key: str) -> bool:
        """Whether this form comes for the first time; from now on it does not."""
        if not key or key in self.taken:
            return False
        self.taken = (*self.taken, key)[-_KEPT_KEYS:]
        return True

    def start_over(self) -> None:
        """Hold nothing but the token and what was taken; the visit goes on."""
        self.draft, self.fresh, self.held, self.places, self.said = None, None, None, (), ""
        self.removed, self.over, self.kept = {}, False, NOTHING

    def saying(self) -> str:
        """What is to be said, once."""
        said, self.said = self.said, ""
        return said


def new() -> Visit:
    """A visit that begins now; never under a token that came from outside."""
    return Visit(secrets.token_urlsafe(32))


async def load(tx: Tx, token: str, at: datetime) -> Visit | None:
    """The visit of this cookie, locked until the transaction ends; None when it ended or never was."""
    if not _is_token(token):
        return None
    state = await drafts.held(tx, DOOR, token, at)
    return _opened(token, state) if isinstance(state, Mapping) else None


async def save(tx: Tx, visit: Visit, at: datetime) -> None:
    """Keep it for another 30 minutes, give or take `TOUCH`."""
    state = _closed(visit)
    fresh = visit.kept and at - datetime.fromisoformat(visit.kept["at"]) < TOUCH
    if not fresh or {**visit.kept, "at": ""} != {**state, "at": ""}:
        await drafts.save(tx, DOOR, visit.token, {**state, "at": at.isoformat()}, at)


async def end(tx: Tx, token: str, at: datetime) -> None:
    """Nothing is held for this cookie any more, its files neither."""
    if _is_token(token):
        await drafts.forget(tx, DOOR, token, at)


async def sent(tx: Tx, visit: Visit, at: datetime) -> None:
    """The form was handed in: its files are sealed elsewhere now, and nothing of it is held; the visit goes on. Its row
    stays where it is, so that the same form sent again at the same time waits for it."""
    await drafts.drop_files(tx, DOOR, visit.token, at)
    visit.start_over()


async def finish(tx: Tx, visit: Visit, at: datetime) -> None:
    """The visit is over."""
    visit.over = True
    await end(tx, visit.token, at)


def _is_token(token: str) -> bool:
    return 20 <= len(token) <= 64 and token.isascii()


def _closed(visit: Visit) -> dict[str, Json]:
    return {
        "draft": to_json(visit.draft) if visit.draft is not None else None,
        "removed": visit.removed,
        "fresh": visit.fresh.secret.hex() if visit.fresh is not None else None,
        "places": list(visit.places),
        "held": visit.held.secret.hex() if visit.held is not None else None,
        "taken": list(visit.taken),
        "said": visit.said,
    }


def _opened(token: str, state: Mapping[str, Json]) -> Visit:
    fresh, held, draft = state.get("fresh"), state.get("held"), state.get("draft")
    return Visit(
        token,
        draft=from_json(draft) if draft is not None else None,
        removed={key: list(value) for key, value in state.get("removed", NOTHING).items()},
        fresh=Receipt(bytes.fromhex(fresh)) if fresh else None,
        places=tuple(state.get("places", ())),
        held=Receipt(bytes.fromhex(held)) if held else None,
        taken=tuple(state.get("taken", ())),
        said=state.get("said", ""),
        kept=state,
    )
