"""The hot road of every message: one statement that arrives, one that leaves.

`arrive` reads all that a turn starts from. `leave` writes all that a plain turn ends in, guarded by the dialogue's
version: when somebody else moved it meanwhile nothing is written and the turn is taken again. Together they are
two round trips and one commit (speed.md); a turn that touches the ledgers calls `leave` inside its transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg.exceptions import UniqueViolationError
from sqlalchemy.exc import IntegrityError

from store.db import Driver, Tx
from store.words import (
    Address,
    Department,
    Event,
    FieldRole,
    Incoming,
    Json,
    Level,
    Link,
    Option,
    Person,
    Role,
    Say,
)

_written = json.JSONEncoder(ensure_ascii=False).encode  # `json.dumps` would make one at every call

ARRIVE = """
SELECT clock_timestamp() AS at, i.said::text,
       p.id, p.name, p.role, p.unit_code, p.field_role, p.language, u.department, b.code AS bureau, b.kind AS level,
       d.version, d.state::text,
       EXISTS (SELECT FROM tip_apart.draft) OR EXISTS (SELECT FROM tip_apart.seen) AS tips
FROM (SELECT 1) AS once
LEFT JOIN inbox i ON i.door = $1 AND i.key = $2
LEFT JOIN contact c ON c.door = $1 AND c.address = $3
LEFT JOIN person p ON p.id = CASE WHEN $1 IN ('console', 'api') THEN $3 ELSE c.person_id END AND p.active
LEFT JOIN unit u ON u.code = p.unit_code
LEFT JOIN LATERAL (
  SELECT x.code, x.kind FROM unit x
  WHERE x.code = ANY (string_to_array(u.path, '/')) AND x.kind IN ('city', 'county')
  ORDER BY length(x.path) DESC LIMIT 1
) b ON true
LEFT JOIN dialogue d ON d.person_id = p.id
"""

# Whoever speaks through the console or the open interface was found to be that person there.

# The inbox row is inserted *from* the kept dialogue, so a version conflict never marks a message as seen.
LEAVE = """
WITH kept AS (
  INSERT INTO dialogue (person_id, version, state, form, updated_at) VALUES ($1, 1, $3::text::jsonb, $4, $5)
  ON CONFLICT (person_id) DO UPDATE
    SET version = dialogue.version + 1, state = excluded.state, form = excluded.form, updated_at = excluded.updated_at
    WHERE dialogue.version = $2
  RETURNING person_id
), noted AS (
  INSERT INTO dialogue_event (at, kind, form, version, question)
  SELECT $5, e.* FROM unnest($9::text[], $10::text[], $11::text[], $12::text[]) AS e
  WHERE EXISTS (SELECT FROM kept)
)
INSERT INTO inbox (door, key, person_id, at, said)
SELECT $6, $7, person_id, $5, $8::text::jsonb FROM kept
RETURNING 1
"""


@dataclass(frozen=True, slots=True)
class Seat:
    """What a turn starts from. `said` is set when this very message was answered before."""

    at: datetime  # the database's clock
    said: tuple[Say, ...] | None
    who: Person | None  # None: nobody known (or active) at this address
    version: int  # of the dialogue; 0 when there is none yet
    state: Json  # the stored dialogue, or None
    tips: bool = False  # somebody, somewhere, is in the middle of a tip: it may be this chat


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a turn ends in."""

    who: Person
    version: int  # the one that `arrive` saw
    state: Json
    form: str | None
    said: Sequence[Say]
    events: Sequence[Event]
    at: datetime


async def arrive(driver: Driver, incoming: Incoming) -> Seat:
    """Everything about this message and its sender, in one round trip and without opening a transaction."""
    row = await driver.fetchrow(ARRIVE, incoming.sender.door, incoming.key, incoming.sender.id)
    state = json.loads(row["state"]) if row["state"] is not None else None
    said = says_from_json(json.loads(row["said"])) if row["said"] is not None else None
    return Seat(row["at"], said, _person(row, incoming.sender), row["version"] or 0, state, row["tips"])


async def leave(driver: Driver, incoming: Incoming, leaving: Leaving) -> bool:
    """Keep dialogue, answer and events, as a transaction of its own; False when the dialogue moved meanwhile, or the
    same message was answered elsewhere, and nothing was written."""
    try:
        return await driver.fetchrow(LEAVE, *_values(incoming, leaving)) is not None
    except UniqueViolationError:
        return False


async def leave_within(tx: Tx, incoming: Incoming, leaving: Leaving) -> bool:
    """The same inside an open transaction, which is of no more use when the answer is False."""
    try:
        return (await tx.exec_driver_sql(LEAVE, _values(incoming, leaving))).first() is not None
    except IntegrityError:
        return False


def says_to_json(says: Sequence[Say]) -> Json:
    """Utterances as JSON: [[text, [[token, label], …], [[url, label], …]], …]; the links may be missing."""
    return [
        [
            say.text,
            [[option.token, option.label] for option in say.options],
            *([[[link.url, link.label] for link in say.links]] if say.links else ()),
        ]
        for say in says
    ]


def says_from_json(stored: Json) -> tuple[Say, ...]:
    """The inverse of `says_to_json`."""
    return tuple(
        Say(
            text,
            tuple(Option(token, label) for token, label in options),
            tuple(Link(url, label) for part in rest for url, label in part),
        )
        for text, options, *rest in stored
    )


def _values(incoming: Incoming, leaving: Leaving) -> tuple[Any, ...]:
    events = leaving.events
    return (
        leaving.who.id,
        leaving.version,
        _written(leaving.state),
        leaving.form,
        leaving.at,
        incoming.sender.door,
        incoming.key,
        _written(says_to_json(leaving.said)),
        [event.kind for event in events],
        [event.form for event in events],
        [event.version for event in events],
        [event.question for event in events],
    )


def _person(row: Any, address: Address) -> Person | None:
    if row["id"] is None:
        return None
    return Person(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        unit=row["unit_code"],
        department=Department(row["department"]) if row["department"] else None,
        bureau=row["bureau"] or row["unit_code"],
        level=Level.CITY if row["level"] == "city" else Level.COUNTY,
        field_role=FieldRole(row["field_role"]) if row["field_role"] else None,
        language=row["language"],
        address=address,
    )
