"""Lists of seized pack codes: brought in whole or not at all, and what they show by shop and by those who serve it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ARRAY, Column, RowMapping, Text, any_, func, insert, literal, select, text

from store import tables
from store.clock.workdays import local_day
from store.db import Tx
from store.law.standing import supervises
from store.master import packcode
from store.master.imports.fields import cleaned
from store.master.imports.files import Sheet, open_sheet
from store.master.imports.report import Remarks, Report, Wrong
from store.tables.profile import seized_code, seizure
from store.texts import _
from store.words import FieldRole, Level, Person, Role

NAMES = ("code", "32位码", "喷码")
"""The names that the column of codes may have; other columns are passed over."""

KINDS = ("local", "in_province", "out_province")
"""Found at home, elsewhere in the province, or beyond it."""


@dataclass(frozen=True, slots=True)
class Seizure:
    """What a list is about: where the cartons were found, and when."""

    title: str
    kind: str  # one of `KINDS`
    place: str
    seized_on: date


@dataclass(frozen=True, slots=True)
class ByShop:
    """The seized cartons of one licence; the names are None when it is not in our books."""

    licence_no: str
    name: str | None
    county_code: str | None
    level: str | None
    cartons: int
    seizures: int
    first: date | None  # days on which they left our warehouse
    last: date | None


@dataclass(frozen=True, slots=True)
class ByStaff:
    """The seized cartons of all shops that somebody serves today."""

    person: str
    name: str
    role: FieldRole
    shops: int
    cartons: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A list in the books, with how many codes it brought."""

    id: int
    title: str
    kind: str
    place: str
    seized_on: date
    codes: int


def may_trace(who: Person) -> bool:
    """Whether somebody may bring lists in and see what they show: supervision, and leaders."""
    return supervises(who) or who.role is Role.LEADER


async def bring(tx: Tx, who: Person, path: Path, about: Seizure, at: datetime, *, dry_run: bool = False) -> Report:
    """Bring a list of codes (CSV or XLSX with a column `code`) into the books: all of it, or nothing when any row
    is at fault. A code that an earlier list has already is noted and stays where it is. Never raises for what is
    in the file.
    """
    faults, notes = Remarks(path.name), Remarks(path.name)
    rows: list[dict[str, Any]] = []
    if not may_trace(who):
        faults.add(None, "", _("Only supervision and leaders bring lists of seized codes."))
        return _report(path, dry_run, 0, 0, faults, notes)
    if about.kind not in KINDS or not about.title.strip() or about.seized_on > local_day(at):
        faults.add(None, "", _("The list needs a title, the sort of place, and a day that has been."))
    try:
        with open_sheet(path) as sheet:
            rows = list(_codes(sheet, faults, notes, local_day(at)))
    except Wrong as fault:
        faults.add(None, "", fault.sentence, fault.facts)
    if faults.count:
        return _report(path, dry_run, 0, 0, faults, notes)
    fresh = await _fresh(tx, rows, notes)
    if fresh and not dry_run:
        kept = {"title": about.title.strip(), "kind": about.kind, "place": about.place, "seized_on": about.seized_on}
        new = insert(seizure).values(**kept, by=who.id, at=at, file=path.name).returning(seizure.c.id)
        number = (await tx.execute(new)).scalar_one()
        await tx.execute(insert(seized_code), [{**row, "seizure": number} for row in fresh])
    return _report(path, dry_run, len(fresh), len(rows) - len(fresh), faults, notes)


def _report(path: Path, dry_run: bool, added: int, unchanged: int, faults: Remarks, notes: Remarks) -> Report:
    told = (tuple(faults.kept), faults.count, tuple(notes.kept), notes.count)
    return Report("seized", path.name, dry_run, added, 0, unchanged, *told)


def _codes(sheet: Sheet, faults: Remarks, notes: Remarks, today: date) -> Iterator[dict[str, Any]]:
    """The codes of a sheet, each once; what cannot be read is told by row and column."""
    name = next((one for one in NAMES if one in sheet.header), None)
    if name is None:
        faults.add(1, NAMES[0], _("The column is missing."))
        return
    at, seen = sheet.header.index(name), dict[str, int]()
    for number, cells in sheet.rows:
        if not any(cells):
            continue
        try:
            code = packcode.read(cleaned(cells[at]) if at < len(cells) else "")
        except (Wrong, packcode.PackCodeFault) as fault:
            faults.add(number, name, fault.sentence, fault.facts)
            continue
        first = seen.setdefault(code.text, number)
        if first != number:
            twice = _("“{text}” stands in row {row} already.")
            faults.add(number, name, twice, {"text": code.text, "row": first})
        for sentence, facts in packcode.doubts(code, today):  # what is forged is worth knowing, too
            notes.add(number, name, sentence, facts)
        sorted_on = packcode.sorted_on(code, today)
        yield {"code": code.text, "row": number, "licence_no": code.licence_no, "sorted_on": sorted_on}


async def _fresh(tx: Tx, rows: list[dict[str, Any]], notes: Remarks) -> list[dict[str, Any]]:
    """The codes that no earlier list has; those, and licences that are not in the books, are noted."""
    codes, licences = [row["code"] for row in rows], [row["licence_no"] for row in rows]
    known = await _among(tx, seized_code.c.code, codes)
    ours = await _among(tx, tables.merchant.c.licence_no, licences)
    for row in rows:
        if row["code"] in known:
            notes.add(row["row"], NAMES[0], _("“{text}” is on an earlier list."), {"text": row["code"]})
        elif row["licence_no"] not in ours:
            stranger = _("Licence number {licence_no} is not in our books.")
            notes.add(row["row"], NAMES[0], stranger, {"licence_no": row["licence_no"]})
    return [row for row in rows if row["code"] not in known]


async def _among(tx: Tx, column: Column[str], wanted: list[str]) -> set[str]:
    """Those of the wanted values that a column has, however many are wanted."""
    return set((await tx.execute(select(column).where(column == any_(literal(wanted, ARRAY(Text)))))).scalars())


_WITHIN = """
FROM seized_code c JOIN seizure s ON s.id = c.seizure
LEFT JOIN merchant m ON m.licence_no = c.licence_no LEFT JOIN shop_score k ON k.licence_no = c.licence_no
WHERE s.seized_on BETWEEN :since AND :until AND (CAST(:seizure AS bigint) IS NULL OR s.id = :seizure)
  AND (CAST(:county AS text) IS NULL OR m.county_code = :county)
"""
_BY_SHOP = text(f"""
SELECT c.licence_no, m.name, m.county_code, k.level, count(*) AS cartons, count(DISTINCT s.id) AS seizures,
       min(c.sorted_on) AS first, max(c.sorted_on) AS last
{_WITHIN} GROUP BY c.licence_no, m.name, m.county_code, k.level ORDER BY cartons DESC, c.licence_no
""")
_BY_STAFF = text(f"""
SELECT p.id AS person, p.name, r.role, count(DISTINCT f.licence_no) AS shops, count(*) AS cartons
FROM (SELECT c.licence_no, m.customer_manager, m.market_inspector, m.delivery_worker {_WITHIN}) AS f
CROSS JOIN LATERAL (VALUES ('customer_manager', f.customer_manager), ('market_inspector', f.market_inspector),
                           ('delivery_worker', f.delivery_worker)) AS r (role, person)
JOIN person p ON p.id = r.person
GROUP BY p.id, p.name, r.role ORDER BY cartons DESC, p.id, r.role
""")  # noqa: S608 - nothing but constants


_LISTED = select(
    *(seizure.c[name] for name in ("id", "title", "kind", "place", "seized_on")),
    select(func.count()).where(seized_code.c.seizure == seizure.c.id).scalar_subquery().label("codes"),
)


async def lists(tx: Tx, start: int, size: int) -> tuple[list[Listed], int]:
    """The lists, the latest first, and how many there are. Titles and places only; codes are cut to scope."""
    newest = _LISTED.order_by(seizure.c.seized_on.desc(), seizure.c.id.desc()).limit(size).offset(start)
    total = (await tx.execute(select(func.count()).select_from(seizure))).scalar_one()
    return [Listed(**row) for row in (await tx.execute(newest)).mappings()], total


async def seizure_of(tx: Tx, number: int) -> Listed | None:
    """One list."""
    row = (await tx.execute(_LISTED.where(seizure.c.id == number))).mappings().one_or_none()
    return Listed(**row) if row else None


async def by_shop(tx: Tx, who: Person, since: date, until: date, seizure_id: int | None = None) -> list[ByShop]:
    """Seized cartons by shop, the most first: of the lists of those days or of one list, within the reader's county."""
    return [ByShop(**row) for row in await _asked(tx, _BY_SHOP, who, since, until, seizure_id)]


async def by_staff(tx: Tx, who: Person, since: date, until: date, seizure_id: int | None = None) -> list[ByStaff]:
    """The same by those who serve the shops. It shows where to look, not who is to blame."""
    rows = await _asked(tx, _BY_STAFF, who, since, until, seizure_id)
    return [ByStaff(**{**row, "role": FieldRole(row["role"])}) for row in rows]


async def _asked(
    tx: Tx, statement: Any, who: Person, since: date, until: date, seizure_id: int | None
) -> list[RowMapping]:
    if not may_trace(who):
        return []
    county = who.bureau if who.level is Level.COUNTY else None
    given = {"since": since, "until": until, "seizure": seizure_id, "county": county}
    return list((await tx.execute(statement, given)).mappings())
