"""The way into the mail room, for whoever causes a letter: all of it happens in the transaction of the cause.

The bell is rung after the commit (`store.wakes.Bells`) by whoever cannot wait for the mail room's next look: within the
transaction it would make every commit wait for the one before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from notifier.wire import within
from store.db import Tx
from store.words import Letter

# A letter that is due at once is due by the database's clock, however wrong the clock of this replica is.
_POST = """
WITH put AS (
  INSERT INTO letter
    (key, door, address, person_id, purpose, template, facts, ledger, number, urgent, not_before, state)
  SELECT key, door, address, person, purpose, template, facts::jsonb, ledger, number, urgent,
         CASE WHEN held THEN not_before ELSE least(not_before, clock_timestamp()) END,
         CASE WHEN held THEN 'held' ELSE 'ready' END
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::text[], $10::bool[], $11::timestamptz[], $12::bool[])
    AS new(key, door, address, person, purpose, template, facts, ledger, number, urgent, not_before, held)
  ON CONFLICT (key) DO NOTHING
  RETURNING 1
)
SELECT count(*) FROM put
"""
_OCCUR = """
INSERT INTO occurrence (rule, subject, slot, at)
SELECT $1, subject, slot, $4 FROM unnest($2::text[], $3::text[]) AS new(subject, slot)
ON CONFLICT DO NOTHING RETURNING subject
"""
# What may have left already keeps its course; a bundle speaks of other things, too; a card that is shown is greyed
# whatever becomes of its entry.
_OBSOLETE = """
UPDATE letter SET state = 'obsolete', reason = $3, owner = NULL, lease_until = NULL, settled_at = clock_timestamp()
WHERE ledger = $1 AND number = $2 AND state IN ('held', 'ready', 'claimed', 'retry')
  AND started_at IS NULL AND bundle IS NULL AND purpose <> 'card_update'
  AND ($4::text[] IS NULL OR purpose = ANY ($4))
  AND person_id <> ALL ($5::text[])
  AND ($6::text[] IS NULL OR person_id = ANY ($6))
RETURNING id
"""


async def post(tx: Tx, letters: Sequence[Letter], now: datetime | None = None) -> int:
    """Queue letters in one statement and say how many were new: a key that exists is never queued again.

    With the office's `now`, letters for later are held until then; without, everything is due at once.
    """
    if not letters:
        return 0
    driver = await within(tx)
    return int(
        await driver.fetchval(
            _POST,
            [letter.key for letter in letters],
            [letter.to.door for letter in letters],
            [letter.to.id for letter in letters],
            [letter.person for letter in letters],
            [letter.purpose for letter in letters],
            [letter.template for letter in letters],
            [json.dumps(dict(letter.facts), ensure_ascii=False) for letter in letters],
            [letter.subject[0] if letter.subject else None for letter in letters],
            [letter.subject[1] if letter.subject else None for letter in letters],
            [letter.urgent for letter in letters],
            [letter.not_before for letter in letters],
            [now is not None and letter.not_before > now for letter in letters],
        )
    )


async def occur(tx: Tx, rule: str, subject: str, slot: str, at: datetime) -> bool:
    """Note that `rule` struck for `subject` in this `slot`; False when any replica noted it before."""
    return bool(await occur_all(tx, rule, [(subject, slot)], at))


async def occur_all(tx: Tx, rule: str, what: Sequence[tuple[str, str]], at: datetime) -> set[str]:
    """Note many (subject, slot) of one rule in one statement; the subjects that were new."""
    driver = await within(tx)
    subjects, slots = [subject for subject, _ in what], [slot for _, slot in what]
    return {row["subject"] for row in await driver.fetch(_OCCUR, rule, subjects, slots, at)}


async def obsolete(
    tx: Tx,
    ledger: str,
    number: str,
    reason: str,
    purposes: Iterable[str] | None = None,
    but_for: Sequence[str] = (),
    only_for: Sequence[str] | None = None,
) -> int:
    """What is still waiting to be said of this entry (all of it, or only these purposes) is not said any more, except
    to the people `but_for` (or, to `only_for` alone); how many letters."""
    driver = await within(tx)
    only = None if purposes is None else list(purposes)
    rows = await driver.fetch(_OBSOLETE, ledger, number, reason, only, list(but_for), only_for)
    return len(rows)
