"""The types of question: a closed list, and for each how words become an answer and an answer becomes words.

Answers are JSON: text str; integer int; decimal str ("3.5"); date "2026-11-20"; time "15:30"; datetime ISO with
offset; select_one the choice's name; select_multiple a list of names; media a list of evidence ids; geopoint
{lat, lon, datum, accuracy, label}; a picker the id of what was picked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from babel import Locale
from babel.dates import format_date, format_datetime

from conversations.choosing import one_of, several_of
from conversations.form import Alternative, Question
from conversations.moments import SHANGHAI, days_of, hear, moments_of
from conversations.numerals import decimal_of, fold, written
from store.words import NOTHING, Datum, Json, words_of

PICKERS = frozenset({"merchant", "indicator", "colleague", "unit"})
"""Our own types: the answer is looked up in the books. Outside they are text."""
SELECTS = frozenset({"select_one", "select_multiple"})
MEDIA = frozenset({"image", "audio", "file"})
SILENT = frozenset({"calculate", "note", "hidden"})
"""Never answered by a person."""
GROUPS = frozenset({"group", "repeat"})
"""What the rows between begin and end become."""

LONGEST_TEXT = 2_000
"""Characters of a typed answer: what WeCom lets a person send at once."""
_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is no answer: the English sentence that is the key of the catalogue, and what fills it."""

    message: str
    facts: Mapping[str, Json] = NOTHING


@dataclass(frozen=True, slots=True)
class Kind:
    """One type: `read` makes an answer of words, `fits` says whether a value is one, `show` puts it into words."""

    read: Callable[[Question, str, datetime, Sequence[Alternative]], Json]
    fits: Callable[[Question, Json], bool]
    show: Callable[[Question, Json, str], str]


def read(
    question: Question, text: str, language: str, now: datetime, offers: Sequence[Alternative] | None = None
) -> Json:
    """The answer that a typed text is, or a `Fault`. `offers` are the choices as they were shown, which numbers
    refer to; without them all choices count. The constraint is not judged here, but where a text has several
    readings (“the 20th”) it picks among them."""
    if not text.strip():
        return Fault("Please send an answer.")
    if len(text) > LONGEST_TEXT:
        return Fault("That is longer than {most} characters. Please shorten it.", {"most": LONGEST_TEXT})
    found = KINDS[question.type].read(question, text, now, question.choices if offers is None else offers)
    if isinstance(found, Fault) and "options" in found.facts:
        return Fault(
            found.message, {"options": _joined((words_of(one, language) for one in found.facts["options"]), language)}
        )
    return found


def is_answer(question: Question, value: Json) -> bool:
    """Whether a value has the shape in which answers to this question are stored (a sheet, an import, a default)."""
    return question.type in KINDS and KINDS[question.type].fits(question, value)


def show(question: Question, answer: Json, language: str) -> str:
    """The answer as the person would say it, in one line; empty for none."""
    if answer is None or question.type not in KINDS:
        return ""
    return KINDS[question.type].show(question, answer, language)


# --- texts and numbers ------------------------------------------------------------------------------------


def _read_text(_question: Question, text: str, _now: datetime, _offers: Sequence[Alternative]) -> Json:
    return text.strip()


def _read_integer(_question: Question, text: str, _now: datetime, _offers: Sequence[Alternative]) -> Json:
    value = decimal_of(text)
    if value is None or value != value.to_integral_value() or value.adjusted() >= _MOST_DIGITS:
        return Fault("Please give a whole number, such as 12.")
    return int(value)


def _read_decimal(_question: Question, text: str, _now: datetime, _offers: Sequence[Alternative]) -> Json:
    value = decimal_of(text)
    if value is None or value.adjusted() >= _MOST_DIGITS:
        return Fault("Please give a number, such as 3.5.")
    return written(value)


def _is_text(_question: Question, value: Json) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT


def _is_decimal(_question: Question, value: Json) -> bool:
    return isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,20})?", value) is not None


def _as_is(_question: Question, answer: Json, _language: str) -> str:
    return str(answer)


# --- days and times ---------------------------------------------------------------------------------------


def _read_date(question: Question, text: str, now: datetime, _offers: Sequence[Alternative]) -> Json:
    heard = hear(text, now)
    if heard is None or not (heard.days or heard.exact):
        return Fault("Please give a day, such as “yesterday” or “2026-11-20”.")
    return _likeliest(question, (day.isoformat() for day in days_of(heard, now)), now)


def _read_time(_question: Question, text: str, now: datetime, _offers: Sequence[Alternative]) -> Json:
    heard = hear(text, now)
    clock = heard and (heard.exact.time() if heard.exact else heard.clock)
    if not clock:
        return Fault("Please give a time, such as “15:30” or “3 pm”.")
    return clock.isoformat("minutes")


def _read_datetime(question: Question, text: str, now: datetime, _offers: Sequence[Alternative]) -> Json:
    heard = hear(text, now)
    if heard is None:
        return Fault("Please give a day and a time, such as “yesterday 15:30”.")
    return _likeliest(question, (at.isoformat(timespec="seconds") for at in moments_of(heard, now)), now)


def _likeliest(question: Question, readings: Iterable[str], now: datetime) -> Json:
    """The first reading that the constraint allows, else the first: then the constraint says what is wrong."""
    found = list(readings)
    constraint = question.constraint
    if constraint is None:
        return found[0]
    return next((one for one in found if constraint.evaluate(NOTHING, now, one)), found[0])


def _parses(parse: Callable[[str], object], shape: str) -> Callable[[Question, Json], bool]:
    def fits(_question: Question, value: Json) -> bool:
        if not isinstance(value, str) or not re.fullmatch(shape, value):
            return False
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return fits


_CHINESE = Locale.parse("zh_CN")
_LOCALES = {"zh": _CHINESE, "en": Locale.parse("en_GB")}


def _show_date(_question: Question, answer: Json, language: str) -> str:
    return format_date(date.fromisoformat(answer), "long", locale=_LOCALES.get(language, _CHINESE))


def _show_datetime(_question: Question, answer: Json, language: str) -> str:
    at = datetime.fromisoformat(answer)
    pattern = "y年M月d日 HH:mm" if language == "zh" else "d MMMM y, HH:mm"
    local = at.astimezone(SHANGHAI) if at.tzinfo else at
    return format_datetime(local.replace(tzinfo=None), pattern, locale=_LOCALES.get(language, _CHINESE))


# --- choices ----------------------------------------------------------------------------------------------


def _read_one(_question: Question, text: str, _now: datetime, offers: Sequence[Alternative]) -> Json:
    found = one_of(text, offers)
    if len(found) == 1:
        return found[0].value
    if 1 < len(found) < 6:
        return Fault("Several options fit: {options}. Which one is it?", {"options": [one.label for one in found]})
    return Fault("Please choose one of the options, by its number or its name.")


def _read_several(_question: Question, text: str, _now: datetime, offers: Sequence[Alternative]) -> Json:
    found = several_of(text, offers)
    if found is None:
        return Fault("Please choose from the options, by their numbers or names, such as “1 3”.")
    return [one.value for one in found]


def _is_one(question: Question, value: Json) -> bool:
    return any(one.value == value for one in question.choices)


def _is_several(question: Question, value: Json) -> bool:
    known = {one.value for one in question.choices}
    return isinstance(value, list) and all(isinstance(one, str) and one in known for one in value)


def _show_choices(question: Question, answer: Json, language: str) -> str:
    labels = {one.value: words_of(one.label, language) for one in question.choices}
    chosen = answer if isinstance(answer, list) else [answer]
    return _joined((labels.get(one, str(one)) for one in chosen), language)


def _joined(words: Iterable[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(words)


# --- pickers: what is typed are words to search for; the books give the answer --------------------------


def _is_picked(question: Question, value: Json) -> bool:
    """One id, or a list of them where the form takes several (`bot.max`)."""
    several = question.bot.get("max", 1) != 1
    return _is_media(question, value) if several and isinstance(value, list) else _is_text(question, value)


def _show_picked(_question: Question, answer: Json, language: str) -> str:
    return _joined(map(str, answer), language) if isinstance(answer, list) else str(answer)


# --- photos, recordings, places ---------------------------------------------------------------------------


def _wants(message: str) -> Callable[[Question, str, datetime, Sequence[Alternative]], Json]:
    return lambda _question, _text, _now, _offers: Fault(message)


def _is_media(_question: Question, value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)


def _show_count(_question: Question, answer: Json, _language: str) -> str:
    return str(len(answer))


_COORDINATES = re.compile(r"(-?[0-9]{1,2}\.[0-9]{3,10})[\s,]+(-?[0-9]{1,3}\.[0-9]{3,10})")


def _read_place(_question: Question, text: str, _now: datetime, _offers: Sequence[Alternative]) -> Json:
    """Latitude and longitude as maps abroad and phones copy them; WGS 84 is what a bare pair of numbers means."""
    match = _COORDINATES.fullmatch(fold(text))
    place = match and {
        "lat": float(match[1]),
        "lon": float(match[2]),
        "datum": Datum.WGS84.value,
        "accuracy": None,
        "label": "",
    }
    if not place or not _is_place(_question, place):
        return Fault("Please send the place itself, or type its latitude and longitude.")
    return place


def _is_place(_question: Question, value: Json) -> bool:
    if not isinstance(value, Mapping) or value.get("datum") not in list(Datum):
        return False
    lat, lon = value.get("lat"), value.get("lon")
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (lat, lon))
    return numbers and abs(float(str(lat))) <= 90 and abs(float(str(lon))) <= 180


def _show_place(_question: Question, answer: Json, _language: str) -> str:
    return str(answer.get("label") or f"{answer['lat']:.5f}, {answer['lon']:.5f}")


_DATE = _parses(date.fromisoformat, r"\d{4}-\d\d-\d\d")
_TIME = _parses(time.fromisoformat, r"\d\d:\d\d(:\d\d)?")
_DATETIME = _parses(datetime.fromisoformat, r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_PICKER = Kind(_read_text, _is_picked, _show_picked)

KINDS: Mapping[str, Kind] = {
    "text": Kind(_read_text, _is_text, _as_is),
    "integer": Kind(_read_integer, lambda _question, value: type(value) is int, _as_is),
    "decimal": Kind(_read_decimal, _is_decimal, _as_is),
    "date": Kind(_read_date, _DATE, _show_date),
    "time": Kind(_read_time, _TIME, _as_is),
    "datetime": Kind(_read_datetime, _DATETIME, _show_datetime),
    "select_one": Kind(_read_one, _is_one, _show_choices),
    "select_multiple": Kind(_read_several, _is_several, _show_choices),
    "image": Kind(_wants("Please send a photo."), _is_media, _show_count),
    "audio": Kind(_wants("Please send a recording."), _is_media, _show_count),
    "file": Kind(_wants("Please send a file."), _is_media, _show_count),
    "geopoint": Kind(_read_place, _is_place, _show_place),
} | dict.fromkeys(PICKERS, _PICKER)

TYPES = frozenset(KINDS) | SILENT
"""Everything that may stand in the column `type`, apart from the begin and end of groups and repeats."""
