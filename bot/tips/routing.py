"""Which messages belong to the tip desk: all of a stranger's, and of staff only what is about a tip.

It is decided before the front desk writes anything: that a colleague so much as asked about tips is in no table.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.texts import said
from bot.tips import words
from bot.tips.desk import page_url
from conversations.commands import command, plain
from store import db
from store.staff import people
from store.tips import drafts, receipts
from store.words import Body, Choice, Incoming, Say, Text

if TYPE_CHECKING:
    from bot.office import Office

PUBLIC = frozenset({"telegram", "wechat"})
"""Doors by which strangers may give tips. Whoever is unknown in WeCom is a colleague who is not on the roster yet."""
_TIP = re.compile(r"(我?(要|想)?匿?名?举报(一下|吧)?|.{0,4}匿名举报.{0,4})[。.!！~～]?")
_LINK = frozenset(("绑定", "绑定账号", "link"))
_LONGEST = 400  # characters of a receipt, however it is spaced
_OWN = ("t|", "q|", "a|")  # taps that may be the tip desk's


def at_once(incoming: Incoming) -> bool:
    """Whether the message is the tip desk's by what it says, whoever says it."""
    body = incoming.body
    if (
        incoming.sender.door == "wechat"
        or body == Choice("m|tip")
        or (isinstance(body, Choice) and body.token.startswith("t|"))
    ):
        return True
    if not isinstance(body, Text) or len(body.text) > _LONGEST:
        return False
    named = command(body.text)
    if (named is not None and named.name == "tip") or _TIP.fullmatch(body.text.strip()):
        return True
    return receipts.parse(body.text) is not None


async def hear(office: Office, incoming: Incoming) -> tuple[Say, ...] | None:
    """The tip desk's answer; None when the message belongs to the front desk."""
    door, chat_id = incoming.sender.door, incoming.sender.id
    staff = door not in PUBLIC or (door != "wechat" and await _known(office, incoming))
    if not staff and door == "telegram" and isinstance(incoming.body, Text) and plain(incoming.body.text) in _LINK:
        return None  # a colleague who wants their account linked: the front desk says what the administrator needs
    if staff and office.settings.tips_in_wecom == "refuse":
        return _refused(office) if at_once(incoming) else None
    if staff and not at_once(incoming) and not await _goes_on(office, incoming):
        return None
    notice = "telegram_staff" if staff and door == "telegram" else door
    fetch = office.doors[door].fetch
    return await office.tips.hear_tip(office, door, chat_id, incoming.key, incoming.body, fetch, notice)


def _refused(office: Office) -> tuple[Say, ...]:
    language, url = office.settings.language, page_url(office)
    lines = [said(words.REFUSED, language), words.notice("wecom", language, url)]
    return (Say("\n".join(lines)),)


async def _goes_on(office: Office, incoming: Incoming) -> bool:
    """Whether a colleague's chat is in the middle of a tip. Whoever was only warned and goes on with work is at work
    again; the warning is forgotten."""
    async with office.engine.begin() as tx:
        at = await db.now(tx) + office.shift
        door, chat_id = incoming.sender.door, incoming.sender.id
        state = await drafts.load(tx, door, chat_id, at)
        if state is None:
            return await drafts.seen(tx, door, chat_id, incoming.key, at) is not None
        if state.get("stage") in ("warned", "greeted", "asking") and _is_work(incoming.body):
            await drafts.forget(tx, door, chat_id, at)
            return False
    return True


def _is_work(body: Body) -> bool:
    """A word of the office, or a button of it."""
    if isinstance(body, Choice):
        return not body.token.startswith("t|")
    meant = command(body.text) if isinstance(body, Text) else None
    return meant is not None and meant.name not in ("cancel", "back", "help", "chinese", "english")


async def _known(office: Office, incoming: Incoming) -> bool:
    async with office.engine.connect() as connection:
        return await people.who_is(connection, incoming.sender) is not None
