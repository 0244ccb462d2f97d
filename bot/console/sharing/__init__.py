"""Sharing: documents, announcements, threads, other systems, and the open interface."""
