"""Scores of many shops at once: counted anew from the lines of the ledger, composed, kept as snapshots, and judged.

One shop after a move and all 400 000 at night go through the same statements, over a span of licence numbers.
Everything is float8: the same in numeric takes fifteen times as long. Spans are graded each in a transaction of their
own, so a move waits for one of them at most.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import text

from store.clock.workdays import local_day
from store.db import Tx
from store.profile.confirmed import COUNTED
from store.profile.scale import Scale, load_scale
from store.profile.tree import load_tree
from store.words import Json

_SCORES, _SHOP = 0x153_1000, 153
LANES = 2
"""How many spans are graded at the same time: each lane is a lock of its own, and a move needs all of them."""
SPAN = 100_000
"""Shops that are graded in one transaction."""


@dataclass(frozen=True, slots=True)
class Span:
    """The shops from one licence number to another, both included."""

    first: str
    last: str

    def holds(self, licence_no: str) -> bool:
        return self.first <= licence_no <= self.last


EVERY = Span("", "~")


def only(licence_no: str) -> Span:
    return Span(licence_no, licence_no)


async def hold_shop(tx: Tx, licence_no: str) -> None:
    """Until commit nobody else touches that shop's tally and score."""
    lanes = ", ".join(f"pg_advisory_xact_lock_shared({_SCORES + lane})" for lane in range(LANES))
    locks = text(f"SELECT {lanes}, pg_advisory_xact_lock(:one, hashtext(:shop))")
    await tx.execute(locks, {"one": _SHOP, "shop": licence_no})


async def hold_all(tx: Tx, lane: int | None = None) -> None:
    """Until commit no move touches any tally or score; with a `lane`, whoever grades other shops may go on beside."""
    for one in range(LANES) if lane is None else (lane,):
        await tx.execute(text("SELECT pg_advisory_xact_lock(:lane)"), {"lane": _SCORES + one})


async def spans(tx: Tx, size: int = SPAN) -> list[Span]:
    """All shops in spans of that size."""
    ends = text(
        "SELECT min(licence_no) AS first, max(licence_no) AS last FROM"
        " (SELECT licence_no, row_number() OVER (ORDER BY licence_no) - 1 AS place FROM merchant) AS m"
        " GROUP BY place / :size ORDER BY 1"
    )
    return [Span(row.first, row.last) for row in await tx.execute(ends, {"size": size})]


async def astray(tx: Tx, at: datetime, span: Span = EVERY) -> list[str]:
    """The shops whose tallies are not what the lines of the ledger say: none, but for books that were never counted or
    with another half-life. One statement sees both as of the same instant, so nothing need be locked."""
    await _many(tx)
    return list((await tx.execute(_ASTRAY, _given(span, at, await load_scale(tx, at)))).scalars())


async def counted(tx: Tx) -> bool:
    """Whether any tally is kept at all."""
    return bool((await tx.execute(text("SELECT EXISTS (SELECT FROM shop_tally)"))).scalar_one())


async def refresh(tx: Tx, span: Span, at: datetime, *, count: bool = True, lane: int | None = None) -> tuple[int, int]:
    """Grade a span of shops and keep the day's snapshots; with `count`, after counting their tallies anew.

    Returns how many scores were written and how many tallies had to be put right. The caller commits.
    """
    await hold_all(tx, lane)
    await _many(tx)
    righted = await recount(tx, span, at) if count else 0
    return await grade(tx, span, at, keep=True), righted


async def recount(tx: Tx, span: Span, at: datetime) -> int:
    """Tallies as the lines of the ledger say; how many were otherwise. Needs `hold_shop` or `hold_all`."""
    return (await tx.execute(_RECOUNT, _given(span, at, await load_scale(tx, at)))).rowcount


async def grade(tx: Tx, span: Span, at: datetime, *, keep: bool = False) -> int:
    """Scores as tallies and provincial data say, and the visits that follow; how many were written. `keep`: also as
    the snapshot of the day. Needs `hold_shop` or `hold_all`."""
    scale = await load_scale(tx, at)
    tree = await load_tree(tx, at, scale)
    worth: dict[str, Json] = {"codes": list(tree), "worths": [kind.worth for kind in tree.values()], "keep": keep}
    given = _given(span, at, scale)
    graded = (await tx.execute(_GRADE, given | worth)).scalar_one()
    for statement in (_OVER, _CROSSED):
        await tx.execute(statement, given)
    return int(graded)


def _given(span: Span, at: datetime, scale: Scale) -> dict[str, Json]:
    return {"first": span.first, "last": span.last, "at": at, "day": local_day(at), **asdict(scale)}


async def _many(tx: Tx) -> None:
    """Hundreds of thousands of shops are hashed; looking them up one by one takes longer, and for ever in tables that
    were empty when PostgreSQL last looked."""
    await tx.execute(text("SET LOCAL work_mem = '64MB'"))
    await tx.execute(text("SET LOCAL enable_nestloop = off"))


_WRONG = f"""
WITH fresh AS (
    SELECT licence_no, indicator, sum(faded(half_lives(at, :at, :half_life_days))) AS amount
    FROM ({COUNTED}) AS counted GROUP BY licence_no, indicator
), kept AS (
    SELECT licence_no, indicator, amount * faded(half_lives(at, :at, :half_life_days)) AS amount
    FROM shop_tally WHERE licence_no BETWEEN :first AND :last
), wrong AS (
    SELECT licence_no, indicator, fresh.amount FROM fresh FULL JOIN kept USING (licence_no, indicator)
    WHERE fresh.amount IS NULL OR kept.amount IS NULL OR abs(fresh.amount - kept.amount) > 1e-9 * fresh.amount
)"""  # noqa: S608 - nothing but constants
_ASTRAY = text(f"{_WRONG} SELECT DISTINCT licence_no FROM wrong ORDER BY licence_no")  # noqa: S608 - as above
# What differs is written, and nothing else: a million rows at rest are only read.
_RECOUNT = text(f"""
{_WRONG}, gone AS (
    DELETE FROM shop_tally t USING wrong w
    WHERE w.amount IS NULL AND t.licence_no = w.licence_no AND t.indicator = w.indicator
)
INSERT INTO shop_tally (licence_no, indicator, amount, at)
SELECT licence_no, indicator, amount, :at FROM wrong WHERE amount IS NOT NULL
ON CONFLICT (licence_no, indicator) DO UPDATE SET amount = excluded.amount, at = excluded.at
""")  # noqa: S608 - nothing but constants

# Cartons fade from the end of their quarter on. Of several provincial models the one that says the worst counts.
_GRADE = text("""
WITH tree AS (
    SELECT t.licence_no, sum(t.amount * faded(half_lives(t.at, :at, :half_life_days)) * w.points) AS points
    FROM shop_tally t
    JOIN unnest(CAST(:codes AS text[]), CAST(:worths AS float8[])) AS w (code, points) ON w.code = t.indicator
    WHERE t.licence_no BETWEEN :first AND :last GROUP BY t.licence_no
), province AS (
    SELECT licence_no, max(score) AS score FROM (
        SELECT DISTINCT ON (licence_no, model) licence_no, score FROM feed_score
        WHERE licence_no BETWEEN :first AND :last AND day <= :day AND replaced_by IS NULL
        ORDER BY licence_no, model, day DESC
    ) AS newest GROUP BY licence_no
), outflow AS (
    SELECT licence_no, sum(quantity * CASE direction WHEN 'in_province' THEN CAST(:in_province AS float8)
                                      ELSE :out_of_province END
                           * faded(greatest(half_lives(quarter_end(quarter), :at, :half_life_days), 0))) AS cartons
    FROM feed_outflow
    WHERE licence_no BETWEEN :first AND :last AND replaced_by IS NULL GROUP BY licence_no
), parts AS (
    SELECT m.licence_no, m.county_code, s.kept_score, s.kept_level, s.kept_on, s.score IS NOT NULL AS known,
           CAST(:city_points AS float8) * (1 - faded(coalesce(t.points, 0) / :city_half)) AS city,
           CAST(:province_points AS float8) * (least(greatest(coalesce(p.score, 0), 0), 100) / 100) AS province,
           CAST(:outflow_points AS float8) * (1 - faded(coalesce(o.cartons, 0) / :outflow_half)) AS outflow
    FROM merchant m LEFT JOIN tree t USING (licence_no) LEFT JOIN province p USING (licence_no)
    LEFT JOIN outflow o USING (licence_no) LEFT JOIN shop_score s USING (licence_no)
    WHERE m.licence_no BETWEEN :first AND :last
      AND (t.points IS NOT NULL OR p.score IS NOT NULL OR o.cartons IS NOT NULL OR s.score IS NOT NULL)
), scored AS (
    SELECT *, least(city + province + outflow, 100) AS score,
           CASE WHEN city + province + outflow >= :key THEN 'key' WHEN city + province + outflow >= :watch THEN 'watch'
                ELSE 'service' END AS level
    FROM parts
), judged AS (
    SELECT *, :keep AND (kept_score IS NULL OR abs(score - kept_score) >= 1 OR level <> kept_level) AS moved FROM scored
), changed AS (
    UPDATE shop_score s SET
        county_code = j.county_code, score = j.score, level = j.level, city = j.city, province = j.province,
        outflow = j.outflow, at = :at, kept_score = CASE WHEN moved THEN j.score ELSE j.kept_score END,
        kept_level = CASE WHEN moved THEN j.level ELSE j.kept_level END,
        kept_on = CASE WHEN moved THEN CAST(:day AS date) ELSE j.kept_on END
    FROM judged j WHERE j.known AND s.licence_no = j.licence_no AND s.licence_no BETWEEN :first AND :last
), added AS (
    INSERT INTO shop_score (licence_no, county_code, score, level, city, province, outflow, at,
                            kept_score, kept_level, kept_on)
    SELECT licence_no, county_code, score, level, city, province, outflow, :at, CASE WHEN moved THEN score END,
           CASE WHEN moved THEN level END, CASE WHEN moved THEN CAST(:day AS date) END
    FROM judged WHERE NOT known
), kept AS (
    INSERT INTO score_snapshot (licence_no, day, score, level, city, province, outflow)
    SELECT licence_no, :day, score, level, city, province, outflow FROM judged WHERE moved
    ON CONFLICT (licence_no, day) DO UPDATE SET
        score = excluded.score, level = excluded.level, city = excluded.city, province = excluded.province,
        outflow = excluded.outflow
)
SELECT count(*) FROM judged
""")

_CROSSED = text("""
INSERT INTO visit (licence_no, opened_at, score)
SELECT s.licence_no, :at, s.score FROM shop_score s JOIN merchant m USING (licence_no)
WHERE s.level = 'key' AND m.status <> 'closed' AND s.licence_no BETWEEN :first AND :last
ON CONFLICT (licence_no) WHERE over_at IS NULL DO NOTHING
""")
# A visit is over when its matter is settled and the score well below the line, so that it may cross it again.
_OVER = text("""
UPDATE visit v SET over_at = :at FROM shop_score s
WHERE v.over_at IS NULL AND s.licence_no = v.licence_no AND v.licence_no BETWEEN :first AND :last
  AND s.score < CAST(:key AS float8) - :rearm
  AND (v.clue IS NULL AND v.asked_by IS NULL OR EXISTS (
      SELECT FROM clue c WHERE c.number = v.clue
      AND (c.state IN ('answered', 'unfounded', 'transferred', 'archived')
           OR c.problem_state IN ('closed', 'closed_unfounded', 'archived'))))
""")
