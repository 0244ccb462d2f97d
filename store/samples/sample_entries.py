"""The sample's ledger entries: eight weeks of every bureau's work, each step a move through `apply` at its time.

They are told as a diary is: all steps of all entries in the order of time, with the clock's own moves in between, so
numbers and lines stand as they would have been written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count, cycle
from random import Random
from typing import Any

from sqlalchemy import select

from store import tables
from store.clock.alarms import overdue_moves
from store.clock.workdays import Calendar, add_working_hours, load_calendar, next_open
from store.db import Tx
from store.ledger import apply
from store.samples.sample_given import TEAM, Giver, Photo, Story
from store.samples.sample_matters import (
    INTERNAL,
    LEFT,
    MATTERS,
    OFTEN,
    OTHER,
    OTHERS,
    WAYS,
    Matter,
)
from store.samples.sample_shops import County, counties
from store.staff.offices import PEOPLE, person_of
from store.words import CLOCK, Address, Ask, Ledger, Moved, Person, Refused

DAYS = 56
_EACH, _FEEDS, _LEFT, _FRESH = 5, 1, 2, 1
"""Entries of each county: ordinary ones, from provincial data, left lying by somebody, and of the last two days."""
_STRIKES = 7
"""Days between two looks of the clock: enough for a diary that is only told."""


class _Diary:
    """What happens when; what happens at the same time does so in the order it was planned."""

    def __init__(self) -> None:
        self._pages: list[tuple[datetime, int, Story | None]] = []
        self._order = count()

    def plan(self, at: datetime, story: Story | None) -> None:
        heappush(self._pages, (at, next(self._order), story))

    def until(self, end: datetime) -> Iterator[tuple[datetime, Story | None]]:
        while self._pages and self._pages[0][0] < end:
            at, _order, story = heappop(self._pages)
            yield at, story


async def load_entries(tx: Tx, at: datetime, photos: Iterator[Photo] | None = None, bureaus: int = 9) -> int:
    """Write eight weeks of entries that end at `at`; how many moves that were.

    `photos`: pictures for them, as many as they need. `bureaus`: how many counties have entries.
    """
    teller = _Teller(tx, await _people(tx), await load_calendar(tx, at), photos)
    diary = _Diary()
    for story, when in _stories(teller, await _shops(tx), at, counties()[:bureaus]):
        diary.plan(when, story)
    for back in range(0, DAYS, _STRIKES):
        diary.plan(next_open(teller.calendar, at - timedelta(days=back)), None)
    for when, told in diary.until(at):
        if told is None:
            await teller.strike(when, diary)
        elif await teller.go_on(told, when):
            diary.plan(teller.later(when, told.steps[0][0]), told)
    return teller.moves


async def _people(tx: Tx) -> dict[str, Person]:
    rows = (await tx.execute(PEOPLE)).all()
    return {row.id: person_of(row, Address("wecom", row.id)) for row in rows}


async def _shops(tx: Tx) -> dict[str, list[Mapping[str, Any]]]:
    """Some shops of each county; the first of them are those one hears of again and again."""
    shop, found = tables.merchant.c, dict[str, list[Mapping[str, Any]]]()
    columns = (shop.licence_no, shop.county_code, shop.lat, shop.lon)
    for row in await tx.execute(select(*columns).where(shop.status == "open").order_by(shop.licence_no)):
        mine = found.setdefault(row.county_code, [])
        if len(mine) < 3 * _EACH:
            mine.append(dict(row._mapping))
    return found


def _stories(
    teller: _Teller, shops: Mapping[str, list[Mapping[str, Any]]], at: datetime, places: Sequence[County]
) -> Iterator[tuple[Story, datetime]]:
    """Every entry and when it is reported: most of them lately."""
    chance, others, left = teller.chance, cycle(text for group in OTHERS for text in group), cycle(LEFT)
    ways, weights = list(OFTEN), list(OFTEN.values())
    for county in places:
        word, here = county.name_en.lower(), shops[county.code]
        for nth in range(_EACH):
            back = DAYS * chance.random() ** 1.3
            matter = OTHER if nth % 5 == 4 else chance.choice(MATTERS)
            text = next(others) if matter is OTHER else chance.choice(matter.texts)
            story = teller.story(word, matter, text, here[0 if nth < 2 else chance.randrange(len(here))])
            story.steps += WAYS[chance.choices(ways, weights)[0]]
            yield story, teller.moment(at, back)
        for nth in range(_LEFT):
            matter = chance.choice(MATTERS)
            story = teller.story(word, matter, chance.choice(matter.texts), here[nth])
            story.steps += WAYS[next(left)]
            yield story, teller.moment(at, 5 + 13 * chance.random())
        for _nth in range(_FRESH):
            matter = chance.choice(MATTERS)
            story = teller.story(word, matter, chance.choice(matter.texts), chance.choice(here))
            yield story, teller.moment(at, 0.3 + 1.5 * chance.random())
        for nth in range(_FEEDS):
            story = teller.fed(word, here[5 + nth])
            yield story, teller.moment(at, DAYS * chance.random())
    for nth, matter in enumerate((*INTERNAL, *INTERNAL)):
        story = teller.story(places[nth % len(places)].name_en.lower(), matter, matter.texts[0], None)
        story.steps += WAYS["closed" if nth % 2 else "unworked"]
        yield story, teller.moment(at, 10 + 9 * nth)


class _Teller:
    """Carries the steps out."""

    def __init__(
        self, tx: Tx, people: Mapping[str, Person], calendar: Calendar, photos: Iterator[Photo] | None
    ) -> None:
        self.tx, self.people, self.calendar = tx, people, calendar
        self.chance = Random(1530)  # noqa: S311 - nothing secret: the same entries every time
        self.moves = 0
        self._giver = Giver(tx, calendar, self.chance, photos)

    # --- planning -----------------------------------------------------------------------------------------

    def moment(self, at: datetime, back: float) -> datetime:
        """A moment in working hours about so many days ago."""
        day = next_open(self.calendar, at - timedelta(days=back))
        return self.later(day, 0.2 + 4 * self.chance.random())

    def later(self, at: datetime, hours: float) -> datetime:
        return add_working_hours(self.calendar, at, hours * self.chance.uniform(0.6, 1.5)).at

    def story(self, word: str, matter: Matter, text: str, shop: Mapping[str, Any] | None) -> Story:
        internal = matter.indicator.startswith("N")
        who = self.people[f"{word}-{self.chance.choice(('cm', 'mi', 'dw'))}"]
        unclear = not internal and matter is not OTHER and self.chance.random() < 0.2
        story = Story(word, matter, text, who, shop, [(0, "report", "reporter")], matter.indicator)
        story.worker = f"{word}-{matter.post}"
        if unclear or matter is OTHER:
            story.indicator = None if unclear else matter.indicator
            story.steps.append((4, self.chance.choices(("classify", "answer"), (8, 1 if unclear else 0))[0], "head"))
        return story

    def fed(self, word: str, shop: Mapping[str, Any]) -> Story:
        """What the province's orders show of a shop."""
        matter = next(one for one in MATTERS if one.indicator == "W20205")
        text = "订购量为前三个周期均值的 3.4 倍，建议实地核查"
        story = Story(word, matter, text, CLOCK, shop, [(0, "report", "clock")], "W20201", worker=f"{word}-cm")
        story.steps += WAYS[self.chance.choice(("whole", "closed", "unfounded", "unworked"))]
        return story

    # --- telling ------------------------------------------------------------------------------------------

    async def go_on(self, story: Story, at: datetime) -> bool:
        """Take the story's next step; whether there is one after it. What has become impossible ends it."""
        _hours, verb, role = story.steps.pop(0)
        who = self._who(story, role)
        try:
            moved = await self._move(story, verb, who, at)
        except Refused:
            return False
        if story.problem == "" and moved.caused:
            story.problem = moved.caused[0].entry.number
        story.clue = story.clue or moved.entry.number
        if verb in ("answer", "dismiss", "transfer_out"):
            story.steps.clear()
        if verb == "extend" and moved.entry.fields["requests"]:
            story.steps.insert(0, (5, "grant", "desk"))
        return bool(story.steps)

    async def _move(self, story: Story, verb: str, who: Person, at: datetime) -> Moved:
        fields = await self._giver.fields(story, verb, who, at)
        clue = not story.problem and verb != "grant"
        number = (story.clue or None) if clue else story.problem
        moved = await apply(self.tx, Ask(Ledger.CLUE if clue else Ledger.PROBLEM, verb, number, fields), who, at)
        self.moves += 1
        return moved

    async def strike(self, at: datetime, diary: _Diary) -> None:
        """What the clock does in the morning; a re-check that it gives is done some days later."""
        for ask in await overdue_moves(self.tx, at):
            try:
                moved = await apply(self.tx, ask, CLOCK, at)
            except Refused:
                continue
            self.moves += 1
            if ask.verb == "sample":
                task = moved.entry.fields["tasks"][-1]
                verb = "fail" if self.chance.random() < 0.3 else "pass"
                story = Story("", OTHER, "", CLOCK, None, [(0, verb, task["person"])], None, worker=task["person"])
                story.problem = moved.entry.number
                diary.plan(self.later(at, 10 + 30 * self.chance.random()), story)

    def _who(self, story: Story, role: str) -> Person:
        if role in ("reporter", "clock"):
            return story.reporter
        city = story.matter.indicator.startswith("N")
        desk = "city-supervision1" if city else f"{story.word}-supervision"
        team = TEAM.get(story.reporter.id.rpartition("-")[2], "")
        offices = {
            "desk": desk,
            "city": "city-supervision2",
            "head": f"{story.word}-{team}-head",
            "leader": f"{story.word}-leader",
            "worker": story.worker,
        }
        return self.people[offices.get(role, role)]
