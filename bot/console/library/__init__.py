"""The room of the indicator library: the tree, its editors, files in and out, and what recurs among "other"."""
