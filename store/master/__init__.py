"""Master data: shops, indicators, places on the earth, and the files they come in by."""
