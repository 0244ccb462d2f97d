"""What keeps the service running: loops started again, logs without content, health, metrics, measurements."""

from __future__ import annotations

import asyncio
import io
import json
import logging

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import log, metrics
from bot.commands.bench import Row, table
from bot.health import Health
from bot.work.loops import keep
from store.db import alone, open_engine
from store.wakes import Bells, listen


async def client(health: Health) -> TestClient[web.Request, web.Application]:
    app = web.Application()
    app.add_routes(health.routes())
    return TestClient(TestServer(app))


async def test_a_loop_that_dies_is_started_again_and_shown_meanwhile(engine: AsyncEngine) -> None:
    health, stop, runs = Health(engine), asyncio.Event(), list[bool]()

    async def loop() -> None:
        runs.append(health.loops["letters"])
        if len(runs) < 3:
            raise ConnectionError
        stop.set()

    before = restarts()
    await keep("letters", loop, stop, health)
    assert runs == [True, True, True]
    assert restarts() - before == 2


def restarts() -> float:
    return metrics.registry.get_sample_value("loop153_loop_restarts_total", {"loop": "letters"}) or 0.0


async def test_ready_means_database_shape_and_loops(engine: AsyncEngine) -> None:
    health = Health(engine)
    async with await client(health) as http:
        health.loops["letters"] = True
        assert (await http.get("/readyz")).status == 200
        health.loops["letters"] = False
        assert (await (await http.get("/readyz")).json())["checks"]["loops"] is False
        health.loops["letters"] = True
        async with engine.begin() as tx:
            await tx.exec_driver_sql("DELETE FROM alembic_version")
        assert (await (await http.get("/readyz")).json())["checks"] == {
            "database": True,
            "migrated": False,
            "loops": True,
            "staying": True,
        }


async def test_alive_does_not_need_the_database() -> None:
    nowhere = open_engine("postgresql://nobody@127.0.0.1:1/none")
    async with await client(Health(nowhere)) as http:
        assert (await http.get("/healthz")).status == 200
        ready = await http.get("/readyz")
        assert (ready.status, (await ready.json())["checks"]["database"]) == (503, False)


async def test_metrics_are_prometheus_text(engine: AsyncEngine) -> None:
    metrics.letters({"ready": (3, 1.5)})
    async with await client(Health(engine)) as http:
        answer = await http.get("/metrics")
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert 'loop153_letters{state="ready"} 3.0' in await answer.text()
    metrics.letters({})


async def test_a_notification_wakes(engine: AsyncEngine) -> None:
    wakes = {"media": asyncio.Event(), "letters": asyncio.Event()}
    listening = asyncio.ensure_future(listen(engine, wakes))
    async with asyncio.timeout(10):
        await wakes["media"].wait()  # what came before is looked at once
        wakes["media"].clear()
        wakes["letters"].clear()
        bells = Bells(engine)
        for _ in range(20):
            bells.ring("media")
        await bells.rung()
        await wakes["media"].wait()
    assert not wakes["letters"].is_set()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_a_bell_that_cannot_be_rung_is_nobodys_trouble() -> None:
    bells = Bells(open_engine("postgresql://nobody@127.0.0.1:1/none"))
    bells.ring("letters")
    await bells.rung()


async def test_one_holds_the_lock_until_its_connection_ends(engine: AsyncEngine) -> None:
    async with alone(engine, 7) as mine:
        assert mine is not None
        async with alone(engine, 7) as other:
            assert other is None
    async with alone(engine, 7) as later:
        assert later is not None


def logged(record: str, *facts: object, fault: Exception | None = None) -> dict[str, str]:
    """One record as it is written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log.JsonLines())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.error(record, *facts, exc_info=fault)
    line: dict[str, str] = json.loads(stream.getvalue())
    return line


@pytest.mark.parametrize(
    "leak",
    [
        "GET /cgi-bin/message/send?access_token=hunter2&x=1",
        "POST http://api/bot153:hunter2/sendMessage",
        "postgresql://user:hunter2@db/x",
        "/cgi-bin/gettoken?corpid=ww&corpsecret=hunter2",
    ],
)
def test_secrets_reach_no_log(leak: str) -> None:
    assert "hunter2" not in json.dumps(logged("failed: %s", leak))


def test_a_failure_is_logged_by_its_kind_and_way_only() -> None:
    try:
        raise ValueError("张三 13800000000")
    except ValueError as fault:
        line = logged("not taken", fault=fault)
    assert line["failed"] == "ValueError"
    assert "test_serving.py" in line["way"]
    assert "张三" not in json.dumps(line, ensure_ascii=False)


def test_a_measurement_is_set_against_its_goal() -> None:
    rows = [
        Row("steps", 3000.0, "steps/s", ratio=0.63, goal=">= 0.5"),
        Row("search p95", 41.0, "ms", goal="<= 30"),
        Row("bare", 4760.0, "steps/s"),
    ]
    assert [row.met for row in rows] == [True, False, None]
    assert [line.split()[-1] for line in list(table(rows))[1:]] == ["✓", "✗", "steps/s"]
