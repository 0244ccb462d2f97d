"""The tip room of the console."""
