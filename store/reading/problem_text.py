"""A problem in words: its light, departments, tasks, what was found and decided, and what waits for an answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from store.clock.deadlines import light
from store.clock.workdays import Calendar, load_calendar
from store.db import Tx
from store.law.given import moment
from store.law.scope import visible
from store.law.standing import DEPARTMENTS
from store.master.indicators import needs_proof
from store.moving.entries import load_entry
from store.moving.tasks import TO_DO, Task, movable
from store.reading.phrases import clock_words
from store.texts import _, row, said
from store.words import Entry, Found, Item, Json, Lookup, Person, words_of

LIGHTS = {"green": _("🟢 in time"), "yellow": _("🟡 due soon"), "red": _("🔴 overdue")}
PARTS = {"main": _("main"), "assisting": _("assisting"), "recheck": _("re-check")}
TASK_STATES = {
    "assigned": _("not received yet"),
    "received": _("at work"),
    "done": _("done"),
    "accepted": _("accepted"),
    "returned": _("returned"),
    "reassigned": _("handed on"),
    "cancelled": _("cancelled"),
}
_TOLD = (
    ("scope", _("Scope: {text}")),
    ("cause", _("Cause: {text}")),
    ("result", _("Result: {text}")),
    ("verdict", _("Verdict: {text}")),
    ("measures", _("Measures: {text}")),
)


def light_of(entry: Entry, now: datetime, calendar: Calendar) -> str:
    """green, yellow or red; empty where no light runs: suspended, closed (lifecycle.md §2)."""
    due = entry.fields["due_at"]
    return light(moment(due), now, calendar) if due and entry.state != "suspended" else ""


def problem_text(entry: Entry, language: str, now: datetime, calendar: Calendar) -> list[str]:
    """The lines about a problem beyond who has it and what was seen."""
    return [
        *_light(entry, language, now, calendar),
        *_told(entry, language),
        *_tasks(entry, language, now),
        *_asked(entry, language),
    ]


def _light(entry: Entry, language: str, now: datetime, calendar: Calendar) -> Iterator[str]:
    shows = light_of(entry, now, calendar)
    if shows:
        yield said(LIGHTS[shows], language)


def _told(entry: Entry, language: str) -> Iterator[str]:
    fields = entry.fields
    yield said(_("Clues: {numbers}"), language, {"numbers": row(fields["clues"], language)})
    main = words_of(DEPARTMENTS[fields["department"]], language)
    if fields["departments"]:
        others = row((words_of(DEPARTMENTS[one], language) for one in fields["departments"]), language)
        facts = {"main": main, "others": others}
        yield said(_("Department: {main}, assisted by {others}"), language, facts)
    else:
        yield said(_("Department: {main}"), language, {"main": main})
    for name, sentence in _TOLD:
        if fields[name]:
            yield said(sentence, language, {"text": fields[name]})


def _tasks(entry: Entry, language: str, now: datetime) -> Iterator[str]:
    """Tasks that count, one line each; those handed on are in the history."""
    yield said(_("Tasks:"), language)
    for task in entry.fields["tasks"]:
        if task["state"] in ("returned", "reassigned", "cancelled"):
            continue
        facts = {"part": said(PARTS[task["part"]], language), "name": task["name"]}
        words = said(_("{part}: {name}"), language, facts) + " · " + said(TASK_STATES[task["state"]], language)
        if task["state"] in TO_DO:
            due = clock_words(moment(task["due_at"]), language, now)
            words += " · " + said(_("due {when}"), language, {"when": due})
        elif task["text"]:
            words += " · " + task["text"]
        yield f"· {words}"


def _asked(entry: Entry, language: str) -> Iterator[str]:
    sentences = {
        "extend": _("To decide: {name} asks for {days} working days more: {text}"),
        "suspend": _("To decide: {name} asks to suspend it until {review_on}: {text}"),
        "instruct": _("To answer: {name} instructs: {text}"),
    }
    for request in entry.fields["requests"]:
        yield said(sentences[request["kind"]], language, request)


async def problem_data(tx: Tx, entry: Entry, who: Person, at: datetime) -> dict[str, Json]:
    """What forms and cards need to know of a problem (`lookups.py`, kind "entry")."""
    fields, calendar = entry.fields, await load_calendar(tx, at)
    moving = {task["id"] for task in movable(fields["tasks"])}
    return {
        "severity": fields["severity"],
        "clues": fields["clues"],
        "department": fields["department"],
        "light": light_of(entry, at, calendar),
        "due_at": fields["due_at"],
        "needs_photo": needs_proof(fields["indicator"]),
        "asked": next((one["kind"] for one in fields["requests"] if one["kind"] != "instruct"), None),
        "tasks": [_task(task, who) | {"movable": task["id"] in moving} for task in fields["tasks"]],
    }


def _task(task: dict[str, Json], who: Person) -> dict[str, Json]:
    shown = {name: task[name] for name in ("part", "person", "name", "department", "state", "due_at")}
    return shown | {"mine": task["person"] in (who.id, *who.stands_for) and task["state"] in TO_DO}


async def look_assignee(tx: Tx, lookup: Lookup, who: Person) -> Found:
    """Whose task in the problem `tasks` may be given to somebody else: userid, name, part · unit · state."""
    number, words = str(lookup.query["tasks"]), str(lookup.query.get("words") or "").strip().lower()
    entry = await load_entry(tx, number) if await visible(tx, who, number) else None
    tasks = movable(entry.fields["tasks"]) if entry else []
    named = [task for task in tasks if words in task["name"].lower() or words in task["person"].lower()]
    return Found(lookup, tuple(_assignee(task, lookup.language) for task in named), len(named))


def _assignee(task: Task, language: str) -> Item:
    """A task as one line, by its person."""
    parts = (said(PARTS[task["part"]], language), words_of(DEPARTMENTS[task["department"]], language))
    return Item(task["person"], task["name"], " · ".join((*parts, said(TASK_STATES[task["state"]], language))))
