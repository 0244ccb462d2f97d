"""The warning rules on orders: one row each, with its thresholds as dated settings (`feed.<name>` in `setting`).

A rule is a question to the rows of one order cycle (and of the cycles before it), answered with the shops that it
warns of and the facts that its sentence tells. To warn of something else, add a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from store.clock.clocks import dated
from store.db import Tx
from store.texts import _, said
from store.words import Json

PREFIX = "feed."


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on a rule warns. Percentages are of the mean of the cycles before; 200 is twice as much."""

    cycles: int = 3  # how many cycles before are the measure; a shop that missed one of them has none
    brand_percent: float = 200.0
    price_percent: float = 200.0
    least_cartons: float = 5.0  # a brand's order below this warns of nothing: three cartons after one say little
    shops_at_address: int = 2
    most_at_address: int = 100  # an address that more shops share is a gateway of the network, not somebody's phone


async def load_thresholds(tx: Tx, at: datetime) -> Thresholds:
    """The thresholds as they stood at that moment."""
    return replace(Thresholds(), **await dated(tx, PREFIX, [one.name for one in fields(Thresholds)], at))


@dataclass(frozen=True, slots=True)
class Rule:
    """`query` gives (licence_no, facts) for the cycle `:cycle`, with the thresholds as parameters. It may read
    `order_this` (licence_no, brand, quantity, amount), the same of the cycles before as `order_before` (earlier, cost)
    and `order_regular`, the shops that ordered in each of them; `compares`: then it does, and is silent until there
    are enough cycles before."""

    name: str
    zh: str
    en: str
    indicator: str
    query: str
    told: Callable[[Mapping[str, Json], str], str]
    compares: bool = True


_BRAND = """
SELECT licence_no, jsonb_build_object('percent', CAST(:brand_percent AS float8), 'count', count(*),
    'brands', (array_agg(jsonb_build_object('brand', brand, 'quantity', quantity, 'mean', mean)
    ORDER BY quantity / mean DESC, brand))[1:5])
FROM order_this JOIN order_before USING (licence_no, brand) JOIN order_regular USING (licence_no)
CROSS JOIN LATERAL (SELECT earlier / CAST(:cycles AS bigint) AS mean) AS measure
WHERE mean > 0 AND quantity >= CAST(:least_cartons AS float8)
    AND quantity * 100 > CAST(:brand_percent AS float8) * mean
GROUP BY licence_no
"""

_PRICE = """
SELECT licence_no, jsonb_build_object('percent', CAST(:price_percent AS float8), 'price', price, 'mean', mean)
FROM (SELECT licence_no, sum(amount) / sum(quantity) AS price FROM order_this
      GROUP BY licence_no HAVING sum(quantity) > 0) AS this
JOIN (SELECT licence_no, sum(cost) / sum(earlier) AS mean FROM order_before
      GROUP BY licence_no HAVING sum(earlier) > 0) AS before USING (licence_no)
JOIN order_regular USING (licence_no)
WHERE mean > 0 AND price * 100 > CAST(:price_percent AS float8) * mean
"""

_ADDRESS = """
WITH used AS (
    SELECT DISTINCT address, licence_no FROM feed_order
    WHERE cycle = :cycle AND replaced_by IS NULL AND address <> ''
), shared AS (
    SELECT address, array_agg(licence_no ORDER BY licence_no) AS shops FROM used GROUP BY address
    HAVING count(*) BETWEEN CAST(:shops_at_address AS bigint) AND CAST(:most_at_address AS bigint)
)
SELECT shop, jsonb_build_object('count', count(*), 'addresses', (array_agg(jsonb_build_object(
    'address', address, 'shops', cardinality(shops), 'others', (array_remove(shops, shop))[1:5])
    ORDER BY cardinality(shops) DESC, address))[1:3])
FROM shared, unnest(shops) AS shop GROUP BY shop
"""


def _told_brands(facts: Mapping[str, Json], language: str) -> str:
    one = _("“{brand}”: {quantity} cartons, {times} times its mean of the cycles before ({mean})")
    parts = [
        said(one, language, {**brand, **_figures(brand["quantity"], brand["mean"])} | {"brand": brand["brand"]})
        for brand in facts["brands"]
    ]
    return _listed(parts, facts["count"], language)


def _told_price(facts: Mapping[str, Json], language: str) -> str:
    sentence = _("A carton cost {quantity} yuan on average, {times} times the mean of the cycles before ({mean})")
    return said(sentence, language, _figures(facts["price"], facts["mean"]))


def _told_addresses(facts: Mapping[str, Json], language: str) -> str:
    sentence = _("{address} ordered for {count} shops, also for {others}")
    between = "、" if language == "zh" else ", "
    parts = []
    for one in facts["addresses"]:
        others = between.join(one["others"]) + ("…" if one["shops"] - 1 > len(one["others"]) else "")
        parts.append(said(sentence, language, {"address": one["address"], "count": one["shops"], "others": others}))
    return _listed(parts, facts["count"], language)


def _figures(now: float, mean: float) -> dict[str, str]:
    return {"quantity": f"{now:.10g}", "mean": f"{mean:.4g}", "times": f"{now / mean:.1f}"}


def _listed(parts: list[str], count: int, language: str) -> str:
    more = said(_("and {count} more"), language, {"count": count - len(parts)})
    return ("；" if language == "zh" else "; ").join([*parts, *([more] if count > len(parts) else [])])


RULES: tuple[Rule, ...] = (
    # 前3周期均值2倍以上 and 同一IP、设备或微信号为多户订货, as the indicators say
    Rule("brand_surge", "单品订货突增", "a brand's order surges", "W20201", _BRAND, _told_brands),
    Rule("price_surge", "订单均价异常", "the average price surges", "W20202", _PRICE, _told_price),
    Rule(
        "shared_address",
        "同一地址为多户订货",
        "one address orders for several shops",
        "W20203",
        _ADDRESS,
        _told_addresses,
        compares=False,
    ),
)
BY_NAME: Mapping[str, Rule] = {rule.name: rule for rule in RULES}


def reason(rule: Rule, cycle: str, facts: Mapping[str, Json], language: str = "zh") -> str:
    """The warning as a clue tells it."""
    name = rule.en if language == "en" else rule.zh
    parts = {"name": name, "cycle": cycle, "facts": rule.told(facts, language)}
    return said(_("Warning from orders, cycle {cycle}, {name}: {facts}."), language, parts)
