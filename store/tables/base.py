"""What every table is made with: the one metadata, moments, points."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import DateTime, MetaData
from sqlalchemy.types import UserDefinedType

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

When = DateTime(timezone=True)


class Point(UserDefinedType[str]):
    """PostgreSQL's own `point`: two floats, with nearest-neighbour search by GiST and no extension."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "point"

    def bind_processor(self, dialect: object) -> Callable[[str | None], tuple[float, ...] | None]:
        """What turns "(x,y)" into the two floats that the driver takes."""
        return _pair


def _pair(point: str | None) -> tuple[float, ...] | None:
    return None if point is None else tuple(float(part) for part in point.strip("()").split(","))
