"""What stands beside a case's history: its facts, tasks, what waits for an answer, and the verbs one may use now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from bot.console.page import moment
from bot.console.rooms import PATH
from bot.console.visit import Visit
from bot.texts import _
from conversations.doing import SURE
from store.books.layout import LEVELS, SOURCES
from store.law.rules import LAWS
from store.law.standing import DEPARTMENTS
from store.reading.phrases import FIELD_ROLES, clock_words, shop_name
from store.reading.problem_text import PARTS, TASK_STATES
from store.texts import said
from store.words import Entry, Item, Json, Ledger, words_of

DOORS: Mapping[str, str] = {
    "wecom": _("WeCom"),
    "telegram": _("Telegram"),
    "console": _("the console"),
    "cli": _("the command line"),
}
"""How the channels of lines are called."""
Pairs = list[tuple[str, str]]
_GRAVE = ("dismiss", "rule_unfounded", "fail", "decline", "deny", "transfer_out")
"""Verbs whose button should not look like a way forward."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A button: `path` of the page that asks for what the verb needs, or that sends it when `at_once`."""

    verb: str
    label: str
    path: str
    at_once: bool
    look: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task in words."""

    part: str
    name: str
    department: str
    state: str
    tone: str
    due: str
    text: str


def about(visit: Visit, entry: Entry) -> Pairs:
    """Names and values; empty values are left out by the page."""
    t, language, fields = visit.t, visit.language, entry.fields
    pairs: Pairs = [
        (t(_("Shop")), _shop(entry, language)),
        (t(_("Address")), fields["merchant_address"] or ""),
        (t(_("Indicator")), _indicator(fields, language)),
        (t(_("Severity")), str(fields["severity"] or "")),
        (t(_("What was seen")), fields["text"]),
        (t(_("Bureau")), _both(fields, "bureau", language)),
    ]
    return [*pairs, *(_of_clue(visit, fields) if entry.ledger is Ledger.CLUE else _of_problem(visit, fields))]


def _of_clue(visit: Visit, fields: Mapping[str, Json]) -> Pairs:
    t, language = visit.t, visit.language
    role = FIELD_ROLES.get(fields["reporter_field_role"] or "")
    by = " · ".join(
        part
        for part in (
            fields["reporter_name"] or "",
            _both(fields, "unit", language),
            said(role, language) if role else "",
        )
        if part
    )
    late = f" ({t(_('late'))})" if fields["late"] else ""
    return [
        (t(_("Source")), said(SOURCES[fields["source"]], language)),
        (t(_("Reporter")), by if fields["reporter_name"] else ""),
        (t(_("Seen at")), _moment(fields["observed_at"], language)),
        (t(_("Reported")), _moment(fields["reported_at"], language) + late),
        (t(_("Place")), fields["place_label"] or ""),
    ]


def _of_problem(visit: Visit, fields: Mapping[str, Json]) -> Pairs:
    t, language = visit.t, visit.language
    departments = [fields["department"], *fields["departments"]]
    return [
        (t(_("In charge")), said(LEVELS[fields["level"]], language)),
        (t(_("Departments")), " · ".join(words_of(DEPARTMENTS[one], language) for one in departments)),
        (t(_("Scope")), fields["scope"]),
        (t(_("Opened")), _moment(fields["opened_at"], language)),
        (t(_("Work to be done by")), _moment(fields["work_due_at"], language)),
        (t(_("Cause")), fields["cause"]),
        (t(_("Result")), fields["result"]),
        (t(_("Verdict")), fields["verdict"]),
        (t(_("Measures")), fields["measures"]),
        (t(_("Closed")), _moment(fields["closed_at"], language)),
    ]


def _shop(entry: Entry, language: str) -> str:
    """The shop's name; a licensed one leads to its own page."""
    name, licence = shop_name(entry.fields, language), entry.fields["merchant"]
    if not licence:
        return name
    link = Markup('<a href="{}">{}</a> <span class="figures soft">{}</span>')
    return link.format(f"{PATH}/shops/{licence}", name, licence)


def _indicator(fields: Mapping[str, Json], language: str) -> str:
    if not fields["indicator"]:
        return ""
    name = _both(fields, "indicator", language)
    link = Markup('<a class="figures" href="{}">{}</a> {}')
    return link.format(f"{PATH}/library/{fields['indicator']}", fields["indicator"], escape(name))


def _both(fields: Mapping[str, Json], name: str, language: str) -> str:
    return words_of({"zh": fields[f"{name}_zh"] or "", "en": fields[f"{name}_en"] or ""}, language)


def _moment(text: str | None, language: str) -> str:
    return moment(datetime.fromisoformat(text), language) if text else ""


def tasks(visit: Visit, entry: Entry) -> list[TaskRow]:
    """Who does what in a problem; a clue has none."""
    language = visit.language
    tones = {"assigned": "warn", "received": "info", "done": "info", "accepted": "good"}
    return [
        TaskRow(
            said(PARTS[task["part"]], language),
            task["name"],
            words_of(DEPARTMENTS[task["department"]], language) if task["department"] else "",
            said(TASK_STATES[task["state"]], language),
            tones.get(task["state"], "plain"),
            clock_words(datetime.fromisoformat(task["due_at"]), language, visit.at),
            task["text"],
        )
        for task in entry.fields.get("tasks", ())
    ]


def requests(visit: Visit, entry: Entry) -> list[str]:
    """What waits for an answer."""
    sentences = {
        "extend": _("{name} asks for {days} working days more: {text}"),
        "suspend": _("{name} asks to suspend it until {review_on}: {text}"),
        "instruct": _("{name} instructs: {text}"),
    }
    waiting = [(sentences[one["kind"]], one) for one in entry.fields.get("requests", ())]
    return [visit.t(sentence, **one) for sentence, one in waiting]


def verbs(visit: Visit, item: Item, entry: Entry) -> list[Verb]:
    """Buttons in the order of the law. What has a form, or weighs something, gets a page of its own."""
    found = []
    for nth, one in enumerate(item.data["verbs"]):
        verb = str(one["verb"])
        asks = visit.office.forms.for_verb(entry.ledger, verb) is not None or verb in SURE
        look = "danger" if verb in _GRAVE else "primary" if not nth else "plain"
        path = f"{PATH}/ledgers/{entry.number}/{verb}"
        found.append(Verb(verb, str(one["label"]), path, not asks and not _needs(entry, verb), look))
    return found


def _needs(entry: Entry, verb: str) -> bool:
    moves = [move for move in LAWS[entry.ledger].moves if move.verb == verb and entry.state in move.sources]
    return any(move.needs for move in moves)
