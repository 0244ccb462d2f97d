"""Who there is: staff as exclusion sees them, who has a key to the vault, and whom the answers of a tip name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nacl.public import PublicKey
from sqlalchemy import select

from store import tables
from store.clock.workdays import local_day
from store.db import Tx
from store.staff.absence import away_on, follow
from store.staff.offices import PEOPLE
from store.tips.exclusion import Member, Named, Officer, Suspect, find, mentioned, squeezed
from store.words import FieldRole, Json, Role

RECENT = timedelta(days=180)
"""For so long after an absence whoever stood in still counts as a deputy."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody whom a tip may concern. `boxes`, `signs`: public keys of those who have a vault."""

    staff: Mapping[str, Member]
    officers: tuple[Officer, ...]
    boxes: Mapping[str, PublicKey]
    signs: Mapping[str, bytes]
    units: Mapping[str, tuple[str, str]]  # code -> names
    escrow: PublicKey | None


async def load(tx: Tx, at: datetime) -> Roster:
    """The roster as it stands."""
    deputies = await _deputies(tx, at)
    rows = (await tx.execute(PEOPLE.add_columns(tables.unit.c.path))).all()
    staff = {
        row.id: Member(
            row.id,
            row.name,
            row.role,
            tuple(row.path.split("/")),
            row.bureau,
            row.field_role,
            tuple(sorted(deputies.get(row.id, ()))),
        )
        for row in rows
    }
    levels = {row.id: "city" if row.bureau_kind == "city" else "county" for row in rows}
    officer, unit = tables.vault_officer.c, tables.unit.c
    ready = select(officer.person_id, officer.kind, officer.box, officer.sign).where(
        officer.active, officer.box.is_not(None)
    )
    keys = [row for row in (await tx.execute(ready.order_by(officer.person_id))).all() if row.person_id in staff]
    units = await tx.execute(select(unit.code, unit.name_zh, unit.name_en))
    escrow = (await tx.execute(select(tables.vault_escrow.c.box))).scalar_one_or_none()
    return Roster(
        staff,
        tuple(Officer(row.person_id, row.kind, levels[row.person_id]) for row in keys),
        {row.person_id: PublicKey(row.box) for row in keys},
        {row.person_id: row.sign for row in keys},
        {row.code: (row.name_zh, row.name_en) for row in units},
        PublicKey(escrow) if escrow else None,
    )


async def _deputies(tx: Tx, at: datetime) -> dict[str, set[str]]:
    """Who stands in, stood in lately or will stand in for whom."""
    absence, day = tables.absence.c, local_day(at)
    lately = select(absence.person_id, absence.substitute).where(
        absence.to_day >= day - RECENT, absence.substitute.is_not(None)
    )
    found: dict[str, set[str]] = {}
    for row in await tx.execute(lately):
        found.setdefault(row.person_id, set()).add(row.substitute)
    away = await away_on(tx, day)
    for person in away:
        if last := follow(away, person):
            found.setdefault(person, set()).add(last)
    return found


# --- whom a tip names -----------------------------------------------------------------------------------


def named_in(roster: Roster, answers: Mapping[str, Json]) -> Named:
    """Whom the answers name: by the questions for it, and anybody whose full name stands in any answer."""
    role = _role(answers.get("person_role"))
    unit_text, name = _text(answers.get("person_unit")), _text(answers.get("person_name"))
    units = _units(roster, unit_text) or (None,)
    asked = [find(roster.staff.values(), name, role, unit) for unit in units]
    by_text = mentioned(roster.staff.values(), " ".join(_texts(answers.values())))
    by_id = tuple(one for one in answers.get("accused") or () if one in roster.staff)
    suspects = (*asked, Suspect(by_text), Suspect(by_id))
    real = tuple(one for one in suspects if one.people or one.role or one.unit)
    return Named(real, insiders=bool(name or unit_text or role or by_id or answers.get("about") == "insider"))


def _role(value: Json) -> str | None:
    known = {one.value for one in (*Role, *FieldRole)}
    return value if isinstance(value, str) and value in known else None


def _units(roster: Roster, text: str) -> tuple[str, ...]:
    """The units that a typed station may mean: by code, else all whose name is within it or around it."""
    if text in roster.units:
        return (text,)
    typed = squeezed(text)
    return tuple(code for code, names in roster.units.items() if any(_alike(typed, squeezed(name)) for name in names))


def _alike(typed: str, name: str) -> bool:
    return len(typed) > 1 and len(name) > 1 and (typed in name or name in typed)


def _texts(values: Iterable[Json]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _texts(value.values())
        elif isinstance(value, list | tuple):
            yield from _texts(value)


def _text(value: Json) -> str:
    return value.strip() if isinstance(value, str) else ""
