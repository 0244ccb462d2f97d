"""What was given with a verb, made tidy: known fields get their type, anything odd is refused in words.

Fields that the ledger does not know (a question that an administrator added to a form) are kept as they are: the line
remembers them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from math import isfinite
from uuid import UUID

from store.clock.workdays import SHANGHAI, local_day
from store.master.geo import to_wgs84
from store.words import Datum, Department, Json, Refused

BUSINESS = frozenset(Department) - {Department.LEADERSHIP}
TEXT_LIMIT, SHORT_LIMIT, LIST_LIMIT = 4000, 200, 50


def tidy(given: Mapping[str, Json]) -> dict[str, Json]:
    """The given fields, clean; what is empty is left out. Raises `Refused` (`bad_field`, `too_long`)."""
    found = {}
    for name, value in given.items():
        clean = FIELDS[name](name, value) if name in FIELDS and value is not None else safe(value)
        if clean not in (None, "", [], {}):
            found[name] = clean
    return found


def moment(value: Json) -> datetime:
    """An ISO time as an aware datetime; without an offset it is Shanghai's. Raises `ValueError`."""
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def _text(name: str, value: Json, limit: int = TEXT_LIMIT) -> str:
    if not isinstance(value, str):
        raise Refused("bad_field", field=name)
    clean: str = safe(value).strip()
    if len(clean) > limit:
        raise Refused("too_long", field=name, limit=limit)
    return clean


def _short(name: str, value: Json) -> str:
    return _text(name, value, SHORT_LIMIT)


def _code(name: str, value: Json) -> str:
    return _short(name, value).upper()


def _yes(name: str, value: Json) -> bool:
    known = {True: True, False: False, "yes": True, "no": False}
    if not isinstance(value, bool | str) or value not in known:
        raise Refused("bad_field", field=name)
    return known[value]


def _list(name: str, value: Json) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise Refused("bad_field", field=name)
    if len(value) > LIST_LIMIT:
        raise Refused("too_long", field=name, limit=LIST_LIMIT)
    return list(dict.fromkeys(_short(name, one) for one in value))


def _ids(name: str, value: Json) -> list[str]:
    try:
        return [str(UUID(one)) for one in _list(name, value)]
    except ValueError:
        raise Refused("bad_field", field=name) from None


def _moment(name: str, value: Json) -> str:
    try:
        return moment(value).isoformat()
    except (TypeError, ValueError, OverflowError):
        raise Refused("bad_field", field=name) from None


def _place(name: str, value: Json) -> dict[str, Json]:
    """{lat, lon, datum, accuracy, label}, as sent; a place that was only typed has just its label."""
    if not isinstance(value, Mapping):
        raise Refused("bad_field", field=name)
    label = _short(name, value.get("label") or "")
    if value.get("lat") is None or value.get("lon") is None:
        return {"label": label} if label else {}
    try:
        lat, lon, accuracy = float(value["lat"]), float(value["lon"]), float(value.get("accuracy") or 0)
        datum = Datum(value.get("datum") or Datum.WGS84)
        to_wgs84(lat, lon, datum)
        if not isfinite(accuracy):
            raise ValueError("accuracy is no number")
    except (TypeError, ValueError):
        raise Refused("bad_field", field=name) from None
    place: dict[str, Json] = {"lat": lat, "lon": lon, "datum": datum.value}
    return place | ({"accuracy": abs(accuracy)} if accuracy else {}) | ({"label": label} if label else {})


def _count(name: str, value: Json, most: int) -> int:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Refused("bad_field", field=name)
    return value


def _severity(name: str, value: Json) -> int:
    return _count(name, value, 5)


def _days(name: str, value: Json) -> int:
    return _count(name, value, 60)


def _id(name: str, value: Json) -> int:
    return _count(name, value, 2**53)


def _day(name: str, value: Json) -> str:
    """A day of Shanghai, as ISO text; of a moment its day."""
    try:
        return date.fromisoformat(value).isoformat() if len(value) == 10 else local_day(moment(value)).isoformat()
    except (TypeError, ValueError, OverflowError):
        raise Refused("bad_field", field=name) from None


def _department(name: str, value: Json) -> str:
    if not isinstance(value, str) or value not in BUSINESS:
        raise Refused("bad_field", field=name)
    return value


def _departments(name: str, value: Json) -> list[str]:
    return [_department(name, one) for one in _list(name, value)]


def safe(value: Json) -> Json:
    """A value without what PostgreSQL cannot keep: NUL characters, halves of surrogate pairs, numbers that are none."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {safe(str(key)): safe(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [safe(one) for one in value]
    return value


FIELDS: Mapping[str, Callable[[str, Json], Json]] = {
    "text": _text,
    "authority": _short,
    "merchant": _short,
    "indicator": _code,
    "county": _short,
    "photos": _ids,
    "recordings": _ids,
    "place": _place,
    "no_photo_reason": _short,
    "no_place_reason": _short,
    "observed_at": _moment,
    "special": _yes,
    "accused": _list,
    # the handling form
    "opinion": _text,
    "data_note": _text,
    "visit_note": _text,
    "severity": _severity,
    "scope": _text,
    "department": _department,
    "departments": _departments,
    "assignee": _short,
    "assistants": _list,
    "due_on": _day,
    "override_reason": _text,
    "problem": _code,
    # problems
    "task": _short,
    "cause": _text,
    "measures": _text,
    "days": _days,
    "review_on": _day,
    "rung": _short,
    # provincial data
    "warning": _id,
    "visit": _id,
}
