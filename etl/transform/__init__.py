"""Frames in, frames out: figures, intervals and comparisons. Never touches a database, a file or a clock."""
