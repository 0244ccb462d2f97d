"""People: who they are, where they sit, how they are reached, who stands in."""
