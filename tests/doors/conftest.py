"""What the doors' tests share: an HTTP client and a stand-in of the WeCom cloud."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.doors.standin import Cloud, open_cloud


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    async with open_cloud() as opened:
        yield opened
