"""The tables of running the office: what an administrator changed, and how it was before."""

from __future__ import annotations
