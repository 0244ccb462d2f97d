"""Opening one's vault: the passphrase, choosing it at first, and the printed key for whoever forgot it."""

from __future__ import annotations

from aiohttp import web

from bot.console.page import moment
from bot.console.tips.keeping import drop, keep_key
from bot.console.visit import Visit
from bot.texts import _
from store import tips
from store.tips import Denied
from store.tips.setup import SHORTEST, CannotSetUp
from store.vault import Broken

_LONGEST = 1000


async def locked(visit: Visit) -> web.Response:
    """The locked room: a passphrase, or choosing one."""
    async with visit.read() as tx:
        first = await tips.setup.awaits_passphrase(tx, visit.who.id)
    return visit.page("tips/choose.html" if first else "tips/locked.html", shortest=SHORTEST)


async def unlock(visit: Visit) -> web.StreamResponse:
    async with visit.write() as work:  # a wrong try is counted, so it is committed
        found = await tips.unlock(work.tx, visit.who.id, visit.sheet.text("passphrase", _LONGEST), visit.at)
    if isinstance(found, Denied):
        visit.sheet.errors["passphrase"] = _why(visit, found)
        return visit.page("tips/locked.html", shortest=SHORTEST)
    drop(visit)
    keep_key(visit, found)
    return visit.go(visit.path())


def _why(visit: Visit, denied: Denied) -> str:
    if denied.until is not None:
        sentence = _("Too many wrong tries: the vault stays locked for you until {when}.")
        return visit.t(sentence, when=moment(denied.until, visit.language))
    return visit.t(_("That is not the passphrase. Tries left: {n}."), n=denied.left)


async def choose(visit: Visit) -> web.StreamResponse:
    """The first passphrase: what is shown then is shown once."""
    if not _agreed(visit):
        return visit.page("tips/choose.html", shortest=SHORTEST)
    try:
        async with visit.write() as work:
            made = await tips.setup.choose(work.tx, visit.who.id, visit.sheet.text("passphrase", _LONGEST), visit.at)
    except CannotSetUp:  # chosen already, in another window
        return visit.go(visit.path())
    return visit.page("tips/printed.html", printed=made.recovery)


async def forgotten(visit: Visit) -> web.StreamResponse:
    return visit.page("tips/forgotten.html", shortest=SHORTEST)


async def renew(visit: Visit) -> web.StreamResponse:
    """Another passphrase, by the printed key, which is renewed with it."""
    if not _agreed(visit):
        return visit.page("tips/forgotten.html", shortest=SHORTEST)
    printed, phrase = visit.sheet.text("printed", 200), visit.sheet.text("passphrase", _LONGEST)
    try:
        async with visit.write() as work:
            made = await tips.setup.renew(work.tx, visit.who.id, printed, phrase, visit.at)
    except (Broken, ValueError):
        visit.sheet.errors["printed"] = visit.t(_("That is not your recovery key. Please look at every character."))
        return visit.page("tips/forgotten.html", shortest=SHORTEST)
    drop(visit)
    return visit.page("tips/printed.html", printed=made.recovery)


async def lock(visit: Visit) -> web.StreamResponse:
    drop(visit)
    return visit.go(visit.path(), visit.t(_("The vault is locked.")))


def _agreed(visit: Visit) -> bool:
    """Whether the new passphrase is long enough and was typed twice."""
    phrase, again = visit.sheet.text("passphrase", _LONGEST), visit.sheet.text("again", _LONGEST)
    if len(phrase) < SHORTEST:
        sentence = _("At least {n} characters, please. Four words that have nothing to do with each other are good.")
        visit.sheet.errors["passphrase"] = visit.t(sentence, n=SHORTEST)
    elif phrase != again:
        visit.sheet.errors["again"] = visit.t(_("The two are not the same."))
    return not visit.sheet.errors
