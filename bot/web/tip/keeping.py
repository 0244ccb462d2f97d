"""The receipt: shown in either script, with a QR code and for printing, until two of its characters came back."""

from __future__ import annotations

import unicodedata

from aiohttp import web

from bot.texts import _, said
from bot.web.tip import pages, session
from bot.web.tip.call import Call
from bot.web.tip.posted import posted
from bot.web.tip.session import Visit
from store import tips

SCRIPTS = ("zh", "en")
NOT_THOSE = _("Those are not the ones. Please look at your note once more, or have the receipt shown again.")


async def show(call: Call) -> web.StreamResponse:
    """The whole receipt. It stands in the page and nowhere else: not in the address, not in the title."""
    script = _script(call)
    async with call.visit() as (_tx, _at, visit):
        receipt = visit.fresh
        if receipt is None:
            return call.see("talk" if visit.held is not None else "new")
    shown = receipt.words(script)
    picture = pages.qr(("" if script == "zh" else " ").join(shown), said(_("The receipt as a QR code"), call.language))
    return call.page("receipt", "receipt", words=shown, script=script, qr=picture, renewed=visit.held is not None)


def _script(call: Call) -> str:
    asked = call.request.query.get("as", "")
    return asked if asked in SCRIPTS else call.language


async def check(call: Call) -> web.StreamResponse:
    """Asks for two characters; the receipt is not on this page."""
    async with call.visit() as (_tx, _at, visit):
        if visit.fresh is None:
            return call.see("talk" if visit.held is not None else "new")
        return _asking(call, visit)


def _asking(call: Call, visit: Visit, wrong: str = "") -> web.Response:
    return call.page("check", "receipt/check", 422 if wrong else 200, csrf=visit.csrf, places=visit.places, wrong=wrong)


async def confirm(call: Call) -> web.StreamResponse:
    """Both right: the page lets go of the receipt. For a receipt that replaces one from a chat, the old one ends."""
    async with posted(call.request, call.hall) as form, call.visit(form) as (tx, at, visit):
        if visit.fresh is None:
            return call.see("talk" if visit.held is not None else "done")
        given = [_plain(form.one(f"place{place}")) for place in visit.places]
        if not _matches(visit, given):
            return _asking(call, visit, said(NOT_THOSE, call.language))
        if visit.held is None:
            await session.finish(tx, visit, at)
            return call.without_cookie(call.see("done"))
        held = await tips.find(tx, visit.fresh, at)
        if held is not None:
            await tips.confirm_rotation(tx, held, at)
        visit.held, visit.fresh = visit.fresh, None
        return call.see("talk")


def _matches(visit: Visit, given: list[str]) -> bool:
    """Whether each is the character or the word of its place: the scripts have the same order."""
    assert visit.fresh is not None
    scripts = [visit.fresh.words(script) for script in SCRIPTS]
    return all(
        one and one in {words[place - 1] for words in scripts} for one, place in zip(given, visit.places, strict=True)
    )


def _plain(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if one.isalpha())
