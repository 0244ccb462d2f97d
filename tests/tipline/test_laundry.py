"""The cleaning worker: the same results in another process, and a worker that dies is replaced."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from bot.tips.clean import MOST_BYTES, Unclean, clean
from bot.tips.laundry import Laundry
from tests.tipline import files


@pytest.fixture
def laundry() -> Iterator[Laundry]:
    opened = Laundry()
    yield opened
    opened.close()


async def test_the_same_comes_out_beside_the_loop(laundry: Laundry) -> None:
    data = [files.jpeg(), files.pdf(), files.png()]
    assert await asyncio.gather(*map(laundry.clean, data)) == [clean(one) for one in data]


@pytest.mark.parametrize(
    ("data", "reason"), [(b"GIF89a", "type"), (b"\xff" * (MOST_BYTES + 1), "large"), (files.png_bomb(), "bomb")]
)
async def test_refusals_come_through(laundry: Laundry, data: bytes, reason: str) -> None:
    with pytest.raises(Unclean) as refused:
        await laundry.clean(data)
    assert refused.value.reason == reason


async def test_a_worker_that_dies_is_replaced(laundry: Laundry) -> None:
    await laundry.clean(files.png())
    assert laundry._pool is not None
    [worker] = laundry._pool._processes
    os.kill(worker, signal.SIGKILL)
    assert (await laundry.clean(files.jpeg())).mime == "image/jpeg"
