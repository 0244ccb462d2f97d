"""The tree of indicators, edited at run time: add, rename, move, deactivate; and what a code is worth from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from store import tables
from store.clock.workdays import local_day
from store.db import Tx
from store.law.standing import supervises
from store.library.recording import keep_values, note, settle
from store.master.imports.indicators import SIDES, as_code
from store.master.imports.report import Wrong
from store.master.indicators import VALUES, Indicator, facts, load
from store.moving.entries import TABLES
from store.tables.library import indicator_value
from store.texts import _
from store.words import Department, Level, Person, Role

_own = tables.indicator
_HEAVIEST, _LONGEST = 1000.0, 365


@dataclass(frozen=True, slots=True)
class New:
    """An indicator to be. What is None is as its parent has it."""

    code: str
    parent: str
    name_zh: str
    name_en: str = ""
    weight: float = 1.0
    severity: int | None = None
    department: Department | None = None
    due_working_days: int | None = None
    keywords: tuple[str, ...] = ()
    legal_basis: str = ""
    origin: str = "city"


def may_edit(who: Person) -> bool:
    """Whether somebody may change the library: administrators, and the city's supervision."""
    return who.role is Role.ADMINISTRATOR or (supervises(who) and who.level is Level.CITY)


def check_editor(who: Person) -> None:
    """Raises `Wrong` for whoever may not."""
    if not may_edit(who):
        raise Wrong(_("Only administrators and the city's supervision may change the library."))


async def add(tx: Tx, who: Person, new: New, at: datetime) -> Indicator:
    """Add an indicator below another one. Its code begins with its parent's and was never given before."""
    check_editor(who)
    code, library = as_code(new.code), await load(tx, at)
    if code in library:
        raise Wrong(_("{code} is taken by “{name}”, and a code is never given twice."), _named(library[code]))
    parent = _parent(library.get(as_code(new.parent)), new.parent, code)
    if parent.leaf and await _used(tx, parent.code):
        raise Wrong(_("Cases are coded {code} “{name}” already. Add the new one beside it."), _named(parent))
    level = select(_own.c.level + 1).where(_own.c.code == parent.code).scalar_subquery()
    row = {
        "code": code,
        "parent_code": parent.code,
        "name_zh": _name(new.name_zh),
        "name_en": " ".join(new.name_en.split()) or _name(new.name_zh),
        "side": SIDES[code[0]],
        "nature": parent.nature,
        "keywords_zh": [word for word in (one.strip() for one in new.keywords) if word],
        "legal_basis": new.legal_basis.strip(),
        "origin": new.origin,
        **_values(new, parent),
    }
    await tx.execute(insert(_own).values(level=level, **row))
    await note(tx, code, "added", who.id, at, after=row)
    return await _known(tx, code, at)


async def rename(tx: Tx, who: Person, code: str, name_zh: str, name_en: str, at: datetime) -> Indicator:
    """Call an indicator otherwise; its code stays."""
    check_editor(who)
    old = await _known(tx, code, at)
    after = {"name_zh": _name(name_zh), "name_en": " ".join(name_en.split()) or _name(name_zh)}
    await tx.execute(update(_own).where(_own.c.code == old.code).values(after))
    await note(tx, old.code, "renamed", who.id, at, {"name_zh": old.name_zh, "name_en": old.name_en}, after)
    return await _known(tx, code, at)


async def move(tx: Tx, who: Person, code: str, parent: str, at: datetime) -> Indicator:
    """Hang an indicator, with all below it, under another parent: one whose code its own begins with."""
    check_editor(who)
    library, old = await load(tx, at), await _known(tx, code, at)
    wanted = library.get(as_code(parent))
    if wanted and wanted.code.startswith(old.code):
        raise Wrong(_("{code} would hang below itself."), {"code": old.code})
    above = _parent(wanted, parent, old.code)
    if above.code == old.parent:
        raise Wrong(_("{code} “{name}” is there already."), _named(old))
    depth = select(_own.c.level + 1).where(_own.c.code == above.code).scalar_subquery()
    before = select(_own.c.level).where(_own.c.code == old.code).scalar_subquery()
    deeper: int = (await tx.execute(select(depth - before))).scalar_one()
    below = [one for one in library if _is_below(library, one, old.code)]
    await tx.execute(update(_own).where(_own.c.code.in_(below)).values(level=_own.c.level + deeper))
    await tx.execute(update(_own).where(_own.c.code == old.code).values(parent_code=above.code))
    await note(tx, old.code, "moved", who.id, at, {"parent_code": old.parent}, {"parent_code": above.code})
    return await _known(tx, code, at)


async def deactivate(tx: Tx, who: Person, code: str, at: datetime) -> Indicator:
    """Offer an indicator no more. Cases that have its code keep it; the code is not given again."""
    check_editor(who)
    old, library = await _known(tx, code, at), await load(tx, at)
    if not old.active:
        raise Wrong(_("{code} “{name}” is not active."), _named(old))
    below = [one for one in library.values() if one.parent == old.code and one.active]
    if below:
        sentence = _("{count} indicators below {code} “{name}” are active. Deactivate them first.")
        raise Wrong(sentence, {**_named(old), "count": len(below)})
    await _switch(tx, old, active=False)
    await note(tx, old.code, "deactivated", who.id, at)
    return await _known(tx, code, at)


async def reactivate(tx: Tx, who: Person, code: str, at: datetime) -> Indicator:
    """Offer it again."""
    check_editor(who)
    old, library = await _known(tx, code, at), await load(tx, at)
    if old.active:
        raise Wrong(_("{code} “{name}” is active."), _named(old))
    if old.parent and not library[old.parent].active:
        raise Wrong(_("{code} “{name}” above it is not active."), _named(library[old.parent]))
    await _switch(tx, old, active=True)
    await note(tx, old.code, "reactivated", who.id, at)
    return await _known(tx, code, at)


async def revalue(
    tx: Tx,
    who: Person,
    code: str,
    at: datetime,
    *,
    valid_from: datetime | None = None,
    weight: float | None = None,
    severity: int | None = None,
    department: Department | None = None,
    due_working_days: int | None = None,
) -> Indicator:
    """What an indicator is worth, how grave it is, where it is worked on and until when, from now or a later day on.

    What was judged before keeps the values of its day. What is None stays as it is.
    """
    check_editor(who)
    if valid_from and local_day(valid_from) < local_day(at):
        raise Wrong(_("What was judged stays as it was. Choose today or a later day."))
    since = max(valid_from or at, at)
    old = await _known(tx, code, since)
    given: dict[str, Any] = {"weight": weight, "severity": severity, "due_working_days": due_working_days}
    given["responsible_department"] = department
    before = _of(old)
    after = {**before, **{name: value for name, value in given.items() if value is not None}}
    _check_values(after)
    if after == before:
        raise Wrong(_("{code} “{name}” has these values already."), _named(old))
    await keep_values(tx, old.code, before, after, since, who.id, at)
    await settle(tx, at)
    names = [name for name in VALUES if before[name] != after[name]]
    told = {name: after[name] for name in names} | {"valid_from": since.isoformat()}
    await note(tx, old.code, "valued", who.id, at, {name: before[name] for name in names}, told)
    return await _known(tx, code, since)


async def withdraw(tx: Tx, who: Person, code: str, valid_from: datetime, at: datetime) -> None:
    """Take back values that were set for a later moment; those that count already stay, as does the past."""
    check_editor(who)
    old, dated = await _known(tx, code, at), indicator_value
    if valid_from <= at:
        raise Wrong(_("What was judged stays as it was. Choose today or a later day."))
    gone = delete(dated).where(dated.c.code == old.code, dated.c.valid_from == valid_from)
    if (await tx.execute(gone.returning(dated.c.code))).first() is None:
        raise Wrong(_("Nothing is set for {code} “{name}” from that moment on."), _named(old))
    await note(tx, old.code, "withdrawn", who.id, at, {"valid_from": valid_from.isoformat()})


# --- what may be ----------------------------------------------------------------------------------------


async def _known(tx: Tx, code: str, at: datetime) -> Indicator:
    found = await facts(tx, as_code(code), at)
    if found is None:
        raise Wrong(_("There is no indicator “{code}”."), {"code": code[:40]})
    return found


def _parent(parent: Indicator | None, wanted: str, code: str) -> Indicator:
    """The parent, when the code may hang below it."""
    if parent is None:
        raise Wrong(_("There is no indicator “{code}”."), {"code": wanted[:40]})
    if not parent.active:
        raise Wrong(_("{code} “{name}” is not active."), _named(parent))
    if not code.startswith(parent.code) or code == parent.code:
        raise Wrong(_("A code begins with the code of its parent, {parent}."), {"parent": parent.code})
    return parent


def _is_below(library: Any, code: str, top: str) -> bool:
    """Whether an indicator is `top` or hangs below it."""
    at: str | None = code
    while at and at != top:
        at = library[at].parent
    return at == top


async def _used(tx: Tx, code: str) -> bool:
    """Whether any case has that code."""
    for table in TABLES.values():
        if (await tx.execute(select(table.c.number).where(table.c.indicator == code).limit(1))).first():
            return True
    return False


def _values(new: New, parent: Indicator) -> dict[str, Any]:
    values = {
        "weight": new.weight,
        "severity": parent.severity if new.severity is None else new.severity,
        "responsible_department": new.department or parent.department,
        "due_working_days": parent.due_working_days if new.due_working_days is None else new.due_working_days,
    }
    _check_values(values)
    return values


def _check_values(values: dict[str, Any]) -> None:
    bounds = {"weight": (0, _HEAVIEST), "severity": (1, 5), "due_working_days": (1, _LONGEST)}
    for name, (least, most) in bounds.items():
        if not least <= values[name] <= most:
            shown = {"text": values[name], "least": least, "most": most}
            raise Wrong(_("{text} is not between {least} and {most}."), shown)


def _of(one: Indicator) -> dict[str, Any]:
    """The values of an indicator by the names of their columns."""
    own: dict[str, Any] = {"weight": one.weight, "severity": one.severity, "due_working_days": one.due_working_days}
    return own | {"responsible_department": one.department}


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Wrong(_("An indicator needs a name."))
    if len(name) > 200:
        raise Wrong(_("The text has {count} characters; at most {most} fit."), {"count": len(name), "most": 200})
    return name


def _named(one: Indicator) -> dict[str, str]:
    return {"code": one.code, "name": one.name_zh}


async def _switch(tx: Tx, one: Indicator, *, active: bool) -> None:
    await tx.execute(update(_own).where(_own.c.code == one.code).values(active=active))
