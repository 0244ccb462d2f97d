"""The law of the two ledgers as tables, and the few lines that read them."""
