"""The room of administration: people, units, settings, mail, doors and all that keeps the office going."""
