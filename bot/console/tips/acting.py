"""Acting on a tip in the ledgers without a way back to it: a field check that begins later, or a problem at once.

The officer chooses the fields and writes them anew; sentences of the tip are refused, word for word.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from aiohttp import web

from bot.console.pickers import offered, picked
from bot.console.tips import wording
from bot.console.tips.keeping import opened_of, unlocked
from bot.console.tips.reading import facts
from bot.console.visit import Visit
from bot.texts import _
from conversations import outcomes
from conversations.catalogue import speech
from store import tips
from store.clock.workdays import local_day
from store.law.standing import DEPARTMENTS
from store.tips import Conversation
from store.tips.exclusion import squeezed
from store.words import Json, Refused, words_of

DELAYS = {"6": _("within 6 hours"), "24": _("within a day"), "72": _("within three days"), "168": _("within a week")}
"""Hours within which a check begins, at a random moment."""
_RUN, _RUN_LATIN = 12, 30
"""Characters in a row that may stand in both texts; Latin words are longer."""
_WRITTEN = ("text", "opinion", "scope")
_SEVERITIES = (
    ("1", _("1 · slight")),
    ("2", _("2 · minor")),
    ("3", _("3 · serious")),
    ("4", _("4 · grave")),
    ("5", _("5 · extreme")),
)


@unlocked
async def check_form(visit: Visit) -> web.StreamResponse:
    return await _form(visit, "check")


@unlocked
async def case_form(visit: Visit) -> web.StreamResponse:
    return await _form(visit, "case")


async def _form(visit: Visit, what: str, status: int = 200) -> web.Response:
    """The form beside what the tip says; `what`: check or case."""
    opened = opened_of(visit)
    async with visit.write() as work:
        told = await tips.read(work.tx, opened, visit.at)
    found = {
        "shops": await offered(visit, "merchant", "merchant"),
        "kinds_found": await offered(visit, "indicator", "indicator"),
        "people": await offered(visit, "colleague", "assignee"),
    }
    return visit.page("tips/act.html", status, **facts(visit, opened, told), **found, **_choices(visit), what=what)


def _choices(visit: Visit) -> dict[str, Any]:
    departments = [(key, words_of(names, visit.language)) for key, names in DEPARTMENTS.items() if key != "leadership"]
    return {
        "departments": departments,
        "severities": [(key, visit.t(words)) for key, words in _SEVERITIES],
        "delays": [(key, visit.t(words)) for key, words in DELAYS.items()],
        "today": local_day(visit.at).isoformat(),
    }


@unlocked
async def check(visit: Visit) -> web.StreamResponse:
    """Plan a check that nobody can tell from a routine one."""
    fields = await _fields(visit)
    delay = visit.sheet.text("delay", 10)
    if visit.sheet.text("step") == "find" or fields is None or delay not in DELAYS:
        return await _form(visit, "check", 422 if visit.sheet.errors else 200)
    try:
        async with visit.write() as work:
            await tips.dispatch(work.tx, opened_of(visit), fields, timedelta(hours=int(delay)), visit.at)
    except Refused as refusal:
        return await _refused(visit, "check", refusal)
    return visit.go(visit.path("tip"), visit.t(_("Planned, among routine checks. What comes of it is shown here.")))


@unlocked
async def case(visit: Visit) -> web.StreamResponse:
    """Open a problem now; its letters go out with it."""
    fields = await _fields(visit)
    if visit.sheet.text("step") == "find" or fields is None:
        return await _form(visit, "case", 422 if visit.sheet.errors else 200)
    try:
        async with visit.write() as work:
            moved = await tips.accept(work.tx, opened_of(visit), fields, visit.at)
            await work.tell(*moved)
    except Refused as refusal:
        return await _refused(visit, "case", refusal)
    number = moved[-1].caused[0].entry.number
    return visit.go(visit.path("tip"), visit.t(_("It is now the problem {number}, in your name."), number=number))


async def _refused(visit: Visit, what: str, refusal: Refused) -> web.Response:
    visit.sheet.errors["text"] = outcomes.refused(speech(visit.language), refusal, {})
    return await _form(visit, what, 422)


# --- what was filled in -------------------------------------------------------------------------------------------


async def _fields(visit: Visit) -> dict[str, Json] | None:
    """The fields for the ledgers; None when something is missing, which `sheet.errors` names."""
    sheet = visit.sheet
    if sheet.text("step") == "find":
        return None
    chosen = {
        "merchant": picked(visit, "merchant", await offered(visit, "merchant", "merchant")),
        "indicator": picked(visit, "indicator", await offered(visit, "indicator", "indicator")),
        "assignee": picked(visit, "assignee", await offered(visit, "colleague", "assignee")),
        "department": sheet.text("department", 40),
        **{name: sheet.text(name) for name in _WRITTEN},
    }
    for name, value in chosen.items():
        if not value:
            sheet.errors[name] = visit.t(_MISSING[name])
    severity, due = sheet.number("severity"), sheet.text("due_on", 10)
    if severity not in range(1, 6):
        sheet.errors["severity"] = visit.t(_("Please choose how severe it is."))
    if due and not _is_day(due):
        sheet.errors["due_on"] = visit.t(_("Please choose a day."))
    await _in_own_words(visit)
    if sheet.errors:
        return None
    return {**chosen, "severity": severity, **({"due_on": due} if due else {})}


_MISSING = {
    "merchant": _("Please search for the shop and choose it."),
    "indicator": _("Please search for the kind of problem and choose it."),
    "assignee": _("Please search for the person and choose them."),
    "department": _("Please choose the department."),
    "text": _("Please write what is to be looked at."),
    "opinion": _("Please write your opinion."),
    "scope": _("Please write how far it reaches."),
}


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


async def _in_own_words(visit: Visit) -> None:
    """Whoever knows the tipster's way of writing must not meet it in a task."""
    async with visit.write() as work:
        told = await tips.read(work.tx, opened_of(visit), visit.at)
    for name in _WRITTEN:
        if copied(visit.sheet.text(name), told):
            sentence = _("This repeats the tip word for word. Please say it in words of your own.")
            visit.sheet.errors[name] = visit.t(sentence)


def copied(text: str, told: Conversation) -> bool:
    """Whether a run of the tip stands in the text, however it is spaced."""
    mine = squeezed(text)
    return any(_shares(mine, squeezed(theirs)) for theirs in wording.texts(told))


def _shares(mine: str, theirs: str) -> bool:
    size = _RUN_LATIN if mine.isascii() else _RUN
    return any(mine[at : at + size] in theirs for at in range(len(mine) - size + 1))
