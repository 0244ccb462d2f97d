"""Templates of pushes: what sends each, how it reads in both languages, another wording checked before it counts."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.console.running import changing, wording
from bot.console.visit import NotThere, Visit
from bot.texts import _
from bot.work import in_use
from notifier import rewording
from notifier.limits import MANNERS
from notifier.rewording import Trouble
from store.law.rules import LAWS
from store.running import templates
from store.running.changing import books
from store.running.journal import token
from store.words import Ledger, words_of

PARTS = {
    "holder": _("whoever must act"),
    "reporter": _("the reporter"),
    "watcher": _("those who watch it"),
    "concerned": _("those who serve the shop"),
}
LEDGERS = {"clue": _("Clues"), "problem": _("Problems")}
TROUBLES = {
    "syntax": _("Line {detail} is no sound template. Look at its brackets."),
    "unknown": _("These facts are not known: {detail}. Use those that are listed."),
    "fails": _("It cannot be filled with sample facts. Does it ask for something that may be missing?"),
    "reference": _("Its last line must end with the reference, #{{{{ seq }}}}: it tells one letter from every other."),
    "empty": _("It says nothing."),
}
LANGUAGES = {"zh": "中文", "en": "English"}


async def listed(visit: Visit) -> web.StreamResponse:
    """Every template with what sends it, and how it begins."""
    async with visit.read() as tx:
        chosen = await templates.overrides(tx)
    shown = []
    for name in rewording.templates():
        source = chosen.get((name, visit.language))
        text = rewording.preview(name, visit.language, source) or rewording.preview(name, visit.language) or ""
        shown.append(
            {
                "name": name,
                "first": text.partition("\n")[0],
                "causes": _causes(visit, name),
                "chosen": [LANGUAGES[language] for language in LANGUAGES if (name, language) in chosen],
            }
        )
    return visit.page("running/templates.html", templates=shown)


def _causes(visit: Visit, name: str) -> list[str]:
    """What sends a template: ledger, verb, and who hears."""
    between = visit.t(_(" · "))
    return [
        between.join(
            (
                visit.t(LEDGERS[ledger]),
                words_of(LAWS[Ledger(ledger)].verbs[verb], visit.language),
                visit.t(PARTS.get(part, part)),
            )
        )
        for ledger, verb, part in rewording.causes(name)
    ]


async def one(visit: Visit) -> web.StreamResponse:
    return await show(visit)


async def show(visit: Visit, status: int = 200, typed: str | None = None) -> web.Response:
    """One template in one language; `typed` is a wording that is looked at."""
    name, language = _which(visit)
    subject = templates.subject_of(name, language)
    async with visit.read() as tx:
        state = await books()["template"].state(tx, subject)
    source = typed if typed is not None else state["source"] if state else None
    text = rewording.preview(name, language, source)
    limits = [
        (wording.door(visit, door), manners.longest, len((text or "").encode())) for door, manners in MANNERS.items()
    ]
    facts: dict[str, Any] = {
        "name": name,
        "shown_in": language,
        "languages": LANGUAGES,
        "state": state,
        "seen": token(state),
        "source": source if source is not None else rewording.start(name, language),
        "shipped": rewording.shipped(name),
        "base": rewording.shipped("letter"),
        "text": text,
        "shipped_text": rewording.preview(name, language) or "",
        "looked": typed is not None,
        "limits": limits,
        "known": sorted(rewording.KNOWN - {"_", "gettext", "ngettext"}),
        "sample": rewording.sample(),
        "causes": _causes(visit, name),
        "told": await changing.history(visit, "template", subject),
    }
    return visit.page("running/template.html", status, **facts)


def _which(visit: Visit) -> tuple[str, str]:
    name, language = visit.parts["name"], visit.parts["language"]
    if name not in rewording.templates() or language not in LANGUAGES:
        raise NotThere
    return name, language


async def save(visit: Visit) -> web.StreamResponse:
    """Check a wording, show how it reads, or let it count; without a text the shipped one counts again."""
    name, language = _which(visit)
    source = visit.sheet.text("source", templates.LONGEST + 1)
    if visit.sheet.text("step") == "shipped":
        return await _count(visit, name, language, None)
    trouble = rewording.check(name, language, source) if source.strip() else Trouble("empty")
    if trouble:
        visit.sheet.errors["source"] = visit.t(TROUBLES[trouble.kind], detail=trouble.detail)
        return await show(visit, 422, source)
    if visit.sheet.text("step") == "look":
        return await show(visit, typed=source)
    return await _count(visit, name, language, source)


async def _count(visit: Visit, name: str, language: str, source: str | None) -> web.StreamResponse:
    after = None if source is None else {"source": source}
    done = await changing.wish(visit, "template", templates.subject_of(name, language), after, field="source")
    if done is None:
        return await show(visit, 422, source)
    await in_use.refresh(visit.office)
    sentence = _("Letters that are written from now on read like this.")
    return visit.go(visit.path(f"templates/{name}/{language}"), changing.say(visit, done, sentence))
