"""Documents and rules: shared within a scope, in versions, searched by their words (features.md H03).

A new version keeps the old ones; what was withdrawn is still there for whoever looks after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, cast, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from store import tables
from store.db import Tx
from store.sharing import wording
from store.sharing.extracting import Paper
from store.sharing.scopes import Scope, covers, manages
from store.sharing.wording import Piece
from store.staff.people import escape
from store.texts import _
from store.words import Person

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "rule": _("Rule"),
        "training": _("Training"),
        "notice": _("Notice"),
        "form": _("Form"),
        "other": _("Other"),
    }
)
document, version = tables.document.c, tables.document_version.c
_maker = tables.person.alias("maker")


@dataclass(frozen=True, slots=True)
class Document:
    """One document as its present version stands. `hit`: the place that fits what was looked for."""

    id: int
    kind: str
    title: str
    scope: Scope
    version: int
    file: str
    mime: str
    size: int
    note: str
    made_by: str
    maker: str
    made_at: datetime
    changed_at: datetime
    withdrawn: bool
    mine: bool  # whether the reader looks after it
    hit: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document, and where its bytes lie."""

    number: int
    file: str
    mime: str
    size: int
    sha256: str
    note: str
    maker: str
    made_at: datetime
    text: str = ""


# --- reading ----------------------------------------------------------------------------------------------


def _sees(who: Person) -> ColumnElement[bool]:
    mine = manages(document, who)
    return or_(mine, and_(document.withdrawn_at.is_(None), covers(document, who)))


def _documents(who: Person) -> Select[Any]:
    """Every document that `who` may see, with its present version."""
    now = and_(version.document == document.id, version.version == document.version)
    columns = (version.file, version.mime, version.size, version.note, version.made_at.label("changed"))
    joined = tables.document.join(tables.document_version, now).join(_maker, _maker.c.id == document.made_by)
    named = _maker.c.name.label("maker")
    return (
        select(tables.document, *columns, named, manages(document, who).label("mine"))
        .select_from(joined)
        .where(_sees(who))
    )


async def search(
    tx: Tx, who: Person, words: str, kind: str, start: int, size: int, *, withdrawn: bool = False
) -> tuple[list[Document], int]:
    """Documents with all the words, what fits best first; without words the newest first; and how many there are.

    When nothing has all of them: what has most."""
    narrow: list[ColumnElement[bool]] = [
        document.withdrawn_at.is_not(None) if withdrawn else document.withdrawn_at.is_(None)
    ]
    if kind in KINDS:
        narrow.append(document.kind == kind)
    query = _documents(who).where(*narrow)
    if not wording.query(words):
        found, total = await _page(tx, query.order_by(document.changed_at.desc(), document.id.desc()), start, size)
    else:
        exact = query.where(_has(wording.query(words)), *_stands(words))
        found, total = await _page(tx, _ranked(exact, wording.query(words)), start, size)
        if not total:
            loosely = query.where(_has(wording.loose(words)))
            found, total = await _page(tx, _ranked(loosely, wording.loose(words)), start, size)
    return [_document(row, words) for row in found], total


async def one(tx: Tx, who: Person, number: int) -> Document | None:
    """The document with that number, if it is for `who`."""
    found = (await tx.execute(_documents(who).where(document.id == number))).one_or_none()
    return _document(found, "") if found else None


async def versions(tx: Tx, number: int) -> list[Version]:
    """Every version, the newest first, for whoever was found to see the document."""
    query = select(tables.document_version, _maker.c.name.label("maker")).join(_maker, _maker.c.id == version.made_by)
    rows = await tx.execute(query.where(version.document == number).order_by(version.version.desc()))
    return [
        Version(row.version, row.file, row.mime, row.size, row.sha256, row.note, row.maker, row.made_at, row.text)
        for row in rows
    ]


def _stands(words: str) -> list[ColumnElement[bool]]:
    """That the very words stand there, not only their pairs of characters."""
    whole = func.concat(document.title, literal(" "), version.text)
    return [whole.ilike(f"%{escape(term)}%") for term in wording.terms(words) if not term.isascii()]


def _has(query: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = document.words.op("@@")(cast(query, TSQUERY))
    return found


def _ranked(query: Select[Any], words: str) -> Select[Any]:
    rank = func.ts_rank(document.words, cast(words, TSQUERY), 1)
    return query.order_by(rank.desc(), document.changed_at.desc(), document.id.desc())


async def _page(tx: Tx, query: Select[Any], start: int, size: int) -> tuple[list[Row[Any]], int]:
    counted = query.add_columns(func.count().over().label("total"), version.text)
    rows = list(await tx.execute(counted.limit(size).offset(start)))
    if rows or not start:
        return rows, rows[0].total if rows else 0
    return [], (await tx.execute(select(func.count()).select_from(query.order_by(None).subquery()))).scalar_one()


def _document(row: Row[Any], words: str) -> Document:
    text = getattr(row, "text", "")
    return Document(
        row.id,
        row.kind,
        row.title,
        Scope.of(row),
        row.version,
        row.file,
        row.mime,
        row.size,
        row.note,
        row.made_by,
        row.maker,
        row.made_at,
        row.changed,
        row.withdrawn_at is not None,
        row.mine,
        tuple(wording.snippet(text, words)) if text else (),
    )


# --- writing ----------------------------------------------------------------------------------------------


async def add(tx: Tx, who: Person, kind: str, title: str, scope: Scope, paper: Paper, at: datetime) -> int:
    """Share a document; its number."""
    values = {"kind": kind, "title": title, "version": 1, "made_by": who.id, "made_at": at, "changed_at": at}
    row = {**values, **scope.columns, "words": _vector(title, paper.text)}
    number: int = (await tx.execute(insert(tables.document).values(row).returning(document.id))).scalar_one()
    await _keep(tx, number, 1, paper, "", who, at)
    return number


async def renew(tx: Tx, who: Person, number: int, paper: Paper, note: str, at: datetime) -> int:
    """A new version, which counts from now on; its number."""
    held = select(document.version, document.title).where(document.id == number).with_for_update()
    row = (await tx.execute(held)).one()
    await _keep(tx, number, row.version + 1, paper, note, who, at)
    values = {"version": row.version + 1, "changed_at": at, "words": _vector(row.title, paper.text)}
    await tx.execute(update(tables.document).where(document.id == number).values(values))
    return int(row.version) + 1


async def describe(tx: Tx, number: int, kind: str, title: str, scope: Scope) -> None:
    """Another title, kind or scope."""
    now = select(version.text).where(
        version.document == number,
        version.version == select(document.version).where(document.id == number).scalar_subquery(),
    )
    text = (await tx.execute(now)).scalar_one()
    values = {"kind": kind, "title": title, **scope.columns, "words": _vector(title, text)}
    await tx.execute(update(tables.document).where(document.id == number).values(values))


async def withdraw(tx: Tx, who: Person, number: int, at: datetime) -> None:
    """It is not shown any more."""
    mine = (document.id == number, document.withdrawn_at.is_(None))
    await tx.execute(update(tables.document).where(*mine).values(withdrawn_at=at, withdrawn_by=who.id))


async def restore(tx: Tx, number: int) -> None:
    """It is shown again."""
    await tx.execute(update(tables.document).where(document.id == number).values(withdrawn_at=None, withdrawn_by=None))


async def _keep(tx: Tx, number: int, of: int, paper: Paper, note: str, who: Person, at: datetime) -> None:
    values = {"file": paper.file, "mime": paper.mime, "size": paper.size, "sha256": paper.sha256, "text": paper.text}
    made = {"document": number, "version": of, "note": note, "made_by": who.id, "made_at": at}
    await tx.execute(insert(tables.document_version).values(**values, **made))


def _vector(title: str, text: str) -> ColumnElement[Any]:
    return cast(wording.vector(title, text), TSVECTOR)
