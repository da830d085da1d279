"""Frames become rows, in one transaction. The only module of `etl` that knows a database."""
