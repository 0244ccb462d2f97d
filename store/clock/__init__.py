"""Time: working days, deadlines, what the clock should do by now."""
