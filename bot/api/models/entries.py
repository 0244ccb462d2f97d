"""Entries of the ledgers as they go out, and what is wished of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.api.models.base import Model, Name


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
