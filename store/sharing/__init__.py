"""What people share beside the ledgers: documents, announcements, threads, other systems, the open interface."""
