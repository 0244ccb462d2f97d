"""Measurements: one module each, with `async def run(engine) -> list[Row]`; `loop153 bench` prints them all."""

from bot.commands.bench import Row as Row
