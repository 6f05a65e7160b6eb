"""The one door for files from outside: what is let in, how much of it, and for how long."""
