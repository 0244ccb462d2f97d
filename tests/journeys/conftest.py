"""What journeys share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.journeys.replicas import Nursery, open_nursery
from tests.journeys.town import Town, open_town


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def _nursery() -> Iterator[Nursery]:
    with open_nursery() as opened:
        yield opened


@pytest.fixture
def nursery(_nursery: Nursery) -> Iterator[Nursery]:
    """Where replicas of the service come from; those of this test are gone afterwards."""
    yield _nursery
    _nursery.close()
