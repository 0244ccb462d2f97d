"""The tables of the leaders' reports: roll-ups kept in step with the ledgers, and reports that were pushed."""

from __future__ import annotations
