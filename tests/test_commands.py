"""The command line and the service as processes: what an operator types, sees and kills."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientConnectionError, ClientSession

from bot.__main__ import names
from bot.commands.demo import free_port

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("LOOP153_")}


async def loop153(*words: str, **settings: str) -> tuple[int, str, str]:
    """Exit status, what was printed, what was complained."""
    process = await start(*words, **settings)
    out, complaints = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), complaints.decode()


async def start(*words: str, **settings: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        env=CLEAN | {f"LOOP153_{name}": value for name, value in settings.items()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def serving(**settings: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A replica that is ready, and its address; told to stop at the end."""
    listen = f"127.0.0.1:{free_port(0)}"
    process = await start("serve", LISTEN=listen, **settings)
    try:
        await until_ready(f"http://{listen}", process)
        yield process, f"http://{listen}"
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()


async def until_ready(address: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60), ClientSession() as http:
        while process.returncode is None:
            try:
                async with http.get(f"{address}/readyz") as response:
                    if response.status == 200:
                        return
            except ClientConnectionError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError("it ended before it was ready")


async def test_help_helps() -> None:
    status, out, _ = await loop153("--help")
    assert status == 0
    assert set(names()) >= {"serve", "demo", "migrate", "import", "talk", "doctor", "form", "ledger", "bench"}
    for name in (*names(), "First steps", "loop153 doctor"):
        assert name in out


async def test_a_wrong_call_and_a_wrong_setting_are_told_apart(tmp_path: Path) -> None:
    assert (await loop153("fly"))[0] == 2
    status, _, complaints = await loop153("serve", LISTEN="here", CLOCK_SHIFT="tomorrow", DATA_DIR=str(tmp_path))
    assert status == 1
    assert "LOOP153_LISTEN" in complaints
    assert "LOOP153_CLOCK_SHIFT" in complaints
    assert "Traceback" not in complaints


@pytest.mark.parametrize("address", ["postgresql://127.0.0.1:1/none", "postgresql://nobody.invalid/none"])
async def test_a_missing_database_is_one_sentence(address: str) -> None:
    status, _, complaints = await loop153("migrate", DATABASE_URL=address)
    assert (status, len(complaints.splitlines())) == (1, 1)
    assert "LOOP153_DATABASE_URL" in complaints


async def test_an_address_in_use_is_one_sentence(database_url: str, tmp_path: Path) -> None:
    async with serving(DATABASE_URL=database_url, DATA_DIR=str(tmp_path)) as (_, address):
        listen = address.removeprefix("http://")
        status, _, complaints = await loop153("serve", LISTEN=listen, DATABASE_URL=database_url, DATA_DIR=str(tmp_path))
        assert status == 1
        assert listen in complaints.splitlines()[-1]
        assert "Traceback" not in complaints


async def test_two_replicas_serve_one_database_and_stop_gracefully(database_url: str, tmp_path: Path) -> None:
    one = {"DATABASE_URL": database_url, "DATA_DIR": str(tmp_path)}
    async with serving(**one) as (first, address), serving(**one) as (second, _), ClientSession() as http:
        async with http.get(f"{address}/healthz") as response:
            assert await response.json() == {"status": "ok"}
        async with http.get(f"{address}/readyz") as response:
            assert (await response.json())["status"] == "ready"
        async with http.get(f"{address}/metrics") as response:
            shown = await response.text()
        for metric in ("loop153_step_seconds", "loop153_media_backlog", "loop153_event_loop_lag_seconds"):
            assert metric in shown
        for process in (first, second):
            process.send_signal(signal.SIGTERM)
            _, log = await process.communicate()
            assert process.returncode == 0
            lines = [json.loads(line) for line in log.decode().splitlines()]
            assert [line["says"] for line in lines][-1] == "stopped"


async def test_the_embedded_server_stops_with_us_and_is_found_again_after_a_kill(tmp_path: Path) -> None:
    folder = {"DATA_DIR": str(tmp_path)}
    async with serving(**folder) as (process, _):
        process.kill()
        await process.wait()
        assert postmaster(tmp_path) is not None
    async with serving(**folder):
        assert postmaster(tmp_path) is not None
    assert postmaster(tmp_path) is None


def postmaster(folder: Path) -> psutil.Process | None:
    """The embedded server of that data folder, if it runs."""
    try:
        return psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]))
    except (OSError, psutil.NoSuchProcess):
        return None


async def test_a_replica_is_small(database_url: str, tmp_path: Path) -> None:
    """At most 200 MB resident, with the Telegram door open."""
    doors = {"TELEGRAM_TOKEN": "1:x", "TELEGRAM_API_BASE": "http://127.0.0.1:1"}
    async with serving(DATABASE_URL=database_url, DATA_DIR=str(tmp_path), **doors) as (process, _):
        assert psutil.Process(process.pid).memory_info().rss < 200 * 2**20
