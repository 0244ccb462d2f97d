"""Collecting who hears of a move: offices and persons with their substitutes, each once, in their weightiest part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from store.db import Tx
from store.law.actors import offers, rungs, seats
from store.staff.contacts import contacts
from store.staff.offices import Seats, acting, members
from store.words import Hearer, Holder, Json, Moved, Person


@dataclass(slots=True)
class Audience:
    """Those who hear of one move so far. The accused and their line never do; an actor does not hear of their own
    move, unless it made them its holder."""

    tx: Tx
    moved: Moved
    accused: Sequence[str]
    told: dict[str, tuple[Person, str, str]] = field(default_factory=dict)  # person, part, instead of whom

    @property
    def fields(self) -> Mapping[str, Json]:
        return self.moved.entry.fields

    @property
    def at(self) -> datetime:
        return self.moved.at

    def add(self, people: Iterable[Person], part: str, instead: Mapping[str, str] | None = None) -> None:
        """These people, unless they hear already or did it themselves."""
        became = part == "holder" and self.moved.before != self.moved.entry.state
        for one in people:
            if became or one.id != self.moved.by.id:
                self.told.setdefault(one.id, (one, part, (instead or {}).get(one.id, "")))

    def take(self, found: Seats, part: str) -> None:
        """Whoever acts as an office, with whom they stand in for."""
        self.add(found.people, part, found.instead_of)

    async def office(self, holder: Holder, part: str = "watcher") -> None:
        """Everybody who is present in that office, or the substitutes of those who are away."""
        self.take(await acting(self.tx, (holder,), self.accused, self.at), part)

    async def person(self, userid: str, part: str) -> None:
        """That person, wherever they are: substitutes take over work, not news."""
        self.add(await members(self.tx, Holder(person=userid), []), part)

    async def worker(self, userid: str) -> None:
        """Whoever acts for that person, who has something to do; else those above them."""
        found = await seats(self.tx, Holder(person=userid), self.fields, self.accused, self.at)
        self.take(found, "holder")

    async def finished(self) -> list[Hearer]:
        """Everybody, with where they are reached. When nobody whose move it is can be reached, the offices above
        hear as watchers: a matter is never with nobody."""
        found = await contacts(self.tx, self.told)
        holder = self.moved.entry.holder
        for office in (await rungs(self.tx, holder, self.fields))[1:] if holder else ():
            if any(found[person.id] for person, part, _instead in self.told.values() if part in ("holder", "watcher")):
                break
            await self.office(office)
            found = await contacts(self.tx, self.told)
        holders = [one for one, part, _instead in self.told.values() if part == "holder"]
        verbs = await offers(self.tx, holders, self.moved.entry, self.accused, self.at)
        return [
            Hearer(one, part, found[one.id], instead, verbs.get(one.id, ()))
            for one, part, instead in self.told.values()
        ]
