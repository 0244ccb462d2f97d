"""A million problems with ten million lines, made by the database itself; nothing of it is checked while it is made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from store.clock.workdays import seed_calendar
from store.samples.sample import load_sample

PROBLEMS, LINES, STAFF = 1_000_000, 10, 3_000
OPEN_EVERY = 50
"""Every so many problems one is still open: twenty thousand."""

_STAFF = """
INSERT INTO person (id, id_lower, name, unit_code, role, field_role)
SELECT 'worker-' || n, 'worker-' || n, '员工' || n, u.code, 'field_staff', 'market_inspector'
FROM generate_series(0, :staff - 1) AS n
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS many
      FROM unit WHERE department = 'enforcement') AS u ON u.place = n % u.many
"""
_SHOPS = """
INSERT INTO merchant (licence_no, name, owner, address, county_code, lat, lon, datum, spot, grade,
                      customer_manager, market_inspector, delivery_worker)
SELECT c.code || '3' || lpad((n / c.many)::text, 5, '0'), '便利店' || n, '店主' || n, '人民路' || n || '号', c.code,
       34.4 + n % 997 * 0.0005, 115.6 + n % 1009 * 0.0005, 'wgs84', point(n % 1009 * 0.046, n % 997 * 0.055), '15',
       'worker-' || n % :staff, 'worker-' || (n + 1) % :staff, 'worker-' || (n + 2) % :staff
FROM generate_series(1, :shops) AS n
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS many
      FROM unit WHERE kind = 'county') AS c ON c.place = n % c.many
"""
# Which bureau, worker, shop, kind and state the n-th problem has; the open ones end around now.
_PLAN = """
CREATE TEMP TABLE plan AS
SELECT n, 'WT-' || y.y AS wt, 'XS-' || y.y AS xs,
       p.id AS worker, p.unit_code AS unit, b.code AS bureau, m.licence_no AS shop, k.code AS kind,
       CASE WHEN n % :open_every <> 0 THEN 'archived'
            ELSE (ARRAY['dispatched','investigating','verifying','rectifying'])[1 + n / :open_every % 4] END AS state,
       cast(:at AS timestamptz) - (n % 700) * interval '1 day' AS opened,
       cast(:at AS timestamptz) + (n / :open_every % 400 - 60) * interval '2 hours' AS due
FROM generate_series(1, :problems) AS n
CROSS JOIN LATERAL (SELECT 2017 + n / 100000 || '-' || lpad((n % 100000)::text, 6, '0') AS y) AS y
JOIN person p ON p.id = 'worker-' || (n * 7919::bigint + n / 250) % :staff
JOIN unit d ON d.code = p.unit_code
JOIN unit b ON b.code = d.parent_code
JOIN (SELECT licence_no, row_number() OVER () - 1 AS place FROM merchant) AS m
  ON m.place = n % (SELECT count(*) FROM merchant)
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place FROM indicator WHERE level = 4 AND side = 'external')
  AS k ON k.place = n * 31::bigint % (SELECT count(*) FROM indicator WHERE level = 4 AND side = 'external')
ORDER BY n
"""
_HOLDER = """
CASE WHEN state IN ('dispatched','investigating','rectifying') THEN worker END,
CASE WHEN state = 'verifying' THEN bureau END, CASE WHEN state = 'verifying' THEN 'supervision_officer' END
"""
_ROWS = (
    """
    INSERT INTO clue (number, state, source, unit_code, bureau, reporter, merchant, indicator, severity, text,
                      reported_at, problem, problem_state, last_at, lines)
    SELECT xs, CASE state WHEN 'archived' THEN 'archived' ELSE 'accepted' END, 'staff', unit, bureau, worker, shop,
           kind, 4, '店内有外地码卷烟', opened, wt, state, opened, 2 FROM plan
    """,
    "INSERT INTO handling_form (clue, state, opened_at) SELECT xs, 'accepted', opened FROM plan",
    f"""
    INSERT INTO problem (number, state, form, unit_code, bureau, level, department, merchant, indicator, severity,
                         text, opened_at, work_due_at, since, due_at, next_at, closed_at, last_at, lines,
                         holder_person, holder_unit, holder_role)
    SELECT wt, state, xs, unit, bureau, 'county', 'enforcement', shop, kind, 4, '店内有外地码卷烟', opened, due,
           opened, CASE WHEN state <> 'archived' THEN due END, CASE WHEN state <> 'archived' THEN due END,
           CASE WHEN state = 'archived' THEN opened END, opened, :lines, {_HOLDER} FROM plan
    """,
    """
    INSERT INTO task (number, problem_state, part, person_id, unit_code, bureau, department, state, given_by,
                      given_at, received_at, due_at)
    SELECT wt, state, 'main', worker, unit, bureau, 'enforcement',
           CASE state WHEN 'archived' THEN 'accepted' WHEN 'verifying' THEN 'done' WHEN 'dispatched' THEN 'assigned'
           ELSE 'received' END, 'clock', opened, opened, due FROM plan
    """,
    """
    INSERT INTO line (ledger, number, seq, verb, before, after, by, at, text, prev_hash, hash)
    SELECT 'problem', wt, seq, CASE WHEN seq = :lines AND state = 'archived' THEN 'verify_closed' ELSE 'note' END,
           'investigating', 'investigating', worker, opened, '已走访,已取证', 'x', 'y'
    FROM plan CROSS JOIN generate_series(1, :lines) AS seq
    """,
)


def number_of(n: int) -> str:
    """The number of the n-th problem: ten years with a hundred thousand each."""
    return f"WT-{2017 + n // 100_000}-{n % 100_000:06d}"


def worker_of(n: int) -> str:
    """Who works on the n-th problem."""
    return f"worker-{(n * 7919 + n // 250) % STAFF}"


async def fill(engine: AsyncEngine, at: datetime, shops: int = 0) -> None:
    """Fill an empty database; `at` is the moment at which a fifth of what is open is late. `shops`: how many beside
    those of the sample."""
    async with engine.begin() as tx:
        await load_sample(tx)
        await seed_calendar(tx)
        # Foreign keys are looked up by triggers: thirty million times here, for rows that are right by making.
        await tx.execute(text("SET LOCAL session_replication_role = replica"))
        await tx.execute(text("SET LOCAL synchronous_commit = off"))
        numbers = {"staff": STAFF, "problems": PROBLEMS, "lines": LINES, "open_every": OPEN_EVERY, "at": at}
        numbers["shops"] = shops
        for statement in (_STAFF, _SHOPS, _PLAN, *_ROWS):
            await tx.execute(text(statement), {key: value for key, value in numbers.items() if f":{key}" in statement})
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
