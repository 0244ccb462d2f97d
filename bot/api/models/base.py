"""What all models share, and what a fault looks like."""

from __future__ import annotations

from typing import Annotated

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
