"""The four kinds of provincial files: their columns, what else the columns may be called, what tells rows apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import Table

from store.feeds.fields import cycle, direction, instant, period, quarter, quarter_of, share
from store.master.imports.fields import Column, code, day, digits, maybe_words, number, words
from store.master.imports.kinds import Kind, Row
from store.tables.feeds import feed_order, feed_outflow, feed_score, feed_target
from store.texts import _

_licence, _cartons, _yuan = digits(12), number(0, 10_000_000), number(0, 10_000_000_000)
_SHOP = {"许可证号": "licence_no", "零售许可证号": "licence_no", "专卖许可证号": "licence_no"}


class Feed(Kind):
    """One kind of provincial file. `key` is empty: rows are told apart in the database (`telling`), not in memory."""

    key = stored_key = ""
    also: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Other names of columns, as provincial systems write them."""
    telling: ClassVar[tuple[str, ...]]
    """What tells two rows apart: a row of the same key replaces what the books have."""
    absent = _("The column is missing and is taken as empty.")
    where: ClassVar[str] = "licence_no"
    """The column that must be in the books: a shop's licence or a county's code."""

    def __init__(self) -> None:
        self.names = tuple(column.name for column in self.table.c if column.name not in ("batch", "replaced_by"))
        """The columns of `table` that rows fill."""

    def derive(self, values: dict[str, Any]) -> None:
        """Add what follows from the cells of a row."""

    def staged(self, rows: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
        """The number of each row, then its values."""
        for row in rows:
            values = row.values
            self.derive(values)
            yield (row.number, *[values.get(name, "") for name in self.names])


class Orders(Feed):
    """What shops ordered: one row for each brand of an order. `quantity` in cartons, `amount` in yuan; `address` is
    where the order came from: an IP address, a device, an account."""

    table: ClassVar[Table] = feed_order
    telling = ("cycle", "licence_no", "brand", "at")
    columns = (
        Column("licence_no", _licence),
        Column("cycle", cycle),
        Column("brand", words(100)),
        Column("quantity", _cartons),
        Column("amount", _yuan),
        Column("address", maybe_words(200), needed=False),
        Column("at", instant),
    )
    also = MappingProxyType(
        _SHOP
        | {"订货周期": "cycle", "周期": "cycle", "品牌": "brand", "品规": "brand", "卷烟名称": "brand"}
        | {"数量": "quantity", "数量(条)": "quantity", "订货量": "quantity", "金额": "amount", "金额(元)": "amount"}
        | {"order_cycle": "cycle", "订货地址": "address", "订货ip": "address", "地址": "address"}
        | {"时间": "at", "订货时间": "at"}
    )


class Scores(Feed):
    """The provincial bureau's score of a shop, 0 to 100, more is worse; `model` when it has several."""

    table: ClassVar[Table] = feed_score
    telling = ("licence_no", "day", "model")
    columns = (
        Column("licence_no", _licence),
        Column("day", day),
        Column("score", number(0, 100)),
        Column("model", maybe_words(100), needed=False),
    )
    also = MappingProxyType(
        _SHOP | {"日期": "day", "date": "day", "分值": "score", "省局分值": "score", "得分": "score", "模型": "model"}
    )


class Outflow(Feed):
    """Goods of our shops found elsewhere. Records are told apart by everything they say: two of them are the same
    find only when they agree in all of it."""

    table: ClassVar[Table] = feed_outflow
    telling = ("licence_no", "period", "direction", "source", "quantity")
    columns = (
        Column("licence_no", _licence),
        Column("quantity", number(0.001, 10_000_000)),
        Column("period", period),
        Column("direction", direction),
        Column("source", maybe_words(200), needed=False),
    )
    also = MappingProxyType(
        _SHOP
        | {"数量": "quantity", "数量(条)": "quantity", "时期": "period", "时间": "period", "日期": "period"}
        | {"外流类型": "direction", "流向": "direction", "来源": "source", "案件编号": "source"}
    )

    def derive(self, values: dict[str, Any]) -> None:
        values["quarter"] = quarter_of(values["period"])


class Targets(Feed):
    """What a county sells in a quarter (cartons), and the share of it that may flow out."""

    table: ClassVar[Table] = feed_target
    telling = ("quarter", "county_code")
    where = "county_code"
    columns = (
        Column("county_code", code),
        Column("quarter", quarter),
        Column("sales", number(0.001, 1_000_000_000)),
        Column("cap", share),
    )
    also = MappingProxyType(
        {"county": "county_code", "县区": "county_code", "县局": "county_code", "季度": "quarter", "销量": "sales"}
        | {"外流上限": "cap", "上限": "cap"}
    )


FEEDS: Mapping[str, type[Feed]] = MappingProxyType(
    {"orders": Orders, "scores": Scores, "outflow": Outflow, "targets": Targets}
)
