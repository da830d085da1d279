"""A file becomes a tidy frame. Reads files, never the database.

Every extract gives the same *values frame*: `area` (id), `period` (code), `basis`, `quantity`, `category`, `value`
(number or NaN), `symbol` (as printed, empty beside a number), `state`, `row` (of the file, its header being row 1) and
`note`.
"""
