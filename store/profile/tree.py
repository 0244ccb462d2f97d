"""The indicator tree as scores read it: what one confirmed problem is worth, and in which dimension it counts.

An indicator is worth its own points times the multipliers of every node above it, as they were on that day. Its
dimension is the group it lies in (level 3 of the tree).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, select

from store import tables
from store.db import Tx
from store.master.indicators import values_on
from store.profile.scale import Scale
from store.texts import _, said

UNCODED = ""
"""Stands for the indicator of problems that have none."""

_GROUP = 3
_NO_INDICATOR = _("Without an indicator")


_node = tables.indicator.c
_when: Any = bindparam("at", type_=tables.When)
_values = values_on(_when)
_NODES = select(
    *(_node.code, _node.parent_code, _node.name_zh, _node.name_en, _node.nature, _node.level, _node.active),
    _values.c.weight,
).join(_values, _values.c.code == _node.code)


@dataclass(frozen=True, slots=True)
class Kind:
    """A node of the tree. `worth`: points of one confirmed problem, fresh; `group`: code of its dimension."""

    code: str
    name_zh: str
    name_en: str
    nature: str | None
    worth: float
    group: str
    usable: bool  # an active leaf: a new clue may carry it

    def name(self, language: str) -> str:
        return (self.name_en if language == "en" else self.name_zh) or self.name_zh


Tree = Mapping[str, Kind]


async def load_tree(tx: Tx, at: datetime, scale: Scale) -> Tree:
    """Every node by code, weighed as at that moment, and what stands for none."""
    rows: dict[str, RowMapping] = {row["code"]: row for row in (await tx.execute(_NODES, {"at": at})).mappings()}
    parents = {row["parent_code"] for row in rows.values() if row["active"]}
    none = Kind(
        UNCODED, said(_NO_INDICATOR, "zh"), said(_NO_INDICATOR, "en"), None, scale.uncoded, UNCODED, usable=False
    )
    return {code: _kind(rows, code, leaf=code not in parents) for code in rows} | {UNCODED: none}


def _kind(rows: Mapping[str, Any], code: str, *, leaf: bool) -> Kind:
    row = rows[code]
    chain = [row]
    while (above := chain[-1]["parent_code"]) in rows:
        chain.append(rows[above])
    worth, group = 1.0, row["code"]
    for node in chain:
        worth *= node["weight"]
        if node["level"] == _GROUP:
            group = node["code"]
    return Kind(code, row["name_zh"], row["name_en"], row["nature"], worth, group, usable=leaf and row["active"])
