"""The books' answers to a dialogue's questions: one function per kind of `Lookup`.

Query keys are optional unless marked with `!`. Items: value, label, detail, data (see `words.Item`).

merchant    words (part of a name, pinyin initials, owner, licence number, 32-character pack code);
            place {lat, lon, datum}; photos (evidence ids: shops whose pack codes were read off them come first)
            -> licence_no, name, "owner · address · 120 m"; {by_code: true} when a pack code was typed
indicator   words | code | parent (null lists the top); side
            -> code, "W10202 …", parent's name, {code, leaf, severity, side, name}
colleague   words (part of a name, initials, userid); department (one or several, of the bureau of the entry `number`,
            else of one's own) or unit: its members, also without words -> userid, name, unit
            tasks (WT-…): whose task in it may be given to somebody else -> userid, name, "main · enforcement · at work"
unit        words -> code, name
duplicates  fields! (the answers of a report so far) -> number, "XS-… 同一商户,3 天前"
entry       number! (XS-… or WT-…; the last digits may be enough)
            -> one item, or none when out of scope: number, headline, full text,
               {ledger, state, indicator, merchant, internal, severity, verbs: [{verb, label}], file (whether the case
               file is for the asker), remarks (what is odd about the proof, for whoever judges it)}
               a clue in review adds defaults {department, due_on, severity} and
               suggest {escalate: a reason or "", merge: [numbers of open problems of the same shop]};
               a clue that became a problem, or part of one, adds problem (its number);
               a problem adds clues, department, light, needs_photo, asked ("extend", "suspend" or null), due_at and
               tasks [{part, person, name, department, state, due_at, mine, movable}]
tasks       page -> what waits for me in both ledgers, most urgent first: number, one line
mine        page -> what I reported and the problems I was given a task in, newest first
find        words (number, shop, licence, person, indicator, text; all must fit); since, until (ISO days of reporting or
            opening, both included, Asia/Shanghai); page -> entries of both ledgers in my scope; none without any
warnings    group (near, overdue, stuck); by (person, department, county); page -> counts per group; with `by` counts
            per person, department or county; with `group` alone its entries
workday     days! (1 to 99) -> the day that many working days from now, as an ISO day
documents   words, page -> documents of my scope that have all the words, what fits best first; without words the newest
document    number!, words -> one item: its title, the place that fits the words, {about, path}; none if not mine
announcements page -> what was announced to me, what I have not read first
announcement number! -> one item: title, text, {about, path}; noted as read by the asker
figures     -> one item: a link to the report, the sentence of what changed, and the picture that was asked for
console     -> one item: the path of a new one-time link into the console; none when the asker had too many lately
ledger      ledger, state, page -> counts per state (value: state), or with `state` its entries
case_file   number! -> one item: the path of a link to the file of that case, with {minutes} (for how long it is good);
            none when it is not for the asker

Every answer is cut to the asker's scope. Pages have 8 items and start at 0; `Found.total` counts all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from store.casefiles import casefile, links
from store.clock.warning_ledger import look_warnings
from store.clock.workdays import add_working_days, load_calendar, local_day
from store.db import Tx
from store.master import indicators, merchants
from store.moving.duplicates import look_duplicates
from store.reading.detail import look_entry
from store.reading.finding import look_find
from store.reading.problem_text import look_assignee
from store.reading.views import look_ledger, look_mine, look_tasks
from store.reports import briefing
from store.sharing.chat import look_announcement, look_announcements, look_document, look_documents
from store.staff import sessions
from store.staff.absence import standing_in
from store.staff.people import look_colleague, look_unit
from store.words import Found, Item, Lookup, Person


async def answer(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """What the books say. Raises KeyError for a kind that is not in the list above."""
    who = await standing_in(tx, who, at)
    return await ANSWERS[lookup.kind](tx, lookup, who, at)


async def look_workday(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """The deadline that is meant by “5个工作日”; nothing for a number of days that cannot be."""
    days = lookup.query.get("days")
    if not isinstance(days, int) or not 0 < days < _MOST_DAYS:
        return Found(lookup, ())
    day = local_day(add_working_days(await load_calendar(tx, at), at, days).at).isoformat()
    return Found(lookup, (Item(day, day),), 1)


async def look_case_file(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """A link for nobody else, as far as they may take the file at all."""
    number = str(lookup.query.get("number") or "")
    if not await casefile.may_take(tx, who, number):
        return Found(lookup, ())
    data = {"minutes": int(links.GOOD_FOR.total_seconds() // 60)}
    return Found(lookup, (Item(await links.make(tx, who.id, number, at), number, data=data),), 1)


async def look_console(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """An answer that writes: a link is good only because it is noted, in the transaction that says it."""
    token = await sessions.make_link(tx, who, at)
    return Found(lookup, (Item(f"/console/in/{token}", ""),) if token else (), 1 if token else 0)


_MOST_DAYS = 100


async def _look_person(tx: Tx, lookup: Lookup, who: Person) -> Found:
    """Anybody, or whoever has a task in a problem."""
    return await (look_assignee if lookup.query.get("tasks") else look_colleague)(tx, lookup, who)


Answer = Callable[[Tx, Lookup, Person, datetime], Awaitable[Found]]


def _timeless(look: Callable[[Tx, Lookup, Person], Awaitable[Found]]) -> Answer:
    """An answer that is the same at any time."""
    return lambda tx, lookup, who, at: look(tx, lookup, who)


ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        "merchant": _timeless(merchants.look),
        "colleague": _timeless(_look_person),
        "indicator": indicators.look,
        "unit": _timeless(look_unit),
        "duplicates": look_duplicates,
        "entry": look_entry,
        "tasks": look_tasks,
        "mine": look_mine,
        "find": look_find,
        "ledger": look_ledger,
        "warnings": look_warnings,
        "workday": look_workday,
        "case_file": look_case_file,
        "console": look_console,
        "figures": briefing.look,
        "documents": look_documents,
        "document": look_document,
        "announcements": look_announcements,
        "announcement": look_announcement,
    }
)
