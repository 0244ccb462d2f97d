"""Cleaning in a process of its own: decoders crash, hang and eat memory there, and nothing of it is written anywhere.

One worker at a time: people who wait for an answer need the other core. Bytes go through pipes; no temporary file is
made, and a crash leaves no core.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import resource
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from bot.tips.clean import MOST_BYTES, Cleaned, Unclean, clean

SECONDS = 10
"""Of computing that one file may take."""
MEMORY = 1024 * 1024 * 1024
"""Bytes of address space that the worker may have beside what it starts with."""
_WAITING = 64  # files that may queue; more is a flood, and each has to be held in memory


class Laundry:
    """The worker, started when the first file comes and again when one was its end."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._waiting = 0

    async def clean(self, data: bytes) -> Cleaned:
        """As `clean`, beside the event loop. Raises `Unclean`, also "bomb" for what the worker did not survive."""
        if len(data) > MOST_BYTES:
            raise Unclean("large")
        if self._waiting >= _WAITING:
            raise Unclean("busy")
        self._waiting += 1
        try:
            return await self._done(data)
        finally:
            self._waiting -= 1

    async def _done(self, data: bytes) -> Cleaned:
        """A file that kills the worker takes those with it that wait behind; they are tried once more, alone."""
        for last in (False, True):
            pool = self._pool = self._pool or _open()
            try:
                outcome = await asyncio.get_running_loop().run_in_executor(pool, _limited, data)
            except BrokenProcessPool:
                if self._pool is pool:
                    self._pool = None
                pool.shutdown(wait=False, cancel_futures=True)
                if last:
                    raise Unclean("bomb") from None
                continue
            if isinstance(outcome, str):
                raise Unclean(outcome)
            return outcome
        raise Unclean("bomb")

    def close(self) -> None:
        """End the worker."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _open() -> ProcessPoolExecutor:
    """Spawned, not forked: a fork would hold a copy of all that this process knows."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_confine)


def _confine() -> None:
    """What decoders may take, and where they may speak: nowhere."""
    import bot.tips.clean_image
    import bot.tips.clean_pdf  # noqa: F401  (loaded before the limit counts)

    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):  # not every system has it
        resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY, resource.RLIM_INFINITY))


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _limited(data: bytes) -> Cleaned | str:
    """The cleaned file, or the reason why not; the operating system ends a worker that computes too long."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    try:
        return clean(data)
    except Unclean as refused:
        return refused.reason
