"""What the clock causes in the mail room: steps that every replica may call, because each thing happens once.

A step takes the engine and the office's shift and says how much it did. Due-ness is the database's clock plus the
shift (mailroom.md §1.10). Register a step by adding a row to `TICKS`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from notifier.almanac import ask_for_calendar
from notifier.digests import digests
from notifier.outbox import occur_all, post
from notifier.tips import forget_shares, tips
from notifier.wire import wire, within
from store.db import Driver
from store.words import Address, Letter

Step = Callable[[AsyncEngine, timedelta], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A step and how often it is called."""

    name: str
    every: timedelta
    step: Step


REMIND_AFTER, FORGET_AFTER = timedelta(hours=4), timedelta(days=14)
KEEP_INBOX, KEEP_LETTERS, KEEP_EVENTS = timedelta(days=7), timedelta(days=400), timedelta(days=400)
_PAGE = 1000

# The newest version of a draft is reminded of once; what nobody can be told is not read again and again.
_LEFT_OPEN = """
SELECT d.person_id, d.version, d.form, c.door, c.address, clock_timestamp() + $1::interval AS now
FROM dialogue d
JOIN person p ON p.id = d.person_id AND p.active
CROSS JOIN LATERAL (SELECT c.door, c.address FROM contact c
                    WHERE c.person_id = d.person_id AND c.off_at IS NULL AND c.door <> 'hook'
                    ORDER BY c.door DESC, c.address LIMIT 1) AS c
WHERE d.form IS NOT NULL
  AND d.updated_at BETWEEN (SELECT clock_timestamp() + $1::interval - $3::interval)
                       AND (SELECT clock_timestamp() + $1::interval - $2::interval)
  AND NOT EXISTS (SELECT FROM occurrence o
                  WHERE o.rule = 'draft' AND o.subject = d.person_id AND o.slot = d.version::text)
ORDER BY d.updated_at LIMIT $4
"""
# A person at rest keeps only their language; the version moves, so a message just being heard is taken again.
_FORGET = """
WITH old AS (
  SELECT person_id, form, coalesce(state->>'version', '') AS form_version FROM dialogue
  WHERE form IS NOT NULL AND updated_at < (SELECT clock_timestamp() + $1::interval - $2::interval)
  ORDER BY updated_at LIMIT 1000 FOR UPDATE SKIP LOCKED
), cleared AS (
  UPDATE dialogue d
  SET form = NULL, version = d.version + 1, updated_at = clock_timestamp() + $1::interval,
      state = jsonb_strip_nulls(jsonb_build_object('language', d.state->'language'))
  FROM old WHERE d.person_id = old.person_id
)
INSERT INTO dialogue_event (at, kind, form, version, question)
SELECT clock_timestamp() + $1::interval, 'expired', form, form_version, '' FROM old
"""
_OLD = "(SELECT clock_timestamp() + $1::interval - $2::interval)"
_DELETE = f"""
DELETE FROM {{table}} WHERE {{at}} < {_OLD}
  AND ctid = ANY (ARRAY(SELECT ctid FROM {{table}} ORDER BY {{order}} LIMIT {_PAGE}))
"""  # noqa: S608 (nothing but our own names)
_SWEEP = (
    (_DELETE.format(table="inbox", at="at", order="at"), KEEP_INBOX),
    (_DELETE.format(table="letter", at="settled_at", order="id"), KEEP_LETTERS),
    (_DELETE.format(table="occurrence", at="at", order="at"), KEEP_LETTERS),
    (_DELETE.format(table="dialogue_event", at="at", order="at"), KEEP_EVENTS),
)
_WIDEN = "UPDATE door_state SET parallel = least(32, parallel + 2) WHERE parallel < 32 AND broken IS NULL"
_ORPHANS = """
SELECT (SELECT count(*) FROM clue
        WHERE state IN ('head_review', 'county_review', 'city_review', 'need_info')
          AND (due_at IS NULL OR (holder_person IS NULL AND holder_unit IS NULL)))
     + (SELECT count(*) FROM problem
        WHERE state NOT IN ('closed', 'closed_unfounded', 'archived')
          AND (due_at IS NULL OR (holder_person IS NULL AND holder_unit IS NULL)))
"""


async def remind_of_drafts(engine: AsyncEngine, shift: timedelta) -> int:
    """Tell people of a questionnaire left open for four hours, once per message they last sent; how many."""
    told = 0
    while True:
        async with engine.begin() as tx:
            rows = await (await within(tx)).fetch(_LEFT_OPEN, shift, REMIND_AFTER, FORGET_AFTER, _PAGE)
            if not rows:
                return told
            what = [(row["person_id"], str(row["version"])) for row in rows]
            new = await occur_all(tx, "draft", what, rows[0]["now"])
            told += await post(tx, [_reminder(**row) for row in rows if row["person_id"] in new])


async def forget_drafts(engine: AsyncEngine, shift: timedelta) -> int:
    """Clear questionnaires that nobody touched for fourteen days, and note it without content; how many."""
    async with wire(engine) as conn:
        return await _page_by_page(conn, _FORGET, shift, FORGET_AFTER)


async def sweep(engine: AsyncEngine, shift: timedelta) -> int:
    """Delete what need not be kept any longer: answered messages, settled letters, occurrences, events; how many."""
    async with wire(engine) as conn:
        return sum([await _page_by_page(conn, statement, shift, keep) for statement, keep in _SWEEP])


async def widen(engine: AsyncEngine, shift: timedelta) -> int:
    """Let more letters at once through doors that had asked for fewer; how many doors."""
    async with wire(engine) as conn:
        return _count(await conn.execute(_WIDEN))


async def orphans(engine: AsyncEngine, shift: timedelta) -> int:
    """Open entries without a holder or a deadline: must be 0 (features.md C22)."""
    async with wire(engine) as conn:
        return int(await conn.fetchval(_ORPHANS))


TICKS: tuple[Tick, ...] = (
    Tick("drafts", timedelta(minutes=1), remind_of_drafts),
    Tick("forget", timedelta(hours=1), forget_drafts),
    Tick("sweep", timedelta(hours=1), sweep),
    Tick("widen", timedelta(minutes=1), widen),
    Tick("digests", timedelta(minutes=1), digests),
    Tick("calendar", timedelta(hours=1), ask_for_calendar),
    Tick("tips", timedelta(minutes=1), tips),
    Tick("tip_night", timedelta(hours=6), forget_shares),
)


def _reminder(person_id: str, version: int, form: str, door: str, address: str, now: datetime) -> Letter:
    return Letter(
        key=f"draft:{person_id}:{version}:{person_id}:{door}:draft",
        to=Address(door, address),
        person=person_id,
        purpose="draft",
        template="draft",
        facts={"form": form, "seq": version},
        not_before=now,
    )


async def _page_by_page(conn: Driver, statement: str, shift: timedelta, age: timedelta) -> int:
    """Run a statement that does one page of work until a page is not full, so that no lock is held for long."""
    done, count = 0, _PAGE
    while count == _PAGE:
        count = _count(await conn.execute(statement, shift, age))
        done += count
    return done


def _count(status: str) -> int:
    """The number at the end of a command's status, such as `DELETE 17`."""
    return int(status.rpartition(" ")[2])
