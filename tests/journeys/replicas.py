"""Replicas of the service as processes of their own: `loop153 serve` as operators run it, ready to be killed.

They are forked from one process that has everything imported, so that a restart takes a fraction of a second.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.journeys.town import Members, callback

_NURSERY = """
import json, os, signal, sys
from bot.__main__ import main
import bot.commands.serve, bot.work.media, bot.work.loops, bot.wecom.opening, obstore.store
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    wanted = json.loads(line)
    pid = os.fork()
    if not pid:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.update(wanted["environment"])
        os.dup2(os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        sys.exit(main(["serve"]))
    print(pid, flush=True)
"""
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Replica:
    """One process that serves, or is about to."""

    pid: int
    port: int
    log: Path

    async def ready(self) -> None:
        """Returns once it serves."""
        async with asyncio.timeout(60), aiohttp.ClientSession() as http:
            while not await self._answers(http):
                assert self.alive, self.log.read_text("utf-8")
                await asyncio.sleep(0.02)

    async def _answers(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    @property
    def url(self) -> str:
        return callback(self.port)

    @property
    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    async def ends(self, by: signal.Signals = signal.SIGKILL) -> None:
        """Killed, or told to stop as an operator does; returns when it is gone."""
        os.kill(self.pid, by)
        async with asyncio.timeout(30):
            while self.alive:  # noqa: ASYNC110 - it is not our child, so nobody tells us
                await asyncio.sleep(0.01)


class Nursery:
    """Where replicas come from."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process, self._born = process, list[Replica]()

    def replica(self, members: Members, database_url: str, port: int, folder: Path) -> Replica:
        """A new process that begins to serve those members on that port; its log is in the folder."""
        log = folder / f"replica-{port}.log"
        wanted = {"log": str(log), "environment": environment(members, database_url, port, folder)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(wanted), file=self._process.stdin, flush=True)
        one = Replica(int(self._process.stdout.readline()), port, log)
        self._born.append(one)
        return one

    def close(self) -> None:
        """Nobody outlives the test that wanted them."""
        for one in self._born:
            if one.alive:
                os.kill(one.pid, signal.SIGKILL)
        self._born.clear()


@contextmanager
def open_nursery() -> Iterator[Nursery]:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", _NURSERY], cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Nursery(process)
        finally:
            process.kill()


def environment(members: Members, database_url: str, port: int, folder: Path) -> Mapping[str, str]:
    """The settings as an operator writes them."""
    corp, shift = members.corp, round(members.clock.shift.total_seconds())
    given = {
        "ENVIRONMENT": "development",
        "SENDING_HOURS": "always",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "LISTEN": f"127.0.0.1:{port}",
        "CLOCK_SHIFT": f"{'-' if shift < 0 else ''}PT{abs(shift)}S",
        "WECOM_CORP_ID": corp.corp_id,
        "WECOM_AGENT_ID": str(corp.agent_id),
        "WECOM_SECRET": corp.secret,
        "WECOM_TOKEN": corp.token,
        "WECOM_AES_KEY": corp.aes_key,
        "WECOM_API_BASE": members.cloud.base_url,
    }
    return {f"LOOP153_{name}": value for name, value in given.items()}
