"""The end of every storm: the cloud's truth held against the database, message by message and push by push."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from bot.weixin.pages import pages
from store.inbox import says_from_json
from store.moving.chain import verify_chain
from tests.journeys.town import Members, until
from tests.world import STAFF

Row = Mapping[str, Any]


async def reckon(members: Members) -> list[Row]:
    """Wait until nothing is on its way, then compare everything; the clues, by number.

    Every acknowledged message was heard exactly once and every repetition got the same answer; numbers have no gaps
    and chains are whole; every photo is there; every letter was shown to its member exactly once.
    """
    await members.cloud.settled()
    await until(lambda: _at_rest(members), within=30)
    await _messages(members)
    clues = await _clues(members)
    await _photos(members, clues)
    await _letters(members)
    return clues


async def leases_end(members: Members) -> None:
    """A minute passes for everything that somebody holds who may have died over it."""
    for table in ("letter", "evidence"):
        await members.rows(f"UPDATE {table} SET lease_until = lease_until - interval '1 minute' RETURNING id")


async def _at_rest(members: Members) -> bool:
    [row] = await members.rows(
        "SELECT (SELECT count(*) FROM letter WHERE stage = 'open') AS letters,"
        " (SELECT count(*) FROM evidence WHERE state = 'wanted') AS media"
    )
    return row == {"letters": 0, "media": 0}


async def _messages(members: Members) -> None:
    """What was acknowledged is in the inbox, with the answer that the member saw, however often it came."""
    heard = {row["key"]: row["said"] for row in await members.rows("SELECT key, said FROM inbox")}
    for delivery in members.cloud.courier.deliveries:
        assert not delivery.problems, delivery.problems
        if not delivery.arrived or delivery.userid not in STAFF:
            continue
        number = re.search(r"<MsgId>(\d+)</MsgId>", delivery.sealed.inner)
        assert number, "a storm has only messages"
        said = pages(says_from_json(heard[f"{delivery.userid}:{number[1]}"]))
        expected = said[0] if said else None
        assert {answer and answer.content["content"] for answer in delivery.answers} == {expected}


async def _clues(members: Members) -> list[Row]:
    clues = await members.rows("SELECT * FROM clue ORDER BY number")
    assert [clue["number"] for clue in clues] == [f"XS-2026-{n:06}" for n in range(1, len(clues) + 1)]
    lines = defaultdict(list)
    for line in await members.rows("SELECT * FROM line ORDER BY number, seq"):
        lines[line["number"]].append(line)
    assert set(lines) == {clue["number"] for clue in clues}
    for clue in clues:
        assert verify_chain(lines[clue["number"]]) is None
        assert clue["lines"] == len(lines[clue["number"]])
    forms = await members.rows("SELECT clue FROM handling_form")
    assert {form["clue"] for form in forms} == {c["number"] for c in clues if c["state"] != "head_review"}
    return clues


async def _photos(members: Members, clues: list[Row]) -> None:
    evidence = await members.rows("SELECT * FROM evidence")
    assert {one["state"] for one in evidence} <= {"stored"}
    counted = Counter(one["number"] for one in evidence if one["number"])  # the others belong to drafts
    assert counted == Counter({clue["number"]: clue["photos"] for clue in clues if clue["photos"]})
    sent = Counter(d.userid for d in members.cloud.courier.deliveries if d.arrived and "CDATA[image]" in d.sealed.inner)
    assert Counter(one["person_id"] for one in evidence) == sent


async def _letters(members: Members) -> None:
    """Each letter ends in the name of its move, which stands in exactly one push to that member; a page that did not
    fit into an answer is nothing but its text."""
    letters = await members.rows("SELECT state, address, number, template, facts FROM letter")
    assert {letter["state"] for letter in letters} <= {"sent"}
    ours = Counter((letter["address"], _name(letter)) for letter in letters)
    theirs = Counter(
        (userid, name)
        for userid in members.cloud.people.members
        for push in members.pushes(userid)
        for name in re.findall(r"XS-\d{4}-\d{6}#\d+", push) or [push]
    )
    assert theirs == ours
    assert max(ours.values(), default=1) == 1


def _name(letter: Row) -> str:
    facts = letter["facts"]
    return str(facts["text"]) if letter["template"] == "page" else f"{letter['number']}#{facts['seq']}"
