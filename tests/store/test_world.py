"""The sample world fits the database."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from tests.world import STAFF, build_world, who


async def test_the_world_can_be_built(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        assert (await tx.execute(select(func.count()).select_from(tables.person))).scalar_one() == len(STAFF)
    assert {who(userid).id for userid in STAFF} == set(STAFF)
