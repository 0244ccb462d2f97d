"""Evidence and the case file that is taken out, with its proof."""
