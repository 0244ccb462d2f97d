"""The front page of the console."""
