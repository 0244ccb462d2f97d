"""One case as its page shows it: every line with its hash, what was sent as proof, the places, what belongs to it.

Whoever calls has found that the entry may be seen; what belongs to it is cut to scope here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_, select

from store import tables
from store.db import Tx
from store.law.rules import LAWS, state_name
from store.law.scope import sees
from store.master.geo import distance_m, spot
from store.moving.chain import verify_chain
from store.reading.history import lines_of, said_with
from store.texts import _, said
from store.words import CLOCK, TIP_LINE, Entry, Json, Ledger, Person, words_of

clue, problem, shop = tables.clue.c, tables.problem.c, tables.merchant.c
NEIGHBOURS = 40
_TOLD = (("cause", _("Cause: {text}")), ("measures", _("Measures: {text}")), ("scope", _("Scope: {text}")))


@dataclass(frozen=True, slots=True)
class Step:
    """One line: what was done by whom, which state it led to (empty when it stayed), and the end of its hash."""

    seq: int
    at: datetime
    who: str
    verb: str
    before: str
    after: str
    text: str
    door: str
    hash: str
    proof: Sequence[str]  # ids of evidence that came with it
    by_clock: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """A photo or recording; `metres`: how far from the shop the camera was, when it says."""

    id: str
    number: str
    kind: str
    name: str
    who: str
    received_at: datetime
    taken_at: datetime | None
    state: str
    sha256: str
    mime: str
    thumb: bool
    metres: int | None


@dataclass(frozen=True, slots=True)
class Linked:
    """An entry of the other ledger that this one belongs to, if it may be seen."""

    number: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the map, in WGS-84 degrees."""

    lat: float
    lon: float
    words: str
    licence_no: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """What the map shows: the shop, where reports were made from (with their accuracy in metres), shops around."""

    shop: Dot | None
    reports: Sequence[tuple[Dot, float | None]]
    around: Sequence[Dot]
    county: str
    metres: int | None  # from the first report to the shop


async def steps(tx: Tx, entry: Entry, language: str) -> tuple[list[Step], bool]:
    """Every line, the oldest first, and whether the chain of their hashes is whole up to the last one."""
    rows = list(reversed((await tx.execute(lines_of(entry))).all()))
    whole = verify_chain(row._mapping for row in rows) is None and len(rows) == entry.fields["lines"]
    return [_step(row, language) for row in rows], whole


def _step(row: Row[Any], language: str) -> Step:
    ledger, clock = Ledger(row.ledger), row.by in (CLOCK.id, TIP_LINE.id)
    moved = row.before is not None and row.before != row.after
    told = [said(sentence, language, {"text": row.fields[name]}) for name, sentence in _TOLD if row.fields.get(name)]
    text = "\n".join([" · ".join(part for part in said_with(row, language) if part), *told])
    return Step(
        seq=row.seq,
        at=row.at,
        who=said(_("the clock"), language) if clock else row.name or row.by,
        verb=words_of(LAWS[ledger].verbs[row.verb], language),
        before=words_of(state_name(ledger, row.before), language) if moved else "",
        after=words_of(state_name(ledger, row.after), language) if moved or row.before is None else "",
        text=(row.text + "\n" + text if row.verb == "report" else text).strip(),
        door=row.door or "",
        hash=row.hash,
        proof=[*row.fields.get("photos", ()), *row.fields.get("recordings", ())],
        by_clock=clock,
    )


async def proofs(tx: Tx, entry: Entry, who: Person) -> list[Proof]:
    """What was sent with an entry, and with the clues of a problem that `who` may see, the oldest first."""
    mine, person = tables.evidence.c, tables.person.c
    of = [mine.number == entry.number]
    if entry.ledger is Ledger.PROBLEM:
        of.append(mine.number.in_(select(clue.number).where(clue.problem == entry.number, sees(who))))
    query = (
        select(tables.evidence, person.name.label("who"))
        .join(tables.person, person.id == mine.person_id)
        .where(or_(*of), mine.ledger.in_(list(Ledger)))
        .order_by(mine.received_at, mine.id)
    )
    place = await _shop_of(tx, entry)
    return [_proof(row, place) for row in await tx.execute(query)]


def _proof(row: Row[Any], place: Dot | None) -> Proof:
    metres = None
    if place and row.taken_lat is not None:
        metres = round(distance_m(row.taken_lat, row.taken_lon, place.lat, place.lon))
    return Proof(
        id=str(row.id),
        number=row.number,
        kind=row.kind,
        name=row.name or "",
        who=row.who,
        received_at=row.received_at,
        taken_at=row.taken_at,
        state=row.state,
        sha256=row.sha256 or "",
        mime=row.mime or "",
        thumb=row.thumb,
        metres=metres,
    )


async def proof(tx: Tx, evidence_id: str, who: Person) -> tuple[str, str, str] | None:
    """(sha256, mime, name) of stored evidence of an entry that `who` may see; None for any other."""
    mine = tables.evidence.c
    rows = await tx.execute(
        select(mine.number, mine.ledger, mine.sha256, mine.mime, mine.name).where(
            mine.id == evidence_id, mine.state == "stored", mine.ledger.in_(list(Ledger))
        )
    )
    row = rows.one_or_none()
    if row is None or row.sha256 is None:
        return None
    column = {Ledger.CLUE: clue.number, Ledger.PROBLEM: problem.number}[Ledger(row.ledger)]
    seen = await tx.execute(select(column).where(column == row.number, sees(who, Ledger(row.ledger))))
    return (row.sha256, row.mime or "", row.name or "") if seen.first() else None


async def linked(tx: Tx, entry: Entry, who: Person, language: str) -> list[Linked]:
    """The clues of a problem or the problem of a clue, as far as `who` may see them."""
    if entry.ledger is Ledger.PROBLEM:
        query: Select[Any] = select(clue.number, clue.state, clue.text, clue.source).where(
            clue.problem == entry.number, sees(who)
        )
        rows = (await tx.execute(query.order_by(clue.number))).all()
        return [_linked(Ledger.CLUE, row, language, hidden=row.source == "tip") for row in rows]
    if not entry.fields["problem"]:
        return []
    number = problem.number == entry.fields["problem"]
    its: Select[Any] = select(problem.number, problem.state, problem.text).where(number, sees(who, Ledger.PROBLEM))
    return [_linked(Ledger.PROBLEM, row, language, hidden=False) for row in await tx.execute(its)]


def _linked(ledger: Ledger, row: Row[Any], language: str, *, hidden: bool) -> Linked:
    return Linked(row.number, words_of(state_name(ledger, row.state), language), "" if hidden else row.text[:80])


# --- places -----------------------------------------------------------------------------------------------


async def places(tx: Tx, entry: Entry, who: Person, language: str) -> Places | None:
    """What a map of the case shows; None when nobody knows where it is."""
    here = await _shop_of(tx, entry)
    reports = await _reports(tx, entry, who)
    centre = here or (reports[0][0] if reports else None)
    if centre is None:
        return None
    first = next((dot for dot, _accuracy in reports), None)
    away = round(distance_m(first.lat, first.lon, here.lat, here.lon)) if here and first else None
    fields: Mapping[str, Json] = entry.fields
    county = words_of({"zh": fields["bureau_zh"], "en": fields["bureau_en"]}, language)
    return Places(here, reports, await _around(tx, centre, here), county, away)


async def _shop_of(tx: Tx, entry: Entry) -> Dot | None:
    if not entry.fields["merchant"]:
        return None
    query = select(shop.licence_no, shop.name, shop.lat, shop.lon).where(
        shop.licence_no == entry.fields["merchant"], shop.lat.is_not(None)
    )
    row = (await tx.execute(query)).one_or_none()
    return Dot(row.lat, row.lon, row.name, row.licence_no) if row else None


async def _reports(tx: Tx, entry: Entry, who: Person) -> list[tuple[Dot, float | None]]:
    of = clue.number == entry.number if entry.ledger is Ledger.CLUE else clue.problem == entry.number
    query = select(clue.number, clue.lat, clue.lon, clue.accuracy).where(of, clue.lat.is_not(None), sees(who))
    rows = await tx.execute(query.order_by(clue.reported_at).limit(20))
    return [(Dot(row.lat, row.lon, row.number), row.accuracy) for row in rows]


async def _around(tx: Tx, centre: Dot, here: Dot | None) -> list[Dot]:
    """The nearest shops. A shop's place is no secret among staff."""
    distance = shop.spot.op("<->")(bindparam("spot", type_=tables.Point()))
    near = select(shop.licence_no, shop.name, shop.lat, shop.lon).where(shop.spot.is_not(None))
    if here:
        near = near.where(shop.licence_no != here.licence_no)
    rows = await tx.execute(near.order_by(distance).limit(NEIGHBOURS), {"spot": spot(centre.lat, centre.lon)})
    return [Dot(row.lat, row.lon, row.name, row.licence_no) for row in rows]
