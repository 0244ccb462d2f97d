"""Pages and files for a browser."""
