"""What provincial data say of one shop, or of all shops on one day: for the shop's profile and its score."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select

from store.db import Tx
from store.feeds.judging import known_cycles
from store.tables.feeds import feed_order, feed_outflow, feed_score, feed_warning


def scores_on(day: date) -> Select[tuple[str, str, float, date]]:
    """(licence_no, model, score, day): the newest provincial score of every shop and model up to that day."""
    own = feed_score.c
    return (
        select(own.licence_no, own.model, own.score, own.day)
        .where(own.replaced_by.is_(None), own.day <= day)
        .distinct(own.licence_no, own.model)
        .order_by(own.licence_no, own.model, own.day.desc())
    )


async def scores_of(tx: Tx, licence_no: str, day: date) -> Sequence[Row[tuple[str, str, float, date]]]:
    """The same for one shop."""
    return (await tx.execute(scores_on(day).where(feed_score.c.licence_no == licence_no))).all()


async def orders_of(tx: Tx, licence_no: str, cycles: int = 12) -> Sequence[Any]:
    """(cycle, brand, quantity, amount, address) of a shop in the last cycles, the newest first."""
    own, last = feed_order.c, (await known_cycles(tx))[-cycles:]
    columns = (own.cycle, own.brand, own.quantity, own.amount, own.address)
    query = select(*columns).where(own.cycle.in_(last), own.licence_no == licence_no, own.replaced_by.is_(None))
    return (await tx.execute(query.order_by(own.cycle.desc(), own.brand))).all()


async def outflow_of(tx: Tx, licence_no: str) -> Sequence[Any]:
    """(period, quarter, direction, quantity, source) of everything of a shop that was found elsewhere, the newest
    first."""
    own = feed_outflow.c
    columns = (own.period, own.quarter, own.direction, own.quantity, own.source)
    query = select(*columns).where(own.licence_no == licence_no, own.replaced_by.is_(None))
    return (await tx.execute(query.order_by(own.quarter.desc(), own.period.desc()))).all()


def outflow_on(quarter: str) -> Select[tuple[str, float]]:
    """(licence_no, cartons) of every shop whose goods were found elsewhere up to that quarter."""
    own = feed_outflow.c
    known = select(own.licence_no, func.sum(own.quantity)).where(own.replaced_by.is_(None), own.quarter <= quarter)
    return known.group_by(own.licence_no)


async def warnings_of(tx: Tx, licence_no: str) -> Sequence[Any]:
    """(rule, cycle, facts, clue, at) of what the rules said of a shop's orders, the newest first."""
    own = feed_warning.c
    columns = (own.rule, own.cycle, own.facts, own.clue, own.at)
    query = select(*columns).where(own.licence_no == licence_no).order_by(own.cycle.desc(), own.rule)
    return (await tx.execute(query.limit(20))).all()
