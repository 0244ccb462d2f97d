"""What goes in and out: the models that check it and describe it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(max_length=200)]


class Model(BaseModel):
    """Unknown names are faults: a slip of the pen must not pass for silence."""

    model_config = ConfigDict(extra="forbid")


class Fault(Model):
    """One thing that is wrong: where (`row` counts from 1) and what."""

    field: str = Field("", description="Name of the field or column; empty for all of it.")
    row: int | None = None
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457, sent as application/problem+json."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: list[Fault] | None = None


# --- entries ----------------------------------------------------------------------------------------------


class Place(Model):
    """Degrees as they were sent, with the datum they were sent in; accuracy in metres."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    datum: Literal["wgs84", "gcj02"]
    accuracy: float | None = None
    label: Name = ""


class Shown(BaseModel):
    """A place as the ledger has it."""

    lat: float
    lon: float
    datum: str | None
    accuracy: float | None


class Line(BaseModel):
    """One line of an entry's chain: what happened, and its hash."""

    verb: str
    before: str | None
    after: str | None
    by: str
    at: str
    text: str
    hash: str


class Entry(BaseModel):
    """One row of a ledger, as `loop153 ledger export` writes it. A clue has `problem`, a problem `clues`."""

    number: str
    state: str
    source: Literal["staff", "tip", "feed"]
    unit: str
    reporter: str | None
    merchant: str | None
    indicator: str | None
    severity: int | None
    text: str
    photos: int
    place: Shown | None
    reported_at: str
    due_at: str | None
    holder: str | None
    problem: str | None = None
    clues: list[str] | None = None
    lines: list[Line] | None = None


class Entries(BaseModel):
    """A page. `next` is the `after` of the page that follows; `total` is null where counting would take too long."""

    items: list[Entry]
    next: str | None
    total: int | None


class EntriesQuery(Model):
    """Filters as in the console's lists; days are days of Shanghai, both included."""

    from_: date | None = Field(None, alias="from", description="First day of being reported or opened.")
    to: date | None = Field(None, description="Last day of being reported or opened.")
    county: Name = Field("", description="Code of a bureau.")
    department: Literal["", "supervision", "enforcement", "marketing", "logistics"] = ""
    indicator: Name = Field("", description="Beginning of an indicator's code.")
    state: Name = Field("", description="A state, or `open` or `closed`.")
    light: Literal["", "green", "yellow", "red", "overdue"] = ""
    shop: Name = Field("", description="Licence number.")
    person: Name = Field("", description="Userid of whoever holds it or is responsible.")
    reporter: Name = ""
    source: Literal["", "staff", "tip", "feed"] = ""
    words: Name = Field("", description="Words that must all fit.")
    closed_from: date | None = None
    closed_to: date | None = None
    nudged: Literal["", "1"] = ""
    repeat: Literal["", "1"] = ""
    confirmed: Literal["", "1"] = ""
    recheck: Literal["", "pass", "fail"] = ""
    sort: Name = Field("", description="A key of the list such as `date` or `due`, with `-` before it downwards.")
    after: Name = Field("", description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    lines: bool = Field(False, description="With the lines of each entry.")


class LinesQuery(Model):
    lines: bool = Field(True, description="With its lines.")


class NewClue(Model):
    """A report, as the chat's questions would have it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "text": "店内有十条喷码不符的卷烟。",
                    "merchant": "411421100001",
                    "indicator": "W20201",
                    "place": {"lat": 34.6484, "lon": 115.1483, "datum": "gcj02"},
                    "no_photo_reason": "由订单系统推送",
                    "observed_at": "2026-11-20T09:40:00+08:00",
                }
            ]
        },
    )

    text: Annotated[str, Field(min_length=1, max_length=4000)]
    merchant: Name = Field("unknown", description="A licence number, `unlicensed` or `unknown`.")
    indicator: Name | None = Field(None, description="A code; left out when not sure.")
    place: Place | None = None
    no_place_reason: Name | None = Field(None, description="Needed without a place.")
    no_photo_reason: Name = Field("API", description="Why there is no photo.")
    observed_at: Name | None = Field(None, description="ISO 8601 with offset; now, when left out.")
    special: bool = False
    accused: list[Name] = Field(default_factory=list, max_length=20, description="Userids, for internal matters.")


class Wish(Model):
    """Any verb of the law on an entry; `fields` are what its questionnaire asks for (docs/interface.md)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"verb": "nudge"}, {"verb": "note", "fields": {"text": "已约谈"}}]},
    )

    verb: Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]
    fields: dict[str, Any] = Field(default_factory=dict)


class Outcome(BaseModel):
    """What became of a wish, and what is said about it."""

    number: str
    state: str
    verb: str
    seq: int
    said: str


# --- shops ------------------------------------------------------------------------------------------------


class ShopsQuery(Model):
    words: Name = Field("", description="A part of the name, owner or address, pinyin initials, or a licence number.")


class Shop(BaseModel):
    licence_no: str
    name: str
    note: str = Field("", description="Address and owner, as lists show them.")


class Shops(BaseModel):
    items: list[Shop]
    total: int


class Worth(BaseModel):
    """What one indicator adds to the score."""

    indicator: str
    name: str
    adds: float
    problems: list[str]


class Served(BaseModel):
    role: str
    id: str
    name: str


class Profile(BaseModel):
    """A shop as it was `as_of`: master data, score with its breakdown, what is open. `problems` hold only what the
    caller may see."""

    licence_no: str
    name: str
    owner: str
    address: str
    county: str
    status: str
    score: float
    level: Literal["service", "watch", "key"]
    advice: str
    city: float
    provincial: float
    outflow: float
    made_of: list[Worth]
    served_by: list[Served]
    open: list[str]
    as_of: str


class ProfileQuery(Model):
    as_of: date | None = Field(None, description="As of the end of that day; now, when left out.")


# --- the rest ---------------------------------------------------------------------------------------------


class Indicator(BaseModel):
    code: str
    parent: str | None
    name_zh: str
    name_en: str
    side: str
    nature: str | None
    level: int
    weight: float
    severity: int
    department: str
    due_working_days: int
    active: bool


class Indicators(BaseModel):
    items: list[Indicator]


class FeedRows(Model):
    """Rows with the columns of the provincial files (docs/interface.md): taken whole or not at all."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "订单 2026-46",
                    "rows": [
                        {
                            "licence_no": "411421100001",
                            "cycle": "2026-46",
                            "brand": "黄金叶(大金圆)",
                            "quantity": 5,
                            "amount": 1000,
                            "at": "2026-11-12T09:30:00+08:00",
                        }
                    ],
                }
            ]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=100)] = "API"
    rows: Annotated[list[dict[str, str | int | float | None]], Field(min_length=1, max_length=20_000)]
    dry_run: bool = False


class Brought(BaseModel):
    """What became of the rows. `batch` can be undone in the console; null for a dry run, and when the same content
    was brought before (`earlier`)."""

    batch: int | None
    earlier: int | None
    added: int
    changed: int
    unchanged: int
    warnings: int


class CodeQuery(Model):
    code: Annotated[str, Field(min_length=16, max_length=80)] = Field(
        description="Both lines of 16, however they are separated."
    )


class Trace(BaseModel):
    """Where a carton comes from; `name` is null for a licence that is not in the books."""

    code: str
    licence_no: str
    sorted_on: date | None
    name: str | None
    address: str | None
    served_by: list[Served]
    doubts: list[str]
    seized: int = Field(description="Codes of the same shop on lists of seized cartons.")
    score: float | None
    open: list[str]


class NewHook(Model):
    """Who is to be told of moves: an https address. `verbs` empty: of every move."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "案件系统", "url": "https://cases.example.cn/loop153", "verbs": ["accept"]}]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=100)]
    url: Annotated[str, Field(min_length=8, max_length=500)]
    verbs: Annotated[list[Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]], Field(max_length=60)] = Field(
        default_factory=list
    )


class Hook(BaseModel):
    id: str
    name: str
    url: str
    verbs: list[str]
    active: bool
    secret: str | None = Field(None, description="What its messages are signed with; told once, when it is made.")


class Hooks(BaseModel):
    items: list[Hook]
