"""Running the office: what administrators change, each change dated, with its maker, and undone by a new one."""
