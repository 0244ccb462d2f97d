"""Writing a change from a page, taking one back, and what the page says when somebody else was quicker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import web

from bot.console import page
from bot.console.running import wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.chosen_forms import Unfit
from store.running import journal, roster
from store.running.changing import Changed, Overtaken, change, undo
from store.texts import said
from store.words import NOTHING, Json


async def wish(
    visit: Visit,
    kind: str,
    subject: str,
    after: Json | Callable[[datetime], Json],
    *,
    field: str = "form",
    given: Mapping[str, Json] = NOTHING,
) -> Changed | None:
    """Make a change in a transaction of its own; what is wrong with it goes to `field` of the sheet. `after` may be
    made of the moment at which it is written."""
    seen, why = visit.sheet.text("seen", 40) or None, visit.sheet.text("why", 400)
    try:
        async with visit.write() as work:
            state = after(work.at) if callable(after) else after
            done = await change(work.tx, kind, subject, state, visit.who.id, work.at, seen=seen, why=why, given=given)
            await work.tell(*done.moved)
    except Unfit as unfit:
        visit.sheet.errors[field] = said(unfit.sentence, visit.language, unfit.facts)
    except Overtaken as late:
        visit.sheet.errors[field] = await overtaken(visit, late)
    else:
        return done
    return None


async def overtaken(visit: Visit, late: Overtaken) -> str:
    """Who was quicker, and what to do."""
    if late.last is None:
        return visit.t(_("It was changed meanwhile, outside this page. Look at what stands now, then save again."))
    async with visit.read() as tx:
        names = await roster.names(tx, [late.last.by])
    changes = wording.differences(visit, late.last.kind, late.last.before, late.last.after, late.last.subject)
    what = visit.t(_("; ")).join(f"{one.label}: {one.before} → {one.after}" for one in changes[:4])
    sentence = _(
        "{name} changed this at {when} ({what}). Yours is not saved, and is still in the form: look at both, then save."
    )
    when = page.moment(late.last.at, visit.language)
    return visit.t(sentence, name=names.get(late.last.by, late.last.by), when=when, what=what)


async def take_back(visit: Visit) -> web.StreamResponse:
    """Undo one change; back to the page that the button stands on."""
    number, back = visit.parts["id"], visit.sheet.text("back", 300)
    if not number.isdigit() or len(number) > 18:
        raise NotThere
    if not back.startswith(visit.path()) or "//" in back or "\n" in back:
        back = visit.path("audit")
    try:
        async with visit.write() as work:
            done = await undo(work.tx, int(number), visit.who.id, work.at)
            await work.tell(*done.moved)
    except Unfit as unfit:
        return visit.go(back, said(unfit.sentence, visit.language, unfit.facts), "warn")
    except Overtaken as late:
        if late.last is None:
            return visit.go(
                back, visit.t(_("It was changed since, outside this page: nothing was taken back.")), "warn"
            )
        sentence = _("It was changed again since, by {name} on {when}: take that back first.")
        when = page.moment(late.last.at, visit.language)
        return visit.go(back, visit.t(sentence, name=late.last.by, when=when), "warn")
    return visit.go(back, say(visit, done, _("Taken back: it is as it was before.")))


def say(visit: Visit, done: Changed, sentence: str) -> str:
    """What is said after a change: nothing changed, or the sentence, and how many matters moved with it."""
    if done.id is None:
        return visit.t(_("Nothing was different, so nothing was changed."))
    moved = len(done.moved)
    more = visit.t(_("{count} open matters moved with it, each with a line."), count=moved) if moved else ""
    return f"{visit.t(sentence)} {more}".strip()


async def history(visit: Visit, kind: str, subject: str, most: int = 20) -> list[wording.Told]:
    """What was changed about one subject, the newest first."""
    async with visit.read() as tx:
        return await wording.told(visit, tx, await journal.of(tx, kind, subject, most))
