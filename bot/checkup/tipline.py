"""Checks of the tip line: whether tips can be taken at all, and the door of the Official Account."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.checkup.finding import Finding, bad, good, note
from bot.office import Office
from bot.settings import PREFIX
from bot.texts import _
from bot.wechat.door import WechatDoor
from store import tips
from store.tips.filing import has_custodian


async def line(office: Office) -> AsyncIterator[Finding]:
    """The vault, as the doors see it, and what a chat can tell about the page."""
    async with office.engine.connect() as connection:
        now = office.clock.now()
        ready, kept = await tips.can_take(connection, now), await has_custodian(connection, now)
    if not ready:
        yield note(
            _("No tip can be taken: nobody could open it."),
            _("Run `loop153 vault init` and `loop153 vault add-officer USERID`."),
        )
        return
    yield good(_("Tips can be taken."))
    if not kept:
        yield note(
            _("Nobody is asked who they are, because there is no custodian."),
            _("Run `loop153 vault add-officer USERID` for a custodian."),
        )
    if office.settings.public_url is None:
        yield bad(_("The chats cannot name the tip page."), _("Set {name}."), name=PREFIX + "PUBLIC_URL")
    if office.settings.tips_in_wecom == "ask":
        yield note(
            _("Staff may give a tip in their work chat after a warning."),
            _("Set {name}=refuse to send them to the web page instead."),
            name=PREFIX + "TIPS_IN_WECOM",
        )


async def wechat(office: Office, door: WechatDoor) -> AsyncIterator[Finding]:
    """The account: its token, which photos need, and whether its messages are sealed."""
    trouble = await door.trouble()
    if trouble is None:
        yield good(_("The WeChat Official Account answers and takes our secret and our address."))
    else:
        yield bad(
            _("The WeChat Official Account refuses or does not answer ({why})."),
            _("Check LOOP153_WECHAT_APP_ID, LOOP153_WECHAT_SECRET, its IP list and LOOP153_WECHAT_API_BASE."),
            why=trouble,
        )
    if door.config.aes_key is None:
        yield note(
            _("Messages of the WeChat Official Account come unsealed."),
            _("Choose the safe mode in its console and set {name}."),
            name=PREFIX + "WECHAT_AES_KEY",
        )
