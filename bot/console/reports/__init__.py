"""The room of the leaders' reports."""
