"""The tables of sharing: documents, announcements, threads, partner systems, keys and hooks."""

from __future__ import annotations
