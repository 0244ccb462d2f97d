"""The tables of the ledgers' rooms: saved views and export jobs."""

from __future__ import annotations
