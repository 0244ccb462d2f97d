"""What the books lack: each gap counted, and listed by what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import text

from store.db import Tx


@dataclass(frozen=True, slots=True)
class Gap:
    """One kind of gap. `query` gives (id, name, more) in a fixed order; `opens` says what the ids are of: person,
    unit, shop, indicator, or nothing that a page shows."""

    key: str
    query: str
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that has the gap."""

    id: str
    name: str
    more: str


_GAPS = (
    Gap(
        "people_unreached",
        """SELECT p.id, p.name, u.name_zh AS more FROM person p JOIN unit u ON u.code = p.unit_code
        WHERE p.active AND NOT EXISTS (SELECT FROM contact c WHERE c.person_id = p.id AND c.off_at IS NULL)
        ORDER BY u.path, p.id""",
        "person",
    ),
    Gap(
        "field_staff_without_role",
        """SELECT p.id, p.name, u.name_zh AS more FROM person p JOIN unit u ON u.code = p.unit_code
        WHERE p.active AND p.role = 'field_staff' AND p.field_role IS NULL ORDER BY u.path, p.id""",
        "person",
    ),
    Gap(
        "units_without_head",
        """SELECT u.code AS id, u.name_zh AS name, coalesce(o.name_zh, '') AS more
        FROM unit u LEFT JOIN unit o ON o.code = u.parent_code
        WHERE u.closed_at IS NULL AND u.department IN ('enforcement', 'marketing', 'logistics') AND NOT EXISTS (
          SELECT FROM person p WHERE p.unit_code = u.code AND p.active AND p.role = 'department_head')
        ORDER BY u.path""",
        "unit",
    ),
    Gap(
        "bureaus_without_supervision",
        """SELECT u.code AS id, u.name_zh AS name, '' AS more FROM unit u
        WHERE u.closed_at IS NULL AND u.kind IN ('county', 'city') AND NOT EXISTS (
          SELECT FROM person p JOIN unit w ON w.code = p.unit_code
          WHERE p.active AND p.role = 'supervision_officer' AND u.code IN (w.code, w.parent_code)) ORDER BY u.path""",
        "unit",
    ),
    Gap(
        "shops_without_place",
        """SELECT m.licence_no AS id, m.name, m.address AS more FROM merchant m
        WHERE m.status <> 'closed' AND m.lat IS NULL ORDER BY m.licence_no""",
        "shop",
    ),
    Gap(
        "shops_without_field_roles",
        """SELECT m.licence_no AS id, m.name, concat_ws(', ',
          CASE WHEN m.customer_manager IS NULL THEN 'customer_manager'
          END, CASE WHEN m.market_inspector IS NULL THEN 'market_inspector' END,
          CASE WHEN m.delivery_worker IS NULL THEN 'delivery_worker' END) AS more
        FROM merchant m WHERE m.status <> 'closed'
          AND (m.customer_manager IS NULL OR m.market_inspector IS NULL OR m.delivery_worker IS NULL)
        ORDER BY m.licence_no""",
        "shop",
    ),
    Gap(
        "shops_of_people_who_left",
        """SELECT m.licence_no AS id, m.name, p.name AS more FROM merchant m JOIN person p
          ON p.id = m.customer_manager AND NOT p.active WHERE m.status <> 'closed'
        UNION SELECT m.licence_no, m.name, p.name FROM merchant m JOIN person p
          ON p.id = m.market_inspector AND NOT p.active WHERE m.status <> 'closed'
        UNION SELECT m.licence_no, m.name, p.name FROM merchant m JOIN person p
          ON p.id = m.delivery_worker AND NOT p.active WHERE m.status <> 'closed' ORDER BY id, more""",
        "shop",
    ),
    Gap(
        "indicators_without_department",
        """SELECT i.code AS id, i.name_zh AS name, i.responsible_department AS more FROM indicator i
        WHERE i.active AND i.responsible_department NOT IN ('supervision', 'enforcement', 'marketing', 'logistics')
        ORDER BY i.code""",
        "indicator",
    ),
    Gap(
        "entries_without_holder",
        """SELECT number AS id, state AS name, '' AS more FROM clue
        WHERE state IN ('head_review', 'county_review', 'city_review', 'need_info')
          AND (due_at IS NULL OR (holder_person IS NULL AND holder_unit IS NULL))
        UNION ALL SELECT number, state, '' FROM problem WHERE state NOT IN ('closed', 'closed_unfounded', 'archived')
          AND (due_at IS NULL OR (holder_person IS NULL AND holder_unit IS NULL)) ORDER BY id""",
    ),
    Gap(
        "photos_lost",
        """SELECT coalesce(e.number, '') AS id, p.name, e.kind || ' · ' || coalesce(e.reason, '') AS more
        FROM evidence e JOIN person p ON p.id = e.person_id WHERE e.state = 'failed'
        ORDER BY e.received_at DESC, e.id""",
    ),
    Gap(
        "addresses_out_of_use",
        """SELECT p.id, p.name, c.door || ' ' || c.address || ' · ' || coalesce(c.off_reason, '') AS more
        FROM contact c JOIN person p ON p.id = c.person_id WHERE p.active AND c.off_at IS NOT NULL
        ORDER BY p.id, c.door""",
        "person",
    ),
)
GAPS: Mapping[str, Gap] = MappingProxyType({gap.key: gap for gap in _GAPS})


async def counts(tx: Tx) -> dict[str, int]:
    """How many of each gap there are."""
    every = " UNION ALL ".join(f"SELECT '{gap.key}', (SELECT count(*) FROM ({gap.query}) AS g)" for gap in _GAPS)  # noqa: S608
    return {row[0]: row[1] for row in await tx.execute(text(every))}


async def listed(tx: Tx, key: str, start: int, size: int) -> tuple[Sequence[Found], int]:
    """What has that gap, and how many there are."""
    count = text(f"SELECT count(*) FROM ({GAPS[key].query}) AS g")  # noqa: S608
    total = (await tx.execute(count)).scalar_one()
    page = text(f"{GAPS[key].query} LIMIT :size OFFSET :start")
    rows = await tx.execute(page, {"size": size, "start": start})
    return [Found(row.id, row.name, row.more) for row in rows], total
