"""A small sample world for everybody's tests: two county bureaus under one city, staff of every role, a few shops.

`await build_world(tx)` inserts it. People are named after where they sit and what they do: `mq` and `sx` are the two
counties, `sq` the city; `cm`, `mi`, `dw` the three field roles; `ng` supervision; `head`, `leader`. The logistics
department of `mq` has no head on purpose. Everybody is reached at ("wecom", their userid).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables
from store.db import Tx
from store.master.geo import spot
from store.master.merchants import grams
from store.words import Address, Department, FieldRole, Level, Person, Role

CITY, MQ, SX = "411400", "411421", "411422"
_DEPARTMENTS = {
    "NG": ("supervision", "内管", "supervision"),
    "ZM": ("enforcement", "专卖", "enforcement"),
    "YX": ("marketing", "营销", "marketing"),
    "WL": ("logistics", "物流", "logistics"),
    "LD": ("leadership", "领导班子", "leadership"),
}
_BUREAUS = {
    CITY: ("商丘市局", "Shangqiu bureau", "city"),
    MQ: ("民权县局", "Minquan bureau", "county"),
    SX: ("睢县县局", "Suixian bureau", "county"),
}

CM, MI, DW = FieldRole.CUSTOMER_MANAGER, FieldRole.MARKET_INSPECTOR, FieldRole.DELIVERY_WORKER
_FIELD, _HEAD, _OFFICER, _LEADER = Role.FIELD_STAFF, Role.DEPARTMENT_HEAD, Role.SUPERVISION_OFFICER, Role.LEADER


@dataclass(frozen=True, slots=True)
class _Staff:
    name: str
    unit: str
    role: Role
    field_role: FieldRole | None = None
    language: str = "zh"


STAFF: dict[str, _Staff] = {
    "mq-cm": _Staff("林晓", f"{MQ}-YX", _FIELD, CM),
    "mq-cm2": _Staff("Amy Zhou", f"{MQ}-YX", _FIELD, CM, "en"),
    "mq-mi": _Staff("赵刚", f"{MQ}-ZM", _FIELD, MI),
    "mq-dw": _Staff("孙平", f"{MQ}-WL", _FIELD, DW),
    "mq-yx-head": _Staff("钱芳", f"{MQ}-YX", _HEAD),
    "mq-zm-head": _Staff("李强", f"{MQ}-ZM", _HEAD),
    "mq-ng1": _Staff("周正", f"{MQ}-NG", _OFFICER),
    "mq-ng2": _Staff("吴敏", f"{MQ}-NG", _OFFICER),
    "mq-leader": _Staff("郑远", f"{MQ}-LD", _LEADER),
    "sx-cm": _Staff("王悦", f"{SX}-YX", _FIELD, CM),
    "sx-mi": _Staff("冯涛", f"{SX}-ZM", _FIELD, MI),
    "sx-dw": _Staff("陈亮", f"{SX}-WL", _FIELD, DW),
    "sx-yx-head": _Staff("褚岚", f"{SX}-YX", _HEAD),
    "sx-zm-head": _Staff("卫东", f"{SX}-ZM", _HEAD),
    "sx-wl-head": _Staff("蒋洁", f"{SX}-WL", _HEAD),
    "sx-ng": _Staff("沈清", f"{SX}-NG", _OFFICER),
    "sx-leader": _Staff("韩松", f"{SX}-LD", _LEADER),
    "sq-yx": _Staff("杨帆", f"{CITY}-YX", _FIELD, CM),
    "sq-yx-head": _Staff("朱琳", f"{CITY}-YX", _HEAD),
    "sq-ng1": _Staff("秦明", f"{CITY}-NG", _OFFICER),
    "sq-ng2": _Staff("Tom Xu", f"{CITY}-NG", _OFFICER, None, "en"),
    "sq-leader": _Staff("何川", f"{CITY}-LD", _LEADER),
    "sq-admin": _Staff("吕管", f"{CITY}-NG", Role.ADMINISTRATOR),
    "sq-custodian": _Staff("施封", f"{CITY}-NG", Role.CUSTODIAN),
}

SHOP, SHOP_NEAR, SHOP_SX = "411421100001", "411421100002", "411422100001"
_SHOPS: tuple[tuple[str, str, str, str, str, float, float, str], ...] = (
    (SHOP, "江山便利店", "张江山", "人民路 12 号", MQ, 34.6494, 115.1423, "jsbld"),
    (SHOP_NEAR, "好运来超市", "刘好", "人民路 18 号", MQ, 34.6499, 115.1432, "hylcs"),
    ("411421100003", "城西烟酒", "马成", "建设路 3 号", MQ, 34.6600, 115.1200, "cxyj"),
    (SHOP_SX, "睢州商行", "田中", "中心大街 5 号", SX, 34.4295, 115.0642, "szsh"),
    ("411422100002", "湖畔小店", "石磊", "环湖路 8 号", SX, 34.4400, 115.0700, "hpxd"),
)

_INDICATORS: tuple[tuple[str, str | None, str, str, int, int, str, int, str], ...] = (
    ("W", None, "外部管控", "External control", 1, 3, "supervision", 7, ""),
    ("W1", "W", "外部违法类", "External - illegal", 2, 4, "enforcement", 5, ""),
    ("W101", "W1", "许可证违法", "Licence offences", 3, 4, "enforcement", 5, ""),
    ("W10101", "W101", "无证经营", "Retailing without a licence", 4, 4, "enforcement", 5, "无证|黑店"),
    ("W10102", "W101", "使用失效许可证", "Using an invalid licence", 4, 3, "enforcement", 7, "过期"),
    ("W2", "W", "外部违规类", "External - violation", 2, 3, "marketing", 7, ""),
    ("W202", "W2", "串码外流", "Wrong codes and diversion", 3, 3, "enforcement", 7, ""),
    ("W20201", "W202", "串码", "Cartons coded to another shop", 4, 3, "enforcement", 7, "串码|别人的码"),
    ("W209", "W2", "其他外部问题", "Other external", 3, 2, "supervision", 10, ""),
    ("W20999", "W209", "其他外部问题(待归类)", "Other external (to be classified)", 4, 2, "supervision", 10, "其他"),
    ("N", None, "对内监督", "Internal supervision", 1, 4, "supervision", 5, ""),
    ("N1", "N", "内部违法类", "Internal - illegal", 2, 5, "supervision", 3, ""),
    ("N101", "N1", "职务违法", "Abuse of post", 3, 5, "supervision", 3, ""),
    ("N10101", "N101", "内外勾结", "Staff colluding with outsiders", 4, 5, "supervision", 3, "内鬼|内外勾结"),
)
CODE, CODE_OTHER, CODE_INTERNAL = "W20201", "W20999", "N10101"


async def build_world(tx: Tx) -> None:
    """Insert the sample world; once per database."""
    await tx.execute(insert(tables.unit), _units())
    await tx.execute(insert(tables.person), [_row(userid, staff) for userid, staff in STAFF.items()])
    contacts = [{"door": "wecom", "address": userid, "person_id": userid} for userid in STAFF]
    await tx.execute(upsert(tables.contact).on_conflict_do_nothing(), contacts)
    await tx.execute(insert(tables.indicator), [_indicator(*row) for row in _INDICATORS])
    await tx.execute(insert(tables.merchant), [_shop(*row) for row in _SHOPS])


def who(userid: str) -> Person:
    """That member of staff, as the ledgers see them, speaking from WeCom."""
    staff = STAFF[userid]
    bureau, _, department = staff.unit.partition("-")
    return Person(
        id=userid,
        name=staff.name,
        role=staff.role,
        unit=staff.unit,
        department=Department(_DEPARTMENTS[department][0]),
        bureau=bureau,
        level=Level(_BUREAUS[bureau][2]),
        field_role=staff.field_role,
        language=staff.language,
        address=Address("wecom", userid),
    )


def _units() -> list[dict[str, Any]]:
    rows = []
    for code, (zh, en, kind) in _BUREAUS.items():
        path = code if code == CITY else f"{CITY}/{code}"
        parent = None if code == CITY else CITY
        rows.append(_unit(code, parent, zh, en, kind, None, path))
        for suffix, (department, name_zh, name_en) in _DEPARTMENTS.items():
            own = f"{code}-{suffix}"
            rows.append(
                _unit(own, code, f"{zh}{name_zh}", f"{en}, {name_en}", "department", department, f"{path}/{own}")
            )
    return rows


def _unit(code: str, parent: str | None, zh: str, en: str, kind: str, dep: str | None, path: str) -> dict[str, Any]:
    return {
        "code": code,
        "parent_code": parent,
        "name_zh": zh,
        "name_en": en,
        "kind": kind,
        "department": dep,
        "path": path,
    }


def _row(userid: str, staff: _Staff) -> dict[str, Any]:
    return {
        "id": userid,
        "id_lower": userid.lower(),
        "name": staff.name,
        "unit_code": staff.unit,
        "role": staff.role.value,
        "field_role": staff.field_role and staff.field_role.value,
        "language": staff.language,
    }


def _indicator(
    code: str, parent: str | None, zh: str, en: str, level: int, severity: int, department: str, due: int, keywords: str
) -> dict[str, Any]:
    natures = {"1": "illegal", "2": "violation"}
    return {
        "code": code,
        "parent_code": parent,
        "name_zh": zh,
        "name_en": en,
        "side": "internal" if code.startswith("N") else "external",
        "nature": natures.get(code[1:2]),
        "level": level,
        "weight": 5.0 if level == 4 else 1.0,
        "severity": severity,
        "responsible_department": department,
        "due_working_days": due,
        "keywords_zh": [word for word in keywords.split("|") if word],
    }


def _shop(
    licence: str, name: str, owner: str, address: str, county: str, lat: float, lon: float, initials: str
) -> dict[str, Any]:
    letters = "mq" if county == MQ else "sx"
    return {
        "licence_no": licence,
        "name": name,
        "owner": owner,
        "address": address,
        "county_code": county,
        "lat": lat,
        "lon": lon,
        "datum": "wgs84",
        "spot": spot(lat, lon),
        "initials": initials,
        "grams": grams(name, owner, initials, county),
        "customer_manager": f"{letters}-cm",
        "market_inspector": f"{letters}-mi",
        "delivery_worker": f"{letters}-dw",
    }
