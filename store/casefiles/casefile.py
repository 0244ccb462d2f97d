"""Everything there is to know about one problem or clue, as one value that can be written down and read in court.

`gather` reads it in the caller's transaction (take a REPEATABLE READ one, so that all of it is of one moment). What a
person may not see is not there for them: an entry out of their scope is as good as none, and a clue of their problem
that is out of their scope is only named, under `left_out`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, Select, Table, select

from store import tables
from store.db import Tx
from store.law.rules import LAWS, state_name
from store.law.scope import sees, visible
from store.law.standing import DEPARTMENTS, supervises
from store.master.geo import distance_m, to_wgs84
from store.moving.chain import KEYS
from store.moving.entries import SELECTS, TABLES, accused_of
from store.staff.offices import PEOPLE
from store.words import CLOCK, Json, Ledger, Person, Role, ledger_of

FORMAT = "loop153 case 1"
Fields = dict[str, Json]

Kept = Callable[[str], Awaitable[bool]]
"""Whether the bytes with that SHA-256 are in the object store."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case: `content` is `case.json`, `lines` what the chains cover, entry by entry in their order."""

    number: str
    content: Mapping[str, Json]
    lines: Sequence[Mapping[str, Json]]

    @property
    def originals(self) -> list[Mapping[str, Json]]:
        """The evidence whose bytes are there, each picture once."""
        found = {row["file"]: row for row in self.content["evidence"] if row["file"]}
        return [found[name] for name in sorted(found)]

    @property
    def heads(self) -> dict[str, Fields]:
        """The end of each chain: how many lines, and the hash of the last."""
        return {line["number"]: {"lines": line["seq"], "hash": line["hash"]} for line in self.lines}


async def gather(tx: Tx, number: str, who: Person | None, kept: Kept) -> CaseFile | None:
    """The case with that number; None when there is none or `who` may not see it (None: the whole house may)."""
    number = number.strip().upper()
    entry = await _entry(tx, number, who)
    if entry is None:
        return None
    linked = entry if ledger_of(number) is Ledger.PROBLEM else await _entry(tx, entry["problem"] or "", who)
    wanted = linked["clues"] if linked and linked is entry else [number]
    clues = [clue for clue in [await _entry(tx, one, who) for one in wanted] if clue]
    numbers = [*([linked["number"]] if linked else []), *(clue["number"] for clue in clues)]
    shop = await _row(tx, tables.merchant, "licence_no", entry["merchant"])
    lines = await _lines(tx, numbers)
    evidence = await _evidence(tx, numbers, shop, kept)
    content: Fields = {
        "format": FORMAT,
        "number": number,
        "ledger": ledger_of(number).value,
        "problem": _problem(linked),
        "clues": [await _clue(tx, clue) for clue in clues],
        "left_out": sorted(set(wanted) - set(numbers)),
        "tasks": await _beside(tx, tables.task, linked, "id"),
        "requests": await _beside(tx, tables.request, linked, "seq"),
        "merchant": shop,
        "indicator": await _row(tx, tables.indicator, "code", entry["indicator"]),
        "lines": _in_time(lines, shop, evidence),
        "evidence": evidence,
    }
    content["people"] = await _people(tx, content)
    return CaseFile(number, content, lines)


async def may_take(tx: Tx, who: Person, number: str) -> bool:
    """Whether `who` gets the file of a case: whoever it is for and may see the entry at all."""
    return await visible(tx, who, number) and await for_them(tx, who, number)


async def for_them(tx: Tx, who: Person, number: str) -> bool:
    """Whether the file of an entry that they see is for `who`: supervision, leaders and the heads of the departments
    that handle it (a clue: of the department that reported it)."""
    if supervises(who) or who.role is Role.LEADER:
        return True
    if who.role is not Role.DEPARTMENT_HEAD:
        return False
    own = {Ledger.PROBLEM: tables.task, Ledger.CLUE: tables.clue}[ledger_of(number)].c
    handled = select(own.number).where(own.number == number, own.unit_code == who.unit)
    return (await tx.execute(handled.limit(1))).first() is not None


# --- the entries ----------------------------------------------------------------------------------------


async def _entry(tx: Tx, number: str, who: Person | None) -> Fields | None:
    """The columns and names of an entry (`entries.py`)."""
    ledger = ledger_of(number)
    query: Select[Any] = SELECTS[ledger].where(TABLES[ledger].c.number == number)
    row = (await tx.execute(query.where(sees(who, ledger)) if who else query)).one_or_none()
    return _plain(row) if row else None


_INNER = ("spot", "next_at", "warned", "unit_path", "reporters", "tasks", "requests", "last_text", "came_from")
"""What the house keeps for itself, or what the file has in another place."""


def _problem(fields: Fields | None) -> Fields | None:
    if fields is None:
        return None
    shown = _without(fields, _INNER)
    main, others = fields["department"], fields["departments"]
    return shown | _state(fields) | {"department_names": [dict(DEPARTMENTS[one]) for one in (main, *others)]}


async def _clue(tx: Tx, fields: Fields) -> Fields:
    """A clue with whom it names and its handling form."""
    form = await _row(tx, tables.handling_form, "clue", fields["number"])
    accused = await accused_of(tx, fields["number"])
    return _without(fields, _INNER) | _state(fields) | {"accused": accused, "handling_form": form}


def _state(fields: Fields) -> Fields:
    return {"state_name": dict(state_name(ledger_of(fields["number"]), fields["state"]))}


# --- lines, evidence, people ----------------------------------------------------------------------------


async def _lines(tx: Tx, numbers: Sequence[str]) -> list[Fields]:
    """The lines of these entries exactly as their hashes cover them, the entries in this order."""
    line = tables.line.c
    rows = await tx.execute(select(tables.line).where(line.number.in_(numbers)).order_by(line.number, line.seq))
    lines = [{key: getattr(row, key) for key in (*KEYS, "hash")} for row in rows]
    for one in lines:
        one["at"] = one["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return sorted(lines, key=lambda one: numbers.index(one["number"]))


def _in_time(lines: Sequence[Fields], shop: Fields | None, evidence: Sequence[Fields]) -> list[Fields]:
    """All lines in the order of time, each with what a reader wants beside it under `shown`."""
    with_it: dict[tuple[str, int], list[str]] = {}
    for row in evidence:
        with_it.setdefault((row["number"], row["seq"]), []).append(row["id"])
    shown = [line | {"shown": _shown(line, shop, with_it.get((line["number"], line["seq"]), []))} for line in lines]
    return sorted(shown, key=lambda one: (one["at"], one["ledger"], one["number"], one["seq"]))


def _shown(line: Fields, shop: Fields | None, evidence: list[str]) -> Fields:
    ledger, fields = Ledger(line["ledger"]), line["fields"]
    place, sent = fields.get("place") or {}, [*fields.get("photos", ()), *fields.get("recordings", ())]
    away = None
    if "lat" in place:
        away = _away(shop, *to_wgs84(place["lat"], place["lon"], place["datum"]))
    return {
        "verb": dict(LAWS[ledger].verbs[line["verb"]]),
        "before": dict(state_name(ledger, line["before"])) if line["before"] else None,
        "after": dict(state_name(ledger, line["after"])),
        "evidence": sorted(evidence, key=lambda one: sent.index(one) if one in sent else len(sent)),
        "place_to_shop_m": away,
    }


def _away(shop: Fields | None, lat: float | None, lon: float | None) -> int | None:
    """Whole metres from a place to the licensed address, when both are known."""
    if shop is None or None in (shop["lat"], shop["lon"], lat, lon):
        return None
    return round(distance_m(lat or 0.0, lon or 0.0, shop["lat"], shop["lon"]))


_EVIDENCE = (
    *("id", "ledger", "number", "seq", "kind", "door", "name", "received_at", "state", "reason", "sha256", "size"),
    *("mime", "width", "height", "taken_at", "taken_lat", "taken_lon", "exif", "thumb"),
)


async def _evidence(tx: Tx, numbers: Sequence[str], shop: Fields | None, kept: Kept) -> list[Fields]:
    """What was sent with these entries; `file` is its place in the archive, null when the bytes are not there."""
    mine = tables.evidence.c
    query = select(tables.evidence).where(mine.number.in_(numbers)).order_by(mine.received_at, mine.id)
    found = []
    for row in map(_plain, await tx.execute(query)):
        there = row["sha256"] is not None and await kept(row["sha256"])
        found.append(
            {name: row[name] for name in _EVIDENCE}
            | {
                "person": row["person_id"],
                "file": f"evidence/{row['sha256']}.{extension(row['mime'])}" if there else None,
                "taken_to_shop_m": _away(shop, row["taken_lat"], row["taken_lon"]),
            }
        )
    return found


_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "audio/amr": "amr",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
}


def extension(mime: str | None) -> str:
    """How the original's name ends."""
    return _EXTENSIONS.get(mime or "", "bin")


_NAMING = ("reporter", "holder_person", "handler", "verifier", "rechecker")
"""Columns of entries that name somebody."""


async def _people(tx: Tx, content: Mapping[str, Json]) -> dict[str, Fields]:
    """Everybody the file names, with role and unit as they are on the roster now, by userid."""
    entries = [*content["clues"], *([content["problem"]] if content["problem"] else [])]
    named = {entry.get(name) for entry in entries for name in _NAMING}
    named |= {one for clue in content["clues"] for one in clue["accused"]}
    named |= {task[name] for task in content["tasks"] for name in ("person_id", "done_by", "given_by")}
    named |= {request["by"] for request in content["requests"]} | {row["person"] for row in content["evidence"]}
    for line in content["lines"]:
        given = line["fields"]
        named |= {line["by"], given.get("assignee"), *given.get("assistants", ())}
    lower = {one.lower() for one in named if one and one != CLOCK.id}
    people = PEOPLE.with_only_columns(*PEOPLE.selected_columns, tables.person.c.active)
    everybody = _ever(people).where(tables.person.c.id_lower.in_(lower))
    return {row["id"]: _person(row) for row in map(_plain, await tx.execute(everybody))}


def _ever(people: Select[Any]) -> Select[Any]:
    """The roster with those who have left: the file names them all the same."""
    froms = people.get_final_froms()
    return select(*people.selected_columns).select_from(*froms).order_by(tables.person.c.id)


def _person(row: Fields) -> Fields:
    shown = ("name", "role", "field_role", "unit_code", "unit_zh", "unit_en", "department", "bureau", "active")
    return {name: row[name] for name in shown}


# --- rows -----------------------------------------------------------------------------------------------


async def _row(tx: Tx, table: Table, key: str, value: str | None) -> Fields | None:
    """One row of a table of the world."""
    if value is None:
        return None
    row = (await tx.execute(select(table).where(table.c[key] == value))).one_or_none()
    return _without(_plain(row), ("spot", "grams", "initials")) if row else None


async def _beside(tx: Tx, table: Table, problem: Fields | None, order: str) -> list[Fields]:
    """What a problem has beside it: tasks, requests."""
    if problem is None:
        return []
    rows = await tx.execute(select(table).where(table.c.number == problem["number"]).order_by(table.c[order]))
    return [_plain(row) for row in rows]


def _plain(row: Row[Any]) -> Fields:
    """A row as JSON can hold it; times are ISO texts in UTC."""
    return {name: _value(value) for name, value in row._mapping.items()}


def _value(value: Json) -> Json:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _without(fields: Fields, names: Iterable[str]) -> Fields:
    return {name: value for name, value in fields.items() if name not in names}
