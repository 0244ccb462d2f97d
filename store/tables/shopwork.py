"""The tables that the rooms of shops and provincial data add."""

from __future__ import annotations
