"""Shops, indicators, provincial data, codes, hooks."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.api.models.base import Model, Name


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
