"""What goes on behind the desk: loops that anything may break off, and the ticks of the clock."""
