"""WHAT people see and do: pages, charts, the command line. Imports `etl` and `schema`; nothing imports it."""
