"""The tip line: cleaning, the desk, the chat doors, and that no trace of anybody stays."""
