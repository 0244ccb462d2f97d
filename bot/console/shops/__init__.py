"""The room of shops: lists by score, profiles that say why, and the way back from a pack code."""
