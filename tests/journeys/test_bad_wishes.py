"""Whatever cannot be is refused in one clear sentence that names what is possible instead; nothing changes, and it is
counted: every verb in every state, by whoever may not, twice, at once, from old cards, with nothing given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics
from bot.clock import Clock
from bot.office import Office, furnished
from bot.settings import Settings
from conversations.commands import _DEEDS
from store.clock.workdays import seed_calendar
from store.law.actors import offers_to
from store.law.rules import LAWS, NEEDS, state_name
from store.moving.entries import load_entry
from store.words import Address, Ask, Body, Choice, Incoming, Json, Ledger, Press, Text
from tests.states import LATER, everywhere
from tests.world import STAFF, build_world

Entries = Mapping[tuple[Ledger, str], str]
ASKERS = {Ledger.CLUE: ("mq-cm", "mq-ng1"), Ledger.PROBLEM: ("mq-mi", "mq-ng2")}
"""People who see everything of their matter."""
NOTHING_LEFT = {"zh": "目前没有需要您办理的", "en": "Nothing waits for you there"}


@dataclass(frozen=True, slots=True)
class House:
    """An office without doors, one entry of every state, and everybody speaking one language."""

    office: Office
    language: str
    entries: Entries
    keys: count[int]

    async def hears(self, who: str, body: Body) -> str:
        """What the desk answers."""
        incoming = Incoming(f"{who}:{next(self.keys)}", Address("wecom", who), body)
        return "\n".join(say.text for say in (await self.office.receive(incoming)).says)

    async def refused(self, who: str, body: Body, verb: str, *reasons: str) -> str:
        """What the desk answers to something that cannot be: nothing is written, and it is counted once."""
        before, counted = await self.written(), refusals(verb, reasons)
        said = await self.hears(who, body)
        assert await self.written() == before, (who, body, said)
        assert refusals(verb, reasons) == counted + 1, (who, body, said)
        return said

    async def written(self) -> tuple[int, ...]:
        async with self.office.engine.connect() as connection:
            row = await connection.execute(text("SELECT (SELECT count(*) FROM line), (SELECT count(*) FROM letter)"))
            return tuple(row.one())

    async def may(self, ledger: Ledger, state: str) -> dict[str, tuple[str, ...]]:
        """By userid: what the law offers everybody on the entry of that state."""
        async with self.office.engine.connect() as connection:
            entry = await load_entry(connection, self.entries[ledger, state])
            assert entry
            return await offers_to(connection, list(STAFF), entry, LATER)

    def tries(self, number: int) -> bool:
        """Everything in Chinese; in English every third time, because only the words differ."""
        return self.language == "zh" or number % 3 == 0

    def asker(self, ledger: Ledger) -> str:
        """Somebody who sees everything of that ledger here; in each language somebody else."""
        return ASKERS[ledger][self.language == "en"]

    def name(self, ledger: Ledger, verb: str) -> str:
        return LAWS[ledger].verbs[verb][self.language]

    def names(self, ledger: Ledger, verbs: Sequence[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(self.name(ledger, verb) for verb in verbs)


def refusals(verb: str, reasons: Sequence[str]) -> float:
    values = (
        metrics.registry.get_sample_value("loop153_refused_total", {"verb": verb, "reason": reason})
        for reason in reasons
    )
    return sum(value or 0 for value in values)


@pytest.fixture(params=["zh", "en"])
async def house(engine: AsyncEngine, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        entries = await everywhere(tx)
        await tx.execute(text("UPDATE person SET language = :language"), {"language": request.param})
    clock = Clock(LATER - datetime.now(UTC))
    async with furnished(Settings(data_dir=tmp_path), engine, clock) as office:
        yield House(office, request.param, entries, count())


async def test_every_verb_in_every_state_that_does_not_know_it(house: House) -> None:
    tried = 0
    for (ledger, state), number in house.entries.items():
        law, may = LAWS[ledger], await house.may(ledger, state)
        known = {move.verb for move in law.moves if state in move.sources}
        for verb in sorted(set(law.verbs) - known - {"report", "open"}):
            who, tried = house.asker(ledger), tried + 1
            if not house.tries(tried):
                continue
            said = await house.refused(who, Choice(f"v|{number}|{verb}"), verb, "wrong_state", "wrong_state_nothing")
            for shown in (number, house.name(ledger, verb), state_name(ledger, state)[house.language]):
                assert shown in said, (who, verb, said)
            possible = house.names(ledger, may[who]) or NOTHING_LEFT[house.language]
            assert possible in said, (who, verb, said)
            assert ("WT-" in said) >= (state in ("accepted", "merged"))
    assert tried > 250


async def test_every_verb_by_somebody_who_may_not(house: House) -> None:
    tried = 0
    for (ledger, state), number in house.entries.items():
        may = await house.may(ledger, state)
        for verb in sorted({move.verb for move in LAWS[ledger].moves if state in move.sources}):
            who, tried = house.asker(ledger), tried + 1
            if verb in may[who] or not house.tries(tried):
                continue
            said = await house.refused(who, Choice(f"v|{number}|{verb}"), verb, "wrong_person", "wrong_person_nothing")
            assert house.name(ledger, verb) in said
            assert (house.names(ledger, may[who]) or NOTHING_LEFT[house.language]) in said
    assert tried > 30


async def test_every_word_for_a_verb_says_the_same(house: House) -> None:
    number = house.entries[Ledger.PROBLEM, "archived"]
    for verb, words in _DEEDS.items():
        for word in words.split() if verb in LAWS[Ledger.PROBLEM].verbs else ():
            if verb in ("review", "pass", "fail", "merge"):
                continue
            said = await house.refused("mq-ng2", Text(f"{word} {number}"), verb, "wrong_state", "wrong_person")
            assert house.name(Ledger.PROBLEM, "review") in said, (word, said)  # what is possible instead


async def test_what_is_not_there_for_somebody_and_what_nobody_knows(house: House) -> None:
    number = house.entries[Ledger.PROBLEM, "dispatched"]
    for who, wanted, verb, reason in (
        ("sx-ng", number, "receive", "not_found"),
        ("mq-dw", number, "nudge", "not_found"),
        ("mq-mi", "WT-2026-999999", "receive", "not_found"),
        ("mq-mi", number, "explode", "unknown_verb"),
    ):
        said = await house.refused(who, Choice(f"v|{wanted}|{verb}"), verb, reason)
        assert len(said.splitlines()) == 1, said


async def test_every_verb_with_nothing_given(house: House) -> None:
    """As a broken client would: the law names what is missing."""
    asked = set()
    for (ledger, state), number in house.entries.items():
        may = await house.may(ledger, state)
        for move in LAWS[ledger].moves:
            who = next((one for one, verbs in may.items() if move.verb in verbs), None)
            if state not in move.sources or who is None or not move.needs or (ledger, state, move.verb) in asked:
                continue
            if all(need in NEEDS and NEEDS[need]({}) for need in move.needs):
                continue
            asked.add((ledger, state, move.verb))
            reasons = [f"missing_{need}" for one in LAWS[ledger].moves if one.verb == move.verb for need in one.needs]
            said = await house.refused(who, Press(Ask(ledger, move.verb, number)), move.verb, *set(reasons))
            assert house.name(ledger, move.verb) in said, said
    assert len(asked) > 50


TWICE: list[tuple[Ledger, str, str, tuple[str, str], dict[str, Json]]] = [
    # ledger, state, verb, two people, what is given
    (Ledger.CLUE, "county_review", "dismiss", ("mq-ng1", "mq-ng2"), {"text": "重复"}),
    (Ledger.CLUE, "city_review", "send_back", ("sq-ng1", "sq-ng2"), {"text": "请县局查"}),
    (Ledger.CLUE, "unfounded", "restore", ("sq-ng1", "sq-ng2"), {"text": "再看看"}),
    (Ledger.PROBLEM, "dispatched", "receive", ("mq-mi", "mq-mi"), {}),
    (Ledger.PROBLEM, "verifying", "verify_closed", ("mq-ng1", "mq-ng2"), {"text": "属实"}),
    (Ledger.PROBLEM, "rechecking", "confirm", ("mq-ng1", "sq-ng1"), {}),
    (Ledger.PROBLEM, "suspended", "resume", ("mq-ng1", "mq-ng2"), {}),
    (Ledger.PROBLEM, "archived", "sample", ("sq-ng1", "sq-ng2"), {"assignee": "sq-leader"}),
]


async def test_twice_or_by_two_at_once_it_happens_once(house: House) -> None:
    for ledger, state, verb, people, given in TWICE:
        number = house.entries[ledger, state]
        press = Press(Ask(ledger, verb, number, given))
        said = await asyncio.gather(*(house.hears(who, press) for who in people))
        again = await house.hears(people[0], press)
        async with house.office.engine.connect() as connection:
            query = text("SELECT count(*) FROM line WHERE number = :number AND verb = :verb")
            times = (await connection.execute(query, {"number": number, "verb": verb})).scalar_one()
        assert times == 1, (verb, said)
        assert len({*said}) == 2, (verb, said)
        assert number in again
        assert again in said or again not in ("", *said)
