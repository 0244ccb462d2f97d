"""The room of diversion: how much flows out of each county, against the cap, and how it will go on."""
