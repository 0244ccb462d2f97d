"""Checks of the doors: closed for want of what, reachable, trusted, called lately, menu and members in order."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from bot.checkup.finding import Finding, bad, good, note
from bot.doors import DOORS, missing
from bot.office import Office
from bot.settings import PREFIX, Settings
from bot.telegram.door import TelegramDoor
from bot.texts import _
from bot.wecom import contacts, menu
from bot.wecom.directory import members
from bot.wecom.door import WecomDoor
from bot.weixin.faults import ApiError, Unreachable
from store.staff import roster

_STATE = text("""
SELECT s.checked_at, s.broken FROM (SELECT 1) AS once LEFT JOIN door_state s ON s.door = :door
""")
_SILENT = timedelta(days=3)
_UNTRUSTED = 60020
_WRONG_SECRET = (40001, 40013, 40091)


def closed(settings: Settings) -> list[Finding]:
    """Doors whose settings are missing; one that has some of them is most likely a mistake."""
    found = []
    for name in DOORS:
        lacking = missing(name, settings)
        if not lacking:
            continue
        begun = any(getattr(settings, need) is not None for need in DOORS[name])
        make = bad if begun else note
        found.append(
            make(
                _("The door {door} is closed."),
                _("To open it, set: {names}"),
                door=name,
                names=", ".join(lacking),
            )
        )
    return found


async def wecom(office: Office, door: WecomDoor) -> AsyncIterator[Finding]:
    """The app: token, trusted address, menu, members, callback."""
    try:
        buttons = await menu.current(door.client, door.config.agent_id)
        yield good(_("WeCom answers, and takes our secret and our address."))
    except (ApiError, Unreachable) as fault:
        yield _refused(fault)
    else:
        if buttons:
            yield good(_("The app has its menu."))
        else:
            yield bad(_("The app has no menu."), _("Run `loop153 sync menu`."))
        yield await _members(office, door)
    yield await _called(office, door.name)
    async for finding in _state(office, door.name):
        yield finding


def _refused(fault: ApiError | Unreachable) -> Finding:
    """What WeCom said, and what an administrator does about it (D90313, §18)."""
    if isinstance(fault, Unreachable):
        return bad(
            _("WeCom does not answer ({why})."),
            _("Check the network, the proxy, and LOOP153_WECOM_API_BASE."),
            why=str(fault),
        )
    if fault.code == _UNTRUSTED:
        found = re.search(r"from ip: ?([0-9a-fA-F.:]+)", fault.hint)
        return bad(
            _("WeCom does not trust this machine's address {ip}."),
            _("Add it in the admin console, 企业可信IP of the app (after a trusted domain or the callback address)."),
            ip=found[1].rstrip(",") if found else "?",
        )
    if fault.code in _WRONG_SECRET:
        return bad(
            _("WeCom refuses our corp id or secret (code {code})."),
            _("Compare LOOP153_WECOM_CORP_ID and LOOP153_WECOM_SECRET with the admin console."),
            code=fault.code,
        )
    return bad(
        _("WeCom refuses (code {code})."),
        _("It says: {hint}"),
        code=fault.code,
        hint=fault.hint,
    )


async def _members(office: Office, door: WecomDoor) -> Finding:
    try:
        found = await members(door.client, None)
    except (ApiError, Unreachable) as fault:
        return _refused(fault)
    async with office.engine.connect() as connection:
        report = contacts.compare(await roster.roster(connection, door.name), found)
    if report.left or report.strangers:
        return note(
            _("{members} members are in the app's range; {left} of the roster are not, {strangers} are not listed."),
            _("Run `loop153 sync contacts`, import who is missing, or widen the app's visible range."),
            members=report.members,
            left=len(report.left),
            strangers=len(report.strangers),
        )
    return good(_("The roster and the app's {members} members agree."), members=report.members)


async def telegram(office: Office, door: TelegramDoor) -> AsyncIterator[Finding]:
    """The bot: its token, and how it is called."""
    trouble = await door.trouble()
    if trouble is None:
        yield good(_("Telegram answers and takes our token."))
    else:
        yield bad(
            _("Telegram refuses or does not answer ({why})."),
            _("Check LOOP153_TELEGRAM_TOKEN, LOOP153_TELEGRAM_API_BASE and the network."),
            why=trouble,
        )
    if office.settings.telegram_mode == "webhook" and office.settings.public_url is None:
        yield note(
            _("Telegram is not told where to call us."),
            _("Set {name}, or call setWebhook yourself."),
            name=PREFIX + "PUBLIC_URL",
        )
    async for finding in _state(office, door.name):
        yield finding


async def _called(office: Office, door: str) -> Finding:
    """Whether a genuine call arrived lately."""
    checked = (await _row(office, door)).checked_at
    if checked is None:
        return bad(
            _("The callback of {door} was never verified."),
            _("Save the address https://…/{door}/callback in the admin console while `loop153 serve` is running."),
            door=door,
        )
    facts = {"door": door, "when": checked.astimezone(office.settings.zone).strftime("%Y-%m-%d %H:%M")}
    if datetime.now(UTC) - checked > _SILENT:
        return note(_("The last genuine call to {door} came at {when}."), _("Is the address still right?"), **facts)
    return good(_("The last genuine call to {door} came at {when}."), **facts)


async def _state(office: Office, door: str) -> AsyncIterator[Finding]:
    broken = (await _row(office, door)).broken
    if broken:
        yield bad(
            _("Sending through {door} has stopped: {why}"),
            _("Put it right; it goes on by itself with the next letter that gets through."),
            door=door,
            why=broken,
        )


async def _row(office: Office, door: str) -> Any:
    """What all replicas know of a door; every column is None when they know nothing."""
    async with office.engine.connect() as connection:
        return (await connection.execute(_STATE, {"door": door})).one()
