"""What is given with each step of the sample's entries: reports, handling forms, findings, photos, places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import insert

from store import tables
from store.clock.workdays import Calendar, local_day, move_working_days
from store.db import Tx
from store.master.indicators import facts
from store.samples.sample_matters import REASONS, Matter, Step
from store.words import CLOCK, Json, Person

TEAM = {"mi": "enforcement", "cm": "marketing", "dw": "logistics"}
HEADS = {"enforcement-head": "enforcement", "marketing-head": "marketing"}

Photo = Mapping[str, Json]
"""What the books know of a stored picture: sha256, size, mime, width, height, thumb."""


@dataclass(slots=True)
class Story:
    """One entry on its way: what it is about, who is in it, what is still to come."""

    word: str  # the county, as userids have it
    matter: Matter
    text: str
    reporter: Person
    shop: Mapping[str, Any] | None
    steps: list[Step]
    indicator: str | None
    clue: str = ""
    problem: str = ""
    worker: str = ""


class Giver:
    """Gives what a step needs."""

    def __init__(self, tx: Tx, calendar: Calendar, chance: Random, photos: Iterator[Photo] | None) -> None:
        self.tx, self.calendar, self.chance = tx, calendar, chance
        self._photos, self._shown = photos, count()

    async def fields(self, story: Story, verb: str, who: Person, at: datetime) -> dict[str, Json]:
        matter, text = story.matter, REASONS.get(verb, "")
        given: dict[str, Json] = {"text": text} if text else {}
        match verb:
            case "report":
                given = await self._report(story, at)
            case "accept":
                given = await self._form(story, who, at)
            case "classify":
                given = {"indicator": matter.indicator}
            case "answer":
                given = {"text": "已当面向店主说明规定，无需转办"}
            case "transfer_out":
                given["authority"] = "市场监督管理局"
            case "feedback":
                given = {"cause": matter.cause, "text": matter.result, "photos": await self._pictures(who, at, 1)}
                given["place"] = self._spot(story) or {"label": "店内"}
            case "verify" | "verify_closed":
                given = {"text": matter.verdict, "measures": matter.measures}
            case "rectified":
                given = {"measures": matter.measures, "photos": await self._pictures(who, at, 1)}
            case "extend":
                given["days"] = self.chance.choice((2, 3, 5))
            case "reassign":
                story.worker = f"{story.word}-{TEAM[matter.post]}-head"
                given["assignee"] = story.worker
            case "suspend":
                given["review_on"] = local_day(move_working_days(self.calendar, at, 25)).isoformat()
            case "pass" | "fail":
                good = verb == "pass"
                given = {"text": "回访店面，整改保持良好" if good else "回访发现同样问题再次出现"}
                given["photos"] = await self._pictures(who, at, 1)
        return given

    async def _report(self, story: Story, at: datetime) -> dict[str, Json]:
        given: dict[str, Json] = {"text": story.text, "indicator": story.indicator}
        given["merchant"] = story.shop["licence_no"] if story.shop else "unknown"
        if story.reporter is not CLOCK:
            given["observed_at"] = (at - timedelta(minutes=self.chance.randint(4, 90))).isoformat()
            given["place"] = self._spot(story) or {"label": "县局办公楼"}
            given["photos"] = await self._pictures(story.reporter, at, self.chance.choice((0, 1, 1, 2)))
        return given

    async def _form(self, story: Story, who: Person, at: datetime) -> dict[str, Json]:
        matter = story.matter
        team = TEAM.get(matter.post) or HEADS[matter.post]
        kind = await facts(self.tx, story.indicator or matter.indicator, at)
        form: dict[str, Json] = {
            "opinion": matter.opinion,
            "severity": kind.severity if kind else 3,
            "scope": "本县一户",
        }
        form |= {"department": team, "assignee": story.worker}
        if kind and kind.department != team:
            form["override_reason"] = "该部门最熟悉这家店"
        return form

    def _spot(self, story: Story) -> dict[str, Json] | None:
        """Where the phone was: near the shop, now and then not so near."""
        if story.shop is None or story.shop["lat"] is None:
            return None
        far = 0.004 if self.chance.random() < 0.08 else 0.0004
        lat, lon = (story.shop[axis] + self.chance.uniform(-far, far) for axis in ("lat", "lon"))
        return {
            "lat": round(lat, 6),
            "lon": round(lon, 6),
            "datum": "wgs84",
            "accuracy": self.chance.choice((8, 15, 40)),
        }

    async def _pictures(self, who: Person, at: datetime, many: int) -> list[str]:
        rows = [self._picture(who, at) for _nth in range(many)]
        if rows:
            await self.tx.execute(insert(tables.evidence), rows)
        return [row["id"] for row in rows]

    def _picture(self, who: Person, at: datetime) -> dict[str, Any]:
        ref, taken = f"sample-{next(self._shown)}", at - timedelta(minutes=self.chance.randint(1, 9))
        row: dict[str, Any] = {"id": str(uuid5(NAMESPACE_URL, f"sample:{ref}")), "person_id": who.id, "kind": "image"}
        row |= {"door": "sample", "ref": ref, "received_at": at, "attempts": 1, "taken_at": taken}
        if self._photos is None:
            return {**row, "state": "failed", "reason": "the sample was loaded without pictures"}
        return {**row, "state": "stored", **next(self._photos)}
