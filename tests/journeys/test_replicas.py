"""Two replicas on one database, the cloud's messages going to both: nothing is done twice, nothing gets lost."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from bot.sandbox.faults import Duplicate
from tests.doors.test_pictures import photo
from tests.journeys.reckoning import reckon
from tests.journeys.replicas import Nursery
from tests.journeys.reporters import REPORTERS, Reporter, filed_once
from tests.journeys.town import free_port, open_corp


async def test_one_persons_messages_race_on_two_replicas(database_url: str, tmp_path: Path, nursery: Nursery) -> None:
    async with open_corp(database_url, free_port()) as members:
        both = [nursery.replica(members, database_url, free_port(), tmp_path) for _ in range(2)]
        await asyncio.gather(*(one.ready() for one in both))
        members.cloud.courier.url = " ".join(one.url for one in both)

        # An album: nine photos at once, every other one at the other replica.
        await members.says("mq-cm2", "report")
        await asyncio.gather(*(members.photographs("mq-cm2", photo((90 + n, 60))) for n in range(9)))
        assert "9 photos" in await members.says("mq-cm2", "edit")
        await members.says("mq-cm2", "cancel", "1")

        # Every message arrives twice at the same time, once at each.
        members.cloud.faults.always("callback", Duplicate())
        reporters = [Reporter(members, who) for who in REPORTERS]
        await asyncio.gather(*(one.report() for one in reporters))
        members.cloud.faults.clear()
        clues = await reckon(members)
        filed_once(clues, reporters)

        # One goes in good order while people talk; the other takes over without a word.
        more = asyncio.gather(*(one.report() for one in reporters))
        members.cloud.courier.url = both[1].url
        await both[0].ends(signal.SIGTERM)
        await more
        filed_once(await reckon(members), reporters)
        await both[1].ends(signal.SIGTERM)
        assert all('"stopped"' in one.log.read_text("utf-8") for one in both)
