"""How the tip room puts things: states, terms, doors, and the answers under the questions of the tip's own form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.console.page import day
from bot.console.visit import Visit
from bot.texts import _
from bot.tips.words import NOTICES
from conversations.form import Question, every
from conversations.kinds import show
from store.clock.deadlines import GREEN, RED, YELLOW
from store.clock.workdays import local_day
from store.tips import Clocks, Conversation
from store.words import Json, words_of

STATES: Mapping[str, tuple[str, str]] = {
    "received": (_("New"), "warn"),
    "acknowledged": (_("Acknowledged"), "info"),
    "working": (_("Being worked on"), "info"),
    "closed": (_("Closed"), "plain"),
}
"""Name and tone of each state."""

OUTCOMES: Mapping[str, str] = {
    "confirmed": _("Confirmed"),
    "unfounded": _("Unfounded"),
    "transferred": _("Handed to another authority"),
    "answered": _("Answered"),
}
DOORS: Mapping[str, str] = {
    "web": _("Web page"),
    "telegram": _("Telegram"),
    "wechat": _("WeChat"),
    "wecom": _("WeCom"),
}
KINDS: Mapping[str, str] = {
    "acknowledged": _("Told the tipster that it was read"),
    "identity_asked": _("Asked the tipster who they are"),
    "identity_given": _("The tipster sealed their identity to the custodian"),
    "closed": _("Closed, with this last message"),
}
DEEDS: Mapping[str, str] = {
    "open": _("opened the tip"),
    "answer": _("answered"),
    "acknowledge": _("acknowledged it"),
    "dispatch": _("planned a check"),
    "accept": _("took it into the ledgers"),
    "close": _("closed it"),
    "identity_asked": _("asked for the identity"),
    "identity_released": _("released the identity"),
    "identity_read": _("read the identity"),
}
"""What the audit lines of the vault say."""
_WEB = _("The page told: your network sees that you were here; we keep no address.")
_SHOWN_APART = ("photos", "documents", "identity")


@dataclass(frozen=True, slots=True)
class Term:
    """What runs out next. `light` is empty when nothing does."""

    light: str
    words: str


def term(visit: Visit, clocks: Clocks) -> Term:
    """The term that counts now, with its light: yellow on the day before and on the day itself."""
    if clocks.closed is not None:
        words = visit.t(_("erased on {day}"), day=day(clocks.erased_on, visit.language)) if clocks.erased_on else ""
        return Term("", words)
    waits = clocks.acknowledged is None
    until = clocks.acknowledge_by if waits else clocks.feedback_by
    sentence = _("acknowledge by {day}") if waits else _("tell what came of it by {day}")
    return Term(_light(until, local_day(visit.at)), visit.t(sentence, day=day(until, visit.language)))


def _light(until: date, today: date) -> str:
    if until < today:
        return RED
    return YELLOW if until - today <= timedelta(days=1) else GREEN


def answers(visit: Visit, told: Conversation) -> list[tuple[str, str]]:
    """What the tipster answered, as (question, answer), in the order of the form."""
    return [(name, value) for name, value in _answers(visit, told.answers) if value]


def _answers(visit: Visit, given: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    asked = {one.name: one for one in every(_questions(visit))}
    for name in [*(one for one in asked if one in given), *(one for one in given if one not in asked)]:
        if name in _SHOWN_APART:
            continue
        question = asked.get(name)
        if question is None:
            yield name, _plain(given[name])
            continue
        short = question.bot.get("short")
        label = words_of(short if isinstance(short, Mapping) else question.label, visit.language)
        yield label, show(question, given[name], visit.language)


def _questions(visit: Visit) -> tuple[Question, ...]:
    form = next((form for form in visit.office.forms if form.key == "tip"), None)
    return form.questions if form else ()


def _plain(value: Json) -> str:
    """An answer to a question that the form has not any more."""
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values() if part not in (None, ""))
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def texts(told: Conversation) -> list[str]:
    """Everything that the tipster wrote: what an officer's own words must not repeat."""
    written = [str(value) for value in told.answers.values() if isinstance(value, str)]
    return written + [message.text for message in told.messages if message.author == "tipster"]


def promised(visit: Visit, told: Conversation) -> str:
    """What the door had told the tipster before they began."""
    return visit.t(NOTICES.get(told.notice, _WEB))
