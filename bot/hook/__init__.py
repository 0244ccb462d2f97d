"""The door to other programs: moves of the ledgers, signed, to addresses that asked for them. Nothing comes in here."""
