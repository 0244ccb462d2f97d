"""A verb on its own page: the questionnaire of the chat as a form, so that chat and page can never disagree.

The form is walked as a conversation is, with what stands in the fields as its answers; so what is asked, what is
required and what is offered is decided in `conversations/` alone. What the law refuses is shown as its own sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.console.ledgers.cases import item_of
from bot.console.ledgers.fields import Field, fields_of, heard
from bot.console.visit import NotThere, Visit
from bot.texts import _
from conversations.catalogue import speech
from conversations.doing import SURE, VERDICTS, facts
from conversations.form import Form
from conversations.turn import Dialogue
from conversations.walk import Walk, submitted, walk
from store.law.rules import LAWS
from store.words import Ask, Item, Json, ledger_of, words_of

_STALE = _("This page is out of date: that is not possible any more.")


async def show(visit: Visit) -> web.Response:
    """What the verb asks for; whatever the address knows already is filled in."""
    item, verb = await _wanted(visit)
    if not _offered(item, verb):
        return visit.go(visit.path(str(item.value)), visit.t(_STALE), "warn")
    for name, value in visit.query.items():
        visit.sheet.values.setdefault(name, [value])
    return await _page(visit, item, verb)


async def use(visit: Visit) -> web.Response:
    """Do it, or show what is still missing."""
    item, verb = await _wanted(visit)
    number, form = str(item.value), visit.office.forms.for_verb(ledger_of(str(item.value)), verb)
    if form is None or not _offered(item, verb):
        return visit.go(visit.path(number), await visit.press(Ask(ledger_of(number), verb, number)))
    found, missing = await _walked(visit, item, form)
    if missing or visit.sheet["step"] == "find":
        if visit.sheet["step"] == "find":
            visit.sheet.errors.clear()
        return await _page(visit, item, verb)
    done = await visit.press(Ask(ledger_of(number), verb, number, submitted(form, found)))
    if done.refused:
        visit.sheet.errors["form"] = done.said
        return await _page(visit, item, verb)
    return visit.go(visit.path(number), done)


async def _wanted(visit: Visit) -> tuple[Item, str]:
    """The entry and the verb of the address, if the law knows such a verb."""
    item = await item_of(visit)
    verb = visit.parts["verb"]
    if verb not in LAWS[ledger_of(str(item.value))].verbs:
        raise NotThere
    return item, verb


def _offered(item: Item, verb: str) -> bool:
    return any(one["verb"] == verb for one in item.data["verbs"])


async def _page(visit: Visit, item: Item, verb: str) -> web.Response:
    number, form = str(item.value), visit.office.forms.for_verb(ledger_of(str(item.value)), verb)
    shown: list[Field] = []
    if form is not None:
        found, _missing = await _walked(visit, item, form, quiet=visit.request.method == "GET")
        shown = await fields_of(visit, form, found, number)
    remarks = item.data.get("remarks", ()) if verb in VERDICTS else ()
    sure = speech(visit.language)(SURE[verb], number=number) if verb in SURE and form is None else ""
    title = words_of(LAWS[ledger_of(number)].verbs[verb], visit.language)
    facts_shown: Mapping[str, Any] = {
        "number": number,
        "verb": verb,
        "title": title,
        "headline": item.label,
        "fields": shown,
        "sure": sure,
        "remarks": remarks,
        "suggest": (item.data.get("suggest") or {}) if verb == "accept" else {},
        "uploads": any(field.kind == "files" for field in shown),
    }
    return visit.page("ledgers/act.html", **facts_shown)


async def _walked(visit: Visit, item: Item, form: Form, *, quiet: bool = False) -> tuple[Walk, bool]:
    """The form with what stands in the sheet as its answers; whether something is missing or wrong, which the sheet's
    errors then say. An answer may open further questions, so it is walked until nothing new counts."""
    known = facts(visit.who, item)
    answers: dict[str, Json] = {}
    dialogue = Dialogue(language=visit.language, form=form.key, subject=str(item.value), facts=known)
    found = walk(form, dialogue, visit.at)
    asked: set[str] = set()
    while fresh := [slot for slot in found.slots if slot.key not in asked]:
        for slot in fresh:
            asked.add(slot.key)
            value = await heard(visit, slot, str(item.value), quiet=quiet)
            if value is not None:
                answers[slot.key] = value
        found = walk(form, dialogue._replace(answers=answers), visit.at)
    return found, _missing(visit, found) if not quiet else False


def _missing(visit: Visit, found: Walk) -> bool:
    """Note what is required and not there, and what the constraint of its question forbids."""
    for slot in found.slots:
        question = slot.question
        given = bool(visit.sheet.text(slot.key)) and question.type not in ("image", "audio", "file")
        if slot.key in visit.sheet.errors:
            continue
        if given and not slot.answered and question.constraint is not None:
            said = words_of(question.constraint_message, visit.language)
            visit.sheet.errors[slot.key] = said or visit.t(_("This cannot be right; please look at it again."))
        elif slot.required and not slot.answered:
            said = words_of(question.required_message, visit.language)
            visit.sheet.errors[slot.key] = said or visit.t(_("This is needed."))
    return bool(visit.sheet.errors)
